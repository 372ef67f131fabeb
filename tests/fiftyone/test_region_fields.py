import pytest

from clusterby.core.errors import UnknownColumn


@pytest.fixture
def labelled(fo, dataset):
    """Return a dataset with a region of every kind in its first two samples."""
    box, corners = [0.1, 0.2, 0.3, 0.4], [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]
    detection, polyline = fo.Detection(label="x", bounding_box=box), fo.Polyline(label="x", points=[corners])
    for row, sample in enumerate(dataset.limit(2)):
        sample["one"] = detection.copy()
        sample["several"] = fo.Detections(detections=[detection.copy() for _ in range(row + 1)])
        sample["outline"] = polyline.copy()
        sample["outlines"] = fo.Polylines(polylines=[polyline.copy() for _ in range(row + 1)])
        sample["plain"] = box
        sample["words"] = ["a", "b", "c", "d"]
        sample["three"] = box[:3]
        sample.save()
    return dataset


@pytest.fixture
def regions(fo):
    """Return what reads a column of regions of a collection: its cells and the reasons of those that are none."""
    from clusterby.instructions.region_cells import read_regions
    from clusterby.tables.fiftyone import FiftyOneTable

    return lambda view, name: read_regions(FiftyOneTable(view).column(name))


@pytest.mark.parametrize("name", ["one", "several", "plain"])
def test_boxes_are_read_of_every_field_that_holds_one(labelled, regions, name):
    found = regions(labelled, name)
    assert found.boxes[0].round(6).tolist() == [0.1, 0.2, 0.4, 0.6]
    assert not found.pixels
    assert set(range(2, 24)) <= set(found.faults)


@pytest.mark.parametrize("name", ["outline", "outlines"])
def test_polygons_are_read_of_every_field_that_holds_one(labelled, regions, name):
    assert regions(labelled, name).polygons[0].tolist() == [[0, 0], [1, 0], [0, 1]]


@pytest.mark.parametrize("name", ["several", "outlines"])
def test_two_regions_in_a_sample_are_one_too_many(labelled, regions, name):
    assert regions(labelled, name).faults[1].startswith("2 regions in one row: one is needed")


def test_rows_stay_in_the_order_in_which_the_table_was_opened(labelled, fo):
    from clusterby.tables.fiftyone import FiftyOneTable

    table = FiftyOneTable(labelled.limit(3).sort_by("weight"))
    ids = table.native.values("id")
    labelled.set_values("weight", [float(-i) for i in range(24)])
    assert [cell is None for cell in table.column("one").cells] == [
        i not in labelled.limit(2).values("id") for i in ids
    ]


def test_other_columns_are_those_of_any_table(labelled, fo):
    from clusterby.tables.fiftyone import FiftyOneTable

    assert FiftyOneTable(labelled).column("color").cells[0] == "red"
    with pytest.raises(UnknownColumn, match="no column 'severel'. Did you mean 'several'"):
        FiftyOneTable(labelled).column("severel")


def test_labels_are_no_columns_of_the_table_though_their_regions_can_be_asked_for(labelled, fo):
    from clusterby.tables.fiftyone import FiftyOneTable

    assert not {"one", "several", "outline", "outlines"} & set(FiftyOneTable(labelled).columns)


def test_a_dataset_is_grouped_by_what_is_in_its_boxes_as_any_table(labelled, fo):
    import clusterby as cb

    groups = cb.clusterby(
        labelled.limit(2), "filepath", region="one", encoder="color-gradient", n_clusters=2, cache=False
    )
    assert groups.instruction_.region == "one"
    assert sorted(groups.labels_.tolist()) == [0, 1]


def test_fields_that_can_be_a_region_are_listed(labelled, video, fo):
    import clusterby.fiftyone as cbf

    assert cbf.region_fields(labelled) == ["one", "several", "outline", "outlines", "plain"]
    assert cbf.region_fields(video.to_frames()) == []
