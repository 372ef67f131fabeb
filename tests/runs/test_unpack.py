import json

import numpy as np
import pytest

import clusterby as cb
from clusterby import runs
from clusterby.runs.pack import MANIFEST, digest, packed
from clusterby.runs.parquet import arrays_to, to_parquet
from clusterby.runs.read import read_run
from clusterby.runs.unpack import DamagedFile, read_manifest, unpacked

CENTERS = {"centers": 2, "made.centers": 3}


@pytest.fixture
def files(home):
    table = {"v": [[0.0], [0.1], None, [9.0], [9.1], [30.0]]}
    runs.save(cb.clusterby(table, "v", n_clusters=3).merged([0, 1]), "a")
    return packed(read_run(home / "runs", "a"))


def opened(files, **changed):
    """Unpack a run of which files are others, as if they had been written so."""
    files = {**files, **changed}
    manifest = read_manifest(files.pop(MANIFEST))
    manifest["files"] = {name: digest(content) for name, content in files.items()}
    return unpacked(manifest, files)


def rows(files, **changed):
    columns = {
        "position": ("int", [0, 1, 2, 3, 4, 5]), "clustered_at": ("int", [0, 1, 2, 3, 4, 5]), "identity": ("text", [None] * 6),
        "content": ("key", list(opened(files).marks.contents)), "label": ("int", [0, 0, None, 0, 0, 2]),
        "made_label": ("int", [0, 0, None, 1, 1, 2]), "distance": ("real", [1, 1, None, 1, 1, 1]),
    }  # fmt: skip
    return to_parquet({name: column for name, column in (columns | changed).items() if column is not None})


def test_what_was_packed_comes_back(files):
    run = opened(files)
    assert packed(run) == files
    assert run.record.rows.tolist() == [0, 1, 3, 4, 5]
    assert run.record.made.n_clusters == 3
    assert run.kinds == {"v": "vector"}
    assert len(run.marks) == 6


def test_rows_of_one_s_own_making_are_read_if_they_are_whole(files):
    assert opened(files, **{"rows.parquet": rows(files)}).record.partition.labels.tolist() == [0, 0, 0, 0, 2]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"label": None}, "no column 'label'"), ({"label": ("text", ["0"] * 6)}, "no column 'label'"),
        ({"label": ("int", [0, 0, None, 0, 0, -7])}, "label -7"), ({"label": ("int", [0, 0, None, 0, 0, 9])}, None),
        ({"label": ("int", [0, 1, None, 2, 3, 4])}, "centers for 5 clusters"), ({"made_label": None}, "no column 'made_label'"),
        ({"label": ("int", [None, 0, None, 0, 0, 2])}, "of a row that was clustered"),
        ({"position": ("int", [0, 1, 2, 3, 5, 4])}, "its positions are not those of 6 rows"),
        ({"distance": ("real", [1, None, None, 1, 1, 1])}, "no 'distance' of a row"),
        ({"strength": ("real", [1] * 6)}, "no 'strength' of a row"),
        ({"content": ("key", [b"x"] * 6)}, "its rows are not those that the manifest tells of"),
    ],
)  # fmt: skip
def test_rows_that_contradict_the_manifest_are_damage(files, changed, said):
    if said is None:
        with pytest.raises(DamagedFile) as caught:
            opened(files, **{"rows.parquet": rows(files, **changed)})
        assert caught.value.name in ("rows.parquet", "exemplars.parquet")
        return
    with pytest.raises(DamagedFile, match=said) as caught:
        opened(files, **{"rows.parquet": rows(files, **changed)})
    assert caught.value.name == "rows.parquet"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("arrays.parquet", arrays_to({}), "it lacks 'centers'"),
        ("arrays.parquet", arrays_to({name: np.zeros((k, 5), np.float32) for name, k in CENTERS.items()}), "in 1 dimensions"),
        ("exemplars.parquet", to_parquet({"cluster": ("int", [7]), "row": ("int", [0])}), "a cluster or a row"),
        ("exemplars.parquet", to_parquet({"cluster": ("int", [0]), "row": ("int", [2])}), "a cluster or a row"),
        ("skipped.parquet", to_parquet({"row": ("int", [6]), "column": ("text", ["v"]), "reason": ("text", [""])}), "a row"),
        ("tree.parquet", b"", "no Parquet file"),
    ],
)  # fmt: skip
def test_other_files_that_contradict_it_are_damage(files, name, content, said):
    with pytest.raises(DamagedFile, match=said):
        opened(files, **{name: content})


@pytest.mark.parametrize("name", ["rows.parquet", "arrays.parquet", "exemplars.parquet", "skipped.parquet"])
def test_a_file_that_is_not_the_one_that_was_written_is_damage(files, name):
    manifest = read_manifest(files.pop(MANIFEST))
    files[name] += b"x"
    with pytest.raises(DamagedFile, match="its content is not what was written"):
        unpacked(manifest, files)


@pytest.mark.parametrize("name", ["table", "names", "recipes", "schema"])
def test_a_manifest_that_lacks_something_says_what(files, name):
    manifest = read_manifest(files.pop(MANIFEST))
    del manifest[name]
    with pytest.raises(DamagedFile, match=name) as caught:
        unpacked(manifest, files)
    assert caught.value.name == MANIFEST


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"by": []}, "names no column"), ({"by": 3}, "is no list"), ({"n_rows": 10**15}, "are not those of 1000000000"),
        ({"table": {"kinds": {"v": "smell"}}}, "not a valid Modality"),
        ({"recipes": [{"modality": "smell"}]}, "not a valid Modality"), ({"recipes": [{"column": []}]}, "is no text"),
        ({"recipes": [{"encoder": 3}]}, "is no text"),
        ({"recipes": [{"region": {"shape": "Blob"}}]}, "Blob"), ({"recipes": [{"region": -1}]}, "is no mapping"),
    ],
)  # fmt: skip
def test_a_manifest_that_says_nonsense_is_damage(files, change, said):
    manifest = read_manifest(files.pop(MANIFEST))
    for name, value in change.items():
        if name == "table":
            value = manifest[name] | value
        elif name == "recipes":
            value = [manifest[name][0] | value[0]]
        manifest[name] = value
    with pytest.raises(DamagedFile) as caught:
        unpacked(manifest, files)
    assert said in caught.value.reason


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"files": {}, "n": NaN}', b"[]", b"{}", b'{"files": []}', b"\xff", b"[" * 100_000],
)
def test_what_is_no_manifest_is_damage(content):
    with pytest.raises(DamagedFile) as caught:
        read_manifest(content)
    assert caught.value.name == MANIFEST
    assert len(caught.value.reason) <= 160
    json.dumps(caught.value.reason)
