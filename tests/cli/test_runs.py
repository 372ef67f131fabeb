import pytest
from tests.runs.test_record import VECTORS

import clusterby as cb
from clusterby import runs


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("CLUSTERBY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLUSTERBY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "home"


@pytest.fixture
def filled(home):
    groups = cb.clusterby({"v": VECTORS.tolist()}, "v", n_clusters=3).renamed({0: "the [b]zeros[/b]"})
    runs.save(groups, "three", seconds=1.25)
    runs.save(groups.merged([0, 1]), "two")
    return home


def test_an_empty_store_says_so(run, home):
    done = run("runs", "list")
    assert (done.status, done.out) == (0, f"No runs are kept in {home}\n")
    assert run("runs", "list", "--json").json == {"home": str(home), "runs": []}


def test_the_list_has_a_line_for_each_run(run, filled):
    done = run("runs", "list")
    head, three, two = done.out.splitlines()
    assert head.split() == [
        "key",
        "by",
        "method",
        "clusters",
        "rows",
        "skipped",
        "silhouette",
        "saved",
        "(UTC)",
    ]
    assert three.split()[:6] == ["three", "v", "kmeans", "3", "60", "0"]
    assert two.split()[:6] == ["two", "v", "kmeans", "2", "60", "0"]
    found = run("runs", "list", "--json").json["runs"]
    assert [(facts["key"], facts["by"], facts["n_clusters"]) for facts in found] == [
        ("three", ["v"], 3),
        ("two", ["v"], 2),
    ]


def test_a_damaged_run_is_in_the_list_with_what_is_wrong(run, filled):
    (filled / "runs" / "two@1" / "manifest.json").write_text("{")
    done = run("runs", "list")
    assert done.status == 0
    assert "run 'two' is damaged" in done.out
    assert run("runs", "show", "two").status == 1


def test_show_says_how_a_run_was_made(run, filled):
    done = run("runs", "show", "three")
    assert done.status == 0
    words = " ".join(done.out.split())
    for said in (
        "identity (v), revision 1",
        "n_clusters=3",
        "0 the [b]zeros[/b] (by you)",
        "no folder or file (dict)",
        "in 1.2 s",
    ):
        assert said in words
    assert run("runs", "show", "three", "--json").json == runs.info("three")


def test_rename_and_delete_do_and_say_so(run, filled):
    assert run("runs", "rename", "two", "pair").out == "two is now pair\n"
    assert run("runs", "rename", "pair", "two", "--json").json == {"renamed": "pair", "key": "two"}
    assert run("runs", "delete", "two", "three", "--json").json == {"deleted": ["two", "three"]}
    assert runs.list() == []


def test_quiet_says_nothing(run, filled):
    assert run("runs", "rename", "two", "pair", "--quiet").out == ""
    assert run("runs", "delete", "pair", "--quiet").out == ""


def test_compare_shows_the_counts_and_what_merged(run, filled):
    done = run("runs", "compare", "three", "two")
    assert done.status == 0
    lines = done.out.splitlines()
    assert lines[0].split()[:3] == ["three", "\\", "two"]
    assert len([line for line in lines if " 20" in line]) == 3
    assert "merged: 0 the [b]zeros[/b], 1 into 0 the [b]zeros[/b]" in done.out
    found = run("runs", "compare", "three", "two", "--json").json
    assert (found["a"], found["b"], found["merged"], found["n_rows"]) == ("three", "two", {"0": [0, 1]}, 60)
    assert (
        "split: 0 the [b]zeros[/b] into 0 the [b]zeros[/b], 1" in run("runs", "compare", "two", "three").out
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "tree"], "no run 'tree'. Did you mean 'three'?"), (["delete", "../x"], "run key '../x'"),
        (["rename", "two", "three"], "there is a run 'three' already"), (["compare", "two", "one"], "no run 'one'"),
    ],
)  # fmt: skip
def test_an_error_is_one_line(run, filled, arguments, said):
    done = run("runs", *arguments)
    assert (done.status, done.out) == (1, "")
    assert said in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_of_many_clusters_the_first_are_shown_and_that_is_said(run, home):
    cells = {"v": [[float(i)] for i in range(20)]}
    runs.save(cb.clusterby(cells, "v", n_clusters=14), "many")
    done = run("runs", "compare", "many", "many")
    assert "the first 12 of 14 × 14 clusters; --json has all" in done.out
    assert len(run("runs", "compare", "many", "many", "--json").json["rows"]) == 14
