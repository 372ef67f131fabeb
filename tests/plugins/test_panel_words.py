"""The pure parts of the Clusters panel."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from tests.panel_session import PANEL_URI

from clusterby.groups.describe import Mark

pytestmark = pytest.mark.fiftyone


@pytest.fixture(scope="module")
def panel_modules(plugin):
    import fiftyone.operators as foo

    assert foo.operator_exists(PANEL_URI)
    package = "fiftyone.plugins.orgs.clusterby.clustering.panel"
    return {
        name.removeprefix(f"{package}."): found
        for name, found in sys.modules.items()
        if name.startswith(package)
    }


@pytest.fixture(scope="module")
def words(panel_modules):
    return panel_modules["words"]


def value(column, said, *, key=0):
    return Mark(key=key, column=column, value=said, inside=0.9, overall=0.1, effect=9.0, z=5.0)


def number(column, effect):
    return Mark(key=0, column=column, value=None, inside=2.0, overall=1.0, effect=effect, z=5.0)


def test_text_is_cut_and_put_on_one_line(words):
    assert words.one_line("a\n  b\tc", 5) == "a b c"
    assert words.one_line("x" * 100, 10) == "x" * 9 + "…"
    assert words.one_line("a\x00b") == "a␀b"


def test_plotly_gets_no_html(words):
    assert words.escape_plotly('<a href="x">&') == "&lt;a href=&quot;x&quot;&gt;&amp;"


def test_marks_of_one_column_stand_together(words):
    marks = [
        value("digit.label", "3"),
        number("ink", 2.0),
        value("digit.label", "9"),
        number("metadata.width", -1.0),
    ]
    assert words.marks_line(marks) == "digit 3, 9 · high ink · low width"


def test_a_mark_is_a_sentence_with_its_figures(words):
    assert words.mark_sentence(value("color", "red")) == "color is red in 90.0% of it, in 10.0% of all"
    assert words.mark_sentence(number("weight", -1.26)) == "weight is 1.3 sd below the mean"


@pytest.mark.parametrize(
    ("taken", "name"),
    [(set(), "red"), ({"red"}, "red, big"), ({"red", "red, big"}, "red 2"), ({"red", "red, big", "red 2"}, "red 3")],
)  # fmt: skip
def test_a_suggested_name_is_one_that_no_other_cluster_bears(words, taken, name):
    assert words.suggested_name([value("color", "red"), value("size", "big")], taken) == name


def test_nothing_suggests_no_name(words):
    assert words.suggested_name([], set()) is None


def test_points_are_drawn_up_to_a_limit_and_that_is_said(panel_modules, monkeypatch):
    scatter = panel_modules["scatter"]
    monkeypatch.setattr(scatter, "_MOST_DRAWN", 10)
    places = scatter.Places(
        ids=[str(i) for i in range(25)],
        xy=np.zeros((25, 2), np.float32),
        labels=np.arange(25) % 2,
        method="Flat.",
    )
    found, said = scatter.traces(places, {})
    assert sum(len(trace["ids"]) for trace in found) == 10
    assert said == "Flat. 10 of 25 points, drawn by chance, are shown."


def test_without_clusterby_the_panel_says_how_to_install_it(panel_modules, monkeypatch):
    package = sys.modules["fiftyone.plugins.orgs.clusterby.clustering.panel"]
    monkeypatch.setattr(package, "find_spec", lambda name: None)
    (panel,) = package.panels()
    instance = panel()
    assert instance.config.name == package.CLUSTERS_PANEL
    shown = instance.render(None).to_json()["type"]["properties"]["missing"]["default"]
    assert "pip install 'clusterby[fiftyone]'" in shown
