import numpy as np
import pytest
from tests.fiftyone_database import vectors_of

import clusterby as cb
import clusterby.fiftyone as cbf
from clusterby.core.errors import ClusterbyError, InvalidParameter, InvalidTable, UnknownMethod


def groups_by_color(dataset, labels):
    """Whether labels are the same exactly where the color is."""
    pairs = set(zip(dataset.values("color"), labels, strict=True))
    return len(pairs) == 3 and len({label for _, label in pairs}) == 3


def test_samples_of_a_dataset_get_their_cluster_as_a_string(dataset):
    groups = cbf.compute_clusters(dataset, "look", embeddings="emb", n_clusters=3)
    assert isinstance(groups, cb.ClusterBy)
    labels = dataset.values("look_cluster")
    assert labels == [str(label) for label in groups.labels_]
    assert set(labels) == {"0", "1", "2"}
    assert groups_by_color(dataset, labels)
    assert dataset.has_run("look")


def test_the_result_is_that_of_any_other_table(dataset):
    groups = cbf.compute_clusters(dataset, "look", embeddings="emb", n_clusters=3)
    other = cb.clusterby({"v": vectors_of(24).tolist()}, "v", n_clusters=3)
    assert groups.labels_.tolist() == other.labels_.tolist()
    assert groups["weight"].mean().max() > 10
    assert groups.quality() == other.quality()


def test_the_field_has_an_index_a_description_and_colors(dataset):
    cbf.compute_clusters(dataset, "look", embeddings="emb", n_clusters=3)
    assert "look_cluster" in dataset.list_indexes()
    assert dataset.get_field("look_cluster").description == "Clusters of run look: 3 by kmeans from emb"
    (scheme,) = dataset.app_config.color_scheme.fields
    assert scheme["path"] == "look_cluster"
    assert [c["value"] for c in scheme["valueColors"]] == ["0", "1", "2", "-1"]


def test_only_the_samples_of_a_view_are_clustered(dataset):
    view = dataset.skip(4).limit(12)
    groups = cbf.compute_clusters(view, "some", embeddings="emb", n_clusters=3)
    assert groups.table.n_rows == 12
    labels = dataset.values("some_cluster")
    assert [i for i, label in enumerate(labels) if label is not None] == list(range(4, 16))


def test_a_selection_in_any_order_gets_its_own_labels(dataset):
    ids = dataset.values("id")
    chosen = [ids[i] for i in (20, 3, 11, 7, 0, 13, 5, 17, 1)]
    groups = cbf.compute_clusters(
        dataset.select(chosen, ordered=True), "some", embeddings="emb", n_clusters=3
    )
    written = dict(zip(ids, dataset.values("some_cluster"), strict=True))
    assert [written[i] for i in chosen] == [str(label) for label in groups.labels_]
    assert sum(label is None for label in written.values()) == 15


@pytest.mark.parametrize("as_view", [True, False])
def test_patches_get_their_labels_on_the_source_dataset(patches, as_view):
    samples, field = (patches.to_patches("objects"), None) if as_view else (patches, "objects")
    cbf.compute_clusters(samples, "p", patches_field=field, embeddings="emb", n_clusters=3)
    labels = patches.values("objects.detections.p_cluster")
    left, right = [pair[0] for pair in labels], [pair[1] for pair in labels]
    assert groups_by_color(patches, left)
    assert right == [*left[1:], left[0]]
    assert patches.get_field("objects.detections.p_cluster").info["clusterby"]["state"] == "done"
    assert patches.to_patches("objects").values("objects.p_cluster") == [x for pair in labels for x in pair]


def test_frames_get_their_labels_on_the_source_dataset(video):
    cbf.compute_clusters(video.to_frames(), "f", embeddings="emb", n_clusters=3)
    labels = video.values("frames.f_cluster", unwind=True)
    assert labels == labels[:3] * 4
    assert sorted(labels[:3]) == ["0", "1", "2"]
    assert "frames.f_cluster" in video.list_indexes()


def test_frames_of_a_real_film_are_clustered_by_what_they_look_like(video):
    groups = cbf.compute_clusters(video.to_frames(), "f", encoder="color-gradient", n_clusters=3, cache=False)
    labels = video.values("frames.f_cluster", unwind=True)
    assert labels == labels[:3] * 4
    assert groups.n_clusters_ == 3


def test_a_slice_of_groups_is_clustered_and_the_other_left_alone(grouped):
    groups = cbf.compute_clusters(grouped.select_group_slices("right"), "g", embeddings="emb", n_clusters=3)
    right, left = (grouped.select_group_slices(name).values("g_cluster") for name in ("right", "left"))
    assert right == [str(label) for label in groups.labels_]
    assert left == [None] * 6
    assert cbf.load_clusters(grouped, "g").labels_.tolist() == groups.labels_.tolist()
    cbf.rename_cluster(grouped, "g", 0, "zero")
    assert sum(n == "zero" for n in grouped.select_group_slices("right").values("g_cluster_name")) == 2


def test_patches_of_a_slice_of_groups_are_clustered(grouped):
    grouped.add_dynamic_sample_fields()
    view = grouped.select_group_slices("right")
    groups = cbf.compute_clusters(view, "g", patches_field="objects", embeddings="emb", n_clusters=3)
    assert view.values("objects.detections.g_cluster", unwind=True) == [
        str(label) for label in groups.labels_
    ]
    assert cbf.load_clusters(grouped, "g").labels_.tolist() == groups.labels_.tolist()
    assert cbf.rename_clusters(grouped, "g", "h") == {
        "objects.detections.g_cluster": "objects.detections.h_cluster"
    }
    assert view.values("objects.detections.h_cluster", unwind=True) == [
        str(label) for label in groups.labels_
    ]


def test_point_clouds_are_clustered_by_given_vectors(fo, tmp_path):
    header = (
        "VERSION .7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 1\nHEIGHT 1\n"
        "VIEWPOINT 0 0 0 1 0 0 0\nPOINTS 1\nDATA ascii\n"
    )
    for i in range(6):
        (tmp_path / f"{i}.pcd").write_text(f"{header}{i} 0 0\n")
    dataset = fo.Dataset()
    dataset.add_samples([fo.Sample(filepath=str(tmp_path / f"{i}.pcd")) for i in range(6)])
    assert dataset.media_type == "point-cloud"
    cbf.compute_clusters(dataset, "pc", embeddings=vectors_of(6), n_clusters=3)
    assert dataset.values("pc_cluster")[:3] == dataset.values("pc_cluster")[3:]
    with pytest.raises(
        InvalidParameter, match="media of type 'point-cloud' have no encoder here: give embeddings="
    ):
        cbf.compute_clusters(dataset, "other")
    dataset.delete()


def test_a_field_of_text_is_clustered(dataset):
    said = ("the cat sat on mat {}", "a fast red car of {} seats", "rain at noon in {} towns")
    dataset.set_values("said", [said[i % 3].format(i) for i in range(24)])
    cbf.compute_clusters(dataset, "said", by="said", encoder="lsa", n_clusters=3, cache=False)
    assert groups_by_color(dataset, dataset.values("said_cluster"))


def test_nothing_given_takes_an_encoder_by_itself(dataset):
    groups = cbf.compute_clusters(dataset, "auto", n_clusters=3)
    assert groups_by_color(dataset, dataset.values("auto_cluster"))
    (encoder,) = cbf.clustering_info(dataset, "auto")["encoder"]
    assert encoder["column"] == "filepath"
    assert encoder["reason"]
    assert groups.n_clusters_ == 3


def test_a_classification_has_the_strength_as_its_confidence(dataset):
    groups = cbf.compute_clusters(
        dataset, "gm", method="gmm", embeddings="emb", n_clusters=3, as_classification=True
    )
    values = dataset.values("gm_cluster")
    assert [v.label for v in values] == [str(label) for label in groups.labels_]
    assert [v.confidence for v in values] == pytest.approx(groups.probabilities_.tolist())
    assert "gm_cluster.label" in dataset.list_indexes()


def test_a_method_without_strengths_gives_classifications_without_confidence(dataset):
    cbf.compute_clusters(dataset, "k", embeddings="emb", n_clusters=3, as_classification=True)
    assert {v.confidence for v in dataset.values("k_cluster")} == {None}


def test_noise_is_minus_one(dataset):
    vectors = vectors_of(24)
    vectors[5] = 100
    groups = cbf.compute_clusters(dataset, "h", method="hdbscan", embeddings=vectors, min_cluster_size=4)
    assert dataset.values("h_cluster")[5] == "-1"
    assert groups.labels_[5] == -1
    assert dataset.get_field("h_cluster").description.endswith("from embeddings, 1 in none (-1)")


@pytest.mark.parametrize("missing", [(0,), (4, 9, 23)])
def test_a_sample_without_a_vector_gets_no_label_and_moves_no_other(make_dataset, missing):
    dataset = make_dataset(missing=missing)
    groups = cbf.compute_clusters(dataset, "look", embeddings="emb", n_clusters=3)
    labels = dataset.values("look_cluster")
    assert tuple(i for i, label in enumerate(labels) if label is None) == missing
    whole = dataset.exists("emb")
    assert groups_by_color(whole, whole.values("look_cluster"))
    assert [(s.row, s.column, s.reason) for s in groups.skipped] == [
        (i, "emb", "missing value") for i in missing
    ]
    info = cbf.clustering_info(dataset, "look")
    assert (info["n_clustered"], info["n_skipped"]) == (24 - len(missing), len(missing))


def test_the_same_call_gives_the_same_labels(dataset):
    first = cbf.compute_clusters(dataset, "a", embeddings="emb", n_clusters=5)
    again = cbf.compute_clusters(dataset, "b", embeddings="emb", n_clusters=5)
    assert first.labels_.tolist() == again.labels_.tolist()
    assert dataset.values("a_cluster") == dataset.values("b_cluster")
    assert cbf.clustering_info(dataset, "a")["random_state"] == 0


def test_the_config_holds_what_the_run_was_made_with(dataset):
    cbf.compute_clusters(dataset.limit(9), "look", embeddings="emb", n_clusters=3, n_init=2, random_state=7)
    config = dataset.get_run_info("look").config
    assert (config.run_kind, config.method, config.random_state) == ("clustering", "kmeans", 7)
    assert config.parameters["n_clusters"] == 3
    assert config.parameters["n_init"] == 2
    assert dict(config.source) == {"kind": "field", "name": "emb", "by": "filepath", "revision": ""}
    assert {"clusterby", "numpy", "python"} <= set(config.versions)
    assert dataset.list_runs(run_kind="clustering") == ["look"]
    assert len(dataset.load_run_view("look")) == 9
    assert not hasattr(config, "pending")


REFUSED = {
    "a field that is there": ({"cluster_field": "color"}, "cluster_field='color': the dataset has a field 'color' already"),
    "the file's path": ({"cluster_field": "filepath"}, "cluster_field='filepath' is reserved by FiftyOne"),
    "the id": ({"cluster_field": "id"}, "cluster_field='id' is reserved"),
    "the tags": ({"cluster_field": "tags"}, "cluster_field='tags' is reserved"),
    "the metadata": ({"cluster_field": "metadata"}, "cluster_field='metadata' is reserved"),
    "the time": ({"cluster_field": "created_at"}, "cluster_field='created_at' is reserved"),
    "a dot": ({"cluster_field": "a.b"}, "cluster_field='a.b': give a word"),
    "a dollar": ({"cluster_field": "$a"}, r"cluster_field='\$a': give a word of letters, digits and _"),
    "nothing": ({"cluster_field": ""}, "cluster_field='': give a word"),
    "markup": ({"cluster_field": "<script>"}, "cluster_field='<script>': give a word"),
    "a space": ({"cluster_field": "a b"}, "cluster_field='a b': give a word"),
    "an underscore first": ({"cluster_field": "_a"}, "cluster_field='_a': give a word"),
    "no word": ({"cluster_field": 7}, "cluster_field=7: give a word"),
    "a key that is no identifier": ({"run_key": "my run"}, "run_key='my run': give a word of letters, digits and _"),
    "a key that begins with a digit": ({"run_key": "1st"}, "run_key='1st': give a word"),
    "no key": ({"run_key": ""}, "run_key='': give a word"),
    "a key that is no word": ({"run_key": 3}, "run_key=3: give a word"),
    "a key of ours": ({"run_key": "a__writing"}, "run_key='a__writing': give a word"),
    "a key that is taken": ({"run_key": "taken"}, "run_key='taken' belongs to another run of the dataset"),
    "too many clusters": ({"n_clusters": 99}, "n_clusters=99 is more than the 24 rows there are"),
    "ward with cosine": (
        {"method": "agglomerative", "linkage": "ward", "metric": "cosine"}, "linkage='ward' .*cosine|ward.*euclidean"
    ),
    "a number and a threshold": (
        {"method": "agglomerative", "distance_threshold": 1.0}, "n_clusters=3 and distance_threshold=1.0|distance_threshold"
    ),
    "an unknown method": ({"method": "kmean"}, "no method 'kmean'. Did you mean 'kmeans'"),
    "an unknown parameter": ({"n_cluster": 3}, "n_cluster"),
    "an unknown field": ({"embeddings": "embs"}, "embeddings='embs': no field of vectors and no brain key. .*: emb;"),
    "a field of words": ({"embeddings": "color"}, "embeddings='color': the field holds strings, no vectors. .*: emb"),
    "a field of numbers": ({"embeddings": "weight"}, "embeddings='weight': the field holds floats, no vectors"),
    "too few vectors": ({"embeddings": np.eye(3)}, "3 vectors for 24 samples: give one each"),
    "an unknown id": ({"embeddings": {"x": [1.0]}}, "'x' is no id of the 24 samples"),
    "a number for vectors": ({"embeddings": 3}, "embeddings=3: give a field, a brain key, an array"),
    "an unknown model": ({"embeddings": None, "model": "clip-vit"}, "model='clip-vit': no model of FiftyOne's zoo"),
    "an unknown encoder": ({"embeddings": None, "encoder": "clp"}, "no encoder 'clp'"),
    "an unknown field of text": ({"embeddings": None, "by": "colour"}, "no column 'colour'. Did you mean 'color'"),
    "two sources": ({"encoder": "auto"}, "embeddings and encoder: give one of them"),
    "a field to read beside vectors": ({"by": "color"}, "by='color' is for encoders: embeddings need no field to read"),
    "patches of no field": ({"patches_field": "objects"}, "patches_field='objects': no field of detections or polylines"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused_in_a_line_and_leaves_the_dataset_as_it_was(shared, state_of, case):
    options, said = REFUSED[case]
    before = state_of(shared)
    options = {"run_key": "r", "embeddings": "emb", "n_clusters": 3} | options
    key = options.pop("run_key")
    with pytest.raises(ClusterbyError, match=said) as raised:
        cbf.compute_clusters(shared, key, **options)
    assert "\n" not in str(raised.value)
    assert state_of(shared) == before


@pytest.fixture(scope="module")
def shared(fo, image_paths):
    dataset, vectors = fo.Dataset(), vectors_of(24)
    dataset.add_samples(
        [
            fo.Sample(filepath=p, color="rgb"[i % 3], weight=float(i), emb=vectors[i])
            for i, p in enumerate(image_paths)
        ]
    )
    dataset.register_run("taken", dataset.init_run(method="something"))
    yield dataset
    dataset.delete()


def test_a_key_and_a_field_of_another_clustering_are_refused(dataset, state_of):
    cbf.compute_clusters(dataset, "a", embeddings="emb", n_clusters=3)
    before = state_of(dataset)
    with pytest.raises(
        InvalidParameter, match="run_key='a': the dataset has a clustering of that key; .* overwrite=True"
    ):
        cbf.compute_clusters(dataset, "a", embeddings="emb", n_clusters=2)
    with pytest.raises(
        InvalidParameter, match="the field 'a_cluster' belongs to run 'a'; choose another name"
    ):
        cbf.compute_clusters(dataset, "b", embeddings="emb", n_clusters=2, cluster_field="a_cluster")
    assert state_of(dataset) == before


def test_a_field_that_would_be_for_names_is_refused_before_anything_is_computed(dataset, state_of):
    dataset.set_values("look_cluster_name", ["mine"] * 24)
    before = state_of(dataset)
    with pytest.raises(InvalidParameter, match="names_field='look_cluster_name': the dataset has a field"):
        cbf.compute_clusters(dataset, "look", embeddings="emb", n_clusters=3)
    assert state_of(dataset) == before


def test_names_of_detections_are_reserved_too(patches, state_of):
    before = state_of(patches)
    with pytest.raises(InvalidParameter, match="cluster_field='label' is reserved"):
        cbf.compute_clusters(patches, "p", patches_field="objects", embeddings="emb", cluster_field="label")
    assert state_of(patches) == before


def test_a_read_only_field_of_patches_is_refused(patches, state_of):
    field = patches.get_field("objects")
    field.read_only = True
    field.save()
    before = state_of(patches)
    with pytest.raises(InvalidParameter, match="'objects.detections' is read-only"):
        cbf.compute_clusters(patches, "p", patches_field="objects", embeddings="emb", n_clusters=3)
    assert state_of(patches) == before


def test_an_earlier_run_is_replaced_whole_if_that_is_asked_for(dataset):
    cbf.compute_clusters(dataset, "a", embeddings="emb", n_clusters=3)
    cbf.name_clusters(dataset, "a", names={0: "zero"})
    groups = cbf.compute_clusters(dataset.skip(12), "a", embeddings="emb", n_clusters=2, overwrite=True)
    assert dataset.values("a_cluster") == [None] * 12 + [str(label) for label in groups.labels_]
    assert dataset.get_field("a_cluster_name") is None
    assert dataset.list_runs() == ["a"]
    assert cbf.load_clusters(dataset, "a").labels_.tolist() == groups.labels_.tolist()
    assert len(cbf.clustering_view(dataset, "a")) == 12


def test_replacing_a_run_by_one_of_patches_removes_the_field_of_samples(patches):
    cbf.compute_clusters(patches, "a", embeddings="emb", n_clusters=3)
    cbf.compute_clusters(
        patches, "a", patches_field="objects", embeddings="emb", n_clusters=3, overwrite=True,
        cluster_field="kind", as_classification=True,
    )  # fmt: skip
    assert patches.get_field("a_cluster") is None
    assert {c.label for c in patches.values("objects.detections.kind", unwind=True)} == {"0", "1", "2"}
    assert [e["path"] for e in patches.app_config.color_scheme.fields] == ["objects.detections.kind"]
    assert "a_cluster" not in patches.list_indexes()


def test_a_dataset_of_what_fiftyone_cannot_see_is_clustered_by_vectors(fo, tmp_path):
    (tmp_path / "a.txt").write_text("a")
    dataset = fo.Dataset()
    dataset.add_samples([fo.Sample(filepath=str(tmp_path / "a.txt")) for _ in range(6)])
    cbf.compute_clusters(dataset, "t", embeddings=vectors_of(6), n_clusters=3)
    assert dataset.values("t_cluster")[:3] == dataset.values("t_cluster")[3:]
    dataset.delete()


def test_no_vector_at_all_is_an_error(make_dataset):
    dataset = make_dataset(3, missing=(0, 1, 2))
    dataset.add_sample_field("emb2", dataset.get_field("weight").__class__)
    with pytest.raises(ClusterbyError):
        cbf.compute_clusters(dataset, "x", embeddings="emb")
    assert dataset.list_runs() == []


def test_an_unknown_method_and_no_collection_have_errors_of_their_own(dataset):
    with pytest.raises(UnknownMethod):
        cbf.compute_clusters(dataset, "x", method="nothing", embeddings="emb")
    with pytest.raises(InvalidTable):
        cbf.compute_clusters("flowers", "x")


def test_names_from_data_may_hold_anything(dataset):
    words = ["a.b $x", "größe ☃", "<script>alert(1)</script>"]
    dataset.set_values("word", [words[i % 3] for i in range(24)])
    cbf.compute_clusters(dataset, "w", embeddings="emb", n_clusters=3)
    groups = cbf.name_clusters(dataset, "w", names=dict(enumerate(words)))
    assert dict(cbf.load_clusters(dataset, "w").names_) == dict(groups.names_) == dict(enumerate(words))
    assert set(dataset.values("w_cluster_name")) == set(words)
    assert dataset.distinct("w_cluster_name") == sorted(words)
