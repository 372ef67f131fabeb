import os
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clusterby.cache import Memo, pack_keys
from clusterby.core.column import Column
from clusterby.core.modality import Modality
from clusterby.engines import LocalEngine
from clusterby.media.content import content_hash, content_key
from clusterby.ops import keys as module
from clusterby.ops.keys import CellKeys


def column_of(cells):
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return Column(name="image", cells=array, type="object")


def keys_of(cells, memo=None, *, read=True):
    found = CellKeys(column_of(cells), Modality.IMAGE, engine=LocalEngine(2), memo=memo or Memo(None))
    if read:
        found.read(np.arange(len(cells)))
    return found


@pytest.fixture
def files(tmp_path):
    paths = []
    for shade in (0, 90, 90, 200):
        paths.append(str(tmp_path / f"{len(paths)}.png"))
        Image.new("RGB", (8, 8), (shade, 0, 0)).save(paths[-1])
        os.utime(paths[-1], (1, 1))
    return paths


@pytest.fixture
def settled(monkeypatch):
    monkeypatch.setattr("clusterby.cache.memo._SETTLED", -(10**12))


def test_rows_with_the_same_content_have_the_same_key_and_others_another(files):
    keys = keys_of(files).keys
    assert (keys[1] == keys[2]).all()
    assert len(np.unique(keys, axis=0)) == 3


def test_the_key_of_a_row_does_not_know_where_it_stands(files):
    np.testing.assert_array_equal(keys_of(files).keys[::-1], keys_of(files[::-1]).keys)


def test_a_file_and_its_bytes_have_the_same_key(files):
    content = Path(files[0]).read_bytes()
    keys = keys_of([files[0], content, {"bytes": content}]).keys
    assert len(np.unique(keys, axis=0)) == 1


def test_a_cell_without_content_has_no_key(files, tmp_path):
    found = keys_of([files[0], None, "no such file", str(tmp_path), 3])
    assert found.known.tolist() == [True, False, False, False, False]


def test_a_file_is_read_only_when_it_is_asked_for(files):
    found = keys_of(files, read=False)
    assert not found.known.any()
    found.read(np.array([1, 3]))
    assert found.known.tolist() == [False, True, False, True]


def test_a_file_that_vanishes_before_it_is_read_has_no_key(files):
    found = keys_of(files, read=False)
    Path(files[2]).unlink()
    found.read(np.arange(4))
    assert found.known.tolist() == [True, True, False, True]


def test_a_folder_that_did_not_change_is_not_read_again(files, tmp_path, monkeypatch, settled):
    memo = Memo(tmp_path / "files.sqlite")
    first = keys_of(files, memo)
    monkeypatch.setattr(module, "file_hash", lambda path: pytest.fail(f"{path} was read"))
    second = keys_of(files, memo, read=False)
    assert second.known.all()
    np.testing.assert_array_equal(first.keys, second.keys)


def test_a_file_that_changed_is_read_again_even_if_size_and_time_are_what_they_were(files, tmp_path, settled):
    memo = Memo(tmp_path / "files.sqlite")
    first = keys_of(files, memo)
    content = bytearray(Path(files[3]).read_bytes())
    content[-20] ^= 1
    time.sleep(0.02)
    Path(files[3]).write_bytes(content)
    os.utime(files[3], (1, 1))
    second = keys_of(files, memo)
    assert (first.keys == second.keys).all(axis=1).tolist() == [True, True, True, False]


def test_texts_are_keyed_at_once():
    texts = np.array(["a", "b", "a"], dtype=object)
    found = CellKeys(
        column_of(["a", None, "b", "a"]), Modality.TEXT, engine=LocalEngine(1), memo=Memo(None), texts=texts,
        text_rows=np.array([0, 2, 3]),
    )  # fmt: skip
    assert found.known.tolist() == [True, False, True, True]
    assert (found.keys[0] == found.keys[3]).all()
    assert not (found.keys[0] == found.keys[2]).all()


def test_without_salt_a_key_is_that_of_the_content_alone():
    plain = content_key(Modality.IMAGE, content_hash(b"some bytes"))
    np.testing.assert_array_equal(keys_of([b"some bytes"]).keys, pack_keys([plain]))


def test_salt_is_asked_for_every_key_with_its_row_and_once(files):
    asked = []

    def salt(keys, rows):
        asked.extend(rows.tolist())
        return keys + rows[:, None].astype(np.uint64)

    cells = [files[1], Path(files[1]).read_bytes(), None, files[2]]
    plain = keys_of(cells).keys
    found = CellKeys(column_of(cells), Modality.IMAGE, engine=LocalEngine(2), memo=Memo(None), salt=salt)
    found.read(np.arange(4))
    assert sorted(asked) == [0, 1, 3]
    assert found.known.tolist() == [True, True, False, True]
    np.testing.assert_array_equal(
        found.keys[[0, 1, 3]], plain[[0, 1, 3]] + np.array([[0], [1], [3]], np.uint64)
    )


def test_what_is_remembered_of_a_file_is_its_own_hash_whatever_the_salt(
    files, tmp_path, monkeypatch, settled
):
    memo = Memo(tmp_path / "files.sqlite")
    salted = CellKeys(
        column_of(files),
        Modality.IMAGE,
        engine=LocalEngine(2),
        memo=memo,
        salt=lambda keys, rows: keys + np.uint64(1),
    )
    salted.read(np.arange(4))
    monkeypatch.setattr(module, "file_hash", lambda path: pytest.fail(f"{path} was read"))
    np.testing.assert_array_equal(keys_of(files, memo).keys + np.uint64(1), salted.keys)
