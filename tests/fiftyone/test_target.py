import pytest
from tests.fiftyone_database import vectors_of

from clusterby.core.errors import InvalidParameter, InvalidTable


@pytest.fixture
def resolve(fo):
    from clusterby.fiftyone.target import resolve_target

    return resolve_target


def test_the_samples_of_a_dataset_are_its_items(dataset, resolve):
    target = resolve(dataset)
    assert (target.kind, len(target), target.ids) == ("samples", 24, tuple(dataset.values("id")))
    assert target.sample_ids == target.ids
    assert (target.parent, target.path_of("x"), target.local_path("x")) == ("", "x", "x")


def test_a_view_gives_its_samples_in_its_order(dataset, resolve):
    view = dataset.sort_by("weight", reverse=True).limit(5)
    target = resolve(view)
    assert target.ids == tuple(view.values("id"))
    assert target.dataset is dataset


def test_a_view_of_patches_and_a_field_of_patches_give_the_same_items(patches, resolve):
    by_field, by_view = resolve(patches, patches_field="objects"), resolve(patches.to_patches("objects"))
    assert by_field.ids == by_view.ids == tuple(patches.values("objects.detections.id", unwind=True))
    assert by_field.sample_ids == tuple(i for i in patches.values("id") for _ in range(2))
    assert by_view.path_of("x") == "objects.detections.x"
    assert by_view.local_path("x") == "objects.x"
    assert by_view.dataset is patches


def test_a_view_of_patches_that_is_filtered_gives_what_is_left(patches, fo, resolve):
    left = patches.to_patches("objects").match(fo.ViewField("objects.label") == "left")
    assert len(resolve(left)) == 6


def test_frames_are_items_of_a_frames_view(video, resolve):
    target = resolve(video.to_frames())
    assert (target.kind, target.parent, len(target)) == ("frames", "frames", 12)
    assert target.ids == tuple(video.values("frames.id", unwind=True))


def test_a_slice_of_groups_is_taken_and_groups_are_refused(grouped, resolve):
    right = grouped.select_group_slices("right")
    assert resolve(right).ids == tuple(right.values("id"))
    with pytest.raises(
        InvalidTable,
        match=r"holds groups: choose a slice with select_group_slices\(\), one of 'left', 'right'",
    ):
        resolve(grouped)


@pytest.mark.parametrize("given", [None, "flowers", [1, 2], {"a": [1]}])
def test_what_is_no_collection_is_refused(given, resolve):
    with pytest.raises(
        InvalidTable, match=f"a {type(given).__name__} is no FiftyOne collection: give a dataset or a view"
    ):
        resolve(given)


def test_an_empty_view_is_refused(dataset, resolve):
    with pytest.raises(InvalidTable, match="the view has no samples: there is nothing to cluster"):
        resolve(dataset.limit(0))


def test_samples_without_patches_are_refused(dataset, fo, resolve):
    dataset.add_sample_field("objects", fo.EmbeddedDocumentField, embedded_doc_type=fo.Detections)
    with pytest.raises(
        InvalidTable, match="the view has no patches in 'objects': there is nothing to cluster"
    ):
        resolve(dataset, patches_field="objects")


def test_a_dataset_that_was_deleted_is_refused(fo, resolve):
    dataset = fo.Dataset()
    dataset.delete()
    with pytest.raises(InvalidTable, match="Dataset .* is deleted: load or make another one"):
        resolve(dataset)


def test_clips_and_patches_of_evaluations_have_no_items(video, patches, fo, resolve):
    video.first()
    sample = video.first()
    sample["events"] = fo.TemporalDetections(detections=[fo.TemporalDetection(label="x", support=[1, 3])])
    sample.save()
    with pytest.raises(InvalidTable, match="a ClipsView has no items that labels can be written to"):
        resolve(video.to_clips("events"))
    patches.evaluate_detections("objects", gt_field="objects", eval_key="e", progress=False)
    with pytest.raises(
        InvalidTable, match="an? EvaluationPatchesView has no items that labels can be written to"
    ):
        resolve(patches.to_evaluation_patches("e"))


def test_a_field_of_patches_that_is_not_there_is_refused_with_those_that_are(patches, resolve):
    with pytest.raises(
        InvalidParameter, match=r"patches_field='object': .* Did you mean 'objects'\? There are: objects"
    ):
        resolve(patches, patches_field="object")
    with pytest.raises(
        InvalidParameter, match="patches_field='objects' beside a view of patches: give one of the two"
    ):
        resolve(patches.to_patches("objects"), patches_field="objects")


def test_only_the_items_that_are_named_are_written_some_at_a_time(patches, fo, monkeypatch, resolve):
    from clusterby.fiftyone import target as module

    monkeypatch.setattr(module, "_WRITE", 2)
    patches.add_sample_field("word", fo.StringField)
    patches.add_sample_field("objects.detections.word", fo.StringField)
    ids, told = patches.values("id"), []
    resolve(patches).write("word", dict.fromkeys(ids[:5], "a"), told.append)
    assert patches.values("word") == ["a"] * 5 + [None]
    assert told == [2, 2, 1]
    target = resolve(patches, patches_field="objects")
    target.write("word", {target.ids[3]: "b"})
    assert patches.values("objects.detections.word", unwind=True) == [None] * 3 + ["b"] + [None] * 8


def test_polylines_are_patches_too(fo, image_paths, resolve):
    import clusterby.fiftyone as cbf

    dataset, vectors = fo.Dataset(), vectors_of(6)
    shapes = [[(0.1, 0.1), (0.9, 0.1), (0.5, 0.9)]]
    dataset.add_samples(
        [
            fo.Sample(
                filepath=image_paths[i],
                lines=fo.Polylines(
                    polylines=[fo.Polyline(points=shapes, closed=True, filled=True, emb=vectors[i].tolist())]
                ),
            )
            for i in range(6)
        ]
    )
    cbf.compute_clusters(dataset, "p", patches_field="lines", embeddings=vectors, n_clusters=3)
    labels = dataset.values("lines.polylines.p_cluster", unwind=True)
    assert labels[:3] == labels[3:]
    assert sorted(labels[:3]) == ["0", "1", "2"]
    dataset.delete()


def test_labels_path_and_positions_are_plain_functions(patches, fo):
    from clusterby.fiftyone.target import join_path, label_path, positions

    assert label_path(patches, "objects") == "objects.detections"
    assert join_path("frames", "x") == "frames.x"
    assert positions(["a", "b"], ["b", "c", "a"]) == [1, -1, 0]
