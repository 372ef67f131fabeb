"""The Clusters panel through FiftyOne's executor, against a real database."""

from __future__ import annotations

import json

import pytest
from tests.panel_session import PanelSession

pytestmark = [pytest.mark.fiftyone, pytest.mark.usefixtures("plugin")]


def cluster_of(dataset, color):
    return int(dataset.match({"color": color}).first()["by_look_cluster"])


def row_of(panel, cluster):
    return [row["id"] for row in panel.table()].index(str(cluster))


# what it shows


def test_an_empty_dataset_says_what_to_do(dataset):
    panel = PanelSession(dataset).do("on_load")
    assert "No clusterings yet" in panel.part("empty")["default"]
    assert "clusters icon above the grid" in panel.part("empty")["default"]
    assert not panel.tables()


def test_the_newest_run_is_shown_first(clustered, cbf):
    cbf.compute_clusters(clustered, "a_later_one", method="kmeans", n_clusters=2, embeddings="emb")
    panel = PanelSession(clustered).do("on_load")
    assert panel.state["bar"]["run"] == "a_later_one"
    assert [c["value"] for c in panel.part("bar.run")["view"]["choices"]] == ["a_later_one", "by_look"]


def test_the_summary_says_method_items_clusters_and_silhouette(panel, clustered, cbf):
    silhouette = cbf.load_clusters(clustered, "by_look").quality().silhouette
    assert panel.text("summary") == f"kmeans  ·  24 samples  ·  3 clusters  ·  silhouette {silhouette:.2f}"


def test_samples_without_a_vector_are_counted(make_dataset, cbf):
    dataset = make_dataset(missing=(3, 7))
    cbf.compute_clusters(dataset, "by_look", method="kmeans", n_clusters=3, embeddings="emb")
    panel = PanelSession(dataset).do("on_load")
    assert "22 samples" in panel.text("summary")
    assert "2 skipped" in panel.text("summary")


def test_the_table_has_each_cluster_with_size_share_cohesion_and_marks(panel, clustered):
    rows = panel.table()
    assert len(rows) == 3
    assert {row["size"] for row in rows} == {"8"}
    assert {row["share"] for row in rows} == {"33.3%"}
    assert all(0.9 < float(row["cohesion"]) <= 1 for row in rows)
    red = str(cluster_of(clustered, "red"))
    marks = {row["id"]: row["marks"] for row in rows}
    assert marks[red] == "color red · high weight"


def test_the_fields_of_runs_are_no_marks(panel, clustered, cbf):
    cbf.compute_clusters(
        clustered, "other", method="kmeans", n_clusters=3, embeddings="emb", as_classification=True
    )
    panel.do("refresh")
    assert not any("cluster" in row["marks"] for row in panel.table())


def test_the_largest_cluster_is_chosen_at_first_and_the_grid_left_alone(panel):
    assert panel.state["chosen"] == int(panel.table()[0]["id"])
    assert not panel.asked_for("set_view")


def test_exemplars_are_the_media_of_the_most_typical_samples(panel, clustered, cbf):
    from urllib.parse import unquote

    cluster = panel.state["chosen"]
    paths = clustered.values("filepath")
    rows = cbf.load_clusters(clustered, "by_look").exemplar_rows(8)[cluster]
    shown = [panel.part(f"card.pictures.picture{i}")["default"] for i in range(8)]
    assert all(source.startswith("/media?filepath=") for source in shown)
    assert [unquote(source.removeprefix("/media?filepath=")) for source in shown] == [
        paths[row] for row in rows
    ]


def test_what_is_shown_is_plain_json(panel):
    json.dumps(panel.output)
    json.dumps(panel.state)


# the grid


def test_a_click_on_a_row_filters_the_grid_to_the_cluster(panel, clustered):
    red = cluster_of(clustered, "red")
    panel.do("show_row", row=row_of(panel, red))
    assert panel.view().values("color") == ["red"] * 8
    assert panel.state["chosen"] == red
    assert panel.text("card.head.title") == str(red)


def test_outliers_come_the_farthest_first(panel, clustered, cbf):
    groups = cbf.load_clusters(clustered, "by_look")
    cluster = panel.state["chosen"]
    distance = dict(zip(clustered.values("id"), groups.distances().tolist(), strict=True))
    panel.do("show_outliers")
    found = [distance[i] for i in panel.view().values("id")]
    assert found == sorted(found, reverse=True)
    assert len(found) == len(groups.rows_of(cluster))


def test_show_all_clears_the_view(panel):
    panel.do("show_all")
    assert panel.asked_for("clear_view") == [None] or panel.asked_for("clear_view") == [{}]


def test_a_row_that_is_gone_is_told_in_one_line(panel):
    panel.do("show_row", row=17)
    assert panel.told == ["the table has changed since: click again"]
    assert not panel.asked_for("set_view")


# edits


def test_a_cluster_gets_the_name_that_was_typed(panel, clustered, cbf):
    red = cluster_of(clustered, "red")
    panel.do("edit_row", row=row_of(panel, red))
    panel.type_name("  warm  ")
    panel.click("card.edit.rename")
    assert cbf.load_clusters(clustered, "by_look").names_ == {red: "warm"}
    assert panel.table()[row_of(panel, red)]["title"] == f"{red} · warm"
    assert panel.asked_for("reload_dataset")
    clustered.reload()
    assert clustered.match({"color": "red"}).distinct("by_look_cluster_name") == ["warm"]


@pytest.mark.parametrize("name", ["", "   "])
def test_an_empty_name_is_refused_in_one_line(panel, clustered, cbf, name):
    panel.do("edit_row", row=0)
    panel.type_name(name)
    panel.click("card.edit.rename")
    (told,) = panel.told
    assert "\n" not in told
    assert "Traceback" not in told
    assert cbf.load_clusters(clustered, "by_look").names_ == {}


def test_a_name_is_shown_as_text_whatever_it_holds(panel, clustered):
    panel.do("edit_row", row=0)
    panel.type_name("**x** [y](javascript:z) <img src=q>")
    panel.click("card.edit.rename")
    title = panel.part("card.head.title")["view"]
    assert title["name"] == "TextView"
    assert title["title"].endswith("**x** [y](javascript:z) <img src=q>")
    assert all(part["view"].get("label") in (None, "") or "**x**" not in part["view"]["label"]
               for path, part in _all(panel) if part["view"]["name"] != "TextView")  # fmt: skip


def _all(panel):
    from tests.panel_session import parts

    return [(path, part) for path, part in parts(panel.output) if part.get("view")]


def test_a_row_is_named_by_what_marks_it(panel, clustered, cbf):
    red = cluster_of(clustered, "red")
    panel.do("name_row", row=row_of(panel, red))
    assert cbf.load_clusters(clustered, "by_look").names_ == {red: "red"}


def test_all_clusters_are_named_by_what_marks_them(panel, clustered, cbf):
    panel.do("name_all")
    names = cbf.load_clusters(clustered, "by_look").names_
    assert sorted(names.values()) == ["blue", "green", "red"]
    assert panel.told == ["3 of 3 clusters bear names"]


def test_ticked_clusters_are_merged(panel, clustered, cbf):
    panel.do("tick_row", row=0).do("tick_row", row=2)
    assert panel.text("ticks.said") == "2 ticked"
    one, _ = sorted(panel.state["ticked"])
    panel.do("merge_ticked")
    groups = cbf.load_clusters(clustered, "by_look")
    assert groups.n_clusters_ == 2
    assert groups.partition.sizes[one] == 16
    assert panel.state["chosen"] == one
    assert panel.state["ticked"] == []
    assert [row["size"] for row in panel.table()] == ["16", "8"]


def test_a_row_that_is_ticked_twice_is_not_ticked(panel):
    panel.do("tick_row", row=0).do("tick_row", row=0)
    assert panel.state["ticked"] == []
    assert not panel.shows("ticks")


def test_a_run_is_deleted_after_it_was_asked_for(panel, clustered, cbf):
    panel.do("ask_delete")
    assert panel.text("asking.question") == "Delete run by_look and the fields it wrote?"
    assert cbf.list_clusterings(clustered) == ["by_look"]
    panel.do("delete_run")
    clustered.reload()
    assert cbf.list_clusterings(clustered) == []
    assert not clustered.has_field("by_look_cluster")
    assert panel.shows("empty")


def test_a_run_that_is_kept_is_still_there(panel, clustered, cbf):
    panel.do("ask_delete").do("keep_run")
    assert not panel.shows("asking")
    assert cbf.list_clusterings(clustered) == ["by_look"]


def test_an_edit_from_elsewhere_is_seen_with_the_next_event(panel, clustered, cbf):
    red = cluster_of(clustered, "red")
    cbf.rename_cluster(clustered, "by_look", red, "from Python")
    panel.do("edit_row", row=0)
    assert panel.table()[row_of(panel, red)]["title"] == f"{red} · from Python"


def test_a_run_that_was_computed_meanwhile_is_shown_when_its_field_is(panel, clustered, cbf):
    cbf.compute_clusters(clustered, "new", method="kmeans", n_clusters=2, embeddings="emb")
    panel.do("on_change_active_fields", value=["new_cluster"])
    assert panel.state["bar"]["run"] == "new"
    assert len(panel.table()) == 2


def test_a_run_that_was_deleted_elsewhere_is_gone_with_the_next_event(panel, clustered, cbf):
    cbf.delete_clusters(clustered, "by_look")
    panel.do("on_change_active_fields", value=[])
    assert panel.shows("empty")


def test_another_dataset_begins_anew(panel, make_dataset):
    panel.dataset = make_dataset()
    panel.do("on_change_dataset", value=panel.dataset.name)
    assert panel.shows("empty")
    assert panel.state["known"] == []


def test_marks_are_measured_once_until_the_run_is_edited(clustered, cbf, monkeypatch):
    import clusterby.tables.fiftyone as tables

    read = []
    column = tables.FiftyOneTable.column
    monkeypatch.setattr(
        tables.FiftyOneTable, "column", lambda self, name: (read.append(name), column(self, name))[1]
    )
    panel = PanelSession(clustered).do("on_load")
    assert "weight" in read
    read.clear()
    panel.do("show_row", row=0).do("choose_tab", value="compare").do("choose_tab", value="clusters")
    assert read == []
    cbf.rename_cluster(clustered, "by_look", 0, "zero")
    panel.do("choose_tab", value="clusters")
    assert "weight" in read


def test_a_failure_from_below_is_told_in_one_line_and_logged(panel, monkeypatch, caplog):
    import clusterby.fiftyone as cbf

    def fail(*_, **__):
        raise OSError("the disk\nis full")

    monkeypatch.setattr(cbf, "merge_clusters", fail)
    panel.do("tick_row", row=0).do("tick_row", row=1).do("merge_ticked")
    assert panel.told == ["OSError: the disk is full (the log of the App has more)"]
    assert "Traceback" in caplog.text


def test_a_click_need_not_wait_until_marks_are_measured(clustered, monkeypatch):
    import sys
    import threading

    opened = sys.modules["fiftyone.plugins.orgs.clusterby.clustering.panel.opened"]
    begun, go_on = threading.Event(), threading.Event()

    def slow(*_, **__):
        begun.set()
        assert go_on.wait(30)
        return []

    monkeypatch.setattr(opened, "marks", slow)
    first = PanelSession(clustered)
    measuring = threading.Thread(target=lambda: first.do("on_load"))
    measuring.start()
    assert begun.wait(30)
    second = PanelSession(clustered)
    second.state = {"known": ["by_look"], "bar": {"run": "by_look"}, "dataset": clustered.name}
    second.do("show_row", row=0)
    assert len(second.view()) == 8
    assert {row["marks"] for row in second.table()} == {"…"}
    go_on.set()
    measuring.join(30)
    assert {row["marks"] for row in first.table()} == {"–"}


def test_edits_from_two_pages_at_once_are_both_kept(clustered, cbf):
    import threading

    def name(row, said):
        panel = PanelSession(clustered).do("on_load").do("edit_row", row=row)
        panel.type_name(said)
        panel.click("card.edit.rename")

    pages = [threading.Thread(target=name, args=(row, f"row {row}")) for row in range(3)]
    for page in pages:
        page.start()
    for page in pages:
        page.join(60)
    clustered.reload()
    assert sorted(cbf.load_clusters(clustered, "by_look").names_.values()) == ["row 0", "row 1", "row 2"]


def test_marks_that_come_late_do_not_undo_a_click(panel, clustered):
    stale = dict(panel.state)
    panel.do("show_row", row=2)
    chosen = panel.state["chosen"]
    panel.state = stale
    panel.do("read_marks")
    assert panel.text("card.head.title") == str(chosen)
    panel.do("on_change_active_fields", value=[])
    assert panel.text("card.head.title") == str(chosen)
