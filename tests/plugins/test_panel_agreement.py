"""The card, the name field, the table and the grid of the Clusters panel are about one cluster, whatever comes in between."""

from __future__ import annotations

import copy

import pytest
from tests.panel_session import PanelSession

pytestmark = [pytest.mark.fiftyone, pytest.mark.usefixtures("plugin")]


def row_of(panel, cluster):
    return [row["id"] for row in panel.table()].index(str(cluster))


def cluster_at(panel, row):
    return int(panel.table()[row]["id"])


def view_of(dataset, cluster, run="by_look"):
    return dataset.match({"$expr": {"$eq": [f"${run}_cluster", str(cluster)]}})


def in_grid(panel):
    """The values of the run's field in the view that the grid shows; None if that is the whole dataset."""
    from fiftyone.core.view import DatasetView

    if not panel.grid:
        return None
    view = DatasetView._build(panel.dataset, panel.grid)
    return set(view.values(f"{panel.state['bar']['run']}_cluster"))


def agree(panel, cluster, *, name=None):
    """Check that all parts are about a cluster."""
    said = str(cluster) if name is None else f"{cluster} · {name}"
    assert panel.text("card.head.title") == said
    assert panel.name_shown() == (name or "")
    default = panel.part(panel.table_path())["default"]
    assert [panel.table()[row]["id"] for row in default["selectedRows"]] == [str(cluster)]
    assert panel.part("card.edit.rename")["view"]["params"]["cluster"] == cluster
    assert in_grid(panel) in (None, {str(cluster)})
    return True


# clicks in quick succession


def test_an_event_that_was_begun_before_the_last_answer_does_not_undo_it(panel):
    before = copy.deepcopy(panel.state)
    second = cluster_at(panel, 2)
    panel.do("show_row", row=1)
    for event in ({"event": "show_row", "row": 2}, {"event": "tick_row", "row": 0}, {"event": "ask_delete"}):
        panel.state = copy.deepcopy(before)
        panel.do(**event)
        assert agree(panel, second)


def test_what_is_on_the_card_is_done_to_the_cluster_of_the_card(panel, clustered, cbf):
    first, second = cluster_at(panel, 0), cluster_at(panel, 1)
    drawn = copy.deepcopy(panel.output)
    panel.do("show_row", row=1)
    panel.output = drawn  # the answer is not there yet
    panel.click("card.do.outliers")
    assert agree(panel, first)
    panel.do("show_row", row=1).type_name("of the second")
    panel.state["chosen"] = first  # as the App leaves it where the answer filled a field
    panel.click("card.edit.rename")
    assert cbf.load_clusters(clustered, "by_look").names_ == {second: "of the second"}
    assert agree(panel, second, name="of the second")


def test_a_click_on_a_table_with_other_rows_is_refused(panel, cbf, clustered):
    before = panel.table_path()
    panel.do("tick_row", row=0, path=before).do("tick_row", row=1, path=before).do("merge_ticked")
    assert panel.table_path() != before
    panel.do("name_row", row=0, path=before)
    assert panel.told == ["the table has changed since: click again"]
    assert cbf.load_clusters(clustered, "by_look").names_ == {}


def test_a_table_with_the_same_rows_is_the_same_table(panel):
    before = panel.table_path()
    panel.do("edit_row", row=1).type_name("named").click("card.edit.rename")
    assert panel.table_path() == before


def test_a_view_that_the_app_shows_too_late_is_replaced_by_the_last_one(panel, clustered):
    one, two = cluster_at(panel, 1), cluster_at(panel, 2)
    panel.grid = []
    panel.do("show_row", row=1, view=clustered.view()).do("show_row", row=2, view=clustered.view())
    panel.do("on_change_view", view=view_of(clustered, one))
    assert panel.view().values("by_look_cluster") == [str(two)] * 8
    assert agree(panel, two)
    panel.do("on_change_view", view=view_of(clustered, one))
    assert panel.asked == []  # told twice, and on its way
    panel.do("on_change_view", view=view_of(clustered, two))
    assert panel.asked == []
    assert agree(panel, two)


def test_the_view_of_before_is_no_news_while_another_one_is_on_its_way(panel, clustered):
    one, two = cluster_at(panel, 1), cluster_at(panel, 2)
    again = PanelSession(clustered)
    again.grid = view_of(clustered, one)._serialize()
    again.do("on_load").do("show_row", row=2, view=view_of(clustered, one))
    again.do("on_change_view", view=view_of(clustered, one))
    assert again.asked == []
    assert agree(again, two)
    again.do("show_row", row=1, view=view_of(clustered, two))
    again.do("on_change_view", view=view_of(clustered, two))
    assert again.asked == []
    assert agree(again, one)


def test_what_is_drawn_is_drawn_again_when_the_grid_has_come(panel):
    panel.do("show_row", row=1).do("show_row", row=2)
    drawn = panel.drawn
    panel.do("on_change_view")
    assert panel.drawn == drawn + 1


def test_what_is_no_news_is_not_drawn(panel, clustered):
    panel.do("show_row", row=1).do("on_change_view")
    drawn = panel.drawn
    for _ in range(3):
        panel.do("on_change_view").do("on_change_active_fields", value=["color"])
    assert panel.drawn == drawn


# names


def test_what_was_typed_for_one_cluster_never_stands_in_the_field_of_another(panel):
    first, second = cluster_at(panel, 0), cluster_at(panel, 1)
    panel.type_name("a draft")
    assert panel.name_shown() == "a draft"
    panel.do("edit_row", row=1)
    assert agree(panel, second)
    panel.do("edit_row", row=0)
    assert agree(panel, first)


def test_what_is_typed_stays_while_other_things_are_drawn(panel):
    panel.type_name("a draft").do("tick_row", row=1).do("refresh").do("choose_tab", value="clusters")
    assert panel.name_shown() == "a draft"


@pytest.mark.parametrize("event", ["refresh", "on_change_active_fields", "on_change_view", "untick_all"])
def test_a_name_from_elsewhere_stands_in_the_field_too(panel, clustered, cbf, event):
    cluster = panel.state["chosen"]
    panel.type_name("a draft")
    cbf.rename_cluster(clustered, "by_look", cluster, "from Python")
    panel.do(event)
    assert agree(panel, cluster, name="from Python")
    panel.click("card.edit.rename")
    assert cbf.load_clusters(clustered, "by_look").names_ == {cluster: "from Python"}


def test_a_name_that_is_taken_leaves_all_as_it_was(panel, clustered, cbf):
    cbf.rename_cluster(clustered, "by_look", cluster_at(panel, 1), "taken")
    panel.do("edit_row", row=0).type_name("taken").click("card.edit.rename")
    (told,) = panel.told
    assert "taken" in told
    assert panel.text("card.head.title") == str(cluster_at(panel, 0))
    assert panel.name_shown() == "taken"  # to be changed and sent again


def test_a_field_that_was_emptied_is_refused_and_not_filled_again(panel, cbf, clustered):
    cbf.rename_cluster(clustered, "by_look", cluster_at(panel, 0), "named")
    panel.do("refresh").type_name(None).click("card.edit.rename")
    assert len(panel.told) == 1
    assert cbf.load_clusters(clustered, "by_look").names_ == {cluster_at(panel, 0): "named"}


def test_all_names_at_once_change_the_field_too(panel, clustered, cbf):
    panel.do("name_all")
    names = cbf.load_clusters(clustered, "by_look").names_
    cluster = panel.state["chosen"]
    assert agree(panel, cluster, name=names[cluster])


# the grid goes along


def test_a_grid_that_shows_a_cluster_goes_along_with_the_card(panel):
    panel.do("show_row", row=0).do("on_change_view").do("edit_row", row=1)
    assert in_grid(panel) == {str(cluster_at(panel, 1))}
    assert agree(panel, cluster_at(panel, 1))


def test_a_grid_that_shows_outliers_goes_along_too(panel):
    panel.click("card.do.outliers").do("on_change_view").do("name_row", row=2)
    assert in_grid(panel) == {str(cluster_at(panel, 2))}


@pytest.mark.parametrize("shown", ["everything", "another view", "all again"])
def test_a_grid_that_shows_something_else_is_left_alone(panel, clustered, shown):
    if shown == "all again":
        panel.do("show_row", row=0).do("on_change_view").do("show_all").do("on_change_view")
    view = clustered.limit(5) if shown == "another view" else clustered.view()
    panel.do("edit_row", row=1, view=view)
    assert not panel.asked_for("set_view")
    assert panel.text("card.head.title") == str(cluster_at(panel, 1))


@pytest.mark.parametrize("shown", [0, 1])
def test_a_grid_that_shows_a_merged_cluster_shows_what_it_was_merged_into(panel, shown):
    one, two = sorted(cluster_at(panel, row) for row in (0, 2))
    panel.do("edit_row", row=row_of(panel, (one, two)[shown])).click("card.do.outliers").do("on_change_view")
    panel.do("tick_row", row=0).do("tick_row", row=2).do("merge_ticked")
    assert len(panel.view()) == 16
    assert agree(panel, one)


def test_clusters_that_were_merged_are_not_ticked_whatever_the_app_has_kept(panel, cbf, clustered):
    panel.do("tick_row", row=0).do("tick_row", row=2)
    before = list(panel.state["ticked"])
    panel.do("merge_ticked")
    panel.state["ticked"] = before
    panel.do("edit_row", row=0)
    assert not panel.shows("ticks")


# the card goes along


def test_a_step_back_in_the_browser_brings_the_card_back(panel, clustered):
    first, second = cluster_at(panel, 0), cluster_at(panel, 1)
    panel.do("show_row", row=0).do("on_change_view").do("show_row", row=1).do("on_change_view")
    panel.grid = view_of(clustered, first)._serialize()
    panel.do("on_change_view")
    assert agree(panel, first)
    assert second != first
    panel.grid = []
    panel.do("on_change_view")
    assert agree(panel, first)


def test_a_view_of_some_items_of_a_cluster_is_of_that_cluster(panel, clustered):
    cluster = cluster_at(panel, 2)
    ids = view_of(clustered, cluster).values("id")[:3]
    panel.grid = clustered.select(ids).sort_by("weight")._serialize()
    panel.do("on_change_view")
    assert agree(panel, cluster)
    panel.grid = clustered.select(
        ids + view_of(clustered, cluster_at(panel, 0)).values("id")[:1]
    )._serialize()
    panel.do("on_change_view")
    assert panel.text("card.head.title") == str(cluster)


def test_a_panel_that_is_opened_again_is_about_the_cluster_in_the_grid(panel, clustered, cbf):
    cbf.compute_clusters(clustered, "later", method="kmeans", n_clusters=2, embeddings="emb")
    again = PanelSession(clustered)
    again.grid = view_of(clustered, cluster_at(panel, 2))._serialize()
    again.do("on_load")
    assert again.state["bar"]["run"] == "by_look"
    assert agree(again, cluster_at(panel, 2))
    assert not again.asked_for("set_view")
    again.do("edit_row", row=0)
    assert agree(again, cluster_at(again, 0))


def test_a_panel_that_is_opened_on_another_view_shows_the_largest_cluster(clustered):
    panel = PanelSession(clustered)
    panel.grid = clustered.limit(3)._serialize()
    panel.do("on_load")
    assert panel.state["chosen"] == cluster_at(panel, 0)
    assert panel.asked_for("set_view") == []


def test_a_view_of_patches_is_of_their_cluster(make_dataset, cbf):
    dataset = make_dataset(detections=True)
    cbf.compute_clusters(
        dataset, "parts", method="kmeans", n_clusters=3, embeddings="emb", patches_field="objects"
    )
    panel = PanelSession(dataset).do("on_load").do("show_row", row=1)
    again = PanelSession(dataset)
    again.grid = panel.grid
    again.do("on_load")
    assert again.state["chosen"] == cluster_at(panel, 1)


def test_a_click_on_a_cell_of_two_runs_chooses_the_cluster_of_the_first(panel, clustered, cbf):
    cbf.compute_clusters(clustered, "two", method="kmeans", n_clusters=2, embeddings="emb")
    panel.do("refresh").do("choose_tab", value="compare").do("choose_other", value="two")
    last = cluster_at(PanelSession(clustered).do("on_load").do("choose_run", value="by_look"), 2)
    other = view_of(clustered, last).first()["two_cluster"]
    panel.do("show_cell", id=f"{last}|{other}").do("on_change_view").do("choose_tab", value="clusters")
    assert agree(panel, last)


# other runs


@pytest.fixture
def two_runs(clustered, cbf):
    cbf.rename_cluster(clustered, "by_look", 0, "of the older run")
    cbf.compute_clusters(clustered, "two", method="kmeans", n_clusters=2, embeddings="emb")
    return PanelSession(clustered).do("on_load").do("choose_run", value="by_look")


def test_another_run_brings_its_own_largest_cluster_and_name(two_runs):
    two_runs.do("edit_row", row=row_of(two_runs, 0))
    assert agree(two_runs, 0, name="of the older run")
    two_runs.do("choose_run", value="two")
    assert agree(two_runs, cluster_at(two_runs, 0))
    assert two_runs.grid == []


def test_a_grid_that_shows_a_cluster_shows_one_of_the_run_that_is_chosen_next(two_runs):
    two_runs.do("show_row", row=1).do("on_change_view").do("choose_run", value="two")
    assert in_grid(two_runs) == {str(cluster_at(two_runs, 0))}


def test_a_run_that_was_computed_meanwhile_brings_its_own_card(panel, clustered, cbf):
    last = cluster_at(panel, 2)
    cbf.rename_cluster(clustered, "by_look", last, "of the older run")
    panel.do("show_row", row=2).do("on_change_view")
    cbf.compute_clusters(clustered, "new", method="kmeans", n_clusters=3, embeddings="emb", random_state=1)
    panel.do("on_change_active_fields", value=["new_cluster"])
    assert panel.state["bar"]["run"] == "new"
    assert agree(panel, cluster_at(panel, 0))
    assert in_grid(panel) == {str(cluster_at(panel, 0))}


def test_a_run_that_is_computed_again_under_its_key_is_drawn_again(panel, clustered, cbf):
    cbf.compute_clusters(
        clustered, "by_look", method="kmeans", n_clusters=2, embeddings="emb", overwrite=True
    )
    panel.do("on_change_active_fields", value=["by_look_cluster"])
    assert len(panel.table()) == 2
    assert agree(panel, panel.state["chosen"])


def test_a_run_that_was_deleted_elsewhere_gives_way_to_another(two_runs, clustered, cbf):
    two_runs.do("show_row", row=1).do("on_change_view")
    cbf.delete_clusters(clustered, "by_look")
    two_runs.do("show_row", row=2)
    assert two_runs.state["bar"]["run"] == "two"
    assert [choice["value"] for choice in two_runs.part("bar.run")["view"]["choices"]] == ["two"]
    assert agree(two_runs, cluster_at(two_runs, 0))
    assert in_grid(two_runs) == {str(cluster_at(two_runs, 0))}
    assert two_runs.asked_for("reload_dataset")


def test_after_the_last_run_was_deleted_elsewhere_the_grid_shows_all(panel, clustered, cbf):
    panel.do("show_row", row=1).do("on_change_view")
    cbf.delete_clusters(clustered, "by_look")
    panel.click("card.do.outliers")
    assert panel.shows("empty")
    assert panel.grid == []


def test_a_run_that_is_deleted_in_the_panel_leaves_the_grid_with_all(two_runs, clustered, cbf):
    two_runs.do("show_row", row=1).do("on_change_view").do("ask_delete").click("asking.yes")
    assert cbf.list_clusterings(clustered) == ["two"]
    assert two_runs.told == ["Deleted run by_look and its fields by_look_cluster, by_look_cluster_name"]
    assert agree(two_runs, cluster_at(two_runs, 0))
    assert two_runs.grid == []


def test_only_the_run_that_was_asked_about_is_deleted(two_runs, clustered, cbf):
    two_runs.do("ask_delete")
    drawn = copy.deepcopy(two_runs.output)
    two_runs.do("choose_run", value="two")
    two_runs.output = drawn
    two_runs.click("asking.yes")
    assert two_runs.told == ["run 'two' is shown now: click again"]
    assert cbf.list_clusterings(clustered) == ["by_look", "two"]


def test_another_dataset_is_not_mixed_up_with_the_one_before(panel, make_dataset, cbf):
    panel.do("show_row", row=1).do("choose_tab", value="compare")
    other = make_dataset()
    cbf.compute_clusters(other, "there", method="kmeans", n_clusters=2, embeddings="emb")
    panel.dataset, panel.grid = other, []
    panel.do("on_change_dataset", value=other.name).do("on_change_view").do("choose_tab", value="clusters")
    assert panel.state["bar"]["run"] == "there"
    assert agree(panel, cluster_at(panel, 0))
    assert panel.grid == []


# the map


def test_points_never_stand_beside_those_of_before(panel):
    panel.do("choose_tab", value="map")
    assert panel.state["map"]["plot"] is None
    panel.state["map"]["plot"] = copy.deepcopy(
        panel.data["map"]["plot"]
    )  # what the App does with every choice
    panel.do("choose_tab", value="clusters")
    assert (panel.state["map"]["plot"], panel.data["map"]["plot"]) == (None, [])
    panel.do("choose_tab", value="map")
    assert len(panel.data["map"]["plot"]) == 3
