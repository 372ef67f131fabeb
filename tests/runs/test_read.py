import json
import shutil

import pytest

from clusterby import runs
from clusterby.core.errors import InvalidParameter, InvalidTable, UnknownName, UnreadableSource
from clusterby.runs import read
from clusterby.runs.read import manifest_at, read_run, size_of


@pytest.fixture
def folder(home, groups):
    return runs.save(groups, "a")


def edit(folder, **changes):
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | changes))


def test_the_highest_version_is_read(folder, home):
    shutil.copytree(folder, home / "runs" / "a@12")
    edit(home / "runs" / "a@12", saved="later")
    version, manifest = manifest_at(home / "runs", "a")
    assert (version.number, manifest["saved"]) == (12, "later")
    assert size_of(version) == sum(p.stat().st_size for p in (home / "runs" / "a@12").iterdir())
    shutil.rmtree(version.path)
    assert size_of(version) == 0


@pytest.mark.parametrize(
    "name", ["manifest.json", "rows.parquet", "arrays.parquet", "exemplars.parquet", "skipped.parquet"]
)
@pytest.mark.parametrize("damage", ["missing", "cut", "flipped", "empty", "link", "folder"])
def test_a_damaged_file_is_named_with_what_to_do(folder, home, name, damage):
    path = folder / name
    content = path.read_bytes()
    path.unlink()
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "flipped":
        path.write_bytes(b"\xff" + content[1:])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "link":
        (home / "elsewhere").write_bytes(content)
        path.symlink_to(home / "elsewhere")
    elif damage == "folder":
        path.mkdir()
    with pytest.raises(UnreadableSource) as caught:
        read_run(home / "runs", "a")
    said = str(caught.value)
    assert str(path) in said
    assert "clusterby runs delete a" in said or "remove it" in said
    assert "\n" not in said


@pytest.mark.parametrize("other", ["../../secret", "/etc/passwd", "..", ".lock", "A.parquet", "a b", ""])
def test_a_manifest_may_name_no_file_outside_its_folder(folder, home, other):
    (home.parent / "secret").write_text("x")
    edit(folder, files={other: "0"})
    with pytest.raises(UnreadableSource, match="it names a file .* which cannot be one of its own"):
        read_run(home / "runs", "a")


def test_a_run_that_is_a_link_is_not_followed(folder, home):
    folder.rename(home / "moved")
    folder.symlink_to(home / "moved")
    with pytest.raises(UnreadableSource, match="no link is followed: remove it"):
        read_run(home / "runs", "a")


def test_a_later_schema_says_to_upgrade(folder, home):
    edit(folder, schema=99, versions={"clusterby": "9.0"})
    with pytest.raises(InvalidTable, match="clusterby 9.0 in schema 99.*upgrade clusterby"):
        read_run(home / "runs", "a")


def test_keys_are_checked_before_anything_is_opened(home):
    with pytest.raises(InvalidParameter, match="run key"):
        read_run(home / "runs", "../a")
    with pytest.raises(UnknownName, match="no run 'b'"):
        read_run(home / "runs", "b")


def test_a_version_that_vanishes_under_the_reader_is_read_again(folder, home, groups, monkeypatch):
    opened = []
    whole = read.read_bytes

    def replacing(path):
        opened.append(path)
        if len(opened) == 2:
            runs.save(groups.renamed({0: "newer"}), "a", overwrite=True)
        return whole(path)

    monkeypatch.setattr(read, "read_bytes", replacing)
    assert read_run(home / "runs", "a").record.names[0] == "newer"


def test_a_run_of_the_same_place_that_was_written_anew_is_no_damage(folder, home, groups, monkeypatch):
    opened = []
    whole = read.read_bytes

    def replacing(path):
        opened.append(path)
        if len(opened) == 2:
            runs.delete("a")
            runs.save(groups.merged([0, 1]), "a")
        return whole(path)

    monkeypatch.setattr(read, "read_bytes", replacing)
    assert read_run(home / "runs", "a").record.partition.n_clusters == 2


def test_a_run_that_is_never_still_is_given_up(folder, home, groups, monkeypatch):
    whole = read.read_bytes

    def replacing(path):
        if path.name == "rows.parquet":
            runs.save(groups, "a", overwrite=True)
        return whole(path)

    monkeypatch.setattr(read, "read_bytes", replacing)
    with pytest.raises(UnreadableSource, match="is written again and again"):
        read_run(home / "runs", "a")
