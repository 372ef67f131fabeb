import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from threadpoolctl import threadpool_limits

from clusterby.kernels.neighbors.half_squares import half_squares
from clusterby.kernels.neighbors.narrow import narrowed
from clusterby.kernels.neighbors.neighbors import nearest_neighbors, nearest_outside
from clusterby.kernels.neighbors.top_k import NO_ROW


def half_squares_of(vectors, queries, metric):
    """All half squares by differences in float64."""
    a, b = queries.astype(np.float64), vectors.astype(np.float64)
    if metric == "euclidean":
        return ((a[:, None] - b[None]) ** 2).sum(axis=2) / 2
    lengths_a, lengths_b = np.linalg.norm(a, axis=1), np.linalg.norm(b, axis=1)
    a = a * np.divide(1, lengths_a, where=lengths_a > 0, out=np.zeros(len(a)))[:, None]
    b = b * np.divide(1, lengths_b, where=lengths_b > 0, out=np.zeros(len(b)))[:, None]
    values = ((a[:, None] - b[None]) ** 2).sum(axis=2) / 2
    values[lengths_a == 0] = 1
    values[:, lengths_b == 0] = 1
    return values


def brute_force(vectors, k, metric, queries=None):
    values = half_squares_of(vectors, vectors if queries is None else queries, metric)
    if queries is None:
        np.fill_diagonal(values, np.inf)
    distances = np.sqrt(2 * values) if metric == "euclidean" else values
    rows = np.argsort(values, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(distances, rows, axis=1), rows, distances


def assert_nearest(vectors, k, metric="euclidean", queries=None):
    distances, rows = nearest_neighbors(vectors, k, metric=metric, queries=queries)
    expected, _, all_distances = brute_force(vectors, k, metric, queries)
    scale = all_distances[np.isfinite(all_distances)].max(initial=1e-300) if metric == "euclidean" else 1
    np.testing.assert_allclose(distances, expected, rtol=1e-11, atol=1e-14 * scale)
    assert rows.dtype == np.int64
    assert distances.dtype == np.float64
    np.testing.assert_allclose(
        np.take_along_axis(all_distances, rows, axis=1), distances, rtol=1e-11, atol=1e-14 * scale
    )
    assert all(len(set(of_row)) == k for of_row in rows.tolist())
    equal = distances[:, 1:] == distances[:, :-1]
    assert (np.diff(rows, axis=1)[equal] > 0).all()
    assert (np.diff(distances, axis=1) >= 0).all()


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("n", "d", "k"), [(2, 1, 1), (40, 1, 3), (1300, 7, 5), (90, 2000, 8), (60, 5, 59)])
@pytest.mark.parametrize("offset", [0, 1000])
def test_neighbors_are_those_of_brute_force(metric, dtype, n, d, k, offset):
    vectors = (np.random.default_rng(n + d).normal(size=(n, d)) + offset).astype(dtype)
    assert_nearest(vectors, k, metric)


@settings(max_examples=60, deadline=None)
@given(
    vectors=hnp.arrays(
        st.sampled_from([np.float32, np.float64]),
        st.tuples(st.integers(2, 40), st.integers(1, 4)),
        elements=st.integers(-2, 2),
    ),
    metric=st.sampled_from(["euclidean", "cosine"]),
    data=st.data(),
)
def test_ties_and_duplicates_go_to_the_smaller_row(vectors, metric, data):
    k = data.draw(st.integers(1, len(vectors) - 1))
    assert_nearest(vectors, k, metric)
    if metric == "euclidean":  # exact in integers
        assert (nearest_neighbors(vectors, k)[1] == brute_force(vectors, k, metric)[1]).all()


@settings(max_examples=40, deadline=None)
@given(
    vectors=hnp.arrays(np.float32, (30, 3), elements=st.integers(-2, 2)),
    queries=hnp.arrays(np.float32, (7, 3), elements=st.integers(-2, 2)),
    metric=st.sampled_from(["euclidean", "cosine"]),
    offset=st.sampled_from([0, 100]),
    k=st.integers(1, 30),
)
def test_queries_find_the_nearest_of_all_rows(vectors, queries, metric, offset, k):
    assert_nearest(vectors + np.float32(offset), k, metric, queries)


def test_many_duplicates_are_at_distance_zero():
    vectors = np.repeat(np.random.default_rng(0).normal(size=(3, 64)).astype(np.float32), 500, axis=0)
    distances, rows = nearest_neighbors(vectors, 5)
    assert (distances == 0).all()
    assert rows[0].tolist() == [1, 2, 3, 4, 5]
    assert rows[700].tolist() == [500, 501, 502, 503, 504]


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_tight_groups_far_apart_are_told_apart_below_the_rounding_of_products(metric):
    rng = np.random.default_rng(1)
    centers = rng.normal(size=(4, 30)) * 1000
    vectors = (np.repeat(centers, 40, axis=0) + rng.normal(size=(160, 30)) * 0.01).astype(np.float32)
    distances, rows = nearest_neighbors(vectors, 6, metric=metric)
    expected, expected_rows, _ = brute_force(vectors, 6, metric)
    np.testing.assert_allclose(distances, expected, rtol=1e-6)
    assert (rows == expected_rows).mean() > 0.999


@pytest.mark.parametrize("factor", [1e-25, 1e25])
def test_very_small_and_very_large_rows_are_compared(factor):
    vectors = (np.random.default_rng(2).normal(size=(50, 6)) * factor).astype(np.float32)
    assert_nearest(vectors, 4)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_two_threads_give_the_bits_of_one(metric):
    vectors = np.random.default_rng(3).normal(size=(1800, 20)).astype(np.float32)
    with threadpool_limits(1):
        alone = nearest_neighbors(vectors, 7, metric=metric)
    with threadpool_limits(2):
        together = nearest_neighbors(vectors, 7, metric=metric)
    assert (alone[0] == together[0]).all()
    assert (alone[1] == together[1]).all()


def test_the_rows_are_left_as_they_were():
    vectors = np.random.default_rng(4).normal(size=(60, 5)) + 50
    before = vectors.copy()
    nearest_neighbors(vectors, 3, metric="cosine")
    assert (vectors == before).all()


def test_every_row_is_reported_once():
    seen = []
    nearest_neighbors(np.random.default_rng(5).normal(size=(1500, 3)), 2, advance=seen.append)
    assert sum(seen) == 1500


def test_what_advance_raises_ends_the_search():
    def stop(count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nearest_neighbors(np.zeros((1500, 3)), 2, advance=stop)


@pytest.mark.parametrize("k", [0, 3])
def test_more_neighbors_than_there_are_others_is_an_error(k):
    with pytest.raises(ValueError, match=f"k={k} neighbors: ask for 1 to 2 of 3 rows"):
        nearest_neighbors(np.zeros((3, 2)), k)


def outside(ready, members, groups, k, **settings):
    asked = ready.take(members)
    return nearest_outside(asked, ready, k, k, asked_groups=groups[members], groups=groups, **settings)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_outside_neighbors_are_of_other_groups(metric):
    rng = np.random.default_rng(6)
    vectors = rng.normal(size=(400, 5)).astype(np.float32)
    groups = rng.integers(0, 3, 400).astype(np.int32)
    members = np.arange(0, 400, 7)
    least, limits = rng.uniform(0, 0.3, 400), rng.uniform(0.1, 0.8, len(members))
    found, rows = outside(half_squares(vectors, metric), members, groups, 4, least=least, limits=limits)
    values = np.maximum(half_squares_of(vectors, vectors[members], metric), least)
    values[groups[members][:, None] == groups[None]] = np.inf
    expected = np.argsort(values, axis=1, kind="stable")[:, :4]
    nearest = np.take_along_axis(values, expected, axis=1)
    within = nearest <= limits[:, None]
    np.testing.assert_allclose(found, np.where(within, nearest, limits[:, None]))
    assert (rows == np.where(within, expected, NO_ROW)).all()


def test_a_row_with_too_few_outside_gets_none():
    ready = half_squares(np.array([[0.0], [1.0], [5.0]]), "euclidean")
    values, rows = outside(ready, np.array([0]), np.array([0, 0, 1], dtype=np.int32), 2)
    assert rows.tolist() == [[2, NO_ROW]]
    assert values.tolist() == [[12.5, np.inf]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_neighbors_of_many_rows_of_few_true_dimensions_are_exact(dtype, metric):
    rng = np.random.default_rng(8)
    vectors = rng.normal(size=(5000, 8)) @ rng.normal(size=(8, 96)) + rng.normal(size=(5000, 96)) * 0.3 + 2
    vectors = vectors.astype(dtype)
    ready = half_squares(vectors, metric)
    assert narrowed(ready, 10)[0].rows.shape[1] < 96
    _distances, rows = nearest_neighbors(vectors, 10, metric=metric)
    some = rng.choice(5000, 40, replace=False)
    values = half_squares_of(vectors, vectors[some], metric)
    values[np.arange(40), some] = np.inf
    expected = np.argsort(values, axis=1, kind="stable")[:, :10]
    assert (rows[some] == expected).all()
    _asked, asked_rows = nearest_neighbors(
        np.delete(vectors, some, axis=0), 10, queries=vectors[some], metric=metric
    )
    values = np.delete(values, some, axis=1)
    expected = np.argsort(values, axis=1, kind="stable")[:, :10]
    assert (asked_rows == expected).all()
