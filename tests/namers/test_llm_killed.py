"""Processes that are killed while they name: what was answered is there for the next, and is not paid for again."""

import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from clusterby.cache import Cache
from tests.namers.naming_server import NamingServer

CLUSTERS, ANSWERED, WORKERS = 40, 17, 8
WORK = """
import sys
from clusterby.cache import Cache
from clusterby.namers.llm import LLMNamer
from tests.namers.naming_server import clusters_of

class InCache:
    def __init__(self, memo):
        self.get, self.keep = memo.answer, memo.keep_answer

clusters = clusters_of([[f"w{c} {number}" for number in range(6)] for c in range(40)])
namer = LLMNamer("m", base_url=sys.argv[1], workers=8, answers=InCache(Cache(sys.argv[2]).memo))
found = namer.name(clusters)
print(*(found.names[c].name for c in clusters.ids))
"""


def start(server, place):
    return subprocess.Popen(
        [sys.executable, "-c", WORK, server.url, str(place)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def kept(place):
    found = []
    with Cache(place).memo._open(write=False) as database:
        found += database.execute("SELECT count(*) FROM answers")
    return found[0][0]


def wait_until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_no_question_is_asked_twice_whose_answer_had_come(ending, tmp_path):
    with NamingServer(most=ANSWERED) as server:
        with start(server, tmp_path) as work:
            # the rest is under way, and the server does not answer it
            wait_until(lambda: kept(tmp_path) == ANSWERED and len(server.requests) == ANSWERED + WORKERS)
            work.send_signal(ending)
            assert work.wait(10) != 0
        answered = list(server.answered)
        assert kept(tmp_path) == len(answered) == ANSWERED
        server.most = None
        with start(server, tmp_path) as work:
            names, errors = work.communicate(timeout=60)
        assert work.returncode == 0, errors
        asked = Counter(server.questions)
    assert names.split() == [f"w{c}" for c in range(CLUSTERS)]
    assert [asked[question] for question in answered] == [1] * ANSWERED
    assert len(asked) == len(set(server.answered)) == len(server.answered) == CLUSTERS
    assert len(server.requests) == CLUSTERS + WORKERS
