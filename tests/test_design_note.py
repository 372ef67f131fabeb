"""The examples of the design note that clusterby began with, on real images."""

import datetime as dt

import pandas as pd
import polars as pl
import pytest
import sklearn.cluster

import clusterby as cb
import clusterby.pandas
import clusterby.polars
from clusterby.ops.agreement import adjusted_rand_index


@pytest.fixture(scope="module")
def columns(tmp_path_factory):
    """Images of noughts, sixes and nines with a date each: noughts in January, sixes in July, nines in October."""
    folder = cb.samples.digits(tmp_path_factory.mktemp("digits") / "digits")
    paths = sorted(folder.glob("[069]/*.png"))[::5]
    digits = [int(path.parent.name) for path in paths]
    return {
        "image": [str(path) for path in paths],
        "label": digits,
        "date": [dt.datetime(2023, digit + 1, 1 + i % 28) for i, digit in enumerate(digits)],
    }


@pytest.fixture(params=[pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"])
def dp(request, columns):
    return request.param(columns)


def test_cb_date_mean(dp):
    groups = dp.clusterby(by="image", n_clusters=3)
    means = groups["date"].mean()
    months = sorted(m.month for m in (means if isinstance(dp, pd.DataFrame) else means["date"]))
    assert months == [1, 7, 10]


def test_cluster_returns_labels_and_the_clusterer(columns):
    labels, clusterer = cb.cluster(columns["image"], return_clusterer=True, n_clusters=3)
    assert isinstance(clusterer, sklearn.cluster.KMeans)
    assert clusterer.labels_.tolist() == labels.tolist()


def test_a_scikit_learn_object_is_a_method(columns):
    labels = cb.cluster(columns["image"], method=sklearn.cluster.AgglomerativeClustering(3))
    assert sorted(set(labels.tolist())) == [0, 1, 2]


@pytest.mark.parametrize("method", ["kmeans", "gmm", "hierarchical", "spectral"])
def test_the_registry_has_the_methods_of_the_note(columns, method):
    labels = cb.cluster(columns["image"], method=method, n_clusters=3)
    assert adjusted_rand_index(labels, columns["label"]) > 0.9


def test_labels_as_a_column_and_groupby_give_the_same_as_clusterby(columns):
    dp = pd.DataFrame(columns)
    direct = cb.clusterby(dp, by=["image"], n_clusters=3)
    dp["clusters"] = cb.cluster(dp["image"], n_clusters=3)
    pd.testing.assert_series_equal(
        dp.groupby("clusters")["date"].mean(), direct["date"].mean(), check_names=False
    )
    pd.testing.assert_series_equal(
        cb.groupby(dp, by="clusters")["date"].mean(), direct["date"].mean(), check_names=False
    )
    assert direct.to_dp()["cluster"].tolist() == dp["clusters"].tolist()


def test_groupby_label(dp):
    assert list(cb.groupby(dp, by="label").rows) == [0, 6, 9]


def test_a_slice_of_a_group(dp):
    assert len(dp.clusterby("image", n_clusters=3).slice[1, 0:2]) == 2
