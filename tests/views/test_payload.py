import base64
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clusterby.views.payload import embed_json, payload
from clusterby.views.report_data import ClusterCard, ReportData, Scatter


def unpacked(text, kind):
    return np.frombuffer(base64.b64decode(text), dtype=kind)


def report_of(labels, rows=None, places=None):
    labels = np.asarray(labels, dtype=np.int64)
    places = np.zeros((len(labels), 2), dtype=np.float32) if places is None else places
    cards = tuple(ClusterCard(id=int(i), size=1, share=0.1) for i in np.unique(labels))
    return ReportData(
        title="t",
        clusters=cards,
        scatter=Scatter(
            x=places[:, 0],
            y=places[:, 1],
            labels=labels,
            rows=np.arange(len(labels)) if rows is None else np.asarray(rows),
            method="PCA",
        ),
    )


@settings(deadline=None, max_examples=50)
@given(arrays(np.int64, st.integers(1, 60), elements=st.integers(-1, 400)))
def test_every_row_keeps_its_cluster(labels):
    found = payload(report_of(labels))
    ids = np.array([card["id"] for card in found["cards"]])
    assert np.array_equal(ids[unpacked(found["points"]["cards"], "<u1")], labels)


@pytest.mark.parametrize(("k", "kind"), [(255, "<u1"), (256, "<u2"), (65_535, "<u2"), (65_536, "<u4")])
def test_clusters_take_no_more_bytes_than_they_need(k, kind):
    points = payload(report_of(np.arange(k)))["points"]
    assert np.array_equal(unpacked(points["cards"], kind), np.arange(k))


@settings(deadline=None, max_examples=50)
@given(st.sets(st.integers(0, 200), min_size=1))
def test_runs_give_every_row_its_position_in_the_table(rows):
    rows = sorted(rows)
    runs = unpacked(payload(report_of([0] * len(rows), rows))["points"]["runs"], "<u4").reshape(-1, 2)
    ends = [*runs[1:, 0], len(rows)]
    found = [row + i for (begin, row), end in zip(runs, ends, strict=True) for i in range(end - begin)]
    assert found == rows


def test_places_fill_the_longer_side_and_keep_their_proportions():
    places = np.array([[0, 0], [10, 5], [5, 0]], dtype=np.float32)
    packed = unpacked(payload(report_of([0, 0, 0], places=places))["points"]["places"], "<u2").reshape(-1, 2)
    assert np.ptp(packed, axis=0).tolist() == [65_535, 32_767]


def test_rows_on_one_place_lie_in_the_middle():
    packed = unpacked(payload(report_of([0, 0]))["points"]["places"], "<u2")
    assert packed.tolist() == [32_768] * 4


def test_no_scatter_gives_no_points():
    assert payload(ReportData(title="t"))["points"] is None


@settings(deadline=None, max_examples=100)
@given(st.text())
def test_embedded_json_reads_back_and_holds_nothing_html_knows(text):
    written = embed_json({"name": text})
    assert json.loads(written) == {"name": text}
    assert not set(written) & set("<>&'\u2028\u2029")
    assert written.isascii()
