"""compute_clusters, executed as FiftyOne executes it, on a real database."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = pytest.mark.fiftyone

FIRST = {
    "run_key": "r1",
    "method": "kmeans",
    "embeddings": "emb",
    "kmeans__n_clusters": 3,
    "cluster_field": "c1",
}


def by_color(dataset, field):
    """Return the set of labels of each color."""
    found = {}
    for color, label in zip(dataset.values("color"), dataset.values(field), strict=True):
        found.setdefault(color, set()).add(label)
    return found


@pytest.mark.parametrize("extra", [{}, {"delegate": False}, {"delegate": True}])
def test_the_original_call_works_with_or_without_delegate(run, dataset, extra):
    result = run("compute_clusters", dataset, FIRST | extra)
    assert result["n_clusters"] == 3
    assert result["n_clustered"] == 24
    assert result["field"] == "c1"
    assert {frozenset(labels) for labels in by_color(dataset, "c1").values()} == {
        frozenset({"0"}),
        frozenset({"1"}),
        frozenset({"2"}),
    }


def test_what_comes_back_says_what_was_written(run, dataset):
    result = run("compute_clusters", dataset, FIRST)
    assert result["headline"] == "24 samples in 3 clusters"
    assert "field `c1` and run `r1`" in result["summary"]
    assert result["clusters"] == [{"cluster": str(c), "size": 8, "share": "33.3%"} for c in range(3)]


def test_samples_without_a_vector_are_counted_and_keep_their_neighbours_labels(run, make_dataset):
    dataset = make_dataset(missing=(4,))
    result = run("compute_clusters", dataset, FIRST)
    assert (result["n_clustered"], result["n_skipped"]) == (23, 1)
    assert result["skipped"] == [{"reason": "missing value", "count": 1}]
    assert "1 samples got no label: missing value." in result["summary"]
    labels = dataset.values("c1")
    assert labels[4] is None
    assert labels[7] == labels[10] != labels[8]


def test_a_view_is_clustered_alone(run, dataset):
    view = dataset.match({"color": {"$in": ["red", "green"]}})
    result = run("compute_clusters", view, FIRST | {"kmeans__n_clusters": 2})
    assert result["n_clustered"] == 16
    assert by_color(dataset, "c1")["blue"] == {None}


@pytest.mark.parametrize("where", ["params", "request"])
def test_selected_samples_are_clustered_alone(run, dataset, where):
    ids = dataset.limit(6).values("id")
    name = "target" if where == "params" else "view_target"
    params = FIRST | {"kmeans__n_clusters": 2, name: "SELECTED_SAMPLES"}
    assert run("compute_clusters", dataset, params, selected=ids)["n_clustered"] == 6
    assert set(dataset.exists("c1").values("id")) == set(ids)


def test_the_dataset_is_the_target_when_asked_for_beside_a_view(run, dataset):
    params = FIRST | {"view_target": "DATASET"}
    assert run("compute_clusters", dataset.limit(6), params)["n_clustered"] == 24


def test_a_slice_of_groups_is_clustered(run, fo, image_paths, cbf):
    from tests.fiftyone_database import vectors_of

    vectors = vectors_of(12)
    dataset = fo.Dataset()
    try:
        dataset.add_group_field("group", default="left")
        samples = []
        for i in range(12):
            group = fo.Group()
            samples.append(fo.Sample(image_paths[i], group=group.element("left"), emb=vectors[i]))
            samples.append(fo.Sample(image_paths[i], group=group.element("right")))
        dataset.add_samples(samples)
        result = run("compute_clusters", dataset, FIRST)
        assert result["n_clustered"] == 12
    finally:
        dataset.delete()


@pytest.mark.parametrize("how", ["field", "view"])
def test_patches_are_clustered(run, make_dataset, how):
    dataset = make_dataset(detections=True)
    samples = dataset.to_patches("objects") if how == "view" else dataset
    params = FIRST | ({"patches_field": "objects"} if how == "field" else {})
    result = run("compute_clusters", samples, params)
    assert (result["n_clustered"], result["field"], result["shown_as"]) == (
        48,
        "objects.detections.c1",
        "objects",
    )
    assert dataset.count("objects.detections.c1") == 48


def test_a_brain_key_gives_the_vectors(run, dataset):
    import fiftyone.brain as fob

    points = np.array(dataset.values("emb"))[:, :2]
    fob.compute_visualization(dataset, points=points, brain_key="vis")
    result = run("compute_clusters", dataset, FIRST | {"embeddings": "vis"})
    assert result["n_clustered"] == 24


def test_an_encoder_gives_the_vectors(run, dataset, cbf):
    params = {"run_key": "r1", "encoder": "color-gradient", "kmeans__n_clusters": 3}
    run("compute_clusters", dataset, params)
    assert {frozenset(labels) for labels in by_color(dataset, "r1_cluster").values()} == {
        frozenset({"0"}),
        frozenset({"1"}),
        frozenset({"2"}),
    }
    assert cbf.clustering_info(dataset, "r1")["source"]["kind"] == "encoder"


def test_an_encoder_reads_a_field_of_words(run, dataset, cbf):
    params = {"run_key": "r1", "by": "color", "kmeans__n_clusters": 3}
    assert run("compute_clusters", dataset, params)["n_clusters"] == 3
    assert cbf.clustering_info(dataset, "r1")["source"]["by"] == "color"


def test_only_the_chosen_source_of_vectors_counts(run, dataset, cbf):
    params = FIRST | {"source": "embeddings", "model": "clip-vit-base32-torch", "encoder": "lsa"}
    run("compute_clusters", dataset, params)
    assert cbf.clustering_info(dataset, "r1")["source"]["name"] == "emb"


def test_labels_are_classifications_when_asked_for(run, fo, dataset):
    run(
        "compute_clusters",
        dataset,
        FIRST | {"method": "gmm", "gmm__n_clusters": 3, "as_classification": True},
    )
    label = dataset.first()["c1"]
    assert isinstance(label, fo.Classification)
    assert label.confidence == pytest.approx(1)


def test_parameters_of_another_method_are_left_alone(run, dataset, cbf):
    run("compute_clusters", dataset, FIRST | {"hdbscan__min_cluster_size": 3, "birch__threshold": None})
    assert cbf.clustering_info(dataset, "r1")["method"] == "kmeans"


def test_a_class_of_scikit_learn_is_a_method_too(run, dataset, cbf):
    params = {"run_key": "r1", "embeddings": "emb", "method": "MeanShift", "MeanShift__bandwidth": 2.0}
    assert run("compute_clusters", dataset, params)["n_clusters"] == 3


def test_a_run_is_replaced_only_when_asked_for(run, dataset, cbf):
    import fiftyone.operators.executor as executor

    run("compute_clusters", dataset, FIRST)
    with pytest.raises(
        executor.ExecutionError, match="run_key='r1': the dataset has a clustering of that key"
    ):
        run("compute_clusters", dataset, FIRST | {"kmeans__n_clusters": 2})
    assert cbf.clustering_info(dataset, "r1")["n_clusters"] == 3
    run("compute_clusters", dataset, FIRST | {"kmeans__n_clusters": 2, "overwrite": True})
    assert cbf.clustering_info(dataset, "r1")["n_clusters"] == 2


# from Python


def test_from_python_it_returns_the_clusters(operator, dataset):
    groups = operator("compute_clusters")(
        dataset, run_key="r1", method="kmeans", n_clusters=3, embeddings="emb"
    )
    assert groups.n_clusters_ == 3
    assert dataset.count("r1_cluster") == 24


def test_from_python_it_takes_what_no_form_can_hold(operator, dataset):
    vectors = dataset.values("emb")
    assert operator("compute_clusters")(dataset, "r1", n_clusters=3, embeddings=vectors).n_clusters_ == 3


def test_from_python_a_delegated_run_refuses_what_cannot_wait(operator, dataset):
    from clusterby.core.errors import InvalidParameter

    with pytest.raises(InvalidParameter, match="embeddings: a ndarray cannot wait in a queue"):
        operator("compute_clusters")(dataset, "r1", embeddings=np.eye(24), delegate=True)


# in the toolbar


def test_it_stands_in_the_toolbar_with_an_icon(operator, dataset, plugin):
    from fiftyone.operators.executor import resolve_placement

    placement = resolve_placement(operator("compute_clusters"), {"dataset_name": dataset.name}).to_json()
    assert placement["place"] == "samples-grid-actions"
    assert placement["view"]["prompt"] is True
    assert (plugin / placement["view"]["icon"].lstrip("/")).is_file()
