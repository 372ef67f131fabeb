import pytest

from clusterby.cache.location import Location, default_location
from clusterby.core.errors import InvalidParameter


def test_the_default_is_the_environment_s_word(monkeypatch, tmp_path):
    monkeypatch.setenv("CLUSTERBY_CACHE", str(tmp_path / "here"))
    assert default_location().folder == tmp_path / "here"


def test_without_it_the_default_is_the_user_s_cache_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("CLUSTERBY_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_location().folder == tmp_path / "clusterby"


def test_a_relative_folder_is_made_absolute_at_once(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    location = Location("mine")
    monkeypatch.chdir("/")
    assert location.folder == tmp_path / "mine"


@pytest.mark.parametrize("uri", ["s3://bucket/cache", "gs://bucket/cache"])
def test_an_object_store_has_no_folder(uri):
    assert Location(uri).folder is None
    assert Location(uri).space("clip") == f"{uri}/clip.lance"


def test_a_file_uri_is_a_folder(tmp_path):
    assert Location(f"file://{tmp_path}").folder == tmp_path


def test_spaces_are_listed_measured_and_removed(tmp_path):
    location = Location(str(tmp_path))
    assert location.spaces() == []
    for name in ("b", "a"):
        (tmp_path / f"{name}.lance" / "data").mkdir(parents=True)
        (tmp_path / f"{name}.lance" / "data" / "x").write_bytes(b"12345")
    (tmp_path / "other").mkdir()
    assert location.spaces() == ["a", "b"]
    assert location.size("a") == 5
    location.remove("a")
    assert location.spaces() == ["b"]


def test_a_folder_that_is_not_there_has_no_spaces(tmp_path):
    assert Location(str(tmp_path / "none")).spaces() == []


@pytest.mark.parametrize("uri", ["", "  "])
def test_an_empty_place_is_refused(uri):
    with pytest.raises(InvalidParameter, match="give a folder or a URI"):
        Location(uri)


def test_a_file_is_refused(tmp_path):
    (tmp_path / "f").write_text("x")
    with pytest.raises(InvalidParameter, match="is a file: give a folder"):
        Location(str(tmp_path / "f"))


def test_a_scheme_that_nobody_knows_is_refused():
    with pytest.raises(InvalidParameter, match="no place Arrow knows"):
        Location("nowhere://x/y").spaces()
