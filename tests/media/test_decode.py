from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from clusterby.core.column import Column
from clusterby.core.errors import InvalidParameter, UnreadableCell
from clusterby.core.modality import Modality
from clusterby.media import decode, decode_cell

CELLS = np.array(["1", "2024-01-01", None], dtype=object)
COLUMN = Column(name="x", cells=CELLS, type="string")


@pytest.mark.parametrize(
    ("modality", "rows", "dtype"),
    [
        (Modality.TEXT, [0, 1], np.dtype(object)),
        (Modality.CATEGORY, [0, 1], np.dtype(object)),
        (Modality.NUMBER, [0], np.dtype(np.float64)),
        (Modality.DATE, [1], np.dtype("datetime64[us]")),
        (Modality.VECTOR, [], np.dtype(np.float32)),
    ],
)
def test_a_column_is_decoded_as_it_is_asked_for(modality, rows, dtype):
    decoded = decode(COLUMN, modality)
    assert decoded.rows.tolist() == rows
    assert decoded.values.dtype == dtype
    assert sorted(decoded.faults) == [row for row in range(3) if row not in rows]


@pytest.mark.parametrize("modality", [Modality.IMAGE, Modality.AUDIO, Modality.VIDEO])
def test_media_are_not_decoded_as_a_column(modality):
    with pytest.raises(
        InvalidParameter, match=f"'x': cells of modality '{modality}' cannot be decoded as one column"
    ):
        decode(COLUMN, modality)


def test_an_image_is_decoded_by_itself(tmp_path):
    Image.new("L", (30, 20)).save(tmp_path / "a.png")
    image = decode_cell("a.png", Modality.IMAGE, base=tmp_path, shrink_to=10)
    assert (image.mode, image.size) == ("RGB", (15, 10))


def test_an_image_that_is_not_there_says_so():
    with pytest.raises(UnreadableCell, match="^no such file$"):
        decode_cell("a.png", Modality.IMAGE, base=Path("nowhere"))


def test_a_sound_is_decoded_by_itself(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros((8000, 2)), 8000)
    samples = decode_cell("a.wav", Modality.AUDIO, base=tmp_path, shrink_to=10, sampling_rate=16_000)
    assert (samples.dtype, samples.shape) == (np.float32, (16_000,))


def test_of_a_sound_so_many_seconds_are_decoded():
    tone = {"array": np.zeros(100 * 700), "sampling_rate": 100}
    assert len(decode_cell(tone, Modality.AUDIO, sampling_rate=100)) == 100 * 600
    assert len(decode_cell(tone, Modality.AUDIO, sampling_rate=100, max_seconds=2.5)) == 250


def test_a_sound_that_is_not_there_says_so():
    with pytest.raises(UnreadableCell, match="^no such file$"):
        decode_cell("a.wav", Modality.AUDIO, sampling_rate=16_000)


def test_a_sound_is_not_decoded_without_a_rate():
    with pytest.raises(InvalidParameter, match="give the encoder an attribute sampling_rate, in hertz"):
        decode_cell("a.wav", Modality.AUDIO)


def test_only_images_and_sounds_are_decoded_one_by_one():
    with pytest.raises(
        InvalidParameter, match="cells of modality 'video' cannot be decoded one by one, only: image, audio"
    ):
        decode_cell("a.mp4", Modality.VIDEO)
