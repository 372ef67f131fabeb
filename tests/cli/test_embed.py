import pyarrow.parquet as pq
import pytest


def test_a_folder_is_embedded_and_the_next_command_finds_the_vectors(run, images, tmp_path):
    place = tmp_path / "kept"
    done = run("embed", images, "--cache", place)
    assert done.status == 0
    assert done.out == "color-gradient(image): 59 rows, 724 dimensions, 1 skipped\n"
    done = run("group", images, "-k", "2", "--cache", place, "--json")
    assert "59 vectors from the cache, 0 encoded" in done.err


def test_json_tells_what_was_skipped(run, images):
    done = run("embed", images, "--json", "--quiet")
    assert (done.json["rows"], done.json["embedded"], done.json["dimension"]) == (60, 59, 724)
    assert done.json["skipped"][0]["reason"].startswith("not an image")


def test_vectors_are_written_beside_the_rows(run, csv, tmp_path):
    done = run("embed", csv, "--by", "title", "--out", tmp_path / "v.parquet", "--cache", "off")
    assert done.status == 0
    written = pq.read_table(tmp_path / "v.parquet")
    assert written.column_names == ["title", "price", "lsa(title)"]
    assert written.num_rows == 18


def test_a_target_is_checked_before_any_work(run, csv, tmp_path):
    done = run("embed", csv, "--by", "title", "--out", tmp_path / "v.txt")
    assert done.status == 1
    assert "must end in .parquet or .arrow" in done.err


def test_off_keeps_nothing_and_readonly_adds_nothing(run, images, tmp_path, monkeypatch):
    monkeypatch.setenv("CLUSTERBY_CACHE", str(tmp_path / "kept"))
    for cache in ("off", "readonly"):
        assert run("embed", images, "--cache", cache).status == 0
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize("prefer", ["domain=medical", "sped=1"])
def test_a_preference_that_cannot_be_met_is_one_line(run, images, prefer):
    done = run("embed", images, "--prefer", prefer, "--quiet")
    assert done.status == 1
    assert len(done.err.strip().splitlines()) == 1


@pytest.mark.fiftyone
def test_a_dataset_is_embedded_and_its_vectors_written_by_id(run, dataset, tmp_path):
    done = run("embed", f"fiftyone:{dataset.name}", "--out", tmp_path / "v.parquet", "--quiet")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("color-gradient(filepath): 24 rows, 724 dimensions\n")
    written = pq.read_table(tmp_path / "v.parquet").to_pydict()
    assert written["id"] == dataset.values("id")
    assert {len(vector) for vector in written["color-gradient(filepath)"]} == {724}
    assert "color-gradient(filepath)" not in dataset.get_field_schema()
