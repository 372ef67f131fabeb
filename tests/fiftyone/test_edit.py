import threading

import pytest
from tests.fiftyone_database import vectors_of

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidParameter, InvalidVectors


@pytest.fixture
def clustered(dataset):
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    return dataset


def test_a_name_stands_in_a_field_of_its_own_and_the_id_stays(clustered):
    ids = clustered.values("r_cluster")
    groups = cbf.rename_cluster(clustered, "r", 1, "  red ones ")
    assert dict(groups.names_) == {1: "red ones"}
    assert clustered.values("r_cluster") == ids
    assert clustered.values("r_cluster_name") == ["red ones" if i == "1" else None for i in ids]
    cbf.rename_cluster(clustered, "r", 1, "reds")
    assert clustered.values("r_cluster_name") == ["reds" if i == "1" else None for i in ids]
    assert dict(cbf.load_clusters(clustered, "r").names_) == {1: "reds"}


@pytest.mark.parametrize(
    ("cluster", "name", "said"),
    [
        (9, "x", "no cluster 9 to rename"),
        (0, " ", "name ' ' for cluster 0"),
        (0, None, "name None"),
        (0, "one", "both be named 'one'"),
    ],
)
def test_a_name_that_cannot_be_is_refused_and_nothing_changes(clustered, state_of, cluster, name, said):
    cbf.rename_cluster(clustered, "r", 1, "one")
    before = state_of(clustered)
    with pytest.raises(InvalidParameter, match=said):
        cbf.rename_cluster(clustered, "r", cluster, name)
    assert state_of(clustered) == before


def test_merged_clusters_are_one_and_the_old_ids_stay_in_the_record(clustered):
    ids = clustered.values("r_cluster")
    cbf.rename_cluster(clustered, "r", 2, "two")
    groups = cbf.merge_clusters(clustered, "r", [0, 2])
    assert clustered.values("r_cluster") == ["0" if i == "2" else i for i in ids]
    assert (
        set(clustered.values("r_cluster_name")) == {None} if clustered.get_field("r_cluster_name") else True
    )
    loaded = cbf.load_clusters(clustered, "r")
    assert loaded.labels_.tolist() == groups.labels_.tolist()
    assert [str(label) for label in loaded.made.labels] == ids
    assert dict(loaded.edits.merged_into) == {2: 0}
    assert loaded.quality() == groups.quality()


def test_merging_twice_keeps_the_first_ids(clustered):
    ids = clustered.values("r_cluster")
    cbf.merge_clusters(clustered, "r", [1, 2])
    cbf.merge_clusters(clustered, "r", [0, 1])
    assert set(clustered.values("r_cluster")) == {"0"}
    assert [str(label) for label in cbf.load_clusters(clustered, "r").made.labels] == ids


def test_merging_what_is_not_there_is_refused(clustered, state_of):
    before = state_of(clustered)
    for wrong in ([0], [0, 9]):
        with pytest.raises(InvalidParameter):
            cbf.merge_clusters(clustered, "r", wrong)
    assert state_of(clustered) == before


def test_clusters_are_named_by_what_marks_them_in_other_fields(clustered):
    groups = cbf.name_clusters(clustered, "r")
    colors = dict(zip(clustered.values("r_cluster"), clustered.values("color"), strict=True))
    assert {cluster: name.split(",")[0] for cluster, name in groups.names_.items()} == {
        int(cluster): color for cluster, color in colors.items()
    }
    again = cbf.name_clusters(clustered, "r")
    assert dict(again.names_) == dict(groups.names_)  # our own fields are no marks


def test_two_clusters_that_the_same_value_marks_get_different_names(dataset):
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=6)
    names = cbf.name_clusters(dataset, "r").names_
    assert len(set(names.values())) == len(names)
    assert dataset.values("r_cluster") == [
        str(label) for label in cbf.load_clusters(dataset, "r").made.labels
    ]


def test_classifications_keep_their_confidence_when_clusters_are_merged(dataset):
    cbf.compute_clusters(dataset, "g", method="gmm", embeddings="emb", n_clusters=3, as_classification=True)
    before = dataset.values("g_cluster.confidence")
    cbf.merge_clusters(dataset, "g", [0, 1])
    assert dataset.values("g_cluster.confidence") == before
    assert set(dataset.values("g_cluster.label")) == {"0", "2"}


def test_clusters_of_patches_and_frames_are_edited(patches, video):
    cbf.compute_clusters(patches, "p", patches_field="objects", embeddings="emb", n_clusters=3)
    cbf.rename_cluster(patches, "p", 0, "zero")
    assert patches.values("objects.detections.p_cluster_name", unwind=True).count("zero") == 4
    cbf.compute_clusters(video.to_frames(), "f", embeddings="emb", n_clusters=3)
    cbf.merge_clusters(video, "f", [0, 1])
    assert sorted(set(video.values("frames.f_cluster", unwind=True))) == ["0", "2"]


@pytest.fixture
def by_array(dataset):
    """A run whose vectors are kept nowhere."""
    cbf.compute_clusters(dataset, "r", embeddings=vectors_of(24), n_clusters=3)
    return dataset


def test_clusters_are_named_and_merged_without_the_vectors(by_array):
    ids = by_array.values("r_cluster")
    cbf.rename_cluster(by_array, "r", 2, "two")
    cbf.merge_clusters(by_array, "r", [0, 1])
    assert by_array.values("r_cluster") == ["0" if i == "1" else i for i in ids]
    groups = cbf.load_clusters(by_array, "r")
    assert dict(groups.names_) == {2: "two"}
    assert groups.distances()[groups.labels_ == 2].max() < 1
    rows = groups.exemplar_rows(5)
    assert {int(groups.labels_[row]) for row in rows[0]} == {0}
    with pytest.raises(InvalidVectors, match="given as an array and are not stored with the run"):
        groups.quality()


def test_clusters_are_named_after_samples_and_vectors_have_gone(by_array):
    by_array.delete_samples(by_array.limit(3).values("id"))
    groups = cbf.rename_cluster(by_array, "r", 0, "zero")
    assert groups.table.n_rows == 21
    assert by_array.values("r_cluster_name").count("zero") == 7
    assert dict(cbf.load_clusters(by_array, "r").names_) == {0: "zero"}


def test_an_edit_of_a_run_over_a_view_keeps_the_view(dataset):
    cbf.compute_clusters(dataset.limit(9), "r", embeddings="emb", n_clusters=3)
    cbf.merge_clusters(dataset, "r", [0, 1])
    assert len(cbf.clustering_view(dataset, "r")) == 9
    assert cbf.clustering_info(dataset, "r")["n_clusters"] == 2


def test_nobody_is_kept_out_while_a_namer_works(dataset):
    cbf.compute_clusters(dataset, "r", n_clusters=3, embeddings="emb")

    def slow(clusters):
        done = []
        other = threading.Thread(target=lambda: done.append(cbf.rename_cluster(dataset, "r", 0, "mine")))
        other.start()
        other.join(20)
        assert len(done) == 1
        return {1: "one", 2: "two"}

    assert cbf.name_clusters(dataset, "r", namer=slow).names_ == {0: "mine", 1: "one", 2: "two"}
    assert cbf.load_clusters(dataset, "r").naming_.names[1].by == "slow"


def test_names_for_clusters_that_were_merged_meanwhile_are_refused(dataset):
    cbf.compute_clusters(dataset, "r", n_clusters=3, embeddings="emb")

    def late(clusters):
        cbf.merge_clusters(dataset, "r", [0, 1])
        return {0: "zero", 1: "one", 2: "two"}

    with pytest.raises(InvalidParameter, match="were changed while they were being named"):
        cbf.name_clusters(dataset, "r", namer=late)
    assert cbf.load_clusters(dataset, "r").names_ == {}


def test_what_a_namer_could_not_name_is_told_though_nothing_is_written(dataset):
    cbf.compute_clusters(dataset, "r", n_clusters=3, embeddings="emb")
    named = cbf.name_clusters(dataset, "r", namer=lambda clusters: {})
    assert set(named.naming_.failed) == {0, 1, 2}
    assert named.names_ == {}
