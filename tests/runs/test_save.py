import json
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import clusterby as cb
from clusterby import runs
from clusterby.core.errors import InvalidParameter, UnwritableTarget
from clusterby.runs.versions import all_versions
from tests.runs import killing


def kept(home):
    return sorted(p.name for p in (home / "runs").iterdir() if p.name != ".lock")


def test_what_is_saved_comes_back(home, groups, table, same_result):
    assert runs.save(groups, "by_look") == home / "runs" / "by_look@1"
    same_result(runs.load("by_look", table), groups)


def test_a_run_is_json_and_parquet_and_nothing_else(home, groups):
    folder = runs.save(groups, "by_look")
    assert {p.name for p in folder.iterdir()} == {
        "manifest.json", "rows.parquet", "arrays.parquet", "exemplars.parquet", "skipped.parquet",
    }  # fmt: skip
    assert json.loads((folder / "manifest.json").read_text())["schema"] == 1
    for path in folder.glob("*.parquet"):
        assert path.read_bytes()[:4] == b"PAR1"


def test_a_key_that_is_taken_is_not_written_over(home, groups, table):
    runs.save(groups, "a")
    with pytest.raises(InvalidParameter, match="there is a run 'a' already: .* overwrite=True"):
        runs.save(groups.renamed({0: "other"}), "a")
    assert runs.load("a", table).names_[0] == "zero"
    runs.save(groups.renamed({0: "other"}), "a", overwrite=True)
    assert runs.load("a", table).names_[0] == "other"
    assert kept(home) == ["a@2"]


def test_a_key_that_differs_by_case_is_refused(home, groups):
    runs.save(groups, "Look")
    with pytest.raises(InvalidParameter, match="there is a run 'Look', which differs by case alone"):
        runs.save(groups, "look", overwrite=True)
    assert kept(home) == ["Look@1"]


@pytest.mark.parametrize("key", ["../a", "a/b", "", "a@1", "con"])
def test_a_bad_key_writes_nothing(home, groups, key):
    with pytest.raises(InvalidParameter, match="run key"):
        runs.save(groups, key)
    assert not home.exists()


def test_how_long_it_took_and_when_are_kept(home, groups):
    runs.save(groups, "a", seconds=1.23456)
    info = runs.info("a")
    assert info["seconds"] == 1.235
    assert info["created"] <= info["saved"]
    assert info["saved"].endswith("+00:00")


def test_a_result_that_came_back_is_saved_with_the_facts_of_its_making(home, groups, table):
    runs.save(groups, "a", seconds=2.0)
    runs.save(runs.load("a", table).merged([0, 1]), "b")
    old, new = runs.info("a"), runs.info("b")
    for fact in ("created", "seconds", "versions", "encoder", "recipes", "space", "predicts", "table"):
        assert old[fact] == new[fact]
    assert (old["n_clusters"], new["n_clusters"], new["merged_into"]) == (3, 2, {"1": 0})


ACTIONS = {"overwrite": (14, ("k", "new")), "rename": (2, ("m", "old")), "delete": (7, None)}


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """The homes in which writers were killed, one before each step of each action, in order."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.runs.killing", str(tmp_path_factory.mktemp("killed")), *ACTIONS],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    pairs = [line.split(" ", 1) for line in done.stdout.splitlines()]
    return {action: [Path(home) for of, home in pairs if of == action] for action in ACTIONS}


@pytest.mark.parametrize("action", ACTIONS)
def test_whatever_step_a_writer_is_killed_before_the_old_is_there_or_the_new(
    killed, monkeypatch, groups, action
):
    steps, after = ACTIONS[action]
    homes = killed[action]
    assert len(homes) >= steps
    seen = []
    for home in homes:
        monkeypatch.setenv("CLUSTERBY_HOME", str(home))
        found = runs.list()
        assert [facts.damage for facts in found] == [None] * len(found)
        state = [(facts.key, runs.load(facts.key, killing.TABLE).names_[0]) for facts in found]
        assert len(state) < 2
        seen.append(state[0] if state else None)
        runs.save(groups, "next")
        assert sorted(name.partition("@")[0] for name in kept(home)) == sorted(
            [*(key for key, _ in state), "next"]
        )
    before = ("k", "old")
    old = seen.count(before)
    assert old > 0
    assert len(seen) - old >= (0 if action == "rename" else 1)
    assert seen == [before] * old + [after] * (len(seen) - old)


def save_again(home, name, ready, said):
    os.environ["CLUSTERBY_HOME"] = home
    groups = cb.clusterby(killing.TABLE, "v", method="Birch", n_clusters=2, cache=False).renamed({0: name})
    ready.wait()
    written = 0
    for number in range(10):
        try:
            runs.save(groups, "shared", overwrite=True)
            written += 1
        except UnwritableTarget as error:
            assert "another process saved or removed run 'shared' meanwhile" in str(error)  # noqa: PT017
        runs.save(groups, f"{name}-{number}")
        assert runs.load("shared", killing.TABLE).names_[0] in ("one", "two")
    said.put(written)


def test_two_writers_at_once_lose_nothing_in_silence(home):
    context = multiprocessing.get_context("spawn")
    ready, said = context.Barrier(2), context.Queue()
    writers = [
        context.Process(target=save_again, args=(str(home), name, ready, said)) for name in ("one", "two")
    ]
    for writer in writers:
        writer.start()
    written = said.get(timeout=60) + said.get(timeout=60)
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    versions = {version.key: version.number for version in all_versions(home / "runs")}
    assert versions == {"shared": written} | {f"{name}-{i}": 1 for name in ("one", "two") for i in range(10)}


def test_who_was_first_is_not_overwritten(home, groups, table, monkeypatch):
    runs.save(groups, "a")
    first = groups.renamed({0: "first"})
    packed = runs.save.__globals__["packed"]

    def slow(run):
        monkeypatch.undo()
        monkeypatch.setenv("CLUSTERBY_HOME", str(home))
        runs.save(first, "a", overwrite=True)
        return packed(run)

    monkeypatch.setitem(runs.save.__globals__, "packed", slow)
    with pytest.raises(UnwritableTarget, match="another process saved or removed run 'a' meanwhile"):
        runs.save(groups.renamed({0: "second"}), "a", overwrite=True)
    assert runs.load("a", table).names_[0] == "first"


FULL_DISK = """
import resource, signal, sys, os
import numpy as np
import clusterby as cb
from clusterby import runs
from clusterby.core.errors import UnwritableTarget
vectors = np.random.default_rng(0).normal(size=(5_000, 4)).astype(np.float32)
small = cb.clusterby({"v": vectors[:50].tolist()}, "v", method="Birch", n_clusters=2, cache=False)
large = cb.clusterby({"v": vectors.tolist()}, "v", method="Birch", n_clusters=2, cache=False)
runs.save(small, "a")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then writing past the limit fails as on a full disk
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
for key in ("a", "b"):
    try:
        runs.save(large, key, overwrite=True)
    except UnwritableTarget as error:
        print(error)
print([(f.key, f.n_rows, f.damage) for f in runs.list()], sorted(os.listdir(os.environ["CLUSTERBY_HOME"] + "/runs")))
"""


def test_a_full_disk_is_an_error_that_says_so_and_what_was_saved_stays(home):
    done = subprocess.run([sys.executable, "-c", FULL_DISK], capture_output=True, text=True, check=True)
    *said, left = done.stdout.splitlines()
    assert len(said) == 2
    for line in said:
        assert "is full; what was saved before is safe. Free some space, or set CLUSTERBY_HOME" in line
    assert left == "[('a', 50, None)] ['.lock', 'a@1']"


def test_a_home_that_cannot_be_written_says_what_to_do(home, groups):
    (home / "runs" / ".lock").mkdir(parents=True)
    with pytest.raises(UnwritableTarget, match="cannot be written: .* Set CLUSTERBY_HOME"):
        runs.save(groups, "a")


def test_the_table_is_not_changed(home, table, groups):
    before = json.dumps(table)
    runs.save(groups, "a")
    runs.load("a", table).merged([0, 1])
    assert json.dumps(table) == before


@pytest.mark.parametrize("method", ["hdbscan", "gmm", "hierarchical"])
def test_other_methods_come_back_too(home, table, method, same_result):
    number = {} if method == "hdbscan" else {"n_clusters": 3}
    groups = cb.clusterby(table, "v", method=method, **number)
    runs.save(groups, method)
    back = runs.load(method, table)
    same_result(back, groups)
    tree = back._making.back.record.tree
    assert (tree is None) == (method != "hdbscan")
    if tree is not None:
        made = groups.clusterer_.condensed_tree_
        np.testing.assert_allclose(tree["child"], made["child"])


def test_a_result_that_came_back_is_known_by_its_cells_as_before(home):
    words = [f"{color} {what}" for color in ("red", "blue", "green") for what in ("bike", "wine")]
    groups = cb.clusterby({"w": words}, "w", embeddings=[[float(i)] for i in range(6)], n_clusters=3)
    groups.save("a")
    assert runs.info("a")["table"]["kinds"] == {"w": "text"}
    grown = {"w": words * 20}  # so often that they might be categories
    runs.load("a", grown).save("a", overwrite=True)
    assert runs.info("a")["table"]["kinds"] == {"w": "text"}
    assert not runs.changes(runs.load("a", grown))


@pytest.mark.parametrize("other", [None, {"v": [1]}, cb.groupby({"a": [1, 1]}, "a")])
def test_only_clusters_are_saved(home, other):
    with pytest.raises(InvalidParameter, match="cannot be saved: give what clusterby"):
        runs.save(other, "a")


def test_what_is_not_whole_takes_the_place_of_nothing(home, groups, table):
    groups.save("a")
    (home / "runs" / "a@2").mkdir()
    groups.save("b")
    assert kept(home) == ["a@1", "a@2", "b@1"]
    (home / "runs" / "a@2").rmdir()
    assert runs.load("a", table).n_clusters_ == 3
    (home / "runs" / "a@2").mkdir()
    runs.delete("a")
    assert kept(home) == ["b@1"]


def test_what_another_process_saved_since_it_was_loaded_is_not_lost(home, groups, table):
    groups.save("a")
    mine, other = runs.load("a", table), runs.load("a", table)
    other.merged([0, 1]).save("a", overwrite=True)
    with pytest.raises(UnwritableTarget, match="another process saved or removed run 'a' meanwhile"):
        mine.renamed({1: "mine"}).save("a", overwrite=True)
    assert runs.load("a", table).n_clusters_ == 2
    mine.save("b")
    other.renamed({1: "again"}).save("a", overwrite=True)  # its own work is in its way to nobody
    assert runs.load("a", table).n_clusters_ == 3
