import csv

import pytest
from tests.servers.chat_server import ChatServer, said

import clusterby as cb
import clusterby.fiftyone as cbf

TEXTS = ["a red bike", "the bike of a child", "a fast bike on the road", "a bike and a helmet"] * 3
TEXTS += ["a glass of wine", "red wine from France", "white wine and cheese", "the wine of the house"] * 3


@pytest.fixture
def saved(run, tmp_path, monkeypatch):
    """A run of a csv file in a project of its own."""
    monkeypatch.setenv("CLUSTERBY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLUSTERBY_CACHE", str(tmp_path / "cache"))
    with (tmp_path / "notes.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([["text", "row"], *([f"{text} {i}", i] for i, text in enumerate(TEXTS))])
    done = run("group", "notes.csv", "--by", "text", "-e", "lsa", "-k", 2, "--save", "notes")
    assert (done.status, done.err.count("error")) == (0, 0)
    return "notes"


def names_of(key):
    return set(cb.runs.load(key).names_.values())


def test_a_run_is_named_by_its_texts_and_keeps_the_names(run, saved):
    done = run("name", saved, "-p", "words=1")
    assert done.status == 0
    assert {line.split()[2] for line in done.out.splitlines()[1:] if line[:1].isdigit()} == {"bike", "wine"}
    assert names_of(saved) == {"bike", "wine"}
    assert {name.by for name in cb.runs.load(saved).naming_.names.values()} == {"keywords"}


def test_the_names_are_a_document_too(run, saved):
    document = run("name", saved, "-n", "keywords", "-p", "words=1", "--json").json
    assert document["key"] == saved
    assert sorted(row["name"] for row in document["names"]) == ["bike", "wine"]
    assert {row["by"] for row in document["names"]} == {"keywords"}
    assert (document["failed"], document["bill"]) == ({}, "")


def test_naming_by_some_of_the_rows_loses_none_of_the_others(run, saved, tmp_path):
    lines = (tmp_path / "notes.csv").read_text().splitlines()
    (tmp_path / "some.csv").write_text("\n".join(lines[:9]))
    assert run("name", saved, "some.csv").status == 0
    facts = cb.runs.info(saved)
    assert (facts["n_rows"], facts["table"]["source"]) == (24, "notes.csv")
    assert any("bike" in name for name in names_of(saved))


def test_names_that_are_there_stay_with_keep(run, saved):
    cb.runs.load(saved).renamed({0: "mine"}).save(saved, overwrite=True)
    assert run("name", saved, "--keep", "-p", "words=1").status == 0
    assert "mine" in names_of(saved)
    assert len(names_of(saved)) == 2
    assert run("name", saved, "-p", "words=1").status == 0
    assert "mine" not in names_of(saved)


def test_clusters_are_named_as_they_are_made(run, saved):
    done = run(
        "group", "notes.csv", "--by", "text", "-e", "lsa", "-k", 2, "--save", "again", "--name", "keywords"
    )
    assert done.status == 0
    assert {name.split(",")[0] for name in names_of("again")} == {"bike", "wine"}


def test_a_dry_run_sends_nothing_and_changes_nothing(run, saved):
    before = names_of(saved)
    done = run(
        "name", saved, "-n", "llm", "-p", "model=m", "-p", "base_url=http://127.0.0.1:9/v1", "--dry-run"
    )
    assert done.status == 0
    assert done.out.startswith("2 calls to m with 0 images")
    assert names_of(saved) == before


def test_a_dry_run_of_what_costs_nothing_is_refused(run, saved):
    done = run("name", saved, "--dry-run")
    assert (done.status, done.out) == (1, "")
    assert "namer 'auto' sends nothing and costs nothing" in done.err


def test_a_model_names_a_run_and_is_not_asked_twice(run, saved):
    answers = [
        said({"name": name, "description": "What it is.", "confidence": 0.9, "mixed": False})
        for name in ("one kind", "another kind")
    ]
    with ChatServer(*answers) as server:
        how = ("-n", "llm", "-p", "model=m", "-p", f"base_url={server.url}", "-p", "workers=1")
        assert run("name", saved, *how).status == 0
        assert len(server.requests) == 2
        again = run("name", saved, *how, "--json").json
        assert len(server.requests) == 2
    assert names_of(saved) == {"one kind", "another kind"}
    assert [row["description"] for row in again["names"]] == ["What it is."] * 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothere",), "no run 'nothere'"),
        (("notes", "-n", "keywrds"), "Did you mean 'keywords'"),
        (("notes", "-p", "word=1"), "takes no parameter 'word'. Did you mean 'words'"),
        (("notes", "-p", "words"), "words"),
        (("notes", "--column", "txt"), "txt"),
    ],
)
def test_bad_input_is_one_line(run, saved, arguments, message):
    done = run("name", *arguments)
    assert (done.status, done.out) == (1, "")
    assert message in done.err.splitlines()[-1]


@pytest.mark.fiftyone
def test_a_run_on_a_dataset_is_named_there(run, dataset):
    cbf.compute_clusters(dataset, "look", n_clusters=3, embeddings="emb")
    assert run("name", "look", f"fiftyone:{dataset.name}").status == 0
    dataset.reload()
    assert dataset.values("look_cluster_name") == dataset.values("color")
