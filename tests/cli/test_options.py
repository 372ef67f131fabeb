import pytest

from clusterby.cli.options import check_target, parse_by, parse_cache, parse_pairs
from clusterby.core.errors import InvalidParameter
from clusterby.tables import open_table


def table(*columns):
    return open_table({name: [1, 2] for name in columns})


@pytest.mark.parametrize(("by", "parsed"), [
    (["a"], "a"), (["a", "b"], {"a": 1.0, "b": 1.0}), (["a=2", "b"], {"a": 2.0, "b": 1.0}), (["x=1"], "x=1"),
    (["x=1", "a"], {"x=1": 1.0, "a": 1.0}),
])  # fmt: skip
def test_columns_and_weights(by, parsed):
    assert parse_by(by, table("a", "b", "x=1")) == parsed


@pytest.mark.parametrize("kind", ["image", "text", "audio"])
def test_a_folder_s_own_column_is_taken_where_none_is_named(kind):
    assert parse_by(None, table("path", kind)) == kind


def test_a_table_s_columns_are_listed_where_none_is_named():
    with pytest.raises(InvalidParameter, match="--by is missing: name a column. There are: a, image"):
        parse_by(None, table("a", "image"))


def test_a_weight_that_is_no_number_is_an_error():
    with pytest.raises(InvalidParameter, match="'much' is not a number"):
        parse_by(["a=much"], table("a"))


def test_where_vectors_are_kept():
    assert parse_cache(None) is True
    assert parse_cache("off") is False
    assert parse_cache("readonly") == "readonly"
    assert parse_cache("s3://bucket/x") == "s3://bucket/x"


def test_pairs_are_literals_where_they_can_be():
    pairs = ["a=1", "b=.5", "c=word", "d=True", "e=None", "f=x=y"]
    assert parse_pairs("-p", pairs, example="a=1") == {
        "a": 1, "b": 0.5, "c": "word", "d": True, "e": None, "f": "x=y",
    }  # fmt: skip
    assert parse_pairs("-p", None, example="a=1") == {}


@pytest.mark.parametrize("pair", ["a", "=1", ""])
def test_a_pair_without_a_name_or_a_value_shows_an_example(pair):
    with pytest.raises(InvalidParameter, match="give NAME=VALUE, as in --prefer speed=1"):
        parse_pairs("--prefer", [pair], example="speed=1")


def test_a_target_that_can_be_written_is_let_through(tmp_path):
    check_target("--out", tmp_path / "new.CSV", (".csv",), overwrite=False)
    (tmp_path / "old.csv").write_text("x")
    check_target("--out", tmp_path / "old.csv", (".csv",), overwrite=True)


def test_a_target_that_cannot_is_refused(tmp_path):
    (tmp_path / "old.csv").write_text("x")
    for path, why in (
        (tmp_path / "old.csv", "add --overwrite"),
        (tmp_path / "x.txt", "must end in .csv"),
        (tmp_path / "none" / "x.csv", "there is no folder"),
    ):
        with pytest.raises(InvalidParameter, match=why):
            check_target("--out", path, (".csv",), overwrite=False)


@pytest.mark.fiftyone
def test_the_media_of_a_dataset_are_taken_where_no_field_is_named(dataset):
    assert parse_by(None, open_table(dataset)) == "filepath"
    assert parse_by(["emb"], open_table(dataset)) == "emb"
