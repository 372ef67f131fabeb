"""What every table promises (test_contract.py), kept by FiftyOne's datasets and views, which have fields of their own."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.fiftyone_database import vectors_of

import clusterby as cb
from clusterby.core.errors import InvalidParameter, InvalidTable, UnknownColumn, UnknownName
from clusterby.tables import Table, open_table

pytestmark = pytest.mark.fiftyone

LABELS = np.ma.masked_equal(np.array([1, 0, -9, 1]), -9)
DAY = dt.datetime(2024, 1, 1)


@pytest.fixture
def small(fo, make_dataset):
    """Four samples with a field of every kind, some values missing."""
    dataset = make_dataset(4)
    for name, field in (
        ("n", fo.IntField), ("seen", fo.BooleanField), ("taken", fo.DateTimeField), ("day", fo.DateField),
        ("blank", fo.FloatField),
    ):  # fmt: skip
        dataset.add_sample_field(name, field)
    dataset.set_values("n", [3, 1, None, 7])
    dataset.set_values("seen", [True, None, False, True])
    dataset.set_values("taken", [DAY, DAY + dt.timedelta(days=2), None, DAY + dt.timedelta(days=1)])
    dataset.set_values("day", [DAY.date(), None, DAY.date(), DAY.date()])
    dataset.set_values(
        "truth", [fo.Classification(label=x) if x else None for x in ("cat", None, "dog", "cat")]
    )
    dataset.set_values("listed", [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]])
    return dataset


@pytest.fixture
def videos(fo, image_paths, tmp_path):
    """Two videos of six frames with vectors; of the videos themselves only the names are needed."""
    dataset = fo.Dataset()
    vectors = vectors_of(12)
    for j in range(2):
        path = tmp_path / f"{j}.mp4"
        path.write_bytes(b"frames have files of their own")
        sample = fo.Sample(filepath=str(path))
        for k in range(6):
            sample.frames[k + 1] = fo.Frame(filepath=image_paths[6 * j + k], emb=vectors[6 * j + k])
        dataset.add_sample(sample)
    yield dataset
    dataset.delete()


def state(dataset):
    """Everything that the database says of a dataset: its schema, its samples, its runs."""
    return (
        {path: str(field) for path, field in dataset.get_field_schema(flat=True).items()},
        [sample.to_dict() for sample in dataset],
        dataset.list_runs(),
        dataset.list_saved_views(),
        dataset.persistent,
    )


def test_a_dataset_is_a_table_whose_rows_are_samples(small):
    table = open_table(small)
    assert isinstance(table, Table)
    assert (table.kind, table.n_rows, table.native) == ("pandas", 4, small)
    assert open_table(table) is table


def test_columns_are_fields_of_one_value_in_the_order_of_the_schema(small):
    metadata = (
        "metadata.size_bytes",
        "metadata.mime_type",
        "metadata.width",
        "metadata.height",
        "metadata.num_channels",
    )
    assert open_table(small).columns == (
        "filepath", *metadata, "color", "weight", "emb", "n", "seen", "taken", "day", "blank",
        "truth.label", "truth.confidence", "truth.logits", "listed",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind", "cells"),
    [
        ("n", "number", [3, 1, np.nan, 7]),
        ("blank", "number", [np.nan] * 4),
        ("color", "string", ["red", "green", "blue", "red"]),
        ("truth.label", "string", ["cat", None, "dog", "cat"]),
        ("seen", "boolean", [True, None, False, True]),
        ("taken", "date", np.array([DAY, DAY + dt.timedelta(days=2), "NaT", DAY + dt.timedelta(days=1)], "M8[us]")),
        ("day", "date", np.array([DAY, "NaT", DAY, DAY], "M8[us]")),
        ("listed", "vector", np.arange(1.0, 9.0).reshape(4, 2)),
    ],
)  # fmt: skip
def test_a_column_has_the_cells_of_its_field(small, name, kind, cells):
    column = open_table(small).column(name)
    assert column.type == kind
    assert not column.cells.flags.writeable
    np.testing.assert_array_equal(column.cells, np.asarray(cells, dtype=column.cells.dtype))


def test_what_a_column_holds_is_known_before_it_is_read(small):
    table = open_table(small)
    assert [table.type_of(name) for name in ("emb", "n", "taken", "color")] == [
        "vector",
        "number",
        "date",
        "string",
    ]
    with pytest.raises(UnknownColumn):
        table.type_of("colour")


def test_vectors_are_those_of_the_samples(dataset):
    np.testing.assert_array_equal(open_table(dataset).column("emb").cells, vectors_of(24))


def test_a_sample_without_a_vector_has_none(make_dataset):
    cells = open_table(make_dataset(missing=(3,))).column("emb").cells
    assert cells[3] is None
    assert cells.shape == (24,)


def test_an_unknown_column_suggests_the_nearest(dataset):
    with pytest.raises(UnknownColumn, match=r"no column 'colour'. Did you mean 'color'\?"):
        open_table(dataset).column("colour")


def test_take_gives_a_view_of_the_samples_in_that_order(dataset):
    taken = open_table(dataset).take(np.array([5, 0]))
    ids = dataset.values("id")
    assert taken.values("id") == [ids[5], ids[0]]
    assert open_table(dataset).ids(np.array([5, 0])).tolist() == [ids[5], ids[0]]
    assert len(open_table(dataset).take(np.array([], dtype=np.int64))) == 0


def test_new_columns_are_in_a_clone_that_is_not_persistent(fo, make_dataset):
    dataset = make_dataset(4, persistent=True)
    before = state(dataset)
    made = open_table(dataset).with_columns(
        {
            "cluster": LABELS,
            "clip(image)": vectors_of(4),
            "title": np.array(["x", None, "y", "z"], dtype=object),
            "unnamed": np.full(4, None, dtype=object),
            "score": np.ma.array([0.5, 1, 2, 3], mask=[0, 1, 0, 0]),
            "flag": np.array([True, False, True, True]),
            "when": np.array([DAY] * 4, dtype="datetime64[us]"),
        }
    )
    assert not made.persistent
    assert state(dataset) == before
    assert made.values("cluster") == [1, 0, None, 1]
    np.testing.assert_array_equal(made.values("clip_image"), vectors_of(4))
    assert made.values("title") == ["x", None, "y", "z"]
    assert isinstance(made.get_field("unnamed"), fo.StringField)
    assert made.values("score") == [0.5, None, 2, 3]
    assert made.values("flag") == [True, False, True, True]
    assert made.values("when") == [DAY] * 4
    assert made.values("filepath") == dataset.values("filepath")


@pytest.mark.parametrize("name", ["tags", "metadata", "id", "sample_id", "emb"])
def test_a_new_column_never_takes_the_place_of_a_field(fo, dataset, name):
    before = fo.list_datasets()
    with pytest.raises(InvalidTable, match=f"{name}' already.*choose another name"):
        open_table(dataset).with_columns({name: np.zeros(24)})
    assert fo.list_datasets() == before


def test_two_new_columns_that_would_be_one_field_are_refused(dataset):
    new = {"a(b)": np.zeros(24), "a_b": np.zeros(24)}
    with pytest.raises(InvalidTable, match="a field 'a_b' already"):
        open_table(dataset).with_columns(new)


def test_a_new_column_needs_a_name_and_a_cell_per_sample(dataset):
    with pytest.raises(InvalidTable, match="cannot name a field"):
        open_table(dataset).with_columns({"__": np.zeros(24)})
    with pytest.raises(InvalidTable, match="'x' has 3 cells, the table 24 rows"):
        open_table(dataset).with_columns({"x": np.zeros(3)})


def test_a_clone_that_cannot_be_finished_is_not_left_behind(fo, dataset):
    before = fo.list_datasets()
    mixed = np.array([1, "a", *[None] * 22], dtype=object)
    with pytest.raises(InvalidTable, match="the new column 'mixed' are not all of one type"):
        open_table(dataset).with_columns({"mixed": mixed})
    assert fo.list_datasets() == before


# rows stay with their samples


def test_columns_read_later_are_in_the_order_of_the_rows(fo, dataset):
    view = dataset.sort_by("weight")
    table = open_table(view)
    ids = view.values("id")
    dataset.set_values("weight", dict(zip(ids, range(24, 0, -1), strict=True)), key_field="id")
    assert table.column("weight").cells.tolist() == list(range(24, 0, -1))
    assert table.ids(np.arange(24)).tolist() == ids


def test_samples_added_later_are_no_rows(fo, dataset, image_paths):
    table = open_table(dataset)
    dataset.add_sample(fo.Sample(filepath=image_paths[0], color="new"))
    assert len(table.column("color").cells) == 24
    groups = table.group_rows({"k": np.ma.zeros(24, dtype=int)})
    assert groups.aggregate("color", "count").tolist() == [24]


def test_samples_that_have_gone_are_an_error_and_shift_nothing(dataset):
    table = open_table(dataset)
    gone = dataset.first().id
    dataset.delete_samples([gone])
    with pytest.raises(InvalidTable, match=f"1 of 24 samples have gone.*{gone}: open it again"):
        table.column("color")
    with pytest.raises(InvalidTable, match="have gone"):
        table.with_columns({"x": np.zeros(24)})


# groups


def test_rows_are_grouped_by_fields_of_every_kind(small):
    table = open_table(small)
    for name, sizes in (
        ("color", {"blue": 1, "green": 1, "red": 2}),
        ("n", {1: 1, 3: 1, 7: 1}),
        ("seen", {False: 1, True: 2}),
        ("truth.label", {"cat": 2, "dog": 1}),
        ("day", {pd.Timestamp(DAY): 3}),
    ):
        grouping = table.group_rows({name: None})
        assert grouping.size().to_dict() == sizes
        assert [type(key) for key in grouping.rows()] == [type(key) for key in sizes]


def test_rows_cannot_be_grouped_by_vectors(dataset):
    with pytest.raises(InvalidParameter, match="rows cannot be grouped by 'emb'"):
        cb.groupby(dataset, "emb")


def test_aggregates_are_pandas_own(small):
    grouping = open_table(small).group_rows({"cluster": LABELS})
    assert grouping.aggregate("n", "sum").to_dict() == {0: 1, 1: 10}
    assert grouping.aggregate("taken", "max").to_dict() == {
        0: pd.Timestamp(DAY) + pd.Timedelta(days=2), 1: pd.Timestamp(DAY) + pd.Timedelta(days=1),
    }  # fmt: skip
    assert grouping.aggregate("seen", "count").to_dict() == {0: 0, 1: 2}
    assert grouping.agg(low=("n", "min"), high=("n", "max")).loc[1].to_dict() == {"low": 3, "high": 7}
    assert "color" not in grouping.aggregate(None, "mean").columns
    assert np.isnan(grouping.aggregate("blank", "mean")).all()


def test_an_aggregate_that_does_not_apply_names_the_column(small):
    with pytest.raises(InvalidParameter, match="'mean' does not apply to column 'color'"):
        open_table(small).group_rows({"cluster": LABELS}).aggregate("color", "mean")


# the main job


def test_images_are_grouped_by_what_they_look_like(dataset):
    groups = cb.clusterby(dataset, "filepath", n_clusters=3)
    assert groups.encoder_choice.name == "color-gradient"
    assert {frozenset(view.values("color")) for _, view in groups} == {
        frozenset({color}) for color in ("red", "green", "blue")
    }
    marked = groups.describe()
    assert set(marked["value"][marked["column"] == "color"]) == {"red", "green", "blue"}


def test_the_whole_of_pandas_habits_works_and_the_dataset_stays_as_it_is(make_dataset, tmp_path):
    dataset = make_dataset(persistent=True)
    before = state(dataset)
    groups = cb.clusterby(dataset, "emb", n_clusters=3).renamed({0: "zero"})
    assert groups["weight"].mean()[groups.labels_[0]] == pytest.approx(10 + np.arange(0, 24, 3).mean() / 24)
    assert groups.agg({"weight": ["min", "max"]}).shape == (3, 2)
    assert groups.size().tolist() == [8, 8, 8]
    assert sorted(len(ids) for ids in groups.groups.values()) == [8, 8, 8]
    assert groups.get_group(1).values("id") == groups.groups[1].tolist()
    assert groups.slice[2, 0:5].values("id") == groups.groups[2].tolist()[:5]
    typical = groups.exemplars(3)
    assert typical.values("cluster") == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    ids = np.array(dataset.values("id"))
    assert typical.values("id") == [ids[row] for rows in groups.exemplar_rows(3).values() for row in rows]
    framed = groups.to_frame(name_column="name", embeddings=True)
    assert framed.values("cluster") == groups.labels_.tolist()
    assert set(framed.values("name")) == {"zero", None}
    np.testing.assert_array_equal(framed.values("identity_emb"), vectors_of(24))
    report = groups.report(tmp_path / "report.html")
    assert Path(report).stat().st_size > 10_000
    assert state(dataset) == before


def test_a_skipped_sample_has_no_cluster_and_no_neighbour_is_shifted(make_dataset):
    dataset = make_dataset(missing=(3, 10))
    groups = cb.clusterby(dataset, "emb", n_clusters=3)
    assert [s.row for s in groups.skipped] == [3, 10]
    labels = groups.to_frame().values("cluster")
    assert [i for i, label in enumerate(labels) if label is None] == [3, 10]
    assert all(labels[i] == labels[i % 3] for i in range(24) if i not in (3, 10))


def test_embedding_clustering_slicing_and_grouping_take_datasets(dataset):
    assert cb.embed(dataset, "emb").vectors.shape == (24, 8)
    labels = cb.cluster(dataset, by="emb", n_clusters=3)
    assert len(set(zip(labels.tolist(), dataset.values("color"), strict=True))) == 3
    assert cb.groupby(dataset, "color")["weight"].max().to_dict()["red"] == pytest.approx(10 + 21 / 24)
    dataset.set_values("chosen", [i < 5 for i in range(24)])
    assert len(cb.sliceby(dataset, "chosen").get_group("chosen")) == 5


def test_views_are_tables(fo, dataset):
    view = dataset.match(fo.ViewField("color") != "red").sort_by("weight", reverse=True)
    groups = cb.clusterby(view, "emb", n_clusters=2)
    assert {frozenset(part.values("color")) for _, part in groups} == {
        frozenset({"green"}),
        frozenset({"blue"}),
    }
    assert groups.to_frame().values("weight") == view.values("weight")


def test_patches_are_rows_with_the_vectors_that_no_schema_declares(make_dataset):
    dataset = make_dataset(detections=True)
    before = state(dataset)
    patches = dataset.to_patches("objects")
    groups = cb.clusterby(patches, "objects.emb", n_clusters=3)
    assert groups.size().tolist() == [16, 16, 16]
    assert cb.groupby(patches, "objects.label").size().to_dict() == {"left": 24, "right": 24}
    framed = groups.to_frame()
    assert framed.values("cluster") == groups.labels_.tolist()
    assert framed.values("id") == patches.values("id")
    assert groups.get_group(0).values("objects.id") == groups.groups[0].tolist()
    assert len(groups.exemplars(2)) == 6
    assert state(dataset) == before


def test_frames_are_rows(videos):
    frames = videos.to_frames()
    groups = cb.clusterby(frames, "emb", n_clusters=3)
    assert groups.size().tolist() == [4, 4, 4]
    assert groups["frame_number"].max().tolist() == [6, 5, 4] or set(groups["frame_number"].max()) == {
        4,
        5,
        6,
    }
    assert groups.to_frame().values("cluster") == groups.labels_.tolist()
    assert cb.clusterby(frames, "filepath", n_clusters=3).size().tolist() == [4, 4, 4]


def test_a_slice_of_groups_is_a_table_and_groups_are_none(fo, image_paths):
    dataset = fo.Dataset()
    dataset.add_group_field("group", default="left")
    for i in range(6):
        group = fo.Group()
        dataset.add_samples(
            [
                fo.Sample(filepath=image_paths[i], group=group.element("left"), emb=vectors_of(6)[i]),
                fo.Sample(filepath=image_paths[i + 6], group=group.element("right")),
            ]
        )
    with pytest.raises(
        InvalidTable, match=r"choose a slice with select_group_slices\(\), one of 'left', 'right'"
    ):
        open_table(dataset)
    with pytest.raises(InvalidTable, match=r"give its samples, group_by\(…, flat=True\)"):
        open_table(dataset.select_group_slices("left").group_by("filepath"))
    left = dataset.select_group_slices("left")
    groups = cb.clusterby(left, "emb", n_clusters=3)
    assert groups.size().tolist() == [2, 2, 2]
    assert groups.to_frame().values("id") == left.values("id")
    dataset.delete()


def test_what_has_no_rows_or_no_media_is_an_error(fo, dataset, videos):
    empty = fo.Dataset()
    for source in (empty, dataset.limit(0)):
        with pytest.raises(InvalidTable, match="no rows"):
            open_table(source)
    empty.delete()
    with pytest.raises(InvalidTable, match=r"clips.*give the videos, or their frames"):
        open_table(videos.to_clips([[(1, 3)], [(2, 4)]]))
    with pytest.raises(InvalidParameter, match="no registered encoder takes video cells"):
        cb.clusterby(videos, "filepath")


def test_a_dataset_that_was_deleted_is_an_error(fo, image_paths):
    dataset = fo.Dataset()
    dataset.add_sample(fo.Sample(filepath=image_paths[0]))
    view = dataset.view()
    name = dataset.name
    dataset.delete()
    for source in (dataset, view):
        with pytest.raises(InvalidTable, match=f"Dataset '{name}' is deleted: load or make another one"):
            open_table(source)


def test_patches_of_an_evaluation_are_rows_to_group(dataset, fo):
    boxes = [
        fo.Detections(detections=[fo.Detection(label="a", bounding_box=[0, 0, 1, 1])]) for _ in range(24)
    ]
    dataset.set_values("truth", boxes)
    dataset.set_values("found", boxes)
    dataset.evaluate_detections("found", gt_field="truth", eval_key="check", progress=False)
    patches = dataset.to_evaluation_patches("check")
    assert cb.groupby(patches, "type").size().to_dict() == {"tp": 24}


def test_a_sample_is_no_table(dataset):
    with pytest.raises(
        InvalidTable, match="a Sample is no table: give a pandas, polars or Arrow table, a FiftyOne dataset"
    ):
        open_table(dataset.first())


def test_a_dataset_is_opened_by_its_name(make_dataset):
    dataset = make_dataset()
    table = open_table(f"fiftyone:{dataset.name}")
    assert table.native is dataset
    assert cb.groupby(f"fiftyone:{dataset.name}", "color").size().tolist() == [8, 8, 8]


def test_an_unknown_dataset_suggests_the_nearest(make_dataset):
    name = make_dataset().name
    with pytest.raises(UnknownName, match=f"no FiftyOne dataset '{name}x'. Did you mean '{name}'"):
        open_table(f"fiftyone:{name}x")


def test_the_fields_without_vectors_are_a_frame_by_id(small):
    frame = open_table(small).to_pandas()
    assert frame.index.tolist() == small.values("id")
    assert frame["n"].dtype == "Int64"
    assert {"emb", "listed"}.isdisjoint(frame.columns)


def test_fields_that_clusterings_wrote_mark_no_cluster(dataset):
    import clusterby.fiftyone as cbf

    groups = cbf.compute_clusters(dataset, "look", n_clusters=3, embeddings="emb")
    again = open_table(dataset)
    assert again.written == {"look_cluster"}
    assert "look_cluster" in again.columns
    loaded = cbf.load_clusters(dataset, "look")
    assert set(loaded.describe()["column"]) == set(groups.describe()["column"]) == {"color", "weight"}
