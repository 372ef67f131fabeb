"""The Clusters panel on runs of other items than samples, and on runs of the original plugin."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image
from tests.panel_session import PanelSession

pytestmark = [pytest.mark.fiftyone, pytest.mark.usefixtures("plugin")]


@pytest.fixture
def patched(make_dataset, cbf):
    dataset = make_dataset(detections=True)
    cbf.compute_clusters(
        dataset, "parts", method="kmeans", n_clusters=3, embeddings="emb", patches_field="objects"
    )
    return dataset


def test_a_run_of_patches_shows_patches_in_the_grid(patched):
    panel = PanelSession(patched).do("on_load")
    assert "48 patches" in panel.text("summary")
    assert not any("cluster" in row["marks"] for row in panel.table())
    panel.do("show_row", row=0)
    view = panel.view()
    assert view._is_patches
    assert view.patches_field == "objects"
    assert len(view) == 16
    assert len({d.parts_cluster for d in view.values("objects")}) == 1


def test_outliers_of_patches_are_patches(patched):
    panel = PanelSession(patched).do("on_load").do("show_outliers")
    assert panel.view()._is_patches
    assert len(panel.view()) == 16


def test_pictures_of_patches_are_cut_out(patched):
    panel = PanelSession(patched).do("on_load")
    source = panel.part("card.pictures.picture0")["default"]
    assert source.startswith("data:image/jpeg;base64,")
    picture = Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2])))
    assert picture.size == (19, 26)  # 0.4 × 48 by 0.8 × 32, to whole pixels


def test_a_lasso_over_patches_shows_the_patches_first(patched):
    ids = patched.to_patches("objects").values("id")[:4]
    panel = PanelSession(patched).do("on_load").do("choose_tab", value="map")
    panel.do("select_points", data=[{"id": i} for i in ids])
    assert [name for name, _ in panel.asked][:2] == ["set_view", "set_selected_samples"]
    assert panel.view()._is_patches


def test_show_all_of_a_run_of_patches_shows_all_patches(patched):
    panel = PanelSession(patched).do("on_load").do("show_all")
    assert len(panel.view()) == 48


def test_noise_has_no_outliers_and_cannot_be_edited(fo, dataset, cbf):
    import numpy as np

    vectors = np.array(dataset.values("emb"))
    vectors[::6] = np.random.default_rng(0).normal(scale=50, size=(4, 8))
    cbf.compute_clusters(dataset, "dense", method="hdbscan", embeddings=vectors, min_cluster_size=4)
    panel = PanelSession(dataset).do("on_load")
    last = panel.table()[-1]
    assert last["title"] == "noise"
    panel.do("show_row", row=len(panel.table()) - 1)
    assert set(panel.view().values("dense_cluster")) == {"-1"}
    assert not panel.shows("card.edit")
    assert not panel.shows("card.do.outliers")
    panel.do("show_outliers")
    assert panel.told == ["the noise has no center to be far from: look at its items with Show in grid"]
    actions = {a["name"]: a["rows"] for a in panel.part(panel.table_path())["view"]["row_actions"]}
    assert not actions["edit"][-1]
    assert not actions["tick"][-1]


def test_labels_that_are_classifications_filter_the_grid_too(dataset, cbf):
    cbf.compute_clusters(
        dataset, "as_labels", method="kmeans", n_clusters=3, embeddings="emb", as_classification=True
    )
    panel = PanelSession(dataset).do("on_load").do("show_row", row=1)
    assert len(panel.view()) == 8


def test_a_slice_of_groups_is_shown_as_samples(fo, image_paths, cbf):
    from tests.fiftyone_database import vectors_of

    dataset = fo.Dataset()
    dataset.add_group_field("group", default="left")
    vectors = vectors_of(24)
    for i in range(12):
        group = fo.Group()
        dataset.add_samples(
            [
                fo.Sample(filepath=image_paths[2 * i + j], group=group.element(name), emb=vectors[2 * i + j])
                for j, name in enumerate(("left", "right"))
            ]
        )
    try:
        right = dataset.select_group_slices("right")
        cbf.compute_clusters(right, "on_the_right", method="kmeans", n_clusters=3, embeddings="emb")
        panel = PanelSession(dataset).do("on_load").do("show_row", row=0)
        assert len(panel.view()) == 4
        assert set(panel.view().values("id")) <= set(right.values("id"))
        assert panel.shows("card.pictures.picture3")
    finally:
        dataset.delete()


@pytest.fixture
def original(fo, dataset):
    """A run as the original plugin wrote it: a config, a field, and empty results."""
    dataset.add_sample_field("old_cluster", fo.StringField)
    dataset.set_values("old_cluster", [str(i % 3) for i in range(24)])
    config = dataset.init_run(method="kmeans", cluster_field="old_cluster", n_clusters=3)
    dataset.register_run("old", config)
    return dataset


def test_a_run_of_the_original_plugin_is_shown(original):
    panel = PanelSession(original).do("on_load")
    assert panel.text("summary").endswith("of the original plugin")
    assert {row["size"] for row in panel.table()} == {"8"}
    assert {row["cohesion"] for row in panel.table()} == {"–"}
    assert not panel.shows("card.edit")
    panel.do("show_row", row=1)
    assert len(panel.view()) == 8


def test_a_run_of_the_original_plugin_tells_why_it_is_not_edited(original):
    panel = PanelSession(original).do("on_load").do("name_all")
    (told,) = panel.told
    assert "never rewritten" in told
    panel.do("show_outliers")
    (told,) = panel.told
    assert "keeps no distances" in told


def test_a_run_whose_field_is_gone_is_told_in_one_line_and_can_be_deleted(original, cbf):
    original.delete_sample_field("old_cluster")
    panel = PanelSession(original).do("on_load")
    assert "which is gone" in panel.text("trouble")
    panel.do("ask_delete").do("delete_run")
    assert cbf.list_clusterings(original) == []
    assert panel.shows("empty")
