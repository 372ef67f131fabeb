from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import DBSCAN, HDBSCAN, KMeans
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline

from clusterby.clusterers import get
from clusterby.clusterers.resolve import resolve
from clusterby.core.errors import InvalidParameter, UnknownMethod


class Halves:
    """A clusterer that knows nothing of scikit-learn."""

    def fit_predict(self, vectors):
        self.seen = len(vectors)
        return np.arange(len(vectors)) % 2


def test_an_alias_resolves_to_the_registered_name():
    assert resolve("agglomerative", {}, random_state=0).name == "hierarchical"


def test_parameters_come_as_their_kinds_even_from_text():
    assert resolve("kmeans", {"n_clusters": "3", "max_iter": "50"}, random_state=0).estimator.max_iter == 50


def test_the_seed_reaches_the_estimator():
    resolved = resolve("kmeans", {}, random_state=7)
    assert resolved.estimator.random_state == resolved.random_state == 7


def test_a_method_without_chance_has_no_seed():
    assert resolve("hierarchical", {}, random_state=7).random_state is None


@pytest.mark.parametrize("seed", [None, -1, 0.5, "x"])
def test_a_seed_that_is_no_whole_number_is_refused(seed):
    with pytest.raises(InvalidParameter, match=r"^random_state=.*: give a whole number from 0 up$"):
        resolve("kmeans", {}, random_state=seed)


def test_n_clusters_does_for_n_components_of_gmm():
    resolved = resolve("gmm", {"n_clusters": 3}, random_state=0)
    assert resolved.estimator.n_components == 3
    assert resolved.given == {"n_components"}


def test_n_clusters_beside_n_components_is_refused():
    with pytest.raises(
        InvalidParameter, match="n_clusters and n_components are the same here: give one of them"
    ):
        resolve("gmm", {"n_clusters": 3, "n_components": 3}, random_state=0)


def test_scikit_learns_defaults_stand_where_they_are_not_overridden():
    estimator = resolve("hdbscan", {}, random_state=0).estimator
    changed = {**get("hdbscan").overrides, "device": "auto"}
    assert estimator.get_params() == {**HDBSCAN(copy=False).get_params(), **changed}


def test_a_distance_threshold_stands_instead_of_a_number_of_clusters():
    assert resolve("hierarchical", {"distance_threshold": 0.5}, random_state=0).estimator.n_clusters is None


@pytest.mark.parametrize("name", ["MeanShift", "OPTICS", "AffinityPropagation", "KMeans", "GaussianMixture"])
def test_any_clustering_class_of_scikit_learn_resolves_with_its_own_defaults(name):
    resolved = resolve(name, {}, random_state=5)
    own = type(resolved.estimator)()
    seed = {"random_state": 5} if "random_state" in own.get_params() else {}
    assert (resolved.name, resolved.spec) == (name, None)
    assert resolved.estimator.get_params() == {**own.get_params(), **seed}


def test_n_clusters_does_for_n_components_of_a_mixture_class():
    assert resolve("BayesianGaussianMixture", {"n_clusters": 4}, random_state=0).estimator.n_components == 4


@pytest.mark.parametrize("name", ["FeatureAgglomeration", "SpectralBiclustering", "KMean", "k_means"])
def test_what_does_not_label_rows_is_no_method(name):
    with pytest.raises(UnknownMethod, match=f"no method '{name}'"):
        resolve(name, {}, random_state=0)


def test_an_unknown_name_suggests_scikit_learns_classes_too():
    with pytest.raises(UnknownMethod, match="Did you mean 'MeanShift'"):
        resolve("MeanShif", {}, random_state=0)


def test_a_class_name_refuses_parameters_it_does_not_take():
    with pytest.raises(
        InvalidParameter, match=r"method 'MeanShift' takes no parameter 'n_clusters'.* bandwidth"
    ):
        resolve("MeanShift", {"n_clusters": 3}, random_state=0)


def test_an_instance_is_copied():
    mine = KMeans(3)
    resolved = resolve(mine, {}, random_state=4)
    assert resolved.estimator is not mine
    assert mine.random_state is None
    assert resolved.estimator.get_params() == {**mine.get_params(), "random_state": 4}


def test_an_instances_own_seed_wins():
    resolved = resolve(KMeans(3, random_state=11), {}, random_state=4)
    assert resolved.estimator.random_state == resolved.random_state == 11


def test_the_seeds_inside_a_pipeline_are_set():
    resolved = resolve(make_pipeline(PCA(2), KMeans(3)), {}, random_state=4)
    assert resolved.estimator.get_params()["kmeans__random_state"] == 4
    assert resolved.random_state == 4


def test_an_instance_that_is_not_scikit_learns_is_copied_too():
    mine = Halves()
    resolved = resolve(mine, {}, random_state=0)
    resolved.estimator.fit_predict(np.zeros((4, 1)))
    assert resolved.name == "Halves"
    assert not hasattr(mine, "seen")


def test_parameters_beside_an_instance_are_refused():
    message = r"^n_clusters=5 beside an instance: set it on the instance, KMeans\(n_clusters=5\)$"
    with pytest.raises(InvalidParameter, match=message):
        resolve(KMeans(3), {"n_clusters": 5}, random_state=0)


def test_a_class_instead_of_an_instance_is_refused():
    with pytest.raises(InvalidParameter, match=r"^method=DBSCAN is a class: give an instance, DBSCAN\(\)$"):
        resolve(DBSCAN, {}, random_state=0)


@pytest.mark.parametrize("method", [3, None, PCA(), ["kmeans"]])
def test_what_cannot_cluster_is_refused(method):
    with pytest.raises(InvalidParameter, match="has no fit_predict: give a method's name, or a clusterer"):
        resolve(method, {}, random_state=0)


def test_ward_with_cosine_is_refused_up_front_without_naming_ward():
    with pytest.raises(InvalidParameter, match="give linkage='average'"):
        resolve("hierarchical", {"metric": "cosine"}, random_state=0)


def test_a_choice_out_of_range_is_refused_with_the_choices():
    with pytest.raises(
        InvalidParameter, match=r"^linkage='words': give 'ward' or 'average' or 'complete' or 'single'$"
    ):
        resolve("hierarchical", {"linkage": "words"}, random_state=0)
