"""What a user can get wrong: each is a one-line error that says what to do, or a skipped row with its reason."""

import struct
import warnings
import zlib

import numpy as np
import pandas as pd
import polars as pl
import pytest
from PIL import Image
from sklearn.cluster import KMeans

import clusterby as cb
from clusterby.core import errors

RNG = np.random.default_rng(0)
VECTORS = RNG.normal(size=(20, 4))
TABLE = {"v": VECTORS, "kind": list("ab") * 10, "price": list(range(20))}


def bomb(path):
    """A PNG of a few hundred bytes that claims 60,000 × 60,000 pixels."""

    def chunk(name, content):
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 9))
        + chunk(b"IEND", b"")
    )


def cut_short(path):
    Image.fromarray(RNG.integers(0, 255, (80, 80, 3), dtype=np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:4000])


DAMAGE = {
    "a PNG cut short": ("x.png", cut_short, "truncated"),
    "a JPEG cut short": ("x.jpg", cut_short, "truncated"),
    "zero bytes": ("x.png", lambda p: p.write_bytes(b""), "empty file"),
    "text named .png": ("x.png", lambda p: p.write_text("hello world, this is text"), "not an image"),
    "a decompression bomb": ("x.png", bomb, "3600000000 pixels"),
    "a folder named .png": ("x.png", lambda p: p.mkdir(), "folder"),
    "no file": ("x.png", lambda p: None, "no such file"),
    "random bytes": ("x.gif", lambda p: p.write_bytes(RNG.bytes(500)), "not an image"),
    "half a header": ("x.png", lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), ""),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_an_image_that_cannot_be_decoded_skips_its_row_and_no_other(name, tmp_path):
    file, damage, reason = DAMAGE[name]
    damage(tmp_path / file)
    good = [Image.new("RGB", (16, 16), c) for c in ("red", "red", "blue", "blue")]
    cells = [good[0], good[1], str(tmp_path / file), good[2], good[3]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        groups = cb.clusterby({"image": cells}, "image", n_clusters=2, modality="image")
    (skipped,) = groups.skipped
    assert (skipped.row, skipped.column) == (2, "image")
    assert reason in skipped.reason
    assert "\n" not in skipped.reason
    assert groups.labels_.mask.tolist() == [False, False, True, False, False]
    assert groups.labels_[0] == groups.labels_[1] != groups.labels_[3] == groups.labels_[4]


CELLS = {
    "a missing value": (None, "vector", "missing value"),
    "a vector with NaN": ([np.nan, 1.0], "vector", "not finite"),
    "a vector with infinity": ([np.inf, 1.0], "vector", "not finite"),
    "a vector of another length": ([1.0, 2.0, 3.0], "vector", "length 3"),
    "no vector at all": ("red", "vector", ""),
    "an infinite number": (float("inf"), "number", "infin"),
    "a word among numbers": ("many", "number", ""),
    "an empty text": ("  ", "text", "empty text"),
    "a text that is a list": (["a"], "text", ""),
    "a date that is none": ("yesterday", "date", ""),
    "a list for a category": ({"a": 1}, "category", ""),
}
GOOD = {
    "vector": [[0.0, 0.0], [0.0, 0.1], [9.0, 9.0], [9.0, 9.1]],
    "number": [1.0, 1.1, 9.0, 9.1],
    "text": ["a red bike", "the red bike", "white wine", "the white wine"],
    "date": ["2024-01-01", "2024-01-02", "2026-01-01", "2026-01-02"],
    "category": ["a", "a", "b", "b"],
}


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_that_makes_no_sense_skips_its_row_and_no_other(name):
    cell, modality, reason = CELLS[name]
    good = GOOD[modality]
    groups = cb.clusterby({"x": [*good[:2], cell, *good[2:]]}, "x", n_clusters=2, modality=modality)
    (skipped,) = groups.skipped
    assert skipped.row == 2
    assert skipped.reason
    assert reason in skipped.reason
    assert groups.labels_[0] == groups.labels_[1] != groups.labels_[3] == groups.labels_[4]


def by_v(table=TABLE, by="v", **given):
    return lambda: cb.clusterby(table, by, **given)


ERRORS = {
    "more clusters than rows": (by_v(n_clusters=21), errors.InvalidParameter, "give at most 20"),
    "no clusters": (by_v(n_clusters=0), errors.InvalidParameter, "n_clusters=0: give a whole number from 1 up"),
    "negative clusters": (by_v(n_clusters=-3), errors.InvalidParameter, "n_clusters=-3: give"),
    "half a cluster": (by_v(n_clusters=2.5), errors.InvalidParameter, "n_clusters=2.5: give"),
    "clusters in words": (by_v(n_clusters="few"), errors.InvalidParameter, "n_clusters='few': give"),
    "all rows equal": (by_v({"v": np.ones((5, 2))}, n_clusters=2), errors.InvalidParameter, "only 1 of the 5 rows"),
    "one row, two clusters": (by_v({"v": [[1.0]]}, n_clusters=2), errors.InvalidParameter, "more than the 1 row"),
    "a number of clusters for hdbscan": (
        by_v(method="hdbscan", n_clusters=3), errors.InvalidParameter, "takes no parameter 'n_clusters'.*min_cluster_size",
    ),
    "ward with cosine": (by_v(method="hierarchical", metric="cosine", n_clusters=2), errors.InvalidParameter, "ward"),
    "two ways to cut a tree": (
        by_v(method="hierarchical", n_clusters=2, distance_threshold=1.0), errors.InvalidParameter, "distance_threshold",
    ),
    "an unknown method": (by_v(method="kmean"), errors.UnknownMethod, "Did you mean 'kmeans'"),
    "a class for a method": (by_v(method=KMeans), errors.InvalidParameter, "KMeans\\("),
    "a number for a method": (by_v(method=3), errors.InvalidParameter, "fit_predict"),
    "an unknown parameter": (by_v(link="ward"), errors.InvalidParameter, "takes no parameter 'link'.* It takes: "),
    "a parameter out of range": (by_v(max_iter=0), errors.InvalidParameter, "max_iter=0: give"),
    "an unknown column": (by_v(by="kin"), errors.UnknownColumn, "Did you mean 'kind'"),
    "no column": (by_v(by=[]), errors.InvalidParameter, "give a column's name"),
    "a weight below zero": (by_v(by={"v": -1}), errors.InvalidParameter, "a weight must be a number above 0"),
    "an unknown encoder": (by_v(encoder="identiti"), errors.UnknownEncoder, "Did you mean 'identity'"),
    "an encoder of another modality": (by_v(encoder="lsa"), errors.InvalidParameter, "takes text cells"),
    "an unknown modality": (by_v(modality="vektor"), errors.InvalidParameter, "Did you mean 'vector'"),
    "mixed types": (by_v({"x": [1, "a red bike", b"\xff\xd8"]}, "x"), errors.AmbiguousModality, "modality="),
    "short words": (by_v({"x": ["ab", "cd", "ef"]}, "x"), errors.AmbiguousModality, 'modality="text" or modality="category"'),
    "all rows unreadable": (by_v({"x": [None, None]}, "x", modality="text"), errors.NothingToCluster, "all 2 rows"),
    "an empty table": (by_v({"v": []}), errors.InvalidTable, "no rows"),
    "an empty frame": (by_v(pd.DataFrame({"v": []})), errors.InvalidTable, "no rows"),
    "no columns": (by_v(pl.DataFrame()), errors.InvalidTable, "no columns"),
    "doubled columns": (
        by_v(pd.DataFrame([[1, 2]], columns=["v", "v"])), errors.InvalidTable, "'v'",
    ),
    "columns of unequal length": (by_v({"v": [1, 2], "w": [1]}), errors.InvalidTable, "'w'"),
    "a lazy frame": (by_v(pl.LazyFrame(GOOD)), errors.InvalidTable, "collect\\(\\)"),
    "no table": (by_v(42), errors.InvalidTable, "give a pandas, polars or Arrow table"),
    "a path that is not there": (by_v("no_such_folder"), errors.UnreadableSource, "no file or folder 'no_such_folder'"),
    "too few vectors": (by_v(embeddings=VECTORS[:9]), errors.InvalidVectors, "one vector per row"),
    "a link to an image": (
        by_v({"x": ["https://example.org/a.png", "https://example.org/b.png"]}, "x"), errors.ClusterbyError, "download",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_a_mistake_is_an_error_of_one_line_that_says_what_to_do(name):
    call, error, message = ERRORS[name]
    with pytest.raises(error, match=message) as raised:
        call()
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) > 20


@pytest.mark.parametrize("method", cb.clusterers.names())
def test_one_row_is_no_reason_to_fail(method):
    groups = cb.clusterby({"v": [[1.0, 2.0]]}, "v", method=method)
    assert len(groups.labels_) == 1


@pytest.mark.parametrize("method", cb.clusterers.names())
def test_equal_rows_are_in_one_group(method):
    groups = cb.clusterby({"v": np.ones((12, 3))}, "v", method=method)
    assert len(set(groups.labels_.tolist())) == 1
