from __future__ import annotations

import logging
import warnings

import numpy as np
import pytest
from sklearn.cluster import Birch, KMeans

from clusterby.clusterers.run import run, translated
from clusterby.core.errors import InvalidParameter


class Gives:
    """Answers with the labels it was made with."""

    def __init__(self, labels):
        self.labels = labels

    def fit_predict(self, vectors):
        return self.labels


@pytest.mark.parametrize("labels", [[0, 1], [0.5, 1.5, 2.5], ["a", "b", "c"], [[0, 1, 2]], [0, -2, 1], None])
def test_labels_that_are_not_one_whole_number_per_row_are_refused(labels):
    with pytest.raises(
        InvalidParameter, match=r"method 'mine' gave labels .* for 3 rows: its fit_predict must return"
    ):
        run("mine", Gives(labels), np.eye(3, dtype=np.float32))


def test_labels_of_any_integer_type_become_int64():
    found = run("mine", Gives(np.array([0, 1, 1], dtype=np.uint8)), np.eye(3, dtype=np.float32))
    assert found.labels.dtype == np.int64
    assert found.predicts == "nearest_neighbors"


def test_an_error_from_below_is_one_line_of_ours():
    with pytest.raises(InvalidParameter, match=r"^method 'x': first second$") as caught, translated("x"):
        raise ValueError("first\n  second")
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_warning_that_a_run_did_not_converge_is_logged_with_the_next_step(caplog):
    rows = np.random.default_rng(0).normal(size=(200, 5)).astype(np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run("bgm", _unconverged(), rows)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "raise max_iter=" in caplog.text


def test_other_warnings_are_logged_quietly(caplog):
    with caplog.at_level(logging.INFO), translated("x"):
        warnings.warn("by the way", UserWarning, stacklevel=1)
    assert [(r.levelno, r.getMessage()) for r in caplog.records] == [(logging.INFO, "method 'x': by the way")]


def test_birch_with_fewer_balls_than_clusters_is_refused_with_the_next_step():
    rows = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    with pytest.raises(
        InvalidParameter, match=r"only 1 small balls for n_clusters=4 at threshold=100: give a smaller"
    ):
        run("birch", Birch(threshold=100, n_clusters=4), rows)


def test_an_estimator_that_overwrites_its_input_gets_a_copy():
    rows = np.random.default_rng(0).normal(loc=5, size=(20, 3)).astype(np.float32)
    before = rows.copy()
    run("kmeans", KMeans(2, copy_x=False, random_state=0), rows)
    assert np.array_equal(rows, before)


def _unconverged():
    from sklearn.mixture import GaussianMixture

    return GaussianMixture(5, max_iter=1, random_state=0)
