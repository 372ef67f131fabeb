import gc
import signal
import subprocess
import sys
import threading

import pytest

from clusterby.endpoints.threads import Stopped, run_jobs


@pytest.mark.parametrize("workers", [1, 3, 50])
@pytest.mark.parametrize("count", [0, 1, 20])
def test_each_job_is_done_once(workers, count):
    done = []
    run_jobs(done.append, range(count), workers=workers, stop=threading.Event())
    assert sorted(done) == list(range(count))


def test_as_many_jobs_run_at_once_as_there_are_workers():
    together = threading.Barrier(3, timeout=10)
    run_jobs(lambda _: together.wait(), range(6), workers=3, stop=threading.Event())
    assert not together.broken


def test_one_job_runs_in_the_callers_thread():
    threads = []
    run_jobs(lambda _: threads.append(threading.current_thread()), ["job"], workers=4, stop=threading.Event())
    assert threads == [threading.current_thread()]


@pytest.mark.parametrize("workers", [1, 2])
def test_after_an_error_no_job_begins(workers):
    begun, both = [], threading.Barrier(workers, timeout=10)
    stop = threading.Event()

    def job(number):
        begun.append(number)
        both.wait()
        if number == 0:
            raise ValueError("zero")
        assert stop.wait(10)

    with pytest.raises(ValueError, match="zero"):
        run_jobs(job, range(9), workers=workers, stop=stop)
    assert sorted(begun) == list(range(workers))


def test_the_first_error_is_raised_not_that_of_a_job_which_gave_up_for_it():
    both, stop = threading.Barrier(2, timeout=10), threading.Event()

    def job(number):
        both.wait()
        if number == 0:
            raise ValueError("zero")
        stop.wait(10)
        raise Stopped

    with pytest.raises(ValueError, match="zero"):
        run_jobs(job, range(2), workers=2, stop=stop)


@pytest.fixture
def no_collection():
    """Keep the garbage collector out: an interrupt inside one of its callbacks, which test tools install, is lost."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collection")
def test_an_interrupt_waits_for_no_job():
    both, release, stop = threading.Barrier(2, timeout=10), threading.Event(), threading.Event()
    left = []

    def job(number):
        both.wait()
        if number == 0:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        release.wait(10)
        left.append(number)

    with pytest.raises(KeyboardInterrupt):
        run_jobs(job, range(4), workers=2, stop=stop)
    assert left == []
    assert stop.is_set()
    release.set()


def test_a_job_that_hangs_does_not_keep_an_interrupted_process_alive():
    code = (
        "import signal, threading, time\n"
        "from clusterby.endpoints.threads import run_jobs\n"
        "def job(number):\n"
        "    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)\n"
        "    time.sleep(600)\n"
        "run_jobs(job, range(2), workers=2, stop=threading.Event())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == -signal.SIGINT
    assert done.stderr.rstrip().endswith("KeyboardInterrupt")
