import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from clusterby.runs.comparison import compare_labels

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


def test_each_cluster_lies_beside_what_it_matches_with_the_noise_last():
    labels = np.array([2, 2, 0, 0, 0, 1, -1])
    found = compare_labels(labels, np.array([5, 5, 9, 9, 9, 7, -1]))
    assert (found.ari, found.rows, found.columns) == (1.0, (0, 2, 1, -1), (9, 5, 7, -1))
    assert found.counts.tolist() == np.diag([3, 2, 1, 1]).tolist()


def test_what_split_and_what_grew_of_several_is_said_with_the_names():
    one, other = np.array([0, 0, 1, 2]), np.array([3, 4, 5, 5])
    found = compare_labels(one, other, names=({0: "dogs", 1: "cats"}, {3: "terriers"}))
    assert found.sentences() == ["split: 0 dogs into 3 terriers, 4", "merged: 1 cats, 2 into 5"]
    assert compare_labels(one, one).sentences() == []
