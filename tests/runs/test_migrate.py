"""Every schema there ever was has a kept example; ``data/make.py`` made them."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from clusterby import runs
from clusterby.core.errors import InvalidTable
from clusterby.runs.migrate import SCHEMA, STEPS, migrated
from tests.runs.data.make import EXPECTED, TABLE

DATA = Path(__file__).parent / "data"


def test_there_is_a_step_from_every_older_schema_and_an_example_of_each():
    assert sorted(STEPS) == list(range(1, SCHEMA))
    assert sorted(p.name for p in DATA.glob("*@1")) == [f"schema_{n}@1" for n in range(1, SCHEMA + 1)]


@pytest.mark.parametrize("schema", range(1, SCHEMA + 1))
def test_a_kept_example_comes_back_as_what_it_was(home, schema):
    shutil.copytree(DATA / f"schema_{schema}@1", home / "runs" / "kept@1")
    groups = runs.load("kept", TABLE)
    assert not runs.changes(groups)
    assert np.ma.filled(groups.labels_, -9).tolist() == EXPECTED["labels"]
    assert dict(groups.names_) == EXPECTED["names"]
    assert [groups.naming_.names[c].by for c in (0, 1)] == ["you", "keywords"]
    assert round(groups.quality().silhouette, 3) == EXPECTED["silhouette"]
    assert groups.predict({"v": [[0.0, 0.0], [10.0, 0.0]]}).tolist() == EXPECTED["predicted"]
    assert [s.row for s in groups.skipped] == [6]
    assert json.loads((DATA / f"schema_{schema}@1" / "manifest.json").read_text())["schema"] == schema
    assert runs.list()[0].damage is None


def test_steps_are_taken_one_by_one():
    def first(content):
        manifest, files = content
        return {**manifest, "a": 1}, files

    def second(content):
        manifest, files = content
        return {**manifest, "b": manifest["a"] + 1}, {**files, "new": b""}

    steps = {1: first, 2: second}
    assert migrated({"schema": 1}, {}, steps) == ({"schema": 3, "a": 1, "b": 2}, {"new": b""})
    assert migrated({"schema": 2, "a": 5}, {}, steps)[0] == {"schema": 3, "a": 5, "b": 6}
    assert migrated({"schema": 3}, {}, steps) == ({"schema": 3}, {})


@pytest.mark.parametrize("versions", [{"clusterby": "9.1"}, None])
def test_a_newer_schema_says_to_upgrade(versions):
    with pytest.raises(
        InvalidTable, match=f"in schema 7, and this one reads up to {SCHEMA}: upgrade clusterby"
    ):
        migrated({"schema": 7, "versions": versions}, {})


@pytest.mark.parametrize("schema", [None, 0, -1, "1", True, 1.0])
def test_what_is_no_schema_is_refused(schema):
    with pytest.raises(ValueError, match="it does not say in which schema it is"):
        migrated({"schema": schema}, {})
