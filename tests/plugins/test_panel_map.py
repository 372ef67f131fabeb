"""The map of the Clusters panel, and the comparison of two runs."""

from __future__ import annotations

import numpy as np
import pytest
from tests.panel_session import PanelSession

pytestmark = [pytest.mark.fiftyone, pytest.mark.usefixtures("plugin")]


@pytest.fixture
def visualized(clustered):
    fob = pytest.importorskip("fiftyone.brain")
    points = np.arange(48, dtype=np.float64).reshape(24, 2)
    fob.compute_visualization(clustered, points=points, brain_key="flat", num_dims=2, verbose=False)
    return clustered


def points_of(panel):
    return {
        i: (x, y, trace["marker"]["color"])
        for trace in panel.data["map"]["plot"]
        for i, x, y in zip(trace["ids"], trace["x"], trace["y"], strict=True)
    }


def test_without_a_visualization_the_vectors_are_laid_out(panel, clustered):
    panel.do("choose_tab", value="map")
    assert set(points_of(panel)) == set(clustered.values("id"))
    assert panel.state["map"]["line"]["source"] == "vectors of the run"
    assert panel.text("map.line.method") == "A straight projection of the embeddings (PCA)."


def test_a_visualization_is_offered_first_and_its_points_are_where_it_says(visualized):
    panel = PanelSession(visualized).do("on_load").do("choose_tab", value="map")
    assert panel.state["map"]["line"]["source"] == "flat"
    found = points_of(panel)
    for n, i in enumerate(visualized.values("id")):
        assert found[i][:2] == (2 * n, 2 * n + 1)
    choices = panel.part("map.line.source")["view"]["choices"]
    assert [c["value"] for c in choices] == ["flat", "vectors of the run"]


def test_points_have_the_colors_that_the_grid_has(panel, clustered):
    from clusterby.views.palette import color

    panel.do("choose_tab", value="map")
    label = dict(zip(clustered.values("id"), clustered.values("by_look_cluster"), strict=True))
    assert all(shown == color(int(label[i])) for i, (_, _, shown) in points_of(panel).items())
    (entry,) = clustered.app_config.color_scheme.fields
    in_grid = {v["value"]: v["color"] for v in entry["valueColors"]}
    assert all(shown == in_grid[label[i]] for i, (_, _, shown) in points_of(panel).items())


def test_points_follow_a_name_and_a_merge(panel):
    panel.do("choose_tab", value="map").do("choose_tab", value="clusters")
    panel.do("edit_row", row=0)
    panel.type_name("<b>bold</b>")
    panel.click("card.edit.rename").do("choose_tab", value="map")
    names = [trace["name"] for trace in panel.data["map"]["plot"]]
    assert any(name.endswith("&lt;b&gt;bold&lt;/b&gt;") for name in names)
    panel.do("choose_tab", value="clusters").do("tick_row", row=0).do("tick_row", row=1).do("merge_ticked")
    panel.do("choose_tab", value="map")
    assert len(panel.data["map"]["plot"]) == 2


def test_a_lasso_selects_its_samples_in_the_grid(panel, clustered):
    ids = clustered.values("id")[:5]
    panel.do("choose_tab", value="map")
    panel.do("select_points", data=[{"id": i, "trace_idx": 0} for i in ids])
    (selected,) = panel.asked_for("set_selected_samples")
    assert [sample["id"] for sample in selected["samples"]] == ids
    (shown,) = panel.asked_for("set_extended_selection")
    assert shown["selection"] == ids


def test_the_second_event_of_a_lasso_selects_nothing_and_clears_nothing(panel):
    panel.do("choose_tab", value="map").do("select_points", data=[])
    assert panel.asked == []
    panel.do("select_points")
    assert panel.asked == []


def test_clearing_the_selection_shows_all_again(panel):
    panel.do("choose_tab", value="map").do("unselect")
    assert [name for name, _ in panel.asked] == ["clear_selected_samples", "set_extended_selection"]


def test_vectors_that_are_gone_are_told_in_one_line(clustered, cbf):
    cbf.compute_clusters(
        clustered, "given", method="kmeans", n_clusters=2, embeddings=np.array(clustered.values("emb"))
    )
    panel = PanelSession(clustered).do("on_load").do("choose_tab", value="map")
    (told,) = panel.told
    assert "given as an array" in told
    assert "\n" not in told
    panel.do("choose_tab", value="clusters")
    assert len(panel.table()) == 2


def test_many_vectors_are_laid_out_only_when_asked_for(panel, monkeypatch):
    import sys

    tab = sys.modules["fiftyone.plugins.orgs.clusterby.clustering.panel.map_tab"]
    monkeypatch.setattr(tab, "_AT_ONCE", 10)
    panel.do("choose_tab", value="map")
    assert "24 items" in panel.text("map.offer")
    assert not panel.shows("map.plot")
    panel.do("lay_out")
    assert len(points_of(panel)) == 24
    assert panel.shows("map.plot")


# comparison


def test_one_run_alone_says_what_to_do(panel):
    panel.do("choose_tab", value="compare")
    assert "compute another one" in panel.text("alone")


@pytest.fixture
def compared(clustered, cbf):
    cbf.compute_clusters(clustered, "two", method="kmeans", n_clusters=2, embeddings="emb")
    panel = PanelSession(clustered).do("on_load")
    panel.state["bar"]["run"] = "by_look"
    return panel.do("choose_run", value="by_look").do("choose_tab", value="compare")


def test_two_runs_are_compared_by_a_contingency_table_and_the_adjusted_rand_index(compared, clustered):
    from sklearn.metrics import adjusted_rand_score
    from sklearn.metrics.cluster import contingency_matrix

    compared.state["compare"] = {"other": "two"}
    compared.do("choose_other", value="two")
    one, two = clustered.values("by_look_cluster"), clustered.values("two_cluster")
    assert compared.text("compare.agreement") == f"adjusted Rand index {adjusted_rand_score(one, two):.2f}"
    (trace,) = compared.part("contingency")["view"]["data"]
    counts = np.array(trace["customdata"])
    assert sorted(counts.ravel().tolist()) == sorted(contingency_matrix(one, two).ravel().tolist())
    for line, ids in zip(counts.tolist(), trace["ids"], strict=True):
        for n, cell in zip(line, ids, strict=True):
            a, b = cell.split("|")
            assert n == sum(x == a and y == b for x, y in zip(one, two, strict=True))


def test_clusters_that_grew_of_several_are_said(compared, clustered, cbf):
    compared.state["compare"] = {"other": "two"}
    compared.do("choose_other", value="two")
    assert compared.text("change_0") == cbf.compare_clusters(clustered, "by_look", "two").sentences()[0]


def test_a_click_on_a_cell_shows_the_items_in_both_clusters(compared, clustered):
    compared.state["compare"] = {"other": "two"}
    compared.do("choose_other", value="two")
    a, b = clustered.first()["by_look_cluster"], clustered.first()["two_cluster"]
    compared.do("show_cell", id=f"{a}|{b}")
    view = compared.view()
    assert set(view.values("by_look_cluster")) == {a}
    assert set(view.values("two_cluster")) == {b}
    assert len(view) == 8


def test_runs_of_different_items_cannot_be_compared(make_dataset, cbf):
    dataset = make_dataset(detections=True)
    cbf.compute_clusters(dataset, "samples", method="kmeans", n_clusters=2, embeddings="emb")
    cbf.compute_clusters(
        dataset, "patches", method="kmeans", n_clusters=2, embeddings="emb", patches_field="objects"
    )
    panel = PanelSession(dataset).do("on_load").do("choose_tab", value="compare")
    panel.state["compare"] = {"other": "samples"}
    panel.do("choose_other", value="samples")
    assert "have no item in common" in panel.text("trouble")
