import pytest


@pytest.fixture
def filled(run, images, tmp_path, monkeypatch):
    """A cache of its own, with the vectors of 59 images in it."""
    monkeypatch.setenv("CLUSTERBY_CACHE", str(tmp_path / "cache"))
    assert run("embed", images, "--quiet").status == 0
    return tmp_path / "cache"


def test_an_empty_cache_says_so(run, tmp_path):
    done = run("cache", "info", "--cache", tmp_path / "none")
    assert (done.status, done.out) == (0, f"No vectors are kept in {tmp_path / 'none'}\n")


def test_info_shows_what_is_kept(run, filled):
    done = run("cache", "info")
    assert done.status == 0
    head, row = done.out.splitlines()[:2]
    assert head.split() == ["encoder", "revision", "rows", "dim", "size", "found", "encoded", "last", "used"]
    assert row.split()[0] == "color-gradient"
    assert row.split()[2:4] == ["59", "724"]
    assert done.out.rstrip().endswith(f"in {filled}")


def test_info_as_json_has_every_figure(run, filled, images):
    run("embed", images, "--quiet")
    done = run("cache", "info", "--json")
    space = done.json["spaces"][0]
    assert done.json["location"] == str(filled)
    assert (space["encoder"], space["rows"], space["dimension"]) == ("color-gradient", 59, 724)
    assert (space["hits"], space["misses"]) == (59, 59)
    assert done.json["size"] == space["size"] > 59 * 724 * 4


def test_info_changes_nothing(run, filled):
    before = sorted(p for p in filled.rglob("*"))
    run("cache", "info")
    assert sorted(p for p in filled.rglob("*")) == before


def test_clear_wants_to_be_told_what(run, filled):
    done = run("cache", "clear")
    assert done.status == 1
    assert "say which vectors: --encoder, --older-than, --max-size, or --all" in done.err
    assert run("cache", "info", "--json").json["spaces"]


@pytest.mark.parametrize(
    "what", [["--all"], ["--encoder", "color-gradient"], ["--max-size", "0"], ["--older-than", "0s"]]
)
def test_clear_deletes_and_says_how_much(run, filled, what):
    size = run("cache", "info", "--json").json["size"]
    done = run("cache", "clear", *what, "--json")
    assert (done.status, done.json["freed"]) == (0, size)
    assert run("cache", "info", "--json").json["spaces"] == []


def test_clear_leaves_what_is_not_meant(run, filled):
    for what in (["--older-than", "2w"], ["--max-size", "1.5 GB"]):
        assert run("cache", "clear", *what).out.startswith("Freed 0 B in ")
    assert run("cache", "info", "--json").json["spaces"][0]["rows"] == 59


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (["--encoder", "clap"], "nothing in .* is of encoder 'clap'; there is: color-gradient"),
        (["--max-size", "many"], "--max-size many: give a number with a unit, as in --max-size 2GB"),
        (["--older-than", "3 years"], "give a number with a unit, as in --older-than 90d"),
    ],
)
def test_what_cannot_be_meant_is_one_line(run, filled, what, said):
    import re

    done = run("cache", "clear", *what)
    assert done.status == 1
    assert re.search(said, done.err.replace("\n", " "))
    assert len(done.err.strip().splitlines()) == 1
