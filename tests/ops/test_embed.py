import logging

import numpy as np
import pandas as pd
import polars as pl
import pytest
from PIL import Image

import clusterby as cb
from clusterby.core.errors import (
    AmbiguousModality,
    InvalidParameter,
    InvalidVectors,
    NothingToCluster,
    UnknownColumn,
)
from clusterby.core.progress import report_progress

TITLES = ["a red bike", "red wine", "a blue bike", "white wine", "a bike for two", "wine of the year"]


def test_vectors_come_with_their_rows_and_the_name_of_their_column():
    found = cb.embed({"v": [[1.0, 2.0], None, [3.0, 4.0]]}, "v")
    assert found.vectors.tolist() == [[1, 2], [3, 4]]
    assert (found.rows.tolist(), found.n_rows, found.column) == ([0, 2], 3, "identity(v)")
    assert [(s.row, s.column, s.reason) for s in found.skipped] == [(1, "v", "missing value")]


@pytest.mark.parametrize("make", [dict, pd.DataFrame, pl.DataFrame, lambda d: pl.DataFrame(d).to_arrow()])
def test_every_kind_of_table_gives_the_same_vectors(make):
    expected = cb.embed({"t": TITLES}, "t", modality="text").vectors
    np.testing.assert_array_equal(cb.embed(make({"t": TITLES}), "t", modality="text").vectors, expected)


def test_a_column_alone_can_be_embedded():
    expected = cb.embed({"t": TITLES}, "t").vectors
    np.testing.assert_array_equal(cb.embed(pd.Series(TITLES)).vectors, expected)


def test_images_that_cannot_be_decoded_are_skipped_each_with_its_reason(tmp_path, caplog):
    paths = []
    for i in range(150):
        paths.append(str(tmp_path / f"{i}.png"))
        Image.new("RGB", (20, 20), (i, 0, 255 - i)).save(paths[-1])
    (tmp_path / "3.png").write_bytes(b"")
    (tmp_path / "70.png").write_text("hello world")
    paths[149] = str(tmp_path / "gone.png")
    with caplog.at_level(logging.WARNING):
        found = cb.embed({"image": paths}, "image")
    assert found.rows.tolist() == [i for i in range(150) if i not in (3, 70, 149)]
    assert [s.row for s in found.skipped] == [3, 70, 149]
    assert [s.reason for s in found.skipped][0::2] == ["empty file", "no such file"]
    assert "skipped 3 of 150 rows; the first is row 3, column 'image': empty file" in caplog.text


def test_progress_counts_every_image(tmp_path):
    image = Image.new("RGB", (8, 8))
    seen = []

    class Bar:
        def __init__(self, description, total):
            self.what = (description, total)

        def __enter__(self):
            return lambda count: seen.append((*self.what, count))

        def __exit__(self, *error):
            return None

    with report_progress(Bar):
        cb.embed({"image": [image] * 100}, "image")
    assert sum(count for _, _, count in seen) == 100
    assert {(d, t) for d, t, _ in seen} == {("encode color-gradient(image)", 100)}


def test_all_rows_failing_is_an_error_with_the_first_reason(tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(NothingToCluster) as error:
        cb.embed({"image": [str(tmp_path / "a.png")] * 2}, "image", modality="image")
    assert str(error.value) == "all 2 rows were skipped; row 0, column 'image': empty file"


def test_all_texts_missing_is_an_error_too():
    with pytest.raises(NothingToCluster, match="all 2 rows were skipped; row 0, column 't': missing value"):
        cb.embed({"t": [None, None]}, "t", modality="text")


def test_columns_side_by_side_count_by_their_weights():
    table = {"v": np.random.default_rng(0).normal(size=(500, 8)) * 100, "x": np.arange(500.0)}
    found = cb.embed(table, {"v": 3, "x": 1})
    left, right = found.vectors[:, :8], found.vectors[:, 8:]
    assert found.column == "identity(v) + tabular(x)"
    assert (left**2).sum(axis=1).mean() == pytest.approx(0.75, rel=1e-4)
    assert (right**2).sum(axis=1).mean() == pytest.approx(0.25, rel=1e-4)


def test_a_row_is_skipped_if_any_of_its_columns_is():
    found = cb.embed({"v": [[1.0], [2.0], None, [4.0]], "x": [1.0, None, 3.0, 4.0]}, ["v", "x"])
    assert found.rows.tolist() == [0, 3]
    assert [(s.row, s.column) for s in found.skipped] == [(1, "x"), (2, "v")]


def test_no_row_with_all_columns_is_an_error():
    with pytest.raises(NothingToCluster, match="all 2 rows were skipped; row 0, column 'x': missing value"):
        cb.embed({"v": [[1.0], None], "x": [None, 1.0]}, ["v", "x"])


def test_a_constant_column_does_no_harm():
    found = cb.embed({"v": [[1.0], [2.0]], "x": [5.0, 5.0]}, ["v", "x"])
    assert not found.vectors[:, 1].any()


def test_an_encoder_may_be_given_for_each_column():
    found = cb.embed(
        {"t": TITLES, "n": list(range(6))}, ["t", "n"], encoder={"t": lambda ts: [[len(t)] for t in ts]}
    )
    assert found.column == "lambda(t) + tabular(n)"


def test_a_modality_may_be_given_for_each_column():
    found = cb.embed({"a": [1, 2, 1], "b": [1, 2, 3]}, ["a", "b"], modality={"a": "category"})
    assert found.dimension == 3


@pytest.mark.parametrize("option", ["encoder", "modality"])
def test_an_option_for_a_column_that_is_not_embedded_is_an_error(option):
    with pytest.raises(UnknownColumn, match="no column 'tt'. Did you mean 't'"):
        cb.embed({"t": TITLES}, "t", **{option: {"tt": "text"}})


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ([[1.0]] * 5, "gave an array of shape \\(5, 1\\) for 6 cells"),
        ([1.0] * 6, "gave an array of shape \\(6,\\) for 6 cells"),
        (np.empty((6, 0)), "gave an array of shape \\(6, 0\\) for 6 cells"),
    ],
)
def test_an_encoder_that_gives_the_wrong_shape_is_told_so(result, message):
    with pytest.raises(InvalidVectors, match=message):
        cb.embed({"t": TITLES}, "t", encoder=lambda cells: result)


def test_a_vector_that_is_not_finite_skips_its_row():
    found = cb.embed({"t": TITLES}, "t", encoder=lambda cells: [[1.0], [np.nan]] + [[np.inf]] + [[2.0]] * 3)
    assert found.rows.tolist() == [0, 3, 4, 5]
    assert found.skipped[0].reason == "the encoder gave a vector that is not finite"


def test_unknown_columns_and_modalities_are_errors_before_any_work():
    with pytest.raises(UnknownColumn, match="no column 'titel'. Did you mean 'title'"):
        cb.embed({"title": TITLES}, "titel")
    with pytest.raises(InvalidParameter, match="no modality 'txt'. Did you mean 'text'"):
        cb.embed({"title": TITLES}, "title", modality="txt")


def test_cells_of_several_kinds_ask_for_a_modality():
    with pytest.raises(AmbiguousModality, match="modality="):
        cb.embed({"x": ["a red bike", 3, b"\x00\x01", None]}, "x")
