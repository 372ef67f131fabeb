import dataclasses

import numpy as np
import pytest

from clusterby.core.errors import InvalidParameter, InvalidVectors
from clusterby.views.report_data import ClusterCard, Exemplar, ReportData, Scatter


def make_scatter(**changes):
    values = {"x": np.zeros(3, "float32"), "y": np.zeros(3, "float32"), "labels": np.array([0, 0, -1])}
    return Scatter(**(values | {"rows": np.arange(3), "method": "PCA"} | changes))


def test_cards_come_from_the_largest_to_the_smallest_with_noise_last():
    clusters = tuple(ClusterCard(id=i, size=size, share=0.1) for i, size in enumerate([2, 9, 2]))
    data = ReportData(title="t", clusters=clusters, noise=ClusterCard(id=-1, size=50, share=0.7))
    assert [card.id for card in data.cards] == [1, 0, 2, -1]


@pytest.mark.parametrize(
    ("card", "title"),
    [
        (ClusterCard(id=3, size=1, share=1.0), "Cluster 3"),
        (ClusterCard(id=3, size=1, share=1.0, name="cats"), "cats"),
        (ClusterCard(id=-1, size=1, share=1.0), "Noise"),
    ],
)
def test_a_card_is_called_by_its_name_or_number(card, title):
    assert card.title == title


@pytest.mark.parametrize(
    "src",
    [
        None,
        "https://example.org/a.png",
        "javascript:alert(1)",
        "data:text/html;base64,PHNjcmlwdD4=",
        "data:image/svg+xml;base64,PHN2Zz4=",
        'data:image/png;base64,AA" onerror="alert(1)',
    ],
)
def test_an_image_must_be_embedded(src):
    with pytest.raises(InvalidParameter, match="src must be a data:image"):
        Exemplar(kind="image", src=src)


def test_a_text_needs_no_image():
    assert Exemplar(kind="text", text="a").src is None


def test_two_cards_of_one_id_are_refused():
    with pytest.raises(InvalidParameter, match="two cards bear the id 4"):
        ReportData(title="t", clusters=(ClusterCard(id=4, size=1, share=0.5),) * 2)


def test_a_row_of_a_cluster_without_card_is_refused():
    with pytest.raises(InvalidParameter, match="rows of cluster -1, which has no card"):
        ReportData(title="t", clusters=(ClusterCard(id=0, size=2, share=1.0),), scatter=make_scatter())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y": np.zeros(2, "float32")}, "y has shape"),
        ({"labels": np.zeros((3, 1), "int64")}, "labels has shape"),
        ({"captions": ["a"]}, "1 captions for 3 rows"),
        ({"x": np.array([0, np.nan, 0], "float32")}, "must be finite"),
        ({"rows": np.array([0, 2, 2])}, "must increase strictly"),
    ],
)
def test_a_scatter_must_hang_together(changes, message):
    with pytest.raises(InvalidVectors, match=message):
        make_scatter(**changes)


def test_report_data_cannot_be_changed(make_report):
    with pytest.raises(dataclasses.FrozenInstanceError):
        make_report().title = "other"
