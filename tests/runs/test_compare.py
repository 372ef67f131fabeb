import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

import clusterby as cb
from clusterby import runs
from clusterby.core.errors import InvalidParameter
from clusterby.runs.compare import compare_labels
from tests.runs.test_record import VECTORS

LABELS = st.lists(st.tuples(st.integers(-1, 4), st.integers(-1, 4)), min_size=1, max_size=40)


@given(LABELS)
def test_every_row_is_counted_once_and_the_figures_are_scikit_learn_s(pairs):
    first, second = np.array(pairs, dtype=np.int64).T
    found = compare_labels(first, second)
    assert found.counts.sum() == found.n_rows == len(pairs)
    for i, a in enumerate(found.rows):
        for j, b in enumerate(found.columns):
            assert found.counts[i, j] == sum(pair == (a, b) for pair in pairs)
    assert found.ari == adjusted_rand_score(first, second)
    assert found.ami == adjusted_mutual_info_score(first, second)
    assert -1 not in {*found.rows[:-1], *found.columns[:-1]}
    assert json.loads(json.dumps(found.plain(), allow_nan=False)) == found.plain()


@given(LABELS)
def test_compared_the_other_way_round_what_split_merged(pairs):
    first, second = np.array(pairs, dtype=np.int64).T
    found, back = compare_labels(first, second), compare_labels(second, first)
    assert (found.split, found.merged) == (back.merged, back.split)
    assert found.kept == {a: b for b, a in back.kept.items()}
    assert not set(found.kept) & set(found.split)


def test_clusters_that_are_the_same_are_kept_whatever_their_ids():
    found = compare_labels(np.array([0, 0, 0, 1, 1, 2]), np.array([5, 5, 5, 0, 0, 3]))
    assert (found.ari, found.ami, found.kept) == (1.0, 1.0, {0: 5, 1: 0, 2: 3})
    assert (found.rows, found.columns) == ((0, 1, 2), (5, 0, 3))
    assert found.counts.tolist() == [[3, 0, 0], [0, 2, 0], [0, 0, 1]]


def test_a_crumb_is_no_part_and_noise_is_no_cluster():
    split = np.repeat([7, 8, 9, -1], [50, 48, 2, 5])
    found = compare_labels(np.zeros(105, dtype=np.int64), split)
    assert found.split == {0: (7, 8)}
    assert compare_labels(np.repeat([0, -1], 5), np.repeat([0, -1], 5)).kept == {0: 0}


def test_runs_of_one_table_are_compared_row_by_row_wherever_rows_stand(home, table):
    groups = cb.clusterby(table, "v", n_clusters=3).renamed({0: "zero"})
    runs.save(groups, "a")
    turned = {name: values[::-1][:50] for name, values in table.items()}
    runs.save(cb.clusterby(turned, "v", n_clusters=3).merged([0, 1]), "b")
    found = runs.compare("a", "b")
    assert (found.n_rows, found.only_in_a, found.only_in_b) == (50, 10, 0)
    assert (len(found.kept), len(found.merged), len(found.split)) == (1, 1, 0)
    assert len(next(iter(found.merged.values()))) == 2
    assert (found.names_a, found.names_b, found.matched) == ({0: "zero"}, {}, "content")
    assert str(found).endswith("1 kept, 0 split, 1 merged")


def test_rows_without_a_cluster_are_not_compared(home, table):
    runs.save(cb.clusterby(table, "v", n_clusters=3), "a")
    missing = {**table, "v": [None, *table["v"][1:]]}
    runs.save(cb.clusterby(missing, "v", n_clusters=3), "b")
    found = runs.compare("a", "b")
    assert (found.n_rows, found.only_in_a, found.only_in_b, found.ari) == (59, 1, 0, 1.0)


def test_runs_by_other_columns_are_compared_by_identity_or_by_place(home):
    frame = pd.DataFrame({"v": VECTORS.tolist(), "x": np.arange(60) % 3 * 10.0})
    runs.save(cb.clusterby(frame, "v", n_clusters=3), "by_v")
    runs.save(cb.clusterby(frame, "x", n_clusters=3), "by_x")
    found = runs.compare("by_v", "by_x")
    assert (found.ari, found.matched) == (1.0, "position")
    assert "matched by their position" in str(found)
    named = frame.set_axis([f"row {i}" for i in range(60)])
    runs.save(cb.clusterby(named, "v", n_clusters=3), "named_v")
    runs.save(cb.clusterby(named.iloc[::-1][:40], "x", n_clusters=3), "named_x")
    found = runs.compare("named_v", "named_x")
    assert (found.ari, found.n_rows, found.matched) == (1.0, 40, "identity")
    runs.save(cb.clusterby(frame[:9], "x", n_clusters=3), "short_x")
    with pytest.raises(InvalidParameter, match="runs 'by_v' and 'short_x' have no clustered row in common"):
        runs.compare("by_v", "short_x")


def test_vectors_of_two_models_are_no_two_tables(home):
    table = {"x": list(range(60))}
    runs.save(cb.clusterby(table, "x", embeddings=VECTORS, n_clusters=3), "a")
    runs.save(cb.clusterby(table, "x", embeddings=VECTORS * 2, n_clusters=3), "b")
    assert runs.compare("a", "b").ari == 1.0
