import numpy as np
import pytest
from tests.fiftyone_database import vectors_of

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidTable, InvalidVectors

TELL = """
import json, sys
import numpy as np
import fiftyone as fo
import clusterby.fiftyone as cbf

dataset = fo.load_dataset(sys.argv[1])

def tell(key):
    groups = cbf.load_clusters(dataset, key)
    quality = groups.quality()
    strengths = groups.probabilities_
    return {
        "labels": np.ma.filled(groups.labels_, -9).tolist(),
        "strengths": None if strengths is None else np.ma.filled(strengths, -9).tolist(),
        "names": {str(c): n for c, n in groups.names_.items()},
        "exemplars": {str(c): rows.tolist() for c, rows in groups.exemplar_rows(5).items()},
        "distances": groups.distances().tolist(),
        "quality": [quality.silhouette, quality.explained, quality.noise, *quality.cohesion.values()],
        "skipped": [[s.row, s.column, s.reason] for s in groups.skipped],
        "centers": groups.centers_.tolist(),
        "marks": groups.describe().to_dict("list"),
        "predicted": groups.predict(groups.embeddings).tolist(),
        "made": groups.made.labels.tolist(),
        "parameters": dict(groups.partition.parameters),
        "info": cbf.clustering_info(dataset, key)["method"],
    }

"""


def tell(dataset, key):
    """Return the same here, from the process that clustered."""
    scope = {}
    exec(TELL.replace("fo.load_dataset(sys.argv[1])", "None"), scope)
    scope["dataset"] = dataset
    return scope["tell"](key)


@pytest.fixture
def many(make_dataset):
    """A dataset with a run of each kind."""
    dataset = make_dataset(detections=True, persistent=True, missing=(5,))
    cbf.compute_clusters(dataset, "k", embeddings="emb", n_clusters=3)
    cbf.name_clusters(dataset, "k", names={0: "a.b", 1: "größe"})
    cbf.compute_clusters(dataset, "m", method="gmm", embeddings="emb", n_clusters=3)
    cbf.merge_clusters(dataset, "m", [0, 1])
    cbf.compute_clusters(dataset, "h", method="hdbscan", embeddings="emb", min_cluster_size=4)
    cbf.compute_clusters(dataset, "p", patches_field="objects", embeddings="emb", n_clusters=3)
    return dataset


def test_every_run_comes_back_the_same_in_a_fresh_process(many, fresh):
    there = fresh(
        TELL + "print(json.dumps({key: tell(key) for key in cbf.list_clusterings(dataset)}))", many.name
    )
    assert sorted(there) == ["h", "k", "m", "p"]
    for key, told in there.items():
        here = tell(many, key)
        for what in told:
            if what in ("distances", "centers", "strengths", "quality") and here[what] is not None:
                assert np.allclose(
                    np.array(told[what], dtype=float), np.array(here[what], dtype=float), equal_nan=True
                ), (key, what)
            else:
                assert repr(told[what]) == repr(here[what]), (key, what)
    assert there["k"]["names"] == {"0": "a.b", "1": "größe"}
    assert there["k"]["skipped"] == [[5, "emb", "missing value"]]
    assert set(there["m"]["made"]) == {0, 1, 2}
    assert set(there["m"]["labels"]) == {0, 2, -9}


def test_what_was_computed_and_what_is_loaded_are_equal(dataset):
    made = cbf.compute_clusters(dataset, "r", method="gmm", embeddings="emb", n_clusters=3)
    groups = cbf.load_clusters(dataset, "r")
    assert groups.labels_.tolist() == made.labels_.tolist()
    assert groups.probabilities_.tolist() == made.probabilities_.tolist()
    assert groups.distances().tolist() == made.distances().tolist()
    assert groups.quality() == made.quality()
    assert {c: r.tolist() for c, r in groups.exemplar_rows().items()} == {
        c: r.tolist() for c, r in made.exemplar_rows().items()
    }
    described = groups.describe()
    assert (
        described[described.column != "r_cluster"].to_dict("list").keys()
        == made.describe().to_dict("list").keys()
    )
    assert set(zip(made.describe().cluster, made.describe().column, strict=True)) <= set(
        zip(described.cluster, described.column, strict=True)
    )
    assert groups["weight"].mean().tolist() == made["weight"].mean().tolist()
    assert groups.embeddings.vectors.tolist() == made.embeddings.vectors.tolist()
    assert groups.clusterer_ is None


def test_the_condensed_tree_of_a_density_clustering_is_kept(dataset):
    from clusterby.fiftyone.store import read

    made = cbf.compute_clusters(dataset, "h", method="hdbscan", embeddings="emb", min_cluster_size=4)
    tree = read(dataset, "h").record.tree
    assert tree["parent"] == made.clusterer_.condensed_tree_["parent"].tolist()


def test_vectors_that_were_given_as_an_array_are_not_there_any_more(dataset):
    cbf.compute_clusters(dataset, "r", embeddings=vectors_of(24), n_clusters=3)
    groups = cbf.load_clusters(dataset, "r")
    assert groups.quality().explained > 0.9
    with pytest.raises(InvalidVectors, match="given as an array and are not stored with the run"):
        _ = groups.embeddings.vectors


def test_vectors_whose_field_is_gone_are_an_error_only_where_they_are_needed(dataset):
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    dataset.delete_sample_field("emb")
    groups = cbf.load_clusters(dataset, "r")
    assert groups.n_clusters_ == 3
    with pytest.raises(
        InvalidVectors, match="the vectors of the run are gone: embeddings='emb': no field of vectors"
    ):
        _ = groups.embeddings.vectors


def test_samples_that_were_deleted_are_out_of_the_result(dataset):
    made = cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    ids = dataset.values("id")
    dataset.delete_samples([ids[i] for i in (0, 7, 23)])
    groups = cbf.load_clusters(dataset, "r")
    left = [i for i in range(24) if i not in (0, 7, 23)]
    assert groups.labels_.tolist() == made.labels_[left].tolist()
    assert groups.table.native.values("id") == [ids[i] for i in left]
    assert groups.distances().tolist() == made.distances()[left].tolist()
    assert 0 < groups.quality().explained <= 1
    for cluster, rows in groups.exemplar_rows(3).items():
        assert set(groups.labels_[rows].tolist()) == {cluster}


def test_a_cluster_whose_samples_are_all_deleted_is_gone_from_the_result(dataset):
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    cbf.name_clusters(dataset, "r", names={0: "zero", 1: "one"})
    dataset.delete_samples(dataset.match({"r_cluster": "0"}).values("id"))
    groups = cbf.load_clusters(dataset, "r")
    assert groups.n_clusters_ == 2
    assert dict(groups.names_) == {1: "one"}
    assert set(groups.naming_.names) == {1}
    assert len(groups.centers_) == 2


def test_a_run_whose_items_are_all_gone_says_so_and_can_be_deleted(dataset):
    cbf.compute_clusters(dataset.limit(6), "r", embeddings="emb", n_clusters=3)
    dataset.delete_samples(dataset.limit(6).values("id"))
    with pytest.raises(InvalidTable, match="none of the items that were clustered is left in the dataset"):
        cbf.load_clusters(dataset, "r")
    assert cbf.list_clusterings(dataset) == ["r"]
    assert cbf.delete_clusters(dataset, "r") == ["r_cluster"]


def test_patches_that_were_deleted_are_out_of_the_result(patches, fo):
    cbf.compute_clusters(patches, "p", patches_field="objects", embeddings="emb", n_clusters=3)
    patches.delete_labels(ids=patches.limit(1).values("objects.detections.id", unwind=True))
    groups = cbf.load_clusters(patches, "p")
    assert groups.table.n_rows == 10
    assert [str(label) for label in groups.labels_] == patches.values(
        "objects.detections.p_cluster", unwind=True
    )
    patches.delete_sample_field("objects")
    with pytest.raises(InvalidTable, match="the field 'objects.detections' that the run is about is gone"):
        cbf.load_clusters(patches, "p")
    assert cbf.list_clusterings(patches) == ["p"]
    cbf.delete_clusters(patches, "p")
    assert patches.list_runs() == []


def test_the_table_of_a_run_of_a_view_are_the_samples_of_that_view(dataset):
    view = dataset.sort_by("weight", reverse=True).limit(9)
    cbf.compute_clusters(view, "r", embeddings="emb", n_clusters=3)
    groups = cbf.load_clusters(dataset, "r")
    assert groups.table.native.values("id") == view.values("id")
    assert cbf.clustering_view(dataset, "r").values("id") == view.values("id")


def test_views_may_stand_for_their_dataset(dataset):
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    view = dataset.limit(2)
    assert cbf.list_clusterings(view) == ["r"]
    assert cbf.load_clusters(view, "r").table.n_rows == 24


def test_a_clone_a_renamed_dataset_and_an_export_keep_their_runs(make_dataset, fo, tmp_path):
    dataset = make_dataset()
    made = cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    cbf.name_clusters(dataset, "r", names={0: "zero"})
    labels, files = dataset.values("r_cluster"), dataset.values("filepath")
    clone = dataset.clone()
    dataset.name = f"{dataset.name}-renamed"
    dataset.export(str(tmp_path / "out"), dataset_type=fo.types.FiftyOneDataset, export_media=False)
    imported = fo.Dataset.from_dir(str(tmp_path / "out"), dataset_type=fo.types.FiftyOneDataset)
    dataset.delete()
    for other in (clone, imported):
        assert cbf.list_clusterings(other) == ["r"]
        groups = cbf.load_clusters(other, "r")
        assert groups.quality() == made.quality()
        assert dict(groups.names_) == {0: "zero"}
        written = dict(zip(other.values("filepath"), other.values("r_cluster"), strict=True))
        assert [written[f] for f in files] == labels
        cbf.rename_cluster(other, "r", 1, "one")
        assert set(other.values("r_cluster_name")) == {"zero", "one", None}
        assert cbf.delete_clusters(other, "r") == ["r_cluster", "r_cluster_name"]
        assert not any("cluster" in name for name in other.get_field_schema())
        other.delete()


def test_a_run_that_fiftyone_deletes_in_a_clone_is_cleaned_up_there_too(dataset):
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    clone = dataset.clone()
    assert cbf.list_clusterings(clone) == ["r"]
    clone.delete_run("r")
    assert cbf.list_clusterings(clone) == []
    assert clone.get_field("r_cluster") is None
    assert set(dataset.values("r_cluster")) == {"0", "1", "2"}
    clone.delete()


def test_what_another_process_has_made_is_seen_without_reloading(make_dataset, fresh):
    dataset = make_dataset(persistent=True)
    sample = dataset.first()
    sample["color"] = "not saved yet"
    code = """
    import json, sys
    import fiftyone as fo
    import clusterby.fiftyone as cbf
    cbf.compute_clusters(fo.load_dataset(sys.argv[1]), "r", embeddings="emb", n_clusters=3)
    print(json.dumps(1))
    """
    fresh(code, dataset.name)
    assert cbf.list_clusterings(dataset) == ["r"]
    assert cbf.load_clusters(dataset, "r").n_clusters_ == 3
    assert set(dataset.values("r_cluster")) == {"0", "1", "2"}
    assert sample["color"] == "not saved yet"


def test_a_run_of_a_later_version_says_so(dataset):
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    config = dataset.get_run_info("r").config
    config.schema = 99
    dataset.update_run_config("r", config)
    with pytest.raises(
        InvalidTable, match="the run was written by clusterby .* in schema 99, and this one reads up to 1"
    ):
        cbf.load_clusters(dataset, "r")
    assert cbf.list_clusterings(dataset) == ["r"]


def test_results_that_are_damaged_are_an_error_and_no_traceback(dataset):
    from fiftyone.core.runs import Run

    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    Run.save_run_results(dataset, "r", dataset.init_run_results("r", ids=["a"], labels=7), cache=False)
    with pytest.raises(InvalidTable, match="the results of run 'r' are damaged"):
        cbf.load_clusters(dataset, "r")
