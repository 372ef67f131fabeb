import numpy as np
import pytest
from tests.fiftyone_database import vectors_of

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidParameter, NothingToCluster


@pytest.fixture
def resolve(fo):
    from clusterby.fiftyone.target import resolve_target
    from clusterby.fiftyone.vectors import resolve_vectors

    return lambda samples, patches_field=None, **options: resolve_vectors(
        resolve_target(samples, patches_field=patches_field), **options
    )


def test_vectors_of_a_field_come_in_the_order_of_the_view(dataset, resolve):
    view = dataset.sort_by("weight", reverse=True).limit(7)
    found = resolve(view, embeddings="emb")
    assert found.embeddings.vectors.tolist() == np.array(view.values("emb")).tolist()
    assert (found.source.kind, found.source.name, found.embeddings.column) == ("field", "emb", "emb")


def test_a_field_of_lists_holds_vectors_too(dataset, resolve):
    vectors = vectors_of(24).tolist()
    dataset.set_values("listed", [None if i == 3 else v for i, v in enumerate(vectors)])
    assert type(dataset.get_field("listed")).__name__ == "ListField"
    found = resolve(dataset, embeddings="listed").embeddings
    assert found.rows.tolist() == [i for i in range(24) if i != 3]
    assert [(s.row, s.column, s.reason) for s in found.skipped] == [(3, "listed", "missing value")]


def test_vectors_are_read_some_at_a_time(dataset, resolve, monkeypatch):
    from clusterby.fiftyone import stored_vectors as module

    monkeypatch.setattr(module, "_READ", 5)
    assert resolve(dataset, embeddings="emb").embeddings.vectors.tolist() == vectors_of(24).tolist()


def test_arrays_of_patches_that_the_schema_does_not_declare_are_found(fo, image_paths, resolve):
    dataset, vectors = fo.Dataset(), vectors_of(6)
    dataset.add_samples(
        [
            fo.Sample(
                filepath=image_paths[i],
                objects=fo.Detections(
                    detections=[fo.Detection(label="x", bounding_box=[0, 0, 1, 1], emb=vectors[i])]
                ),
            )
            for i in range(6)
        ]
    )
    assert dataset.get_field("objects.detections.emb") is None
    assert resolve(dataset, "objects", embeddings="emb").embeddings.vectors.tolist() == vectors.tolist()
    from clusterby.fiftyone.target import resolve_target

    assert cbf.vector_fields(resolve_target(dataset, patches_field="objects")) == ["emb"]
    dataset.delete()


def test_the_path_of_a_field_of_patches_may_be_given_whole(patches, resolve):
    short = resolve(patches, "objects", embeddings="emb").embeddings.vectors
    assert (
        resolve(patches.to_patches("objects"), embeddings="objects.emb").embeddings.vectors.tolist()
        == short.tolist()
    )


def test_vectors_of_another_length_than_most_are_skipped_with_their_reason(dataset, resolve):
    dataset.set_values("odd", [[1.0, 2.0]] * 20 + [[1.0]] * 4)
    found = resolve(dataset, embeddings="odd").embeddings
    assert found.vectors.shape == (20, 2)
    assert {s.reason for s in found.skipped} == {"length 1 where most have 2"}


def test_a_field_in_which_nothing_is_a_vector_is_an_error(dataset, fo, resolve):
    dataset.add_sample_field("none", fo.VectorField)
    with pytest.raises(NothingToCluster):
        resolve(dataset, embeddings="none")


def test_the_vectors_of_a_similarity_run_are_taken_by_its_key(dataset, resolve):
    import fiftyone.brain as fob

    vectors = vectors_of(24)
    fob.compute_similarity(
        dataset.limit(20), embeddings=vectors[:20], brain_key="sim", backend="sklearn", progress=False
    )
    assert cbf.brain_keys(dataset) == ["sim"]
    view = dataset.sort_by("weight", reverse=True)
    found = resolve(view, embeddings="sim")
    ids = dataset.values("id")
    wanted = [ids.index(i) for i in view.values("id")]
    assert found.embeddings.rows.tolist() == [row for row, i in enumerate(wanted) if i < 20]
    assert np.allclose(found.embeddings.vectors, vectors[[i for i in wanted if i < 20]])
    assert {s.reason for s in found.embeddings.skipped} == {"not in the brain run"}
    assert len(found.embeddings.skipped) == 4
    cbf.compute_clusters(dataset, "r", embeddings="sim", n_clusters=3)
    assert cbf.load_clusters(dataset, "r").embeddings.vectors.shape == (20, 8)


def test_the_points_of_a_visualization_are_taken_by_its_key(dataset, resolve):
    import fiftyone.brain as fob

    points = vectors_of(24)[:, :2]
    fob.compute_visualization(dataset, points=points, brain_key="vis", progress=False)
    assert np.allclose(resolve(dataset, embeddings="vis").embeddings.vectors, points)


def test_a_brain_run_of_patches_serves_its_patches_and_nothing_else(patches, resolve):
    import fiftyone.brain as fob

    vectors = vectors_of(12)
    by_sample = {i: vectors[2 * k : 2 * k + 2] for k, i in enumerate(patches.values("id"))}
    fob.compute_similarity(
        patches,
        patches_field="objects",
        embeddings=by_sample,
        brain_key="sim",
        backend="sklearn",
        progress=False,
    )
    assert np.allclose(resolve(patches, "objects", embeddings="sim").embeddings.vectors, vectors)
    with pytest.raises(
        InvalidParameter,
        match="the brain run is about the patches of 'objects', and samples are to be clustered",
    ):
        resolve(patches, embeddings="sim")


def test_a_brain_run_without_vectors_is_refused(dataset, resolve):
    import fiftyone.brain as fob

    fob.compute_uniqueness(dataset, embeddings="emb", uniqueness_field="u", progress=False)
    (key,) = dataset.list_brain_runs()
    with pytest.raises(InvalidParameter, match="brain|no field of vectors|holds floats"):
        resolve(dataset, embeddings=key)


def test_fields_that_hold_vectors_are_listed(dataset, patches, video, fo):
    from clusterby.fiftyone.target import resolve_target

    dataset.set_values("listed", [[1.0, 2.0]] * 24)
    dataset.set_values("words", [["a"]] * 24)
    assert cbf.vector_fields(resolve_target(dataset)) == ["emb", "listed"]
    assert cbf.vector_fields(resolve_target(patches, patches_field="objects")) == ["emb"]
    assert cbf.vector_fields(resolve_target(video.to_frames())) == ["emb"]
