import datetime as dt

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import clusterby as cb
from clusterby.core.errors import UnknownColumn
from clusterby.runs.marks import kinds_of, marks_of, vector_marks
from clusterby.tables import open_table


def contents(table, **kinds):
    return marks_of(open_table(table), kinds).contents


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["a cat", "a dog", None], "text"), ([1.5, 2.0, None], "number"), ([1, 2, 3], "number"),
        ([[0.1, 0.2], [0.3, 0.4], [1.0, 2.0]], "vector"), ([True, False, True], "category"),
        (["x", "y", "x"], "category"), ([dt.datetime(2020, 1, 1), dt.datetime(2021, 1, 1), None], "date"),
        (["a", "b", None], ""),
    ],
)  # fmt: skip
def test_the_same_cells_have_the_same_content_in_every_library(cells, kind):
    tables = [{"c": cells}, pd.DataFrame({"c": cells}), pl.DataFrame({"c": cells}), pa.table({"c": cells})]
    found = [contents(table, c=kind) for table in tables]
    assert all(one == found[0] for one in found)
    assert None not in found[0]
    assert (found[0][0] == found[0][2]) == (cells[0] == cells[2])
    assert found[0][0] != found[0][1]


def test_a_file_is_known_by_what_is_in_it_wherever_it_lies(tmp_path):
    for name, content in (("a.png", b"1"), ("b.png", b"1"), ("c.png", b"2")):
        (tmp_path / name).write_bytes(content)
    one, other, third = contents({"f": [str(tmp_path / f"{n}.png") for n in "abc"]}, f="image")
    assert one == other != third


def test_cells_whose_content_cannot_be_read_are_known_by_what_they_are():
    one, other, again, none = contents({"f": ["/no/a.png", "/no/b.png", "/no/a.png", None]}, f="image")
    assert one == again
    assert len({one, other, none}) == 3


def test_of_several_columns_all_cells_count():
    table = {"a": ["x", "x", "y", "x"], "b": [1, 2, 1, 1]}
    one, other, third, again = contents(table, a="text", b="number")
    assert one == again
    assert len({one, other, third}) == 3


def test_an_object_that_says_nothing_of_its_content_has_none():
    assert contents({"c": [object(), "a"]}, c="")[0] is None


def test_zero_has_no_sign():
    assert len(set(contents({"v": [[0.0, 1.0], [-0.0, 1.0]]}, v="vector"))) == 1


def test_an_index_of_pandas_that_is_not_the_positions_is_an_identity():
    frame = pd.DataFrame({"c": ["a", "b"]})
    for index, identity in (([0, 1], None), ([1, 0], "index"), (["x", "y"], "index"), (["x", "x"], None)):
        marks = marks_of(open_table(frame.set_axis(index)), {"c": "text"})
        assert marks.identity == identity
        assert marks.names == (tuple(map(str, index)) if identity else None)


def test_an_index_with_a_missing_label_is_an_identity_too():
    frame = pd.DataFrame({"c": ["a", "b"]}, index=pd.Index([0, pd.NA], dtype="Int64"))
    assert marks_of(open_table(frame), {"c": "text"}).identity == "index"


def test_a_folder_s_rows_are_its_files(tmp_path):
    for name in ("b/2.txt", "a.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    marks = marks_of(open_table(tmp_path), {"text": "text"})
    assert (marks.identity, set(marks.names)) == ("path", {"a.txt", "b/2.txt"})


def test_the_kind_of_cells_is_found_once_and_then_known():
    table = open_table({"t": ["some words here", "and some more"], "n": [1, 2]})
    assert list(kinds_of(table, ["t", "n"], {"t": "category"}).items()) == [
        ("n", "number"),
        ("t", "category"),
    ]


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(UnknownColumn, match="'words'"):
        contents({"word": ["a"]}, words="text")


def test_a_vector_is_known_by_its_numbers_and_a_row_without_one_by_nothing():
    one, other, third = vector_marks(cb.embed({"v": [[0.0, 1.0], None, [0.0, 1.0]]}, "v"))
    assert one == third
    assert other is None


def test_the_fingerprint_is_of_rows_and_their_order():
    table = {"c": ["a", "b"]}
    one, again, other = (
        marks_of(open_table(t), {"c": "text"}) for t in (table, dict(table), {"c": ["b", "a"]})
    )
    assert one.fingerprint == again.fingerprint != other.fingerprint
    assert len(one) == 2
