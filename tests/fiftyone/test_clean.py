import os
import socket
import subprocess
import sys

import pytest

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidParameter


@pytest.fixture
def clustered(dataset):
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    return dataset


def leave(dataset, path, **said):
    """Let a field say something else of who writes it."""
    field = dataset.get_field(path)
    field.info = {"clusterby": {**field.info["clusterby"], **said}}
    field.save()


def test_there_is_nothing_to_clean_on_a_dataset_that_is_whole(clustered, state_of):
    before = state_of(clustered)
    assert cbf.clean_up(clustered) == []
    assert state_of(clustered) == before


def test_a_field_whose_run_was_deleted_by_fiftyone_is_removed_by_the_next_call(clustered):
    clustered.delete_run("r")
    assert clustered.get_field("r_cluster") is not None
    assert cbf.list_clusterings(clustered) == []
    assert clustered.get_field("r_cluster") is None
    assert "r_cluster" not in clustered.list_indexes()
    assert clustered.app_config.color_scheme is None


def test_a_field_that_a_dead_process_was_writing_is_written_again_from_the_results(clustered):
    labels = clustered.values("r_cluster")
    clustered.set_values("r_cluster", ["half"] * 12 + [None] * 12)
    leave(clustered, "r_cluster", state="writing", token="gone")
    assert cbf.clean_up(clustered) == ["r"]
    assert clustered.values("r_cluster") == labels
    assert cbf.clean_up(clustered) == []


def test_a_field_that_another_living_process_writes_is_left_to_it(clustered, state_of):
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        clustered.set_values("r_cluster", ["half"] * 24)
        leave(clustered, "r_cluster", state="writing", pid=other.pid, since="2999-01-01T00:00:00+00:00")
        before = state_of(clustered)
        assert cbf.clean_up(clustered) == []
        for call in (
            lambda: cbf.compute_clusters(clustered, "r", embeddings="emb", n_clusters=2, overwrite=True),
            lambda: cbf.delete_clusters(clustered, "r"),
            lambda: cbf.rename_clusters(clustered, "r", "s"),
            lambda: cbf.rename_cluster(clustered, "r", 0, "zero"),
        ):
            with pytest.raises(InvalidParameter, match=f"run 'r' is being written by process {other.pid} on"):
                call()
        assert cbf.load_clusters(clustered, "r").n_clusters_ == 3  # the results are whole
        assert state_of(clustered) == before
    finally:
        other.kill()
        other.wait()
    assert cbf.clean_up(clustered) == ["r"]
    assert set(clustered.values("r_cluster")) == {"0", "1", "2"}


def test_a_writer_on_another_machine_is_believed_for_a_day(clustered):
    leave(clustered, "r_cluster", state="writing", host="elsewhere", since="2999-01-01T00:00:00+00:00")
    assert cbf.clean_up(clustered) == []
    leave(clustered, "r_cluster", state="writing", host="elsewhere", since="2020-01-01T00:00:00+00:00")
    assert cbf.clean_up(clustered) == ["r"]


def test_a_number_that_a_later_process_was_given_is_no_sign_of_life(clustered):
    leave(
        clustered, "r_cluster", state="writing", host=socket.gethostname(), pid=os.getppid(),
        since="1970-01-02T00:00:00+00:00",
    )  # fmt: skip
    assert cbf.clean_up(clustered) == ["r"]


def test_a_copy_that_somebody_made_of_a_field_is_theirs(clustered):
    labels = clustered.values("r_cluster")
    clustered.clone_sample_field("r_cluster", "mine")
    assert cbf.clean_up(clustered) == []
    assert clustered.values("mine") == labels
    assert cbf.delete_clusters(clustered, "r") == ["r_cluster"]
    assert clustered.values("mine") == labels
    assert clustered.get_field("mine").info is None
    cbf.clean_up(clustered)
    assert clustered.values("mine") == labels


def test_labels_that_came_into_another_dataset_without_their_run_are_its_own(clustered, fo):
    other = fo.Dataset()
    other.add_collection(clustered)
    part = clustered.limit(6).clone()
    for copy in (other, part):
        labels = copy.values("r_cluster")
        assert cbf.list_clusterings(copy) == []
        assert copy.values("r_cluster") == labels
        copy.delete()


def test_a_field_that_fiftyone_renamed_is_still_the_runs(clustered):
    labels = clustered.values("r_cluster")
    clustered.rename_sample_field("r_cluster", "kind")
    assert cbf.clustering_info(clustered, "r")["cluster_field"] == "kind"
    cbf.rename_cluster(clustered, "r", 0, "zero")
    assert clustered.values("kind") == labels
    assert cbf.delete_clusters(clustered, "r") == ["kind", "r_cluster_name"]
    assert clustered.get_field("kind") is None


def test_a_field_of_patches_that_fiftyone_renamed_takes_its_run_along(patches):
    cbf.compute_clusters(patches, "p", patches_field="objects", embeddings="emb", n_clusters=3)
    patches.rename_sample_field("objects", "things")
    assert cbf.load_clusters(patches, "p").n_clusters_ == 3
    cbf.rename_cluster(patches, "p", 0, "zero")
    assert patches.values("things.detections.p_cluster_name", unwind=True).count("zero") == 4


def test_a_run_that_fiftyone_renamed_keeps_its_fields(clustered):
    clustered.rename_run("r", "s")
    assert cbf.list_clusterings(clustered) == ["s"]
    assert clustered.get_field("r_cluster").info["clusterby"]["run"] == "s"
    assert cbf.delete_clusters(clustered, "s") == ["r_cluster"]


def test_a_field_that_somebody_deleted_stays_away_until_clusters_are_edited(clustered):
    clustered.delete_sample_field("r_cluster")
    assert cbf.load_clusters(clustered, "r").n_clusters_ == 3
    assert clustered.get_field("r_cluster") is None
    cbf.merge_clusters(clustered, "r", [0, 1])
    assert set(clustered.values("r_cluster")) == {"0", "2"}


def test_a_field_that_somebody_put_where_ours_was_is_never_touched(clustered, state_of):
    clustered.delete_sample_field("r_cluster")
    clustered.set_values("r_cluster", ["mine"] * 24)
    before = state_of(clustered)
    with pytest.raises(InvalidParameter, match="the dataset has a field 'r_cluster' already"):
        cbf.merge_clusters(clustered, "r", [0, 1])
    with pytest.raises(InvalidParameter, match="the dataset has a field 'r_cluster' already"):
        cbf.compute_clusters(clustered, "r", embeddings="emb", n_clusters=2, overwrite=True)
    assert state_of(clustered) == before
    assert cbf.delete_clusters(clustered, "r") == []
    assert set(clustered.values("r_cluster")) == {"mine"}


def test_a_field_that_is_read_only_is_not_touched_and_the_error_says_what_to_do(clustered, state_of):
    field = clustered.get_field("r_cluster")
    field.read_only = True
    field.save()
    before = state_of(clustered)
    for call in (
        cbf.delete_clusters,
        lambda d, k: cbf.rename_clusters(d, k, "s"),
        lambda d, k: cbf.merge_clusters(d, k, [0, 1]),
    ):
        with pytest.raises(
            InvalidParameter,
            match="the field 'r_cluster' of run 'r' is read-only: set its read_only to False",
        ):
            call(clustered, "r")
    assert state_of(clustered) == before


def test_a_run_without_results_that_was_whole_once_keeps_its_field(clustered):
    labels = clustered.values("r_cluster")
    from fiftyone.core.runs import Run

    Run.save_run_results(clustered, "r", None)
    assert cbf.clean_up(clustered) == []
    assert clustered.values("r_cluster") == labels
    with pytest.raises(ValueError, match="run 'r' has no results"):
        cbf.load_clusters(clustered, "r")
    assert cbf.delete_clusters(clustered, "r") == ["r_cluster"]


def test_a_mark_that_is_none_of_ours_is_left_alone(dataset, fo):
    for i, info in enumerate(({"clusterby": "yes"}, {"clusterby": {"run": "x"}}, {"clusterby": {"role": 3}})):
        dataset.add_sample_field(f"odd{i}", fo.StringField, info=info)
    assert cbf.clean_up(dataset) == []
    assert {"odd0", "odd1", "odd2"} <= set(dataset.get_field_schema())
