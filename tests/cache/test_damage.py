from contextlib import nullcontext
from pathlib import Path

import pytest

from clusterby.cache.damage import open_dataset
from clusterby.core.errors import UnreadableSource


@pytest.fixture
def folder(space, make_rows):
    keys, vectors = make_rows(20)
    space.append(keys[:10], vectors[:10])
    space.append(keys[10:], vectors[10:])
    return Path(space.uri)


def newest(folder):
    return sorted((folder / "_versions").glob("*.manifest"))[0]


def test_nothing_there_is_nothing(tmp_path):
    assert open_dataset(str(tmp_path / "x.lance"), folder=tmp_path / "x.lance", lock=nullcontext) is None


@pytest.mark.parametrize("left", [0, 5, 20, 100])
def test_a_list_cut_short_gives_way_to_the_one_before_it(folder, left):
    damaged = newest(folder)
    damaged.write_bytes(damaged.read_bytes()[:left])
    found = open_dataset(str(folder), folder=folder, lock=nullcontext)
    assert found.count_rows() == 10
    assert (folder / "_damaged" / damaged.name).stat().st_size == left


@pytest.mark.parametrize("place", [0.02, 0.25, 0.5, 0.75, 0.98])
def test_a_flipped_byte_in_a_list_harms_no_row(folder, make_rows, place):
    damaged = newest(folder)
    content = bytearray(damaged.read_bytes())
    content[int(place * len(content))] ^= 0xFF
    damaged.write_bytes(content)
    found = open_dataset(str(folder), folder=folder, lock=nullcontext)
    assert found.count_rows() in (10, 20)


def test_nothing_is_changed_where_nothing_may_be(folder):
    newest(folder).write_bytes(b"")
    for lock, place in ((None, folder), (nullcontext, None)):
        with pytest.raises(UnreadableSource, match="cannot be read"):
            open_dataset(str(folder), folder=place, lock=lock)
    assert not (folder / "_damaged").exists()


def test_a_trouble_that_is_no_damage_puts_nothing_aside(folder, monkeypatch):
    import lance

    def refuses(uri):
        raise ValueError("This dataset was written by a newer version of Lance, /rust/src/x.rs:1")

    monkeypatch.setattr(lance, "dataset", refuses)
    with pytest.raises(UnreadableSource, match="newer version of Lance$"):
        open_dataset(str(folder), folder=folder, lock=nullcontext)
    assert newest(folder).exists()
    assert not (folder / "_damaged").exists()
