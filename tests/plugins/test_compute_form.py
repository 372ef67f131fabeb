"""The form of compute_clusters: what it offers, what it refuses and why."""

from __future__ import annotations

import pytest

from clusterby import clusterers

pytestmark = pytest.mark.fiftyone

GOOD = {"run_key": "r1", "method": "kmeans", "embeddings": "emb", "kmeans__n_clusters": 3}

BAD = {  # for each kind of parameter a value that it does not take
    "int": 0.5,
    "float": "much",
    "bool": "perhaps",
    "str": 7,
    "object": "{",
}


@pytest.fixture(scope="module")
def dataset(fo, image_paths):
    """Return one dataset for all tests: a form changes nothing."""
    from tests.fiftyone_database import vectors_of

    vectors = vectors_of(24)
    made = fo.Dataset()
    made.add_samples(
        fo.Sample(path, color=("red", "green", "blue")[i % 3], emb=vectors[i])
        for i, path in enumerate(image_paths)
    )
    yield made
    assert made.list_runs() == []
    assert set(made.get_field_schema()) - {
        "id",
        "filepath",
        "tags",
        "metadata",
        "created_at",
        "last_modified_at",
    } == {"color", "emb"}
    made.delete()


def test_a_good_call_is_refused_for_nothing(refusals, dataset):
    assert refusals("compute_clusters", dataset, GOOD) == {}


def test_as_the_app_opens_it_everything_is_filled_in(form, dataset):
    drawn = form("compute_clusters", dataset, {}, app=True)
    assert not any(p.invalid for p in drawn.values())
    assert drawn["run_key"].default == "clusters"
    assert drawn["embeddings"].default == "emb"
    assert drawn["method"].default == "kmeans"


def test_the_suggested_key_is_free(form, make_dataset, cbf):
    dataset = make_dataset()
    cbf.compute_clusters(dataset, "clusters", n_clusters=3, embeddings="emb")
    assert form("compute_clusters", dataset, {}, app=True)["run_key"].default == "clusters_2"


@pytest.mark.parametrize("method", clusterers.names())
def test_every_method_has_all_its_parameters(form, refusals, dataset, method):
    params = {"run_key": "r1", "embeddings": "emb", "method": method}
    drawn = form("compute_clusters", dataset, params)
    spec = clusterers.get(method)
    assert method in drawn["method"].type.values
    for parameter in spec.parameters:
        shown = drawn[f"{method}__{parameter.name}"]
        assert shown.view.description.startswith(parameter.help)
        if parameter.choices and parameter.kind == "str":
            assert shown.type.values == list(parameter.choices)
    assert refusals("compute_clusters", dataset, params) == {}


@pytest.mark.parametrize(
    ("method", "parameter"),
    [
        (spec.name, parameter)
        for spec in clusterers.list()
        for parameter in spec.parameters
        if parameter.name != "device"  # any word is a device: torch says which there are
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_every_parameter_refuses_a_wrong_value_with_the_reason(refusals, dataset, method, parameter):
    name = f"{method}__{parameter.name}"
    wrong = BAD[parameter.kind]
    found = refusals(
        "compute_clusters", dataset, {"run_key": "r1", "embeddings": "emb", "method": method, name: wrong}
    )
    assert found[name].startswith(f"{parameter.name}={wrong!r}: give")


def test_defaults_are_the_class_own(form, dataset):
    params = {"run_key": "r1", "embeddings": "emb", "method": "hdbscan"}
    drawn = form("compute_clusters", dataset, params)
    assert "Default: 5." in drawn["hdbscan__min_cluster_size"].view.description
    assert drawn["hdbscan__alpha"].default is None


@pytest.mark.parametrize("value", ["{}", {}])
def test_what_only_python_has_is_written_as_json(refusals, dataset, value):
    params = {"run_key": "r1", "embeddings": "emb", "method": "dbscan", "dbscan__metric_params": value}
    assert refusals("compute_clusters", dataset, params) == {}


@pytest.mark.parametrize(
    ("change", "where", "said"),
    [
        ({"run_key": "a b"}, "run_key", "run_key='a b': give a word"),
        ({"run_key": ""}, "run_key", "run_key=None: give a word"),
        ({"run_key": 5}, "run_key", "run_key=5: give a word"),
        ({"cluster_field": "filepath"}, "cluster_field", "cluster_field='filepath' is reserved"),
        ({"cluster_field": "color"}, "cluster_field", "the dataset has a field 'color' already"),
        ({"cluster_field": "a.b"}, "cluster_field", "cluster_field='a.b': give"),
        ({"kmeans__n_clusters": 25}, "kmeans__n_clusters", "n_clusters=25 is more than the 24 there are: give at most 24"),
        ({"kmeans__n_clusters": 0}, "kmeans__n_clusters", "n_clusters=0: give a whole number from 1 up"),
        ({"method": "kmean"}, "method", "no method 'kmean'. Did you mean 'kmeans'?"),
        ({"kmeans__n_cluster": 3}, "method_problem", "takes no parameter 'n_cluster'. Did you mean 'n_clusters'?"),
        ({"embeddings": "nowhere"}, "embeddings", "embeddings='nowhere': no field of vectors and no brain key"),
        ({"embeddings": "color"}, "embeddings", "Fields of vectors: emb"),
        ({"embeddings": None, "model": "clop"}, "model", "model='clop': no model of FiftyOne's zoo"),
        ({"embeddings": None, "encoder": "clop"}, "encoder", "no encoder 'clop'"),
        ({"source": "elsewhere"}, "values_problem", "source='elsewhere': give one of"),
        ({"random_state": -1}, "random_state", "random_state=-1: give a whole number from 0 up"),
        ({"as_classification": "perhaps"}, "values_problem", "as_classification='perhaps': give true or false"),
        ({"patches_field": "color"}, "patches_field", "patches_field='color'"),
        ({"clusterfield": "x"}, "names_problem", "there is no parameter 'clusterfield'. Did you mean 'cluster_field'?"),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused_where_it_stands(refusals, dataset, change, where, said):
    found = refusals("compute_clusters", dataset, GOOD | change)
    assert said in found[where]


@pytest.mark.parametrize(
    ("method", "given", "said"),
    [
        (
            "hierarchical",
            {"linkage": "ward", "metric": "cosine"},
            "metric='cosine' does not go with linkage='ward'",
        ),
        ("hierarchical", {"n_clusters": 3, "distance_threshold": 1.0}, "contradict each other"),
        ("agglomerative", {"linkage": "ward", "metric": "cosine"}, "does not go with linkage='ward'"),
        ("hdbscan", {"min_cluster_size": 9, "max_cluster_size": 4}, "max_cluster_size=4 is below"),
        ("dbscan", {"metric": "cosine", "algorithm": "kd_tree"}, "does not go with metric='cosine'"),
    ],
)
def test_what_is_wrong_together_is_refused(refusals, dataset, method, given, said):
    params = {"run_key": "r1", "embeddings": "emb", "method": method}
    found = refusals("compute_clusters", dataset, params | {f"{method}__{n}": v for n, v in given.items()})
    assert said in found["method_problem"]


def test_the_plan_says_how_many_what_memory_and_what_is_written(form, dataset):
    plan = form("compute_clusters", dataset, GOOD)["plan"].default
    assert "**24 samples** will be clustered by `kmeans` from embeddings `emb`" in plan
    assert "of memory at 8 dimensions" in plan
    assert "It writes field `r1_cluster`" in plan
    assert "run `r1`; nothing else is changed" in plan


def test_the_plan_counts_the_selection(form, dataset):
    ids = dataset.limit(5).values("id")
    plan = form("compute_clusters", dataset, GOOD, selected=ids, view_target="SELECTED_SAMPLES")["plan"]
    assert "**5 samples**" in plan.default


def test_a_view_offers_itself_and_the_dataset_as_targets(form, dataset):
    drawn = form("compute_clusters", dataset.limit(5), {}, app=True)
    assert drawn["view_target"].type.values == ["DATASET", "CURRENT_VIEW"]


def test_an_empty_dataset_says_that_there_is_nothing(refusals, fo):
    empty = fo.Dataset()
    try:
        assert "nothing to cluster" in refusals("compute_clusters", empty, {}, app=True)["items_problem"]
    finally:
        empty.delete()


def test_without_a_dataset_it_says_so(operator):
    from fiftyone.operators.executor import ExecutionContext

    drawn = operator("compute_clusters").resolve_input(ExecutionContext({"params": {}}))
    assert drawn.type.properties["no_dataset"].error_message == "open a dataset first"


def test_every_model_with_embeddings_of_the_zoo_is_offered(form, dataset):
    import fiftyone.zoo as foz

    drawn = form("compute_clusters", dataset, GOOD | {"source": "model", "model": "clip-vit-base32-torch"})
    assert set(drawn["model"].type.values) == set(foz.list_zoo_models(tags="embeddings"))
    assert {"batch_size", "num_workers", "skip_failures"} <= set(drawn)


def test_every_encoder_of_images_is_offered(form, dataset):
    from clusterby import encoders

    drawn = form("compute_clusters", dataset, {"run_key": "r1", "source": "encoder"})
    assert drawn["encoder"].type.values == ["auto", *[s.name for s in encoders.find(modality="image")]]


def test_an_empty_form_field_is_no_value(refusals, dataset):
    empty = {f"kmeans__{p.name}": None for p in clusterers.get("kmeans").parameters}
    assert (
        refusals("compute_clusters", dataset, GOOD | empty | {"cluster_field": "", "random_state": None})
        == {}
    )


def test_media_without_an_encoder_ask_for_other_vectors(refusals, fo, tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("a note")
    made = fo.Dataset()
    made.add_sample(fo.Sample(str(path), words="a note"))
    try:
        params = {"run_key": "r1", "source": "encoder"}
        found = refusals("compute_clusters", made, params)
        assert found == {
            "encoder": "media of type 'unknown' have no encoder here: choose other vectors, or a field of text to read"
        }
        assert refusals("compute_clusters", made, params | {"by": "words"}) == {}
    finally:
        made.delete()


@pytest.fixture
def with_brain_runs(make_dataset):
    """Two brain runs with vectors, one of samples and one of patches, and no field of vectors."""
    import fiftyone.brain as fob
    import numpy as np

    dataset = make_dataset(detections=True)
    ids = dataset.values("objects.detections.id", unwind=True)
    of_patches = {"patches_field": "objects", "points": np.zeros((len(ids), 2))}
    fob.compute_visualization(dataset, points=np.zeros((24, 2)), brain_key="of_samples", progress=False)
    fob.compute_visualization(dataset, **of_patches, brain_key="of_patches", progress=False)
    return dataset


@pytest.mark.parametrize(
    ("field", "own", "other", "said"),
    [
        (
            None,
            "of_samples",
            "of_patches",
            "is about the patches of 'objects', and samples are to be clustered",
        ),
        ("objects", "of_patches", "of_samples", "is about samples, and patches are to be clustered"),
    ],
)
def test_a_brain_run_of_other_items_is_not_offered_and_is_refused(
    form, refusals, with_brain_runs, field, own, other, said
):
    where = {} if field is None else {"patches_field": field}
    drawn = form("compute_clusters", with_brain_runs, {"source": "embeddings", **where}, app=True)
    offered = [choice.value for choice in drawn["embeddings"].view.choices]
    assert own in offered
    assert other not in offered
    params = {"run_key": "r1", "method": "kmeans", "n_clusters": 3, **where}
    assert refusals("compute_clusters", with_brain_runs, {**params, "embeddings": own}) == {}
    refused = refusals("compute_clusters", with_brain_runs, {**params, "embeddings": other})
    assert refused == {"embeddings": f"embeddings={other!r}: the brain run {said}"}
