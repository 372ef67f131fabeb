import numpy as np
import pytest
from tests.fiftyone_database import vectors_of

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidVectors


@pytest.fixture
def resolve(fo):
    from clusterby.fiftyone.target import resolve_target
    from clusterby.fiftyone.vectors import resolve_vectors

    return lambda samples, patches_field=None, **options: resolve_vectors(
        resolve_target(samples, patches_field=patches_field), **options
    )


def test_a_vector_that_is_not_finite_is_skipped_with_its_reason(dataset, resolve):
    vectors = vectors_of(24)
    vectors[4, 0] = np.nan
    found = resolve(dataset, embeddings=vectors).embeddings
    assert [s.row for s in found.skipped] == [4]
    assert found.skipped[0].reason


def test_an_array_is_taken_in_the_order_of_the_view_and_a_mapping_by_id(dataset, resolve):
    vectors, ids = vectors_of(24), dataset.values("id")
    assert resolve(dataset, embeddings=vectors.tolist()).embeddings.vectors.tolist() == vectors.tolist()
    shuffled = {ids[i]: vectors[i] for i in reversed(range(1, 24))}
    found = resolve(dataset, embeddings=shuffled)
    assert found.embeddings.vectors.tolist() == vectors[1:].tolist()
    assert [s.row for s in found.embeddings.skipped] == [0]
    assert found.source.kind == "array"


def test_items_that_lost_their_vector_are_named_when_vectors_are_read_again(dataset):
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    lost = dataset.values("id")[5]
    dataset.set_values("emb", {lost: None}, key_field="id")
    with pytest.raises(
        InvalidVectors, match=f"1 of 24 clustered items have no vector any more, the first of them {lost}"
    ):
        _ = cbf.load_clusters(dataset, "r").embeddings.vectors
