import numpy as np
import pandas as pd
import pytest

import clusterby as cb
from clusterby.core.errors import InvalidParameter, InvalidVectors
from clusterby.groups.new_vectors import new_vectors
from clusterby.ops.given import condition_given, given_embeddings
from clusterby.tables import open_table
from tests.ops.aligned_encoders import COLORS, DIMENSION, AlignedEncoder, scenes

from .sample import DATA, MAKERS, VECTORS, N


def without_embedder(table, by="v"):
    return new_vectors(table, by={by: 1.0}, embedder=None, dimension=3, cache=None)


@pytest.mark.parametrize("kind", MAKERS)
def test_a_table_with_vectors_in_the_column_of_the_same_name_needs_no_embedder(kind):
    np.testing.assert_array_equal(without_embedder(MAKERS[kind](DATA)).vectors, VECTORS)


@pytest.mark.parametrize("given", [VECTORS, VECTORS.tolist(), pd.Series(list(VECTORS)), cb.embed(DATA, "v")])
def test_vectors_are_taken_as_they_are(given):
    np.testing.assert_array_equal(without_embedder(given).vectors, VECTORS)


@pytest.mark.parametrize(
    "table", [{"kind": ["cat"]}, {"v": ["cat"]}, pd.DataFrame({"x": [1]}), open_table({"x": [1]})]
)
def test_a_table_without_them_is_told_what_to_give(table):
    with pytest.raises(
        InvalidParameter, match=r"give predict\(\) an array \(n, 3\), or a table with vectors in a column 'v'"
    ):
        without_embedder(table)


@pytest.mark.parametrize("given", [np.ones((2, 4)), {"v": [[1.0, 2.0]]}])
def test_vectors_of_other_dimensions_are_refused(given):
    with pytest.raises(InvalidVectors, match="but the clusters were made in 3"):
        without_embedder(given)


def test_rows_without_a_vector_are_skipped():
    found = without_embedder({"v": [[1.0, 2.0, 3.0], None]})
    assert (found.rows.tolist(), found.n_rows, [s.row for s in found.skipped]) == ([0], 2, [1])


def test_clusters_of_given_vectors_label_a_table_that_has_them():
    groups = cb.clusterby({"v": list(range(N))}, "v", embeddings=VECTORS, n_clusters=3)
    assert groups.predict(pd.DataFrame(DATA)).tolist() == groups.labels_.tolist()
    with pytest.raises(InvalidParameter, match="these clusters do not keep what made their vectors"):
        groups.predict({"v": list(range(N))})


@pytest.mark.fiftyone
def test_a_dataset_is_labelled_by_clusters_of_another(make_dataset):
    groups = cb.clusterby(make_dataset(), "emb", n_clusters=3)
    other = make_dataset(6)
    assert groups.predict(other).tolist() == groups.labels_[:6].tolist()
    loaded = new_vectors(other, by={"emb": 1.0}, embedder=None, dimension=8, cache=None)
    np.testing.assert_array_equal(loaded.vectors, np.stack(other.values("emb")))


# vectors that were conditioned

SCENES = AlignedEncoder().encode(scenes()["image"])
HOW = condition_given(given_embeddings(SCENES), ["v"], AlignedEncoder(), candidates=COLORS)
COLORED = HOW.apply(given_embeddings(SCENES))


def like_those(table, how=HOW, dimension=3):
    return new_vectors(
        table, by={"v": 1.0}, embedder=None, dimension=dimension, cache=None, conditioned=how
    ).vectors


@pytest.mark.parametrize(
    "given",
    [
        SCENES,
        SCENES.tolist(),
        given_embeddings(SCENES),
        {"v": SCENES.tolist()},
        pd.DataFrame({"v": list(SCENES)}),
    ],
)
def test_new_vectors_are_conditioned_as_the_first_ones_were(given):
    np.testing.assert_array_equal(like_those(given), COLORED.vectors)


def test_vectors_that_are_conditioned_already_are_taken_as_they_are():
    assert like_those(COLORED) is COLORED.vectors
    np.testing.assert_array_equal(like_those(COLORED.vectors), COLORED.vectors)


def test_conditioned_vectors_are_known_by_their_space_where_the_dimensions_are_the_same():
    words = [f"word{number}" for number in range(DIMENSION)]
    how = condition_given(given_embeddings(SCENES), ["v"], AlignedEncoder(), candidates=words)
    done = how.apply(given_embeddings(SCENES))
    assert like_those(done, how, DIMENSION) is done.vectors
    np.testing.assert_array_equal(like_those(SCENES, how, DIMENSION), done.vectors)


def test_vectors_of_neither_dimension_are_refused():
    with pytest.raises(InvalidVectors, match="vectors of 5 dimensions, but the clusters were made in 3"):
        like_those(np.ones((2, 5)))
