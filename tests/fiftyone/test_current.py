import pytest

from clusterby.core.errors import InvalidTable


@pytest.fixture
def current(fo):
    from clusterby.fiftyone.current import current_dataset

    return current_dataset


def test_a_view_of_any_kind_has_its_source_dataset(patches, video, current):
    assert current(patches) is current(patches.limit(2)) is current(patches.to_patches("objects")) is patches
    assert current(video.to_frames()) is video


def test_a_dataset_that_nobody_else_changed_is_not_read_again(dataset, current, monkeypatch):
    current(dataset)
    dataset.info["mine"] = "not saved yet"
    monkeypatch.setattr(type(dataset), "_reload", lambda *a, **k: 1 / 0)
    assert current(dataset).info["mine"] == "not saved yet"


def test_a_dataset_that_somebody_else_deleted_is_an_error(make_dataset, fo, current):
    from fiftyone.core.odm import get_db_conn

    dataset = make_dataset(3)
    get_db_conn().datasets.delete_one({"_id": dataset._doc.id})
    with pytest.raises(InvalidTable, match="Dataset .* is deleted"):
        current(dataset)


def test_what_is_no_collection_is_refused(current):
    with pytest.raises(InvalidTable, match="a dict is no FiftyOne collection"):
        current({})
