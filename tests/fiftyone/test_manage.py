import pytest

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidParameter, UnknownName


@pytest.fixture
def named(dataset):
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    cbf.name_clusters(dataset, "r", names={0: "zero"})
    return dataset


def test_deleting_a_run_leaves_the_dataset_as_it_was_before_it(dataset, state_of):
    before = state_of(dataset)
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    cbf.name_clusters(dataset, "r", names={0: "zero"})
    assert cbf.delete_clusters(dataset, "r") == ["r_cluster", "r_cluster_name"]
    assert state_of(dataset) == before


def test_colors_that_somebody_set_stay_when_a_run_is_deleted(dataset, fo):
    mine = {"path": "color", "valueColors": [{"value": "red", "color": "#ff0000"}]}
    dataset.app_config.color_scheme = fo.ColorScheme(fields=[mine])
    dataset.save()
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    assert [e["path"] for e in dataset.app_config.color_scheme.fields] == ["color", "r_cluster"]
    cbf.delete_clusters(dataset, "r")
    assert list(dataset.app_config.color_scheme.fields) == [mine]


def test_deleting_one_run_leaves_the_other(named):
    cbf.compute_clusters(named, "s", embeddings="emb", n_clusters=2)
    cbf.delete_clusters(named, "r")
    assert cbf.list_clusterings(named) == ["s"]
    assert set(named.values("s_cluster")) == {"0", "1"}


def test_deleting_runs_of_patches_and_frames_removes_their_fields(patches, video):
    cbf.compute_clusters(patches, "p", patches_field="objects", embeddings="emb", n_clusters=3)
    assert cbf.delete_clusters(patches, "p") == ["objects.detections.p_cluster"]
    assert patches.get_field("objects.detections.p_cluster") is None
    cbf.compute_clusters(video.to_frames(), "f", embeddings="emb", n_clusters=3)
    assert cbf.delete_clusters(video, "f") == ["frames.f_cluster"]
    assert "f_cluster" not in video.get_frame_field_schema()
    assert "frames.f_cluster" not in video.list_indexes()


def test_a_run_that_is_not_there_is_an_error_with_those_that_are(named):
    for call in (cbf.delete_clusters, cbf.load_clusters, cbf.clustering_info, cbf.clustering_view):
        with pytest.raises(UnknownName, match="no clustering 'rr'. Did you mean 'r'"):
            call(named, "rr")
    with pytest.raises(UnknownName, match="no clustering 7"):
        cbf.delete_clusters(named, 7)


def test_a_run_of_somebody_else_is_no_clustering(dataset):
    dataset.register_run("theirs", dataset.init_run(method="kmeans"))
    with pytest.raises(UnknownName):
        cbf.delete_clusters(dataset, "theirs")
    assert dataset.list_runs() == ["theirs"]


def test_renaming_a_run_renames_its_fields_with_their_index_and_colors(named):
    labels, names = named.values("r_cluster"), named.values("r_cluster_name")
    assert cbf.rename_clusters(named, "r", "look") == {
        "r_cluster": "look_cluster", "r_cluster_name": "look_cluster_name"
    }  # fmt: skip
    assert named.values("look_cluster") == labels
    assert named.values("look_cluster_name") == names
    assert named.get_field("r_cluster") is None
    assert named.list_runs() == ["look"]
    assert "look_cluster" in named.list_indexes()
    assert "r_cluster" not in named.list_indexes()
    assert [e["path"] for e in named.app_config.color_scheme.fields] == ["look_cluster"]
    assert dict(cbf.load_clusters(named, "look").names_) == {0: "zero"}
    assert cbf.delete_clusters(named, "look") == ["look_cluster", "look_cluster_name"]


def test_a_field_that_was_named_by_hand_keeps_its_name(dataset):
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3, cluster_field="kind")
    assert cbf.rename_clusters(dataset, "r", "s") == {"kind": "kind"}
    assert dataset.get_field("kind").info["clusterby"]["run"] == "s"
    assert cbf.delete_clusters(dataset, "s") == ["kind"]


def test_runs_of_patches_and_frames_are_renamed(patches, video):
    cbf.compute_clusters(patches, "p", patches_field="objects", embeddings="emb", n_clusters=3)
    labels = patches.values("objects.detections.p_cluster")
    cbf.rename_clusters(patches, "p", "q")
    assert patches.values("objects.detections.q_cluster") == labels
    assert patches.get_field("objects.detections.p_cluster") is None
    cbf.compute_clusters(video.to_frames(), "f", embeddings="emb", n_clusters=3)
    labels = video.values("frames.f_cluster")
    assert cbf.rename_clusters(video, "f", "g") == {"frames.f_cluster": "frames.g_cluster"}
    assert video.values("frames.g_cluster") == labels
    assert cbf.load_clusters(video, "g").n_clusters_ == 3


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("r", "the dataset has a clustering of that key"),
        ("theirs", "belongs to another run of the dataset"),
        ("my run", "give a word of letters, digits and _"),
        (None, "give a word of letters, digits and _"),
        ("mine", "the dataset has a field 'mine_cluster' already"),
    ],
)
def test_a_new_key_that_cannot_be_is_refused(named, state_of, new, said):
    named.register_run("theirs", named.init_run(method="x"))
    named.set_values("mine_cluster", ["x"] * 24)
    before = state_of(named)
    with pytest.raises(InvalidParameter, match=said):
        cbf.rename_clusters(named, "r", new)
    assert state_of(named) == before
