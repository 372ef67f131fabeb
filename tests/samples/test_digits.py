import pytest
from PIL import Image

from clusterby import samples
from clusterby.core.errors import UnreadableSource


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return samples.digits(tmp_path_factory.mktemp("digits") / "new" / "digits")


def test_every_digit_has_a_folder_of_images(folder):
    counts = {d.name: len(list(d.glob("*.png"))) for d in folder.iterdir() if d.is_dir()}
    assert sorted(counts) == list("0123456789")
    assert sum(counts.values()) == 1797
    assert min(counts.values()) > 170


def test_an_image_is_8_by_8_of_gray(folder):
    with Image.open(folder / "0" / "0000.png") as image:
        assert (image.size, image.mode) == ((8, 8), "L")
        assert image.getextrema() == (0, 239)


def test_a_second_call_writes_nothing(folder):
    before = (folder / "0" / "0000.png").stat().st_mtime_ns
    assert samples.digits(folder) == folder
    assert (folder / "0" / "0000.png").stat().st_mtime_ns == before


def test_a_folder_cut_short_is_completed(folder):
    (folder / ".clusterby-digits").unlink()
    (folder / "3" / "0003.png").unlink()
    samples.digits(folder)
    assert (folder / "3" / "0003.png").exists()


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(UnreadableSource, match="not a folder of digits: name a new or empty one"):
        samples.digits(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]
