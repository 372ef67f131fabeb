import json
import shutil

import pytest

from clusterby import runs
from clusterby.core.errors import InvalidParameter, UnknownName, UnreadableSource
from clusterby.runs.manage import RunFacts


def kept(home):
    return sorted(p.name for p in (home / "runs").iterdir() if p.name != ".lock")


def test_a_list_says_of_each_run_what_it_is(home, groups, table):
    assert runs.list() == []
    runs.save(groups, "b")
    runs.save(groups.merged([0, 1]), "a")
    first, second = runs.list()
    assert (first.key, first.n_clusters, second.key, second.n_clusters) == ("a", 2, "b", 3)
    assert (second.by, second.method, second.n_rows, second.n_skipped) == (("v",), "kmeans", 60, 0)
    assert second.silhouette == groups.quality().silhouette
    assert second.size == sum(p.stat().st_size for p in (home / "runs" / "b@1").iterdir())
    assert second.damage is None
    assert isinstance(first, RunFacts)


@pytest.mark.parametrize("content", ["", "{}", '{"files": {}}', '{"files": {}, "quality": [1], "by": 3}'])
def test_a_damaged_run_is_listed_with_what_is_wrong_and_can_be_deleted(home, groups, content):
    runs.save(groups, "a")
    runs.save(groups, "b")
    (home / "runs" / "a@1" / "manifest.json").write_text(content)
    damaged, whole = runs.list()
    assert damaged.damage
    assert "\n" not in damaged.damage
    assert (damaged.key, whole.key, whole.damage) == ("a", "b", None)
    runs.delete("a")
    assert kept(home) == ["b@1"]


def test_info_is_the_manifest_with_the_place(home, groups):
    folder = runs.save(groups, "a")
    info = runs.info("a")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert {name: info[name] for name in manifest} == manifest
    assert (info["key"], info["folder"]) == ("a", str(folder))
    (folder / "manifest.json").write_text("{")
    with pytest.raises(UnreadableSource, match="run 'a' is damaged: .*manifest.json"):
        runs.info("a")


def test_a_renamed_run_is_what_it_was(home, groups, table, same_result):
    runs.save(groups, "a")
    runs.save(groups, "a", overwrite=True)
    runs.rename("a", "b")
    assert kept(home) == ["b@1"]
    same_result(runs.load("b", table), groups)
    runs.rename("b", "b")
    assert kept(home) == ["b@1"]
    runs.rename("b", "B")
    assert kept(home) == ["B@1"]


def test_a_key_that_is_taken_is_not_renamed_over(home, groups):
    runs.save(groups, "a")
    runs.save(groups, "b")
    with pytest.raises(InvalidParameter, match="there is a run 'b' already"):
        runs.rename("a", "b")
    with pytest.raises(InvalidParameter, match="differs by case alone"):
        runs.rename("a", "B")
    with pytest.raises(InvalidParameter, match="give a word of the letters"):
        runs.rename("a", "../b")
    assert kept(home) == ["a@1", "b@1"]


def test_older_versions_do_not_come_back_when_the_newest_goes(home, groups):
    for action in (lambda: runs.delete("a"), lambda: runs.rename("a", "b")):
        folder = runs.save(groups, "a")
        shutil.copytree(folder, home / "runs" / "a@7")
        action()
        assert "a" not in [facts.key for facts in runs.list()]
    assert kept(home) == ["b@1"]


def test_a_link_in_the_store_is_removed_and_not_what_it_leads_to(home, groups, tmp_path):
    runs.save(groups, "a").rename(tmp_path / "precious")
    (home / "runs" / "a@1").symlink_to(tmp_path / "precious")
    assert "no link is followed" in runs.list()[0].damage
    runs.delete("a")
    assert kept(home) == []
    assert (tmp_path / "precious" / "manifest.json").exists()


@pytest.mark.parametrize("act", [runs.delete, runs.info, lambda key: runs.rename(key, "z")])
def test_an_unknown_run_is_an_error_that_writes_nothing(home, act):
    with pytest.raises(UnknownName, match="no run 'a'"):
        act("a")
    with pytest.raises(InvalidParameter, match="run key"):
        act("a/b")
    assert not home.exists()


@pytest.mark.parametrize("fact", ["encoder", "names", "schema"])
def test_a_manifest_without_something_is_damage(home, groups, fact):
    path = runs.save(groups, "a") / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest[fact]
    path.write_text(json.dumps(manifest))
    with pytest.raises(UnreadableSource, match=f"run 'a' is damaged: .*{fact}"):
        runs.info("a")


def test_a_run_that_lacks_a_file_is_listed_as_damaged(home, groups):
    (runs.save(groups, "a") / "rows.parquet").unlink()
    (damaged,) = runs.list()
    assert "rows.parquet (it is not there)" in damaged.damage


def test_several_are_deleted_or_none(home, groups):
    for key in "abc":
        runs.save(groups, key)
    with pytest.raises(UnknownName, match="no run 'nope'"):
        runs.delete("a", "nope", "b")
    assert kept(home) == ["a@1", "b@1", "c@1"]
    runs.delete("a", "b", "a")
    assert kept(home) == ["c@1"]
