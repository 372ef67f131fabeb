import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.namers.base import Clusters
from clusterby.namers.samples import Sampler, shares


def sampler_of(vectors, labels, ids=None, seed=0):
    vectors, labels = np.asarray(vectors, dtype=np.float32), np.asarray(labels)
    ids = tuple(sorted(set(labels[labels >= 0].tolist()))) if ids is None else ids
    centers = np.array([vectors[labels == c].mean(axis=0) for c in ids], dtype=np.float32)
    return Sampler(
        Clusters(ids=ids, labels=labels, centers=centers, vectors=lambda: vectors, random_state=seed)
    )


def every(place):
    return True


def blobs(n=300, k=3, d=5, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(-1, k, n)
    return rng.normal(size=(k + 1, d))[labels] * 5 + rng.normal(size=(n, d)), labels


def chosen(members, kind):
    return [place for place, its in zip(members.places, members.kinds, strict=True) if its == kind]


def test_the_shares_add_up():
    for count in range(1, 50):
        assert sum(shares(count).values()) == count
        assert min(shares(count).values()) >= 0
        assert shares(count)["central"] >= 1


def test_the_central_rows_are_those_nearest_to_the_center():
    vectors, labels = blobs()
    members = sampler_of(vectors, labels).members(1, 12, every)
    distances = np.linalg.norm(vectors - vectors[labels == 1].mean(axis=0), axis=1)
    distances[labels != 1] = np.inf
    assert chosen(members, "central") == np.argsort(distances)[:4].tolist()


def test_the_rows_at_the_border_are_those_whose_two_nearest_centers_differ_least():
    vectors = [[0], [1], [2], [3], [4.4], [10], [11], [12]]
    members = sampler_of(vectors, [0] * 5 + [1] * 3).members(0, 4, every)
    assert chosen(members, "border") == [4]
    assert members.kinds == ("central", "central", "diverse", "border")


def test_different_rows_are_drawn_far_from_those_before():
    vectors = np.concatenate(
        [np.random.default_rng(0).normal(scale=0.01, size=(500, 2)), [[50, 0], [-50, 0]]]
    )
    members = sampler_of(vectors, [0] * 502).members(0, 6, every)
    assert {500, 501} <= set(chosen(members, "diverse"))


def test_rows_are_chosen_once_and_from_the_cluster():
    vectors, labels = blobs()
    for cluster in (0, 1, 2):
        places = sampler_of(vectors, labels).members(cluster, 12, every).places
        assert len(set(places)) == 12
        assert set(labels[list(places)]) == {cluster}


def test_of_equal_rows_one_is_chosen():
    members = sampler_of([[1, 2]] * 50 + [[3, 4]] * 50, [0] * 100).members(0, 12, every)
    assert len(members.places) == 2
    assert sampler_of([[0, 0]] * 5, [0] * 5).members(0, 12, every).places == (0,)


def test_a_row_that_is_not_accepted_is_replaced():
    vectors, labels = blobs()
    sampler = sampler_of(vectors, labels)
    gone = set(sampler.members(0, 12, every).places[:5])
    members = sampler.members(0, 12, lambda place: place not in gone)
    assert len(members.places) == 12
    assert not gone & set(members.places)
    assert members.kinds.count("central") == 4


def test_where_none_is_accepted_the_search_ends_soon():
    vectors, labels = blobs()
    asked = []
    members = sampler_of(vectors, labels).members(0, 4, lambda place: bool(asked.append(place)))
    assert members.places == ()
    assert len(asked) == len(set(asked)) == 12


def test_the_same_seed_gives_the_same_rows_and_another_one_others():
    vectors, labels = blobs(n=6000)
    first = sampler_of(vectors, labels)
    first.members(1, 12, every)
    again = sampler_of(vectors, labels)
    assert first.members(0, 12, every) == again.members(0, 12, every)
    assert first.members(0, 12, every) != sampler_of(vectors, labels, seed=1).members(0, 12, every)
    assert len(sampler_of(vectors, labels, seed=-3).members(0, 12, every).places) == 12


def test_the_nearest_clusters_are_those_of_the_nearest_centers():
    vectors = [[0.0], [10], [3], [-4], [0]]
    assert sampler_of(vectors, [0, 1, 2, 3, -1]).nearest(0) == [2, 3, 1]


def test_clusters_that_are_not_to_be_named_are_neighbors_too():
    sampler = sampler_of([[0.0], [10], [3], [-4]], [0, 1, 2, 3], ids=(0,))
    assert sampler.nearest(0) == [2, 3, 1]
    assert sampler.members(2, 4, every).places == (2,)


def test_one_cluster_alone_has_no_border_and_no_neighbor():
    sampler = sampler_of([[0.0], [1], [2], [5]], [7] * 4)
    members = sampler.members(7, 12, every)
    assert set(members.kinds) == {"central"}
    assert sampler.members(7, 4, every).kinds == ("central", "central", "diverse", "diverse")
    assert sampler.nearest(7) == []


def test_a_cluster_without_rows_has_no_members():
    assert sampler_of([[0.0]], [0]).members(5, 12, every).places == ()


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_very_small_and_very_large_vectors_are_told_apart(scale):
    vectors, labels = blobs()
    small, plain = sampler_of(vectors * scale, labels), sampler_of(vectors, labels)
    assert chosen(small.members(0, 12, every), "central") == chosen(plain.members(0, 12, every), "central")


@given(st.integers(1, 30), st.integers(1, 4), st.integers(1, 15), st.integers(0, 5))
def test_any_rows_give_members_of_their_cluster(n, k, count, seed):
    rng = np.random.default_rng(seed)
    vectors, labels = rng.integers(-2, 3, size=(n, 2)), rng.integers(0, k, n)
    sampler = sampler_of(vectors, labels)
    for cluster in sorted(set(labels.tolist())):
        members = sampler.members(cluster, count, every)
        different = len(np.unique(vectors[labels == cluster], axis=0))
        assert 1 <= len(set(members.places)) == len(members.places) <= min(count, different)
        assert set(labels[list(members.places)]) == {cluster}
