import sqlite3
import threading

import pytest

from clusterby.cache import FileState, Memo

OLD = FileState(3, 1_000, 1_000)
A, B = b"/a.png", b"/b\xff.png"


@pytest.fixture
def memo(tmp_path):
    return Memo(tmp_path / "deep" / "files.sqlite")


def test_a_file_that_did_not_change_is_remembered(memo):
    memo.remember([(A, OLD, b"h1"), (B, OLD, b"h2")])
    assert memo.hashes({A: OLD, B: OLD, b"/c": OLD}) == {A: b"h1", B: b"h2"}


@pytest.mark.parametrize("state", [OLD._replace(size=4), OLD._replace(changed=2), OLD._replace(touched=2)])
def test_any_change_of_its_state_forgets_it(memo, state):
    memo.remember([(A, OLD, b"h")])
    assert memo.hashes({A: state}) == {}


def test_a_new_hash_replaces_the_old(memo):
    memo.remember([(A, OLD, b"h1")])
    memo.remember([(A, OLD._replace(size=9), b"h2")])
    assert memo.hashes({A: OLD._replace(size=9)}) == {A: b"h2"}


def test_a_file_changed_a_moment_ago_is_not_remembered_for_its_time_stamp_may_not_show_the_next_change(
    memo, tmp_path
):
    file = tmp_path / "x"
    file.write_bytes(b"new")
    state = FileState.of(file.stat())
    memo.remember([(A, state, b"h")])
    assert memo.hashes({A: state}) == {}
    assert state.settled(now=state.touched + 3_000_000_000)


def test_more_files_than_one_statement_takes(memo):
    files = {b"/%d" % i: OLD for i in range(1_234)}
    memo.remember((name, OLD, name) for name in files)
    assert memo.hashes(files) == {name: name for name in files}


def test_usage_adds_up_and_can_be_forgotten(memo):
    memo.count("clip", hits=3, misses=1)
    memo.count("clip", hits=2, misses=0)
    usage = memo.usage()["clip"]
    assert (usage.hits, usage.misses) == (5, 1)
    memo.forget("clip")
    assert memo.usage() == {}


def test_an_answer_is_kept_until_it_is_replaced_or_all_are_forgotten(memo):
    assert memo.answer("q") is None
    memo.keep_answer("q", "a")
    memo.keep_answer("r", "b")
    memo.keep_answer("q", "c")
    assert (memo.answer("q"), memo.answer("r"), memo.answer("s")) == ("c", "b", None)
    memo.forget_answers()
    assert memo.answer("q") is None


def test_a_memo_from_before_there_were_answers_is_read_and_written(memo):
    memo.remember([(A, OLD, b"h")])
    with sqlite3.connect(memo.path) as database:
        database.execute("DROP TABLE answers")
    database.close()
    assert memo.answer("q") is None
    assert memo.hashes({A: OLD}) == {A: b"h"}
    memo.keep_answer("q", "a")
    assert memo.answer("q") == "a"


def test_a_read_only_memo_keeps_no_answer(memo):
    memo.keep_answer("q", "a")
    reader = Memo(memo.path, read_only=True)
    reader.keep_answer("q", "b")
    assert reader.answer("q") == "a"


def test_without_a_path_nothing_is_remembered():
    memo = Memo(None)
    memo.remember([(A, OLD, b"h")])
    assert memo.hashes({A: OLD}) == {}


def test_a_read_only_memo_reads_and_never_writes(memo):
    memo.remember([(A, OLD, b"h")])
    reader = Memo(memo.path, read_only=True)
    reader.remember([(B, OLD, b"h")])
    reader.count("clip", hits=1, misses=0)
    assert reader.hashes({A: OLD, B: OLD}) == {A: b"h"}
    assert reader.usage() == {}


def test_a_read_only_memo_makes_no_file(tmp_path):
    Memo(tmp_path / "files.sqlite", read_only=True).count("clip", hits=1, misses=0)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_begun_anew(memo):
    memo.remember([(A, OLD, b"h")])
    memo.path.write_bytes(b"no database at all" * 100)
    assert memo.hashes({A: OLD}) == {}
    memo.remember([(A, OLD, b"h")])
    assert memo.hashes({A: OLD}) == {A: b"h"}


def test_where_no_file_can_be_made_work_goes_on(tmp_path):
    (tmp_path / "file").write_text("x")
    memo = Memo(tmp_path / "file" / "files.sqlite")
    memo.remember([(A, OLD, b"h")])
    assert memo.hashes({A: OLD}) == {}
    assert memo.usage() == {}


def test_a_database_of_another_program_is_left_alone(tmp_path):
    path = tmp_path / "files.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE files (x)")
    database.close()
    memo = Memo(path)
    assert memo.hashes({A: OLD}) == {}
    memo.remember([(A, OLD, b"h")])
    assert memo.hashes({A: OLD}) == {}


def test_threads_share_it(memo):
    def work(number):
        memo.remember([(b"/%d" % number, OLD, b"h")])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(memo.hashes({b"/%d" % i: OLD for i in range(8)})) == 8
