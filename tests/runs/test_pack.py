import json

import numpy as np

import clusterby as cb
from clusterby import runs
from clusterby.runs.pack import MANIFEST, SavedRun, digest, packed
from clusterby.runs.parquet import arrays_from, from_parquet
from clusterby.runs.read import read_run


def saved(home, groups):
    runs.save(groups, "a")
    return read_run(home / "runs", "a")


def test_the_manifest_comes_last_and_knows_the_other_files(home, groups):
    files = packed(saved(home, groups))
    assert list(files)[-1] == MANIFEST
    manifest = json.loads(files[MANIFEST])
    assert manifest["files"] == {name: digest(content) for name, content in files.items() if name != MANIFEST}


def test_every_row_has_its_label_and_what_it_is_known_by(home, table):
    table["v"][7] = None
    groups = cb.clusterby(table, "v", n_clusters=3)
    run = saved(home, groups)
    rows = from_parquet(
        packed(run)["rows.parquet"],
        {
            "position": "int",
            "clustered_at": "int",
            "label": "int",
            "distance": "real",
            "content": "key",
            "identity": "text",
        },
    )
    assert rows["position"].to_pylist() == rows["clustered_at"].to_pylist() == list(range(60))
    labels = rows["label"].to_pylist()
    assert labels[7] is None
    assert labels[:7] + labels[8:] == groups.partition.labels.tolist()
    assert len({*rows["content"].to_pylist()}) == 60
    assert rows["identity"].null_count == 60
    np.testing.assert_array_equal(
        arrays_from(packed(run)["arrays.parquet"])["centers"], groups.partition.centers
    )


def test_the_same_run_is_packed_into_the_same_bytes(home, groups):
    run = saved(home, groups)
    assert isinstance(run, SavedRun)
    assert packed(run) == packed(run)


def test_a_name_may_hold_any_character(home, table, groups):
    for name in ('"quoted" \\ and\nbroken', "ü\u2028猫", "a\ud800b"):
        runs.save(groups.renamed({0: name}), "a", overwrite=True)
        assert runs.load("a", table).names_[0].encode("utf-8", "backslashreplace") == name.encode(
            "utf-8", "backslashreplace"
        )
