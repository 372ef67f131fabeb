import pytest

pytestmark = pytest.mark.fiftyone


def test_each_field_of_labels_with_a_shape_says_where_its_regions_are(fo, dataset):
    from clusterby.tables.fiftyone_regions import region_paths

    sample = dataset.first()
    sample["one"] = fo.Detection(bounding_box=[0, 0, 1, 1])
    sample["several"] = fo.Detections(detections=[])
    sample["outline"] = fo.Polyline(points=[])
    sample["outlines"] = fo.Polylines(polylines=[])
    sample["kind"] = fo.Classification(label="a")
    sample.save()
    assert region_paths(dataset) == {
        "one": "one.bounding_box",
        "several": "several.detections.bounding_box",
        "outline": "outline.points",
        "outlines": "outlines.polylines.points",
    }
