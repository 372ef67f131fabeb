from pathlib import Path

from clusterby.media.paths import find_file


def test_the_working_folder_comes_before_the_base(tmp_path, monkeypatch):
    here, base = tmp_path / "here", tmp_path / "base"
    for folder in (here, base):
        folder.mkdir()
        (folder / "both.png").touch()
    (base / "one.png").touch()
    monkeypatch.chdir(here)
    assert find_file("both.png", base=base) == Path("both.png")
    assert find_file("one.png", base=base) == base / "one.png"
    assert find_file("one.png") is None


def test_an_absolute_path_needs_no_base(tmp_path):
    (tmp_path / "a.png").touch()
    assert find_file(str(tmp_path / "a.png"), base=Path("elsewhere")) == tmp_path / "a.png"


def test_names_that_no_file_can_bear_lead_nowhere():
    assert find_file("a\0b.png") is None
    assert find_file("x" * 5000) is None
