import pytest

from clusterby.core.errors import UnknownName, UnreadableSource
from clusterby.runs.versions import all_versions, newest, newest_of, state_of, version_at


def test_the_highest_number_of_each_key_counts(tmp_path):
    for name in ("a@1", "a@2", "a@10", "b.c@3"):
        (tmp_path / name).mkdir()
    assert [(v.key, v.number) for v in all_versions(tmp_path)] == [("a", 1), ("a", 2), ("a", 10), ("b.c", 3)]
    assert {key: v.number for key, v in newest(tmp_path).items()} == {"a": 10, "b.c": 3}
    assert newest_of(tmp_path, "a").path == tmp_path / "a@10"


@pytest.mark.parametrize(
    "name", ["a", "a@", "a@0", "a@01", "a@x", "a@1@2", ".a@1", "a b@1", ".passing-1-x@host", "con@1"]
)
def test_what_is_no_version_is_left_alone(tmp_path, name):
    (tmp_path / name).mkdir()
    assert all_versions(tmp_path) == []
    assert (tmp_path / name).exists()


def test_a_folder_that_is_not_there_holds_none(tmp_path):
    assert all_versions(tmp_path / "none") == []


def test_a_folder_that_cannot_be_listed_says_so(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(UnreadableSource, match="cannot be listed"):
        all_versions(tmp_path / "file")


def test_an_unknown_run_suggests_the_nearest(tmp_path):
    (tmp_path / "by_look@1").mkdir()
    with pytest.raises(UnknownName, match="no run 'by_lok'. Did you mean 'by_look'?"):
        newest_of(tmp_path, "by_lok")
    with pytest.raises(UnknownName, match="no run 'a'.*none are kept in"):
        newest_of(tmp_path / "none", "a")


def test_a_version_knows_its_place(tmp_path):
    assert version_at(tmp_path, "a", 3).path == tmp_path / "a@3"


def test_a_folder_is_told_from_a_later_one_of_its_name(tmp_path):
    folder = tmp_path / "a@1"
    assert state_of(folder) is None
    folder.mkdir()
    before = state_of(folder)
    assert state_of(folder) == before
    folder.rename(tmp_path / "b@1")
    folder.mkdir()
    assert state_of(folder) != before
