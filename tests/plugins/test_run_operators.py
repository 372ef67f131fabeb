"""The operators on runs: show, load, rename and delete."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.fiftyone


@pytest.fixture
def clustered(dataset, cbf):
    cbf.compute_clusters(dataset, "look", n_clusters=3, embeddings="emb")
    return dataset


@pytest.fixture
def asked(operator):
    """Return what an operator asks the App to do after it."""
    import asyncio

    from fiftyone.operators.executor import do_execute_operator, prepare_operator_executor

    def execute(name, dataset, params):
        async def both():
            uri = f"@clusterby/clustering/{name}"
            prepared = await prepare_operator_executor(uri, {"dataset_name": dataset.name, "params": params})
            await do_execute_operator(prepared[0], prepared[2])
            return prepared[1].to_json()["requests"]

        return [(r["operator_uri"], r["params"]) for r in asyncio.run(both())]

    return execute


NAMES = (
    "get_clustering_run_info",
    "load_clustering_view",
    "rename_clustering_run",
    "delete_clustering_run",
    "label_clusters",
    "label_clusters_with_gpt4v",
    "rename_cluster",
    "merge_clusters",
    "export_clusters",
)


@pytest.mark.parametrize("name", NAMES)
def test_without_a_run_the_form_says_what_to_do(refusals, dataset, name):
    found = refusals(name, dataset, {}, app=True)
    assert found["no_runs"] == "the dataset has no clustering: run 'Compute clusters' first"


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_run_is_refused_with_the_nearest(refusals, clustered, name):
    found = refusals(name, clustered, {"run_key": "lok"})
    assert found["run_key"].startswith("no clustering 'lok'. Did you mean 'look'?")


@pytest.mark.parametrize("name", NAMES)
def test_from_python_the_run_must_be_given(refusals, clustered, name):
    assert refusals(name, clustered, {})["run_key"] == "run_key: give one of 'look'"


@pytest.mark.parametrize("name", NAMES)
def test_as_the_app_opens_them_the_latest_run_is_chosen(form, clustered, name):
    drawn = form(name, clustered, {}, app=True)
    assert drawn["run_key"].default == "look"
    assert not any(p.invalid for p in drawn.values())


def test_info_tells_what_a_run_was_made_with(run, operator, form, clustered):
    found = run("get_clustering_run_info", clustered, {"run_key": "look"})
    assert (found["method"], found["n_clusters"], found["random_state"]) == ("kmeans", 3, 0)
    assert operator("get_clustering_run_info")(clustered, "look")["cluster_field"] == "look_cluster"
    shown = form("get_clustering_run_info", clustered, {"run_key": "look"})["info"].default
    assert "| method | kmeans |" in shown


def test_load_returns_the_view_and_shows_it(run, operator, asked, dataset, cbf):
    cbf.compute_clusters(dataset.limit(9), "some", n_clusters=3, embeddings="emb")
    assert run("load_clustering_view", dataset, {"run_key": "some"})["n_items"] == 9
    assert operator("load_clustering_view")(dataset, "some").count() == 9
    asks = asked("load_clustering_view", dataset, {"run_key": "some"})
    assert [name for name, _ in asks] == ["set_view"]
    assert [stage["kwargs"] for stage in asks[0][1]["view"]] == [[["limit", 9]]]


def test_rename_takes_the_fields_along(run, clustered, cbf):
    result = run("rename_clustering_run", clustered, {"run_key": "look", "new_run_key": "seen"})
    assert result["fields"] == [{"from": "look_cluster", "to": "seen_cluster"}]
    assert result["summary"] == "Run `look` is now `seen`. Field `look_cluster` is now `seen_cluster`."
    assert cbf.list_clusterings(clustered) == ["seen"]
    assert clustered.count("seen_cluster") == 24


def test_rename_from_python(operator, clustered):
    assert operator("rename_clustering_run")(clustered, "look", "seen") == {"look_cluster": "seen_cluster"}


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("look", "is the key the run has"),
        ("a b", "new_run_key='a b': give a word"),
        ("other", "new_run_key='other': the dataset has a clustering of that key"),
        ("taken", "new_run_key='taken': the dataset has a field 'taken_cluster' already"),
        (None, "new_run_key=None: give a word"),
    ],
)
def test_rename_refuses_a_key_that_cannot_be(refusals, clustered, cbf, new, said):
    cbf.compute_clusters(clustered, "other", n_clusters=2, embeddings="emb")
    clustered.set_values("taken_cluster", ["mine"] * len(clustered))
    found = refusals("rename_clustering_run", clustered, {"run_key": "look", "new_run_key": new})
    assert said in found["new_run_key"]


def test_delete_takes_the_fields_and_nothing_else(run, clustered, cbf):
    before = set(clustered.get_field_schema()) - {"look_cluster"}
    result = run("delete_clustering_run", clustered, {"run_key": "look"})
    assert result["fields"] == ["look_cluster"]
    assert result["summary"] == "Run `look` is deleted with `look_cluster`."
    assert cbf.list_clusterings(clustered) == []
    assert set(clustered.get_field_schema()) == before


def test_delete_tells_beforehand_what_will_go(form, clustered, cbf):
    cbf.rename_cluster(clustered, "look", 0, "first")
    told = form("delete_clustering_run", clustered, {"run_key": "look"})["goes"].view.description
    assert told == "Run look and fields look_cluster, look_cluster_name will be deleted."


def test_delete_from_python_returns_the_fields(operator, clustered):
    assert operator("delete_clustering_run")(clustered, "look") == ["look_cluster"]


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("rename_clustering_run", {"run_key": "look", "new_run_key": "seen"}),
        ("delete_clustering_run", {"run_key": "look"}),
        ("rename_cluster", {"run_key": "look", "cluster": 0, "name": "first"}),
        ("merge_clusters", {"run_key": "look", "clusters": [0, 1]}),
    ],
)
def test_the_app_reloads_the_dataset_after_a_change(asked, clustered, name, params):
    assert asked(name, clustered, params) == [("reload_dataset", {})]


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("export_clusters",)])
def test_every_output_can_be_shown(operator, run, clustered, name):
    from fiftyone.operators.executor import ExecutionContext

    params = {
        "rename_clustering_run": {"new_run_key": "seen"},
        "rename_cluster": {"cluster": 0, "name": "first"},
        "merge_clusters": {"clusters": [0, 1]},
        "label_clusters_with_gpt4v": {"namer": "keywords"},
    }
    result = run(name, clustered, {"run_key": "look"} | params.get(name, {}))
    ctx = ExecutionContext({"params": {}, "results": result, "dataset_name": clustered.name})
    shown = operator(name).resolve_type(ctx, "outputs").to_json()
    assert shown["type"]["properties"]


def test_nothing_is_shown_where_nothing_came_back(operator):
    from fiftyone.operators.executor import ExecutionContext

    assert operator("delete_clustering_run").resolve_output(ExecutionContext({"params": {}})) is None
