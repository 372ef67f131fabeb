import pytest

import clusterby.fiftyone as cbf


@pytest.mark.parametrize("kind", ["samples", "patches", "frames"])
def test_the_items_of_a_run_are_found_again_in_its_order(patches, video, kind):
    from clusterby.fiftyone.items import target_of
    from clusterby.fiftyone.store import read

    dataset = video if kind == "frames" else patches
    view = {"samples": patches, "patches": patches.to_patches("objects"), "frames": video.to_frames()}[kind]
    ids = view.values("id")[::-1]
    cbf.compute_clusters(view.select(ids, ordered=True), "r", embeddings="emb", n_clusters=3)
    target = target_of(dataset, read(dataset, "r"))
    assert list(target.ids) == ids
    assert target.view.values("id") == ids
    assert set(target.sample_ids) <= set(dataset.values("id"))


def test_items_of_which_none_is_left_are_none(dataset):
    from clusterby.fiftyone.items import target_of
    from clusterby.fiftyone.store import read

    cbf.compute_clusters(dataset.limit(6), "r", embeddings="emb", n_clusters=3)
    stored = read(dataset, "r")
    dataset.delete_samples(list(stored.ids))
    assert len(target_of(dataset, stored)) == 0
