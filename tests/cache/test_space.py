import logging
import multiprocessing
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from clusterby.cache import Cache, no_keys
from clusterby.core.errors import InvalidVectors, UnwritableTarget

FACTS = {"encoder": "clip", "revision": "1"}


def data_files(space):
    return sorted(Path(space.uri, "data").iterdir())


def manifests(space):
    return sorted(Path(space.uri, "_versions").glob("*.manifest"))  # the newest is the first


def again(space, **options):
    """Return the same space as another process would open it."""
    other = Cache(Path(space.uri).parent, **options).space(FACTS)
    other.refresh()
    return other


def assert_holds(space, keys, vectors):
    found, read = space.read(keys)
    assert found.all()
    np.testing.assert_array_equal(read, vectors)


def test_a_new_space_is_empty_and_makes_no_file(space, tmp_path):
    space.refresh()
    found, vectors = space.read(no_keys())
    assert (len(space), space.dimension, len(found), len(vectors)) == (0, None, 0, 0)
    assert list(tmp_path.iterdir()) == []


def test_what_was_stored_is_found_again_in_any_order(space, make_rows):
    keys, vectors = make_rows(500)
    assert space.append(keys, vectors) == 500
    order = np.random.default_rng(1).permutation(500)
    assert_holds(again(space), keys[order], vectors[order])
    assert again(space).dimension == 4


def test_keys_that_are_not_stored_are_not_found(space, make_rows):
    keys, vectors = make_rows(20)
    space.append(keys[:10], vectors[:10])
    found, read = space.read(keys[::-1])
    assert found.tolist() == [False] * 10 + [True] * 10
    np.testing.assert_array_equal(read, vectors[9::-1])


def test_a_key_may_be_asked_for_twice(space, make_rows):
    keys, vectors = make_rows(3)
    space.append(keys, vectors)
    assert_holds(space, keys[[2, 0, 2]], vectors[[2, 0, 2]])


def test_a_key_is_stored_once_and_keeps_its_first_vector(space, make_rows):
    keys, vectors = make_rows(10)
    space.append(keys[:6], vectors[:6])
    assert space.append(keys, vectors + 1) == 4
    assert_holds(again(space), keys, np.concatenate([vectors[:6], vectors[6:] + 1]))


def test_rows_far_apart_in_many_fragments_are_found(space, make_rows):
    keys, vectors = make_rows(2_000)
    for start in range(0, 2_000, 100):
        space.append(keys[start : start + 100], vectors[start : start + 100])
    few = np.array([1_999, 3, 1_150, 4, 700])
    assert_holds(space, keys[few], vectors[few])
    assert_holds(space, keys, vectors)


def test_another_dimension_is_refused(space, make_rows):
    space.append(*make_rows(2, 4))
    with pytest.raises(InvalidVectors, match="5 dimensions for a space of 4"):
        space.append(*make_rows(2, 5, seed=1))


def test_compaction_leaves_one_fragment_and_every_row(space, make_rows):
    keys, vectors = make_rows(100)
    for start in range(0, 100, 10):
        space.append(keys[start : start + 10], vectors[start : start + 10])
    assert len(data_files(space)) == 10
    space.compact()
    assert len(data_files(space)) == 10
    space.compact(at_once=True)
    assert len(data_files(space)) == 1
    assert_holds(space, keys, vectors)
    assert_holds(again(space), keys, vectors)


def test_a_reader_that_came_before_a_compaction_reads_on(space, make_rows):
    keys, vectors = make_rows(480)
    for start in range(0, 480, 10):
        space.append(keys[start : start + 10], vectors[start : start + 10])
    reader = again(space)
    space.compact()
    assert len(again(space)._fragments) == 1
    assert_holds(reader, keys, vectors)


def test_equal_keys_of_writers_without_a_lock_are_one_after_compaction(space, make_rows):
    keys, vectors = make_rows(10)
    space.append(keys, vectors)
    space._write(keys[:4], vectors[:4] + 9)  # as a second writer in an object store would
    space.refresh()
    assert len(space) == 14
    assert_holds(space, keys, vectors)
    space.compact(at_once=True)
    assert len(space) == 10
    assert_holds(space, keys, vectors)


@pytest.mark.parametrize("at", [10, 300, -200])
def test_a_flipped_byte_is_never_returned(space, make_rows, caplog, at):
    keys, vectors = make_rows(50)
    space.append(keys, vectors)
    file = data_files(space)[0]
    content = bytearray(file.read_bytes())
    content[at] ^= 0xFF
    file.write_bytes(content)
    reader = again(space)
    found, read = reader.read(keys)
    np.testing.assert_array_equal(read, vectors[found])
    reader.append(keys[~found], vectors[~found])
    assert_holds(again(space), keys, vectors)


def test_a_damaged_vector_is_reported_made_anew_and_its_neighbours_are_kept(space, make_rows, caplog):
    keys, vectors = make_rows(50)
    space.append(keys, vectors)
    file = data_files(space)[0]
    content = file.read_bytes()
    raw = vectors[17].tobytes()
    assert content.count(raw) == 1
    file.write_bytes(content.replace(raw, bytes(len(raw))))
    reader = again(space)
    with caplog.at_level(logging.WARNING):
        found, _ = reader.read(keys)
    assert np.flatnonzero(~found).tolist() == [17]
    assert "1 of the vectors stored in" in caplog.text
    assert reader.append(keys[[17]], vectors[[17]]) == 1
    caplog.clear()
    assert_holds(again(space), keys, vectors)
    assert caplog.text == ""


@pytest.mark.parametrize("left", [0, 40, 300])
def test_a_file_cut_short_is_reported_and_the_rest_is_kept(space, make_rows, caplog, left):
    keys, vectors = make_rows(60)
    space.append(keys[:30], vectors[:30])
    first = data_files(space)[0]
    space.append(keys[30:], vectors[30:])
    first.write_bytes(first.read_bytes()[:left])
    with caplog.at_level(logging.WARNING):
        reader = again(space)
        found, read = reader.read(keys)
    assert found.tolist() == [False] * 30 + [True] * 30
    assert "damaged" in caplog.text
    np.testing.assert_array_equal(read, vectors[30:])
    reader.append(keys[:30], vectors[:30])
    assert_holds(again(space), keys, vectors)


def test_a_file_that_is_gone_is_reported_and_the_rest_is_kept(space, make_rows):
    keys, vectors = make_rows(60)
    space.append(keys[:30], vectors[:30])
    first = data_files(space)[0]
    space.append(keys[30:], vectors[30:])
    first.unlink()
    reader = again(space)
    assert reader.read(keys)[0].tolist() == [False] * 30 + [True] * 30
    reader.append(keys[:30], vectors[:30])
    assert_holds(again(space), keys, vectors)


def test_a_damaged_manifest_gives_way_to_the_one_before_it(space, make_rows, caplog):
    keys, vectors = make_rows(60)
    space.append(keys[:30], vectors[:30])
    space.append(keys[30:], vectors[30:])
    newest = manifests(space)[0]
    newest.write_bytes(newest.read_bytes()[:20])
    with caplog.at_level(logging.WARNING):
        reader = again(space)
    assert "was damaged" in caplog.text
    assert (Path(space.uri) / "_damaged" / newest.name).exists()
    assert reader.read(keys)[0].tolist() == [True] * 30 + [False] * 30
    reader.append(keys[30:], vectors[30:])
    assert_holds(again(space), keys, vectors)


def test_with_every_manifest_damaged_the_space_begins_anew(space, make_rows, caplog):
    keys, vectors = make_rows(10)
    space.append(keys, vectors)
    for manifest in manifests(space):
        manifest.write_bytes(b"")
    reader = again(space)
    assert len(reader) == 0
    reader.append(keys, vectors)
    assert_holds(again(space), keys, vectors)


def test_read_only_finds_and_never_stores(space, make_rows):
    keys, vectors = make_rows(10)
    space.append(keys[:5], vectors[:5])
    reader = again(space, read_only=True)
    assert reader.append(keys, vectors) == 0
    assert reader.read(keys)[0].tolist() == [True] * 5 + [False] * 5
    assert len(again(space)) == 5


def test_old_rows_are_deleted_and_the_others_found(space, make_rows):
    keys, vectors = make_rows(30)
    for start in (0, 10, 20):
        space.append(keys[start : start + 10], vectors[start : start + 10])
    assert space.delete(oldest=10) == 10
    assert space.read(keys)[0].tolist() == [False] * 10 + [True] * 20
    assert_holds(space, keys[10:], vectors[10:])
    assert space.delete(before=4e9) == 20
    assert len(space) == 0


def test_a_place_that_cannot_be_written_says_what_to_do(tmp_path, make_rows):
    (tmp_path / "file").write_text("x")
    space = Cache(tmp_path / "file" / "deeper").space(FACTS)
    with pytest.raises(UnwritableTarget, match="cannot be written.*CLUSTERBY_CACHE.*cache=False"):
        space.append(*make_rows(3))


FULL_DISK = """
import resource, signal, sys
import numpy as np
from clusterby.cache import Cache
from clusterby.core.errors import UnwritableTarget
rng = np.random.default_rng(0)
keys = rng.integers(1, 2**63, (2_000, 2)).astype(np.uint64)
vectors = rng.normal(size=(2_000, 64)).astype(np.float32)
space = Cache(sys.argv[1]).space({"encoder": "clip", "revision": "1"})
space.append(keys[:100], vectors[:100])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then writing past the limit fails as on a full disk
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    space.append(keys, vectors)
except UnwritableTarget as error:
    print(error)
space.refresh()
found, read = space.read(keys)
print(int(found.sum()), bool((read == vectors[:100]).all()))
"""


def test_a_full_disk_is_an_error_that_says_so_and_what_was_stored_stays_readable(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)], capture_output=True, text=True, check=True
    )
    said, counted = done.stdout.splitlines()
    assert "is full; what was stored before is safe" in said
    assert "clusterby cache clear" in said
    assert counted == "100 True"


def append_some(folder, first, ready):
    rng = np.random.default_rng(0)
    keys = rng.integers(1, 2**63, (400, 2)).astype(np.uint64)
    vectors = rng.normal(size=(400, 4)).astype(np.float32)
    space = Cache(folder).space(FACTS)
    ready.wait()
    for start in range(first, first + 200, 20):
        space.append(keys[start : start + 20], vectors[start : start + 20])


def test_processes_that_write_at_once_lose_nothing_and_double_nothing(space, make_rows):
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(3)
    folder = Path(space.uri).parent
    writers = [context.Process(target=append_some, args=(folder, first, ready)) for first in (0, 100, 200)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    keys, vectors = make_rows(400)
    space.refresh()
    assert len(space) == 400
    assert_holds(space, keys, vectors)
