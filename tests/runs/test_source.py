import shutil
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from PIL import Image

import clusterby as cb
from clusterby import runs
from clusterby.core.errors import InvalidParameter, UnreadableSource
from clusterby.runs.source import source_of
from clusterby.tables import open_table

TINY = Path(__file__).parents[1] / "models" / "tiny-clip"


@pytest.fixture
def photos(tmp_path):
    for i in range(6):
        (tmp_path / "photos" / "ab"[i % 2]).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), (250 * (i % 2), 0, 10 * i)).save(
            tmp_path / "photos" / "ab"[i % 2] / f"{i}.png"
        )
    return tmp_path / "photos"


def test_a_folder_s_table_says_where_its_files_are(photos, home):
    assert source_of(open_table(photos), home / "runs") == "photos"
    assert source_of(open_table(photos), home.parent / "deeper" / "home" / "runs") == str(photos)


def test_a_table_in_memory_has_no_source(home):
    assert source_of(open_table({"a": [1]}), home / "runs") is None
    assert source_of(open_table(pd.DataFrame({"a": [1]})), home / "runs") is None


def test_files_and_folders_of_texts_are_opened_again(home, tmp_path):
    (tmp_path / "texts").mkdir()
    words = [f"a red bike number {i}" for i in range(5)] + [
        f"a bottle of wine of {1990 + i}" for i in range(5)
    ]
    (tmp_path / "things.csv").write_text("\n".join(["title", *words]))
    for i, text in enumerate(words):
        (tmp_path / "texts" / f"{i}.txt").write_text(text)
    for source, by in (("things.csv", "title"), ("texts", "text")):
        runs.save(cb.clusterby(source, by, n_clusters=2), by)
        assert runs.info(by)["table"]["source"] == source
        assert not runs.changes(runs.load(by))
    (tmp_path / "things.csv").write_text("\n".join(["title", *words[1:], "a red bell"]))
    assert runs.changes(runs.load("title")).plain() | {"moved": 0} == {
        "same": 9, "moved": 0, "new": 1, "changed": 0, "gone": 1,
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_a_folder_is_opened_again_as_the_same_kind_of_table(photos, home, kind):
    table = open_table(photos, kind=kind)
    runs.save(cb.clusterby(table, "image", n_clusters=2), "a")
    back = runs.load("a")
    assert back.table.kind == kind
    assert isinstance(back.table.native, {"pandas": pd.DataFrame, "polars": pl.DataFrame}.get(kind, object))
    assert not runs.changes(back)


def test_a_project_may_move_with_its_folder(photos, home, tmp_path, monkeypatch):
    project = tmp_path / "project"
    project.mkdir()
    photos.rename(project / "photos")
    monkeypatch.setenv("CLUSTERBY_HOME", str(project / ".clusterby"))
    runs.save(cb.clusterby(project / "photos", "image", n_clusters=2), "a")
    project.rename(tmp_path / "moved")
    monkeypatch.setenv("CLUSTERBY_HOME", str(tmp_path / "moved" / ".clusterby"))
    back = runs.load("a")
    assert not runs.changes(back)
    assert back.table.column("image").cells[0].startswith(str(tmp_path / "moved"))


def test_a_folder_that_is_gone_is_named(photos, home, tmp_path):
    runs.save(cb.clusterby(photos, "image", n_clusters=2), "a")
    photos.rename(tmp_path / "elsewhere")
    with pytest.raises(
        UnreadableSource, match=r"was made of '.*photos', which is not there any more: .*load\('a', table\)"
    ):
        runs.load("a")
    assert not runs.changes(runs.load("a", tmp_path / "elsewhere"))


def test_a_table_in_memory_has_to_be_given(home, groups):
    runs.save(groups, "a")
    with pytest.raises(
        InvalidParameter,
        match=r"made of a table that is no folder or file: give the table, as in load\('a', table\)",
    ):
        runs.load("a")


def test_a_model_in_the_project_moves_with_it(home, tmp_path, monkeypatch):
    words = ["red", "dark red", "light red", "blue", "dark blue", "light blue"]
    (tmp_path / "here").mkdir()
    monkeypatch.setenv("CLUSTERBY_HOME", str(tmp_path / "here" / ".clusterby"))
    shutil.copytree(TINY, tmp_path / "here" / "model")
    groups = cb.clusterby(
        {"t": words}, "t", modality="text", encoder=str(tmp_path / "here" / "model"), n_clusters=2
    )
    groups.save("a")
    assert runs.info("a")["recipes"][0]["encoder"] == "./model"
    (tmp_path / "here").rename(tmp_path / "there")
    monkeypatch.setenv("CLUSTERBY_HOME", str(tmp_path / "there" / ".clusterby"))
    found = runs.load("a", {"t": words})
    assert found.predict({"t": words}).tolist() == groups.labels_.tolist()
    found.save("b")
    assert runs.info("b")["recipes"][0]["encoder"] == "./model"


def test_without_its_model_a_run_has_its_labels_and_says_what_is_missing(home, tmp_path):
    words = ["red", "dark red", "light red", "blue", "dark blue", "light blue"]
    shutil.copytree(TINY, tmp_path / "model")
    groups = cb.clusterby(
        {"t": words}, "t", modality="text", encoder=str(tmp_path / "model"), n_clusters=2, cache=False
    )
    groups.save("a")
    shutil.rmtree(tmp_path / "model")
    found = runs.load("a", {"t": words})
    assert found.labels_.tolist() == groups.labels_.tolist()
    with pytest.raises(
        InvalidParameter,
        match=r"no model folder .*model'.*; or give predict\(\) their vectors, an array \(n, ",
    ):
        found.predict({"t": words})
