from __future__ import annotations

import logging
from contextlib import contextmanager

import numpy as np
import pytest
from sklearn.datasets import load_digits

from clusterby.clusterers.choose_k import choose_k, count_distinct
from clusterby.clusterers.fit import fit
from clusterby.core.progress import report_progress

from .conftest import make_blobs


@pytest.mark.parametrize(("k", "d", "n"), [(3, 64, 300), (5, 512, 400), (10, 128, 600), (25, 64, 900)])
def test_well_separated_blobs_of_unequal_size_are_counted(k, d, n):
    assert choose_k(make_blobs(k, d, n=n, seed=k).vectors, random_state=0).k == k


def test_a_few_rows_are_enough():
    assert choose_k(make_blobs(4, 64, n=20).vectors, random_state=0).k == 4


def test_the_ten_digits_come_out_as_about_ten():
    pixels = load_digits().data
    unit = pixels / np.linalg.norm(pixels, axis=1, keepdims=True)
    assert 8 <= choose_k(unit.astype(np.float32), random_state=0).k <= 13


@pytest.mark.parametrize("n", [20, 300])
@pytest.mark.parametrize("d", [2, 64])
def test_one_gaussian_is_one_cluster_and_a_log_message_says_so(n, d, caplog):
    rows = np.random.default_rng(1).normal(size=(n, d)).astype(np.float32)
    with caplog.at_level(logging.WARNING):
        assert choose_k(rows, random_state=0).k == 1
    assert "one cluster: no cut separates the rows better than it would a single Gaussian" in caplog.text
    assert "give n_clusters=" in caplog.text


def test_a_stretched_gaussian_is_one_cluster_too():
    rows = np.random.default_rng(0).normal(size=(300, 20)) / np.arange(1, 21)
    assert choose_k(rows.astype(np.float32), random_state=0).k == 1


def test_two_distinct_points_are_two_clusters():
    assert choose_k(np.repeat(np.eye(2, dtype=np.float32), 5, axis=0), random_state=0).k == 2


@pytest.mark.parametrize("rows", [np.ones((1, 2)), np.eye(2), np.ones((9, 2))])
def test_what_cannot_be_scored_is_one_cluster_without_scores(rows):
    choice = choose_k(rows.astype(np.float32), random_state=0)
    assert (choice.k, choice.scores) == (1, {})


def test_every_number_from_two_is_scored_and_the_criterion_named():
    choice = choose_k(make_blobs(4, 16, n=100).vectors, random_state=0)
    assert list(choice.scores) == list(range(2, 21))
    assert max(choice.scores, key=choice.scores.get) == 4
    assert choice.criterion == "mean silhouette of a ward tree's cuts over 100 rows"


def test_no_more_than_2000_rows_are_looked_at():
    rows = make_blobs(3, 8, n=2_500).vectors
    choice = choose_k(rows, random_state=0)
    assert choice.k == 3
    assert choice.criterion.endswith("over 2000 rows")


def test_the_same_seed_gives_the_same_scores():
    rows = make_blobs(3, 8, n=2_100).vectors
    first, again, other = (choose_k(rows, random_state=seed).scores for seed in (3, 3, 4))
    assert first == again != other


@pytest.mark.parametrize("linkage", ["average", "complete", "single"])
def test_a_hierarchical_method_is_counted_on_its_own_tree(linkage, blobs):
    partition = fit(
        "hierarchical", blobs.vectors, parameters={"linkage": linkage, "metric": "cosine"}
    ).partition
    assert partition.k_criterion.startswith(f"mean silhouette of a {linkage} tree")
    assert partition.n_clusters == 4


def test_progress_is_reported():
    seen = []

    @contextmanager
    def collect(description, total):
        yield lambda count: seen.append((description, count, total))

    rows = np.random.default_rng(0).normal(size=(1_000, 3)).astype(np.float32)
    with report_progress(collect):
        choose_k(rows, random_state=0)
    assert seen == [("choose the number of clusters", 1, 3)] * 3


@pytest.mark.parametrize(("at_most", "count"), [(1, 1), (2, 2), (3, 3), (50, 3)])
def test_distinct_rows_are_counted_no_further_than_asked(at_most, count):
    rows = np.repeat(np.eye(3, dtype=np.float32), 5, axis=0)
    assert count_distinct(rows, at_most=at_most) == count


def test_minus_zero_is_zero():
    assert count_distinct(np.array([[0.0], [-0.0]], dtype=np.float32), at_most=5) == 1
