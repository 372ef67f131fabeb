import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster import hierarchy
from scipy.spatial.distance import cdist
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

import clusterby.kernels.linkage.linkage as module
from clusterby.kernels.linkage.dendrogram import cut_tree
from clusterby.kernels.linkage.linkage import linkage

CASES = [
    (method, metric)
    for method in ("ward", "average", "complete", "single")
    for metric in ("euclidean", "cosine")
    if (method, metric) != ("ward", "cosine")
]


@pytest.fixture(params=["by lists", "by matrix"])
def road(request, monkeypatch):
    """Both roads to the root: lists of candidates nearly all the way, or a matrix at once."""
    if request.param == "by lists":
        monkeypatch.setattr(module, "_matrix_side", lambda points: 4)


def assert_greedy(vectors, tree, method, metric):
    """Each merge joins two of the nearest clusters there are, at their distance; ties may fall either way."""
    x = vectors.astype(np.float64)
    distances = cdist(x, x, metric)
    members = {i: [i] for i in range(len(x))}

    def between(a, b):
        if method == "ward":
            weight = 2 * len(members[a]) * len(members[b]) / (len(members[a]) + len(members[b]))
            return np.sqrt(weight * np.sum((x[members[a]].mean(axis=0) - x[members[b]].mean(axis=0)) ** 2))
        block = distances[np.ix_(members[a], members[b])]
        return {"average": block.mean, "complete": block.max, "single": block.min}[method]()

    known = {(a, b): distances[a, b] for a in members for b in members if a < b}
    largest = tree[-1, 2]
    for step, (a, b, height, size) in enumerate(tree):
        a, b, made = int(a), int(b), len(x) + step
        assert height == pytest.approx(known[a, b], rel=1e-4, abs=1e-6 * largest + 1e-12)
        assert height == pytest.approx(min(known.values()), rel=1e-4, abs=1e-6 * largest + 1e-12)
        members[made] = members[a] + members[b]
        assert size == len(members[made])
        known = {pair: d for pair, d in known.items() if not {a, b} & set(pair)}
        del members[a], members[b]
        known |= {(c, made): between(c, made) for c in members if c != made}


@pytest.mark.parametrize(("method", "metric"), CASES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["normal", "wide", "unit", "offset", "line", "clumps", "constant columns"])
def test_trees_equal_those_of_scipy(road, method, metric, dtype, kind):
    rng = np.random.default_rng(3)
    x = {
        "normal": lambda: rng.normal(size=(90, 12)),
        "wide": lambda: rng.normal(size=(40, 2_000)),
        "unit": lambda: (lambda v: v / np.linalg.norm(v, axis=1, keepdims=True))(rng.normal(size=(90, 30))),
        "offset": lambda: rng.normal(size=(60, 8)) + 100,
        "line": lambda: rng.normal(size=(60, 1)) if metric == "euclidean" else rng.normal(size=(60, 2)),
        "clumps": lambda: rng.normal(size=(60, 8)) * 1e-2 + np.repeat([[3.0], [-3.0]], 30, axis=0),
        "constant columns": lambda: np.hstack([rng.normal(size=(60, 4)), np.ones((60, 3))]),
    }[kind]()
    x = x.astype(dtype)
    tree = linkage(x, method=method, metric=metric)
    theirs = hierarchy.linkage(x.astype(np.float64), method, metric)
    assert hierarchy.is_valid_linkage(tree)
    assert hierarchy.is_monotonic(tree)
    small = 1e-7 * theirs[-1, 2] if metric == "euclidean" else 1e-7
    np.testing.assert_allclose(tree[:, 2], theirs[:, 2], rtol=1e-4, atol=small)
    np.testing.assert_allclose(hierarchy.cophenet(tree), hierarchy.cophenet(theirs), rtol=1e-4, atol=small)


@pytest.mark.parametrize(("method", "metric"), CASES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_with_ties_and_duplicates_every_merge_is_of_nearest_clusters(method, metric, data):
    n, d = data.draw(st.integers(1, 24)), data.draw(st.integers(1, 3))
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    x = rng.integers(0, 4, size=(n, d)).astype(data.draw(st.sampled_from(["float32", "float64"])))
    if metric == "cosine":
        x += 1
    with pytest.MonkeyPatch.context() as patch:
        side = data.draw(st.sampled_from([3, 100]))
        patch.setattr(module, "_matrix_side", lambda points: side)
        patch.setattr(module, "_CANDIDATES", dict.fromkeys(range(5), data.draw(st.integers(1, 5))))
        tree = linkage(x, method=method, metric=metric)
    assert tree.shape == (n - 1, 4)
    if n > 1:
        assert_greedy(x, tree, method, metric)


@pytest.mark.parametrize(("method", "metric"), CASES)
def test_equal_rows_merge_at_zero_and_first(road, method, metric):
    x = np.repeat(np.random.default_rng(0).normal(size=(20, 6)), 30, axis=0).astype(np.float32)
    tree = linkage(x, method=method, metric=metric)
    assert (tree[: 20 * 29, 2] == 0).all()
    assert tree[20 * 29, 2] > 0
    labels = hierarchy.fcluster(tree, 20, "maxclust")
    assert (labels.reshape(20, 30) == labels[::30, None]).all()


@pytest.mark.parametrize(("method", "metric"), CASES)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_rows_have_their_tree(method, metric, n):
    x = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 3.0]])[:n]
    tree = linkage(x, method=method, metric=metric)
    assert tree.shape == (n - 1, 4)
    if n > 1:
        np.testing.assert_allclose(tree, hierarchy.linkage(x, method, metric), atol=1e-12)


@pytest.mark.parametrize(("method", "metric"), CASES)
def test_the_bits_do_not_depend_on_the_number_of_threads(road, method, metric):
    x = np.random.default_rng(1).normal(size=(1_300, 9)).astype(np.float32)
    if method in ("average", "complete"):
        x = x[:700]
    with threadpool_limits(1):
        one = linkage(x, method=method, metric=metric)
    with threadpool_limits(2):
        two = linkage(x, method=method, metric=metric)
    assert one.tobytes() == two.tobytes()


@pytest.mark.parametrize("scale", [1e-30, 1e30])
@pytest.mark.parametrize(("method", "metric"), CASES)
def test_very_small_and_very_large_values_are_no_harder(method, metric, scale):
    x = np.random.default_rng(2).normal(size=(50, 5))
    tree = linkage((x * scale).astype(np.float32), method=method, metric=metric)
    plain = linkage(x, method=method, metric=metric)
    np.testing.assert_allclose(tree[:, 2], plain[:, 2] * (scale if metric == "euclidean" else 1), rtol=1e-4)


@pytest.mark.parametrize("method", ["ward", "average", "complete", "single"])
def test_memory_is_a_few_times_that_of_the_vectors_and_they_are_not_changed(method):
    x = np.random.default_rng(0).normal(size=(4_000, 16)).astype(np.float32)
    before = x.copy()
    linkage(x[:300], method=method)
    tracemalloc.start()
    linkage(x, method=method)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32 * 2**20  # the matrix of 16 million distances has 128 MB in float64, half a triangle 64
    assert x.tobytes() == before.tobytes()


@pytest.mark.parametrize("method", ["ward", "average", "complete", "single"])
def test_progress_counts_to_twice_the_rows_and_what_it_raises_ends_the_work(road, method):
    x = np.random.default_rng(0).normal(size=(600, 4))
    seen = []
    linkage(x, method=method, advance=seen.append)
    assert sum(seen) == 2 * len(x)

    def stop(count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        linkage(x, method=method, advance=stop)


def test_what_cannot_be_clustered_is_refused():
    with pytest.raises(ValueError, match="Ward can only work with euclidean"):
        linkage(np.eye(3), method="ward", metric="cosine")
    with pytest.raises(ValueError, match="no rows to cluster"):
        linkage(np.empty((0, 3)))
    with pytest.raises(ValueError, match="not finite"):
        linkage(np.array([[1.0], [np.nan]]))
    for n in (3, 1_200):
        with pytest.raises(ValueError, match="zero vectors"):
            linkage(np.eye(n, 2), method="average", metric="cosine")


@pytest.mark.parametrize(("method", "metric"), [("ward", "euclidean"), ("average", "cosine")])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_first_pass_in_few_coordinates_gives_the_same_tree(monkeypatch, method, metric, dtype):
    rng = np.random.default_rng(6)
    low = rng.normal(size=(4_500, 4)) @ rng.normal(size=(4, 64))
    x = (low + 0.05 * rng.normal(size=low.shape)).astype(dtype)
    monkeypatch.setattr(module, "_matrix_side", lambda points: 1_000)
    widths = []
    narrow = module._narrow

    def watched(points, n_candidates):
        rows, length = narrow(points, n_candidates)
        widths.append(rows.shape[1])
        return rows, length

    monkeypatch.setattr(module, "_narrow", watched)
    tree = linkage(x, method=method, metric=metric)
    monkeypatch.setattr(module, "_narrow", lambda points, n_candidates: (points, n_candidates))
    full = linkage(x, method=method, metric=metric)
    assert widths[0] < 64
    np.testing.assert_allclose(tree[:, 2], full[:, 2], rtol=1e-6, atol=1e-9)
    assert adjusted_rand_score(cut_tree(tree, 50), cut_tree(full, 50)) == 1
