import pytest

from clusterby.core.errors import UnreadableSource
from clusterby.runs.home import find_home, runs_folder


def test_the_home_is_where_the_environment_says(home):
    assert find_home() == home
    assert runs_folder() == home / "runs"
    assert not home.exists()


def test_without_it_the_nearest_folder_above_is_taken(home, tmp_path, monkeypatch):
    monkeypatch.delenv("CLUSTERBY_HOME")
    (tmp_path / ".clusterby").mkdir()
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert find_home() == tmp_path / ".clusterby"
    (tmp_path / "a" / ".clusterby").mkdir()
    assert find_home() == tmp_path / "a" / ".clusterby"


def test_where_there_is_none_it_will_be_in_the_working_folder(home, tmp_path, monkeypatch):
    monkeypatch.delenv("CLUSTERBY_HOME")
    (tmp_path / ".clusterby").write_text("a file of that name is no home")
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    assert find_home() == tmp_path / "a" / ".clusterby"
    assert list((tmp_path / "a").iterdir()) == []


def test_a_home_that_is_a_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("CLUSTERBY_HOME", str(tmp_path / "file"))
    with pytest.raises(UnreadableSource, match="is a file: name a folder, or unset it"):
        find_home()


def test_a_store_that_is_a_link_is_not_followed(home, tmp_path):
    home.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (home / "runs").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnreadableSource, match="is a link, which is not followed"):
        runs_folder()


def test_a_store_that_is_a_file_is_refused(home):
    home.mkdir()
    (home / "runs").write_text("x")
    with pytest.raises(UnreadableSource, match="is no folder"):
        runs_folder()


@pytest.mark.parametrize(
    ("name", "said"), [("~nobody-of-that-name/x", "home directory"), ("/tmp/" + "a" * 300, "name too long")],
)  # fmt: skip
def test_a_name_that_no_folder_can_have_is_an_error(monkeypatch, name, said):
    monkeypatch.setattr("os.environ", {"CLUSTERBY_HOME": name})
    with pytest.raises(UnreadableSource, match=f"(?i)cannot be a folder .*{said}.*: name another one"):
        find_home()


def test_a_link_to_nowhere_is_no_home(home, tmp_path, monkeypatch):
    monkeypatch.delenv("CLUSTERBY_HOME")
    (tmp_path / ".clusterby").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UnreadableSource, match="is a link to what is not there: remove it"):
        find_home()


def test_a_working_folder_that_was_removed_is_said_so(home, tmp_path, monkeypatch):
    monkeypatch.delenv("CLUSTERBY_HOME")
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    (tmp_path / "a").rmdir()
    with pytest.raises(UnreadableSource, match="the working folder is not there any more"):
        find_home()
