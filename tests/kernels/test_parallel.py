import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from clusterby.kernels.parallel import blocks, in_parallel, one_thread_blas, thread_count


def blas_threads() -> set[int]:
    return {lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"}


def test_results_come_in_the_order_of_the_jobs():
    def late(x: int) -> int:
        time.sleep(0.002 * (5 - x))
        return x

    assert in_parallel(late, range(5)) == [0, 1, 2, 3, 4]


def test_no_jobs_give_no_results():
    assert in_parallel(lambda job: job, []) == []


def test_threads_follow_the_limits_of_threadpoolctl():
    with threadpool_limits(1):
        assert thread_count() == 1
        seen = in_parallel(lambda _: threading.current_thread(), range(4))
    assert set(seen) == {threading.main_thread()}


def test_blas_has_one_thread_inside_and_its_own_number_after():
    before = blas_threads()
    assert in_parallel(lambda _: blas_threads(), range(3)) == [{1}] * 3
    assert blas_threads() == before


def test_a_kernel_inside_a_kernel_still_knows_how_many_threads_there_are():
    outside = thread_count()
    with one_thread_blas(), one_thread_blas():
        assert thread_count() == outside
    assert thread_count() == outside


def test_a_job_that_has_jobs_runs_them_on_its_own_thread():
    def inner(_: int) -> set[threading.Thread]:
        return {threading.current_thread(), *in_parallel(lambda _: threading.current_thread(), range(4))}

    assert [len(seen) for seen in in_parallel(inner, range(4))] == [1, 1, 1, 1]


def test_two_callers_at_once_take_turns_and_leave_the_limits_as_they_were():
    before, seen = blas_threads(), []

    def call() -> None:
        seen.extend(in_parallel(lambda _: (time.sleep(0.002), blas_threads())[1], range(10)))

    callers = [threading.Thread(target=call) for _ in range(3)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert seen == [{1}] * 30
    assert blas_threads() == before


def test_an_error_of_a_task_is_raised_and_ends_the_work():
    begun = []

    def fail(x: int) -> None:
        begun.append(x)
        raise RuntimeError(f"job {x}")

    with pytest.raises(RuntimeError, match="job 0"):
        in_parallel(fail, range(1000))
    assert len(begun) < 1000


def test_an_error_on_another_thread_is_raised_too():
    caller = threading.current_thread()

    def fail(_: int) -> None:
        if threading.current_thread() is not caller:
            raise RuntimeError("elsewhere")
        time.sleep(0.01)

    if thread_count() > 1:
        with pytest.raises(RuntimeError, match="elsewhere"):
            in_parallel(fail, range(50))


def test_a_forked_process_has_threads_of_its_own():
    code = """
import os, sys
from clusterby.kernels.parallel import in_parallel
assert in_parallel(lambda x: x, range(9)) == list(range(9))
if (child := os.fork()) == 0:
    os._exit(0 if in_parallel(lambda x: x, range(9)) == list(range(9)) else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


def test_progress_is_told_of_every_job_and_may_end_the_work():
    told: list[int] = []
    in_parallel(lambda job: job, range(30), advance=told.append)
    assert told == [1] * 30

    def stop(count: int) -> None:
        raise KeyboardInterrupt

    before = blas_threads()
    with pytest.raises(KeyboardInterrupt):
        in_parallel(lambda job: job, range(3), advance=stop)
    assert blas_threads() == before


def test_products_do_not_depend_on_the_number_of_threads():
    a = np.random.default_rng(0).standard_normal((300, 64), dtype=np.float32)
    parts = blocks(300, 70)
    many = in_parallel(lambda part: a[part] @ a.T, parts)
    with threadpool_limits(1):
        one = in_parallel(lambda part: a[part] @ a.T, parts)
    assert all(np.array_equal(x, y) for x, y in zip(many, one, strict=True))


def test_blocks_cover_every_row_once():
    assert [s.stop - s.start for s in blocks(10, 4)] == [4, 4, 2]
    assert blocks(0, 4) == []
