import numpy as np
import pandas as pd
import pytest

import clusterby as cb
from clusterby import runs
from clusterby.core.errors import InvalidParameter
from tests.runs.test_record import VECTORS


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


def test_the_order_of_columns_does_not_matter(home):
    table = {"a": ["red", "red", "blue", "blue"] * 3, "n": [1, 2, 8, 9] * 3}
    runs.save(cb.clusterby(table, ["a", "n"], n_clusters=2), "an")
    turned = {name: cells[::-1] for name, cells in table.items()}
    runs.save(cb.clusterby(turned, ["n", "a"], n_clusters=2), "na")
    found = runs.compare("an", "na")
    assert (found.n_rows, found.matched, found.ari) == (12, "content", 1.0)


def test_given_vectors_tell_equal_rows_apart(home):
    table = {"w": ["x", "x", "y", "z"]}
    vectors = [[0.0], [9.0], [0.1], [9.1]]
    runs.save(cb.clusterby(table, "w", embeddings=vectors, n_clusters=2), "a")
    turned = {"w": table["w"][::-1]}
    runs.save(cb.clusterby(turned, "w", embeddings=vectors[::-1], n_clusters=2), "b")
    assert (runs.compare("a", "b").n_rows, runs.compare("a", "b").ari) == (4, 1.0)
