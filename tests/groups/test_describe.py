import datetime as dt

import numpy as np
import pytest

import clusterby as cb
from clusterby.groups.describe import marks
from clusterby.tables import open_table

from .sample import to_pandas

N = 400
HALF = np.arange(N) < N // 2
ROWS = {0: np.flatnonzero(HALF), 1: np.flatnonzero(~HALF)}
RNG = np.random.default_rng(0)


def found(**columns):
    return marks(open_table(columns), ROWS, leave_out=())


def test_a_value_that_only_one_group_has_marks_it():
    first, second = found(kind=np.where(HALF, "cat", "dog").tolist())
    assert (first.key, first.value, first.inside, first.overall, first.effect) == (0, "cat", 1.0, 0.5, 2.0)
    assert (second.key, second.value) == (1, "dog")
    assert first.z == pytest.approx(np.sqrt(2 * N * np.log(2)))


def test_a_mean_that_differs_marks_both_groups():
    first, second = found(price=(HALF * 10.0 + RNG.normal(size=N)).tolist())
    assert (first.key, first.value) == (0, None)
    assert first.inside == pytest.approx(10, abs=0.3)
    assert first.overall == pytest.approx(5, abs=0.3)
    assert first.effect == pytest.approx(-second.effect)
    assert first.effect > 0.9


def test_dates_are_compared_like_numbers():
    day = dt.datetime(2024, 1, 1)
    first, _ = found(when=[day + dt.timedelta(days=int(not h) * 100) for h in HALF])
    assert first.is_date
    assert dt.datetime.fromtimestamp(first.inside, dt.UTC).date() == day.date()


def test_chance_marks_nothing():
    values = [f"v{i}" for i in RNG.integers(0, 8, N)]
    assert found(kind=values, price=RNG.normal(size=N).tolist()) == []


def test_free_text_identifiers_vectors_and_constants_mark_nothing():
    assert (
        found(
            id=[f"row {i}" for i in range(N)],
            v=np.ones((N, 2)),
            same=["x"] * N,
            one=[1.0] * N,
            gone=[None] * N,
        )
        == []
    )


def test_numbers_too_far_apart_for_a_mean_mark_nothing():
    assert found(x=np.where(HALF, 1e300, -1e300).tolist()) == []


def test_missing_values_do_not_count():
    kind = np.where(HALF, "cat", "dog").astype(object)
    kind[::2] = None
    assert [m.inside for m in found(kind=kind.tolist())] == [1.0, 1.0]


def test_the_strongest_marks_come_first_and_no_more_than_asked_for():
    table = open_table({
        "weak": np.where(HALF ^ (RNG.random(N) < 0.35), "a", "b").tolist(),
        "strong": np.where(HALF, "c", "d").tolist(),
        "middle": np.where(HALF ^ (RNG.random(N) < 0.1), "e", "f").tolist(),
    })  # fmt: skip
    assert [m.column for m in marks(table, ROWS, leave_out=(), most=2)] == ["strong", "middle"] * 2
    assert {m.column for m in marks(table, ROWS, leave_out={"strong"})} == {"weak", "middle"}


def test_the_table_of_marks_has_one_row_per_mark(frame):
    described = to_pandas(cb.clusterby(frame, "v", n_clusters=3).describe())
    assert list(described.columns) == ["cluster", "column", "value", "inside", "overall", "effect", "z"]
    kinds = described[described["column"] == "kind"]
    assert sorted(kinds["value"]) == ["cat", "dog", "owl"]
    assert kinds["inside"].tolist() == [1.0, 1.0, 1.0]
    assert kinds["effect"].tolist() == pytest.approx([3.0, 3.0, 3.0])


def test_a_table_without_other_columns_has_no_marks_but_all_headings():
    described = cb.clusterby({"v": [[0.0], [9.0]]}, "v", n_clusters=2).describe()
    assert described == {
        "cluster": [],
        "column": [],
        "value": [],
        "inside": [],
        "overall": [],
        "effect": [],
        "z": [],
    }
