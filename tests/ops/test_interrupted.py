"""What happens to the cache when processes are killed, or work at once."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import clusterby as cb
from clusterby.cache import Cache

N = 400
WORK = """
import sys, time
from pathlib import Path
import lance
import numpy as np
import clusterby as cb
from clusterby.ops import encode
place, log, first, last = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
encode._COMMIT_SECONDS, encode._WINDOW = 0.1, (50, 50)

class Slow:
    name, revision, batch_size = "slow", "1", 5
    def encode(self, items):
        time.sleep(0.02)
        with log.open("a") as file:
            file.write("".join(f"{item}\\n" for item in items))
        return np.array([[hash_of(item, i) for i in range(16)] for item in items], dtype=np.float32)

def hash_of(item, i):
    return float((int(item.split()[1]) * 7919 + i * 104729) % 1009)

texts = [f"text {i}" for i in range(first, last)]
print("ready", flush=True)
sys.stdin.readline()
found = cb.embed({"t": texts}, "t", modality="text", encoder=Slow(), cache=place)
np.save(log.with_suffix(".npy"), found.vectors)
"""


def start(place, log, first=0, last=N, *, go=True):
    work = subprocess.Popen(
        [sys.executable, "-c", WORK, str(place), str(log), str(first), str(last)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    if go:
        let_go(work)
    return work


def let_go(work):
    work.stdin.write(b"\n")
    work.stdin.flush()


def right_vectors(first=0, last=N):
    return np.array(
        [[(t * 7919 + i * 104729) % 1009 for i in range(16)] for t in range(first, last)], dtype=np.float32
    )


def encoded(log):
    return log.read_text().splitlines() if log.exists() else []


def test_killed_ten_times_it_resumes_and_every_vector_is_right(tmp_path):
    place, log = tmp_path / "cache", tmp_path / "log"
    moments = random.Random(0)
    stored = []
    for _ in range(10):
        with start(place, log) as work:
            work.stdout.readline()
            time.sleep(moments.uniform(0.1, 0.9))
            work.send_signal(signal.SIGKILL)
        stored.append(sum(info.rows for info in Cache(place).info()))
    assert stored == sorted(stored)
    assert stored[-1] > 0
    with start(place, log) as work:
        assert work.wait(60) == 0
    np.testing.assert_array_equal(np.load(log.with_suffix(".npy")), right_vectors())
    assert Cache(place).info()[0].rows == N
    # at most a commit's worth of work, 0.1 s at 0.02 s a batch of 5 and what a slow commit adds, is lost each time
    assert set(encoded(log)) == {f"text {i}" for i in range(N)}
    assert len(encoded(log)) <= N + 10 * 50


def test_two_processes_with_overlapping_halves_lose_nothing_double_nothing_and_share_the_work(tmp_path):
    place, logs = tmp_path / "cache", [tmp_path / "a", tmp_path / "b"]
    with start(place, logs[0], 0, 300, go=False) as one, start(place, logs[1], 100, 400, go=False) as two:
        assert [work.stdout.readline() for work in (one, two)] == [b"ready\n"] * 2
        let_go(one)
        while len(encoded(logs[0])) < 200:  # of which the first hundred and more are stored
            assert one.poll() is None
            time.sleep(0.005)
        let_go(two)
        assert one.wait(60) == 0
        assert two.wait(60) == 0
    np.testing.assert_array_equal(np.load(logs[0].with_suffix(".npy")), right_vectors(0, 300))
    np.testing.assert_array_equal(np.load(logs[1].with_suffix(".npy")), right_vectors(100, 400))
    assert Cache(place).info()[0].rows == N
    assert sum(len(encoded(log)) for log in logs) < 600  # had they not seen each other's work


def test_ctrl_c_keeps_what_was_encoded(tmp_path):
    place, log = tmp_path / "cache", tmp_path / "log"
    with start(place, log) as work:
        work.stdout.readline()
        while len(encoded(log)) < 60:
            time.sleep(0.01)
        work.send_signal(signal.SIGINT)
        assert work.wait(60) != 0
    done = len(encoded(log))
    assert Cache(place).info()[0].rows == done
    with start(place, log) as work:
        assert work.wait(60) == 0
    assert len(encoded(log)) == N


def test_a_crash_of_another_process_leaves_no_lock_behind(tmp_path):
    place, log = tmp_path / "cache", tmp_path / "log"
    with start(place, log) as work:
        work.stdout.readline()
        time.sleep(0.3)
        work.kill()
    found = cb.embed({"t": ["a", "b"]}, "t", modality="text", encoder="lsa", cache=Path(place))
    assert len(found) == 2
    space = Cache(place).space({"encoder": "x"})
    with space.locked().acquire(timeout=5):
        pass
