"""The operators that name, merge and export clusters."""

from __future__ import annotations

import csv

import pytest
from fiftyone.operators.executor import ExecutionError
from tests.servers.chat_server import ChatServer, said

pytestmark = pytest.mark.fiftyone


@pytest.fixture
def clustered(dataset, cbf):
    cbf.compute_clusters(dataset, "look", n_clusters=3, embeddings="emb")
    return dataset


@pytest.mark.parametrize(
    ("name", "namer"),
    [
        ("label_clusters", {}),
        ("label_clusters", {"namer": "auto"}),
        ("label_clusters_with_gpt4v", {"namer": "keywords"}),
    ],
)
def test_clusters_are_named_by_what_marks_them(run, clustered, cbf, name, namer):
    result = run(name, clustered, {"run_key": "look", **namer})
    assert result["headline"] == "3 of 3 clusters of run look got a name"
    for color in ("red", "green", "blue"):
        (given,) = set(clustered.match({"color": color}).values("look_cluster_name"))
        assert color in given
    assert set(clustered.values("look_cluster")) == {"0", "1", "2"}


def test_the_alias_is_not_listed_twice(operator):
    assert operator("label_clusters_with_gpt4v").config.unlisted
    assert not operator("label_clusters").config.unlisted


def test_the_form_has_every_namer_with_its_parameters_but_the_key(form, clustered):
    from clusterby import namers

    drawn = form("label_clusters", clustered, {"run_key": "look"}, app=True)
    assert [choice.value for choice in drawn["namer"].view.choices] == ["auto", *namers.names()]
    for spec in namers.list():
        drawn = form("label_clusters", clustered, {"run_key": "look", "namer": spec.name}, app=True)
        asked = {p.name for p in spec.parameters} - {"api_key", "dry_run"}
        assert {name.partition("__")[2] for name in drawn if name.startswith(f"{spec.name}__")} == asked
        assert ("leaves" in drawn) is not spec.local


def test_an_unknown_namer_and_a_wrong_parameter_are_refused_in_the_form(refusals, clustered):
    (said,) = refusals("label_clusters", clustered, {"run_key": "look", "namer": "keyword"}).values()
    assert "keyword" in said
    assert "keywords" in said
    params = {"run_key": "look", "namer": "keywords", "keywords__words": 0}
    assert "words=0" in refusals("label_clusters", clustered, params)["keywords__words"]


def test_a_key_is_never_taken_from_a_form(run, clustered):
    with pytest.raises(ExecutionError, match="set OPENAI_API_KEY where the App runs"):
        run("label_clusters", clustered, {"run_key": "look", "namer": "llm", "llm__api_key": "sk-1"})


def test_a_chat_model_names_clusters_by_their_images(run, clustered, cbf, monkeypatch):
    colors = ["red things", "green things", "blue things"]

    def named(name):
        return said({"name": name, "description": "Things of a color.", "confidence": 0.9, "mixed": False})

    with ChatServer(*map(named, colors)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        params = {"run_key": "look", "llm__model": "sees", "llm__workers": 1}
        result = run("label_clusters_with_gpt4v", clustered, params)
    assert result["n_named"] == 3
    assert all(row["by"].startswith("sees at 127.0.0.1") for row in result["names"])
    assert "3 calls to sees" in result["summary"]
    assert [len(images) for images in server.images] == [12, 12, 12]
    assert set(clustered.values("look_cluster_name")) == {"red things", "green things", "blue things"}
    loaded = cbf.load_clusters(clustered, "look")
    assert loaded.naming_.names[0].description == "Things of a color."


def test_names_that_people_gave_stay_unless_they_are_to_be_replaced(run, form, clustered, cbf):
    cbf.rename_cluster(clustered, "look", 0, "mine")
    assert "overwrite" in form("label_clusters", clustered, {"run_key": "look"})
    assert run("label_clusters", clustered, {"run_key": "look"})["n_named"] == 2
    assert cbf.load_clusters(clustered, "look").names_[0] == "mine"
    assert run("label_clusters", clustered, {"run_key": "look", "overwrite": True})["n_named"] == 1
    assert cbf.load_clusters(clustered, "look").names_[0] != "mine"


def test_naming_from_python_returns_the_clusters(operator, clustered):
    assert len(operator("label_clusters")(clustered, "look").names_) == 3


@pytest.mark.parametrize("cluster", [1, "1"])
def test_a_cluster_gets_a_name_and_keeps_its_id(run, clustered, cluster):
    result = run("rename_cluster", clustered, {"run_key": "look", "cluster": cluster, "name": "night"})
    assert result["field"] == "look_cluster_name"
    assert set(clustered.match({"look_cluster": "1"}).values("look_cluster_name")) == {"night"}
    assert len(clustered.match({"look_cluster": "1"})) == 8


@pytest.mark.parametrize(
    ("change", "where", "said"),
    [
        ({"cluster": 7}, "cluster", "cluster=7: give one of 0, 1, 2"),
        ({"cluster": -1}, "cluster", "cluster=-1: give one of 0, 1, 2"),
        ({"name": ""}, "name", "name=None: give a word or a few"),
        ({"name": "  "}, "name", "name"),
        ({"name": "taken"}, "name", "'taken'"),
    ],
)
def test_a_name_that_cannot_be_is_refused(refusals, clustered, cbf, change, where, said):
    cbf.rename_cluster(clustered, "look", 2, "taken")
    params = {"run_key": "look", "cluster": 0, "name": "good"} | change
    assert said in refusals("rename_cluster", clustered, params)[where]


def test_clusters_are_offered_with_their_names_and_sizes(form, clustered, cbf):
    cbf.rename_cluster(clustered, "look", 2, "night")
    drawn = form("rename_cluster", clustered, {"run_key": "look"}, app=True)
    assert [c.label for c in drawn["cluster"].view.choices] == ["0 (8)", "1 (8)", "2: night (8)"]


@pytest.mark.parametrize("clusters", [[0, 2], ["2", "0"]])
def test_merged_clusters_bear_the_lowest_id(run, clustered, clusters):
    result = run("merge_clusters", clustered, {"run_key": "look", "clusters": clusters})
    assert (result["into"], result["size"], result["n_clusters"]) == (0, 16, 2)
    assert clustered.count_values("look_cluster") == {"0": 16, "1": 8}


@pytest.mark.parametrize(
    ("clusters", "said"),
    [
        ([0], "give at least two"),
        ([0, 0], "give at least two"),
        ([0, 9], "there is no cluster 9"),
        ("0, 1", "give a list of ids"),
        (None, "give a list of ids"),
    ],
)
def test_a_merge_that_cannot_be_is_refused(refusals, clustered, clusters, said):
    assert (
        said in refusals("merge_clusters", clustered, {"run_key": "look", "clusters": clusters})["clusters"]
    )


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("merge_clusters", "clusters"),
        ("rename_cluster", "name"),
        ("rename_clustering_run", "new_run_key"),
        ("export_clusters", "path"),
    ],
)
def test_a_form_that_was_not_filled_in_opens_without_blame_and_cannot_be_sent(
    form, plugin, clustered, name, where
):
    import asyncio

    from fiftyone.operators.executor import ExecutionError, execute_or_delegate_operator

    assert not form(name, clustered, {"run_key": "look"}, app=True)[where].invalid
    uri = f"@clusterby/clustering/{name}"
    request = {"dataset_name": clustered.name, "operator_uri": uri, "params": {"run_key": "look"}}
    with pytest.raises(ExecutionError, match="=None: give"):
        asyncio.run(execute_or_delegate_operator(uri, request))


def test_renaming_and_merging_from_python_return_the_clusters(operator, clustered):
    assert operator("rename_cluster")(clustered, "look", 0, "first").names_ == {0: "first"}
    assert operator("merge_clusters")(clustered, "look", [1, 2]).n_clusters_ == 2


def test_clusters_are_written_to_a_file(run, clustered, tmp_path):
    path = tmp_path / "out.csv"
    result = run("export_clusters", clustered, {"run_key": "look", "path": str(path)})
    assert result["path"] == str(path)
    with path.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [str(i) for i in clustered.values("id")]
    assert [row["cluster"] for row in rows] == clustered.values("look_cluster")


def test_exporting_from_python_returns_the_path(operator, clustered, tmp_path):
    path = tmp_path / "out.parquet"
    assert operator("export_clusters")(clustered, "look", path) == path
    assert path.stat().st_size > 0


def test_a_file_that_is_there_is_replaced_only_when_asked_for(run, refusals, clustered, tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("mine")
    params = {"run_key": "look", "path": str(path)}
    assert "is there already" in refusals("export_clusters", clustered, params)["path"]
    assert path.read_text() == "mine"
    run("export_clusters", clustered, params | {"overwrite": True})
    assert path.read_text() != "mine"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("clusters.docx", "give a name that ends in .csv or .parquet"),
        ("/nowhere/at/all/out.csv", "there is no folder '/nowhere/at/all'"),
        (None, "give the name of a csv or parquet file"),
    ],
)
def test_a_file_that_cannot_be_is_refused(refusals, clustered, path, said):
    assert said in refusals("export_clusters", clustered, {"run_key": "look", "path": path})["path"]
