from pathlib import Path

import numpy as np
import pytest

from clusterby.cache.extents import Extents, find_extents


@pytest.fixture
def filled(space, make_rows):
    keys, vectors = make_rows(1_000, 6)
    space.append(keys, vectors)
    return space, vectors


def read_all(extents, rows):
    return np.concatenate([chunk.copy() for chunk in extents.chunks(rows)])


@pytest.mark.parametrize("rows", [1, 7, 1_000, 5_000])
def test_the_vectors_are_those_that_were_stored(filled, rows):
    space, vectors = filled
    extents = find_extents(space._dataset.get_fragments()[0], Path(space.uri), 6)
    np.testing.assert_array_equal(read_all(extents, rows), vectors)
    assert max(len(chunk) for chunk in extents.chunks(rows)) == min(rows, 1_000)


def test_several_parts_of_a_file_follow_one_another(tmp_path):
    numbers = np.arange(20, dtype=np.float32).reshape(10, 2)
    (tmp_path / "x").write_bytes(b"head" + numbers[:4].tobytes() + b"between" + numbers[4:].tobytes())
    extents = Extents(tmp_path / "x", [(4, 32), (43, 48)], 2)
    np.testing.assert_array_equal(read_all(extents, 3), numbers)


def test_a_file_that_ends_too_early_is_an_error(tmp_path):
    (tmp_path / "x").write_bytes(bytes(30))
    with pytest.raises(OSError, match="the file ends too early"):
        read_all(Extents(tmp_path / "x", [(0, 32)], 2), 4)


def test_what_does_not_look_as_it_should_is_left_to_lance(filled):
    space, _ = filled
    fragment = space._dataset.get_fragments()[0]
    assert find_extents(fragment, None, 6) is None
    assert find_extents(fragment, Path(space.uri), 5) is None
    assert find_extents(fragment, Path(space.uri) / "none", 6) is None
    space._dataset.delete("stored >= 0 AND check % 2 = 0")
    space.refresh()
    left = space._dataset.get_fragments()[0]
    assert left.num_deletions
    assert find_extents(left, Path(space.uri), 6) is None


def test_rows_are_found_through_lance_where_the_disk_is_not_local(filled, monkeypatch, make_rows):
    space, vectors = filled
    monkeypatch.setattr("clusterby.cache.fragments.find_extents", lambda *args: None)
    keys, _ = make_rows(1_000, 6)
    found, read = space.read(keys)
    assert found.all()
    np.testing.assert_array_equal(read, vectors)
