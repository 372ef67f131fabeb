import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import sklearn.cluster

import clusterby as cb
from clusterby.core.errors import ClusterbyError, InvalidParameter, InvalidTable
from clusterby.ops.cluster import spread_labels

from .aligned_encoders import COLORS, GROUNDS, AlignedEncoder, scenes

RNG = np.random.default_rng(0)
TRUTH = np.repeat([0, 1, 2], 20)
BLOBS = (np.eye(3)[TRUTH] * 10 + RNG.normal(size=(60, 3))).astype("float32")


def agree(labels, truth=TRUTH):
    from sklearn.metrics import adjusted_rand_score

    return adjusted_rand_score(labels, truth) == 1


def test_labels_are_int64_one_per_row():
    labels = cb.cluster(BLOBS, n_clusters=3)
    assert (labels.dtype, labels.shape) == (np.int64, (60,))
    assert type(labels) is np.ndarray
    assert agree(labels)


def test_the_number_of_clusters_is_chosen_unless_given():
    assert agree(cb.cluster(BLOBS))
    assert agree(cb.cluster(BLOBS, n_clusters="auto"))


def test_the_clusterer_is_returned_when_asked_for():
    labels, clusterer = cb.cluster(BLOBS, method="gmm", n_clusters=3, return_clusterer=True)
    assert type(clusterer).__name__ == "GaussianMixture"
    assert (clusterer.predict(BLOBS) == labels).all()


@pytest.mark.parametrize(
    "column",
    [
        BLOBS.tolist(), pd.Series(list(BLOBS)), pl.Series(BLOBS.tolist()), pa.array(BLOBS.tolist()),
        cb.embed({"v": BLOBS}, "v"),
    ],
    ids=["list", "pandas", "polars", "arrow", "embeddings"],
)  # fmt: skip
def test_data_may_be_a_column_of_vectors(column):
    assert agree(cb.cluster(column, n_clusters=3))


def test_data_may_be_a_column_of_words_numbers_or_texts():
    assert agree(cb.cluster(["red"] * 9 + ["blue"] * 9, n_clusters=2), np.repeat([0, 1], 9))
    assert agree(cb.cluster(pd.Series([1.0, 1.1, 0.9, 50.0, 51.0]), n_clusters=2), [0, 0, 0, 1, 1])


def test_data_may_be_a_table_with_by():
    assert agree(cb.cluster(pd.DataFrame({"v": list(BLOBS), "x": 0}), by="v", n_clusters=3))


def test_a_table_without_by_says_what_is_missing():
    with pytest.raises(InvalidTable, match="by="):
        cb.cluster(pd.DataFrame({"v": list(BLOBS)}))


def test_skipped_rows_are_masked_and_shift_no_other():
    cells = BLOBS.tolist()
    cells[5], cells[30] = None, [np.nan, 0, 0]
    labels = cb.cluster(cells, n_clusters=3)
    assert isinstance(labels, np.ma.MaskedArray)
    assert np.flatnonzero(labels.mask).tolist() == [5, 30]
    assert labels.dtype == np.int64
    assert agree(labels.compressed(), np.delete(TRUTH, [5, 30]))


def test_the_data_is_not_changed():
    data = BLOBS.copy()
    cb.cluster(data, n_clusters=3)
    np.testing.assert_array_equal(data, BLOBS)


def test_an_instance_is_taken_and_left_unfitted():
    mine = sklearn.cluster.KMeans(n_clusters=3, n_init=1)
    labels, clusterer = cb.cluster(BLOBS, method=mine, return_clusterer=True)
    assert agree(labels)
    assert not hasattr(mine, "labels_")
    assert clusterer is not mine


def test_a_scikit_learn_class_name_is_taken():
    labels, clusterer = cb.cluster(BLOBS, method="MeanShift", return_clusterer=True)
    assert agree(labels)
    assert type(clusterer) is sklearn.cluster.MeanShift


def test_the_same_call_gives_the_same_labels_in_another_process():
    code = (
        "import numpy as np, clusterby as cb; x = np.random.default_rng(1).normal(size=(300, 5)).astype('float32');"
        "print([cb.cluster(x, method=m, n_clusters=7).tolist() for m in ('kmeans', 'gmm', 'spectral')])"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    )
    assert first == second


def test_another_seed_may_give_other_labels():
    data = np.random.default_rng(1).normal(size=(300, 5)).astype("float32")
    runs = {tuple(cb.cluster(data, n_clusters=9, random_state=s, n_init=1).tolist()) for s in range(4)}
    assert len(runs) > 1


def test_a_parameter_the_method_does_not_take_is_an_error_that_names_those_it_takes():
    with pytest.raises(InvalidParameter, match="takes no parameter 'linkage'.* It takes: .*n_init"):
        cb.cluster(BLOBS, linkage="ward")


def test_a_mistake_about_the_method_costs_no_encoding():
    def never(cells):
        raise AssertionError("encoded")

    for wrong in ({"method": "kmean"}, {"n_clusters": 0}, {"linkage": "ward"}):
        with pytest.raises(ClusterbyError):
            cb.cluster(["a", "b"], encoder=never, modality="text", **wrong)
        with pytest.raises(ClusterbyError):
            cb.clusterby({"t": ["a", "b"]}, "t", encoder=never, modality="text", **wrong)


def test_values_are_spread_over_all_rows_in_any_shape():
    embeddings = cb.embed({"v": [[1.0, 2.0], None]}, "v")
    spread = spread_labels(embeddings.vectors, embeddings)
    assert spread.shape == (2, 2)
    assert spread.mask.tolist() == [[False, False], [True, True]]


# what the clusters should be about


@pytest.mark.parametrize(
    ("asked", "truth"),
    [
        ({"description": "a {} thing", "candidates": COLORS}, "color"),
        ({"instruction": "group by zorp", "candidates": GROUNDS}, "ground"),
        ({"ignore": GROUNDS}, "color"),
        ({}, "ground"),
    ],
)
@pytest.mark.parametrize("by", ["image", "caption", None])
def test_labels_are_about_what_was_asked(asked, truth, by):
    table = scenes()
    data = table["image"] if by is None else table
    k = len(set(table[truth]))
    labels = cb.cluster(data, by=by, n_clusters=k, encoder=AlignedEncoder(), cache=False, **asked)
    assert agree(labels, table[truth])


def test_vectors_that_are_there_already_are_not_asked_anything():
    embeddings = cb.embed({"v": BLOBS}, "v")
    for asked in (
        {"description": "a {} thing"},
        {"instruction": "by color"},
        {"region": "boxes"},
        {"candidates": ["a"]},
    ):
        with pytest.raises(InvalidParameter, match="with vectors that are given: give it to embed"):
            cb.cluster(embeddings, **asked)
