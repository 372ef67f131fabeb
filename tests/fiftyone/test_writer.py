import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest

pytest.importorskip("fiftyone")
from clusterby.fiftyone.writer import is_alive, writer_of, writing


def test_a_writer_is_alive_inside_its_block_and_gone_after_it():
    with writing() as writer:
        assert is_alive(writer)
        assert writer.pid == os.getpid()
        assert writer_of(writer.plain()) == writer
    assert not is_alive(writer)


def test_a_process_is_alive_until_it_ends():
    with writing() as writer:
        pass
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    there = replace(writer, pid=other.pid, since=datetime.now(UTC).isoformat())
    assert is_alive(there)
    other.kill()
    other.wait()
    assert not is_alive(there)


def test_a_process_that_began_after_the_writing_is_another_one():
    with writing() as writer:
        assert not is_alive(replace(writer, pid=os.getppid(), since="1970-01-02T00:00:00+00:00"))


def test_another_machine_is_believed_for_a_day():
    with writing() as writer:
        pass
    assert is_alive(replace(writer, host="elsewhere"))
    assert not is_alive(replace(writer, host="elsewhere", since="2020-01-01T00:00:00+00:00"))


@pytest.mark.parametrize("stored", [{}, {"host": "h", "pid": "1", "token": "t", "since": "2020-01-01"},
                                    {"host": "h", "pid": 1, "token": "t", "since": "yesterday"}])  # fmt: skip
def test_what_is_no_writer_is_none_and_not_alive(stored):
    assert writer_of(stored) is None
    assert not is_alive(None)
