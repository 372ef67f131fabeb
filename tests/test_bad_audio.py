"""What can be wrong with audio: each is a skipped row with its reason, or a one-line error that says what to do."""

import io
import sys
import warnings

import numpy as np
import pytest
import soundfile

import clusterby as cb
from clusterby.core import errors
from clusterby.core.modality import Modality
from clusterby.media import infer_modality
from clusterby.tables import open_table

RATE = 8000
NOISE = np.random.default_rng(0).normal(size=9000) / 9


def tone(hertz, rate=RATE):
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(rate) / rate)


def encoded(sound, name="WAV", rate=RATE, subtype=None):
    stream = io.BytesIO()
    soundfile.write(stream, sound, rate, format=name, subtype=subtype)
    return stream.getvalue()


class Pitch:
    """Hears the loudest frequency of a sound, in kilohertz, and nothing else."""

    name, revision, sampling_rate = "pitch", "", RATE

    def encode(self, items):
        assert all(item.dtype == np.float32 and item.ndim == 1 for item in items)
        found = [np.abs(np.fft.rfft(item)).argmax() * RATE / len(item) / 1000 for item in items]
        return np.array(found, dtype=np.float32)[:, None]


def cut_short(path):
    path.write_bytes(encoded(tone(300))[:4000])


DAMAGE = {
    "a WAV cut short": ("x.wav", cut_short, "truncated: the file ends before the sound does"),
    "a FLAC cut short": (
        "x.flac", lambda p: p.write_bytes(encoded(NOISE, "FLAC")[:9000]), "truncated or damaged",
    ),
    "half a header": ("x.wav", lambda p: p.write_bytes(encoded(tone(300))[:20]), "its header cannot be read"),
    "zero bytes": ("x.wav", lambda p: p.write_bytes(b""), "empty file"),
    "no samples": ("x.wav", lambda p: p.write_bytes(encoded(np.empty(0))), "no samples"),
    "text named .wav": ("x.wav", lambda p: p.write_text("hello world, this is text"), "not audio (starts with 'hello wor')"),
    "a picture named .wav": ("x.wav", lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(90)), "not audio (starts with"),
    "random bytes": ("x.mp3", lambda p: p.write_bytes(np.random.default_rng(1).bytes(500)), "not audio (starts with"),
    "an M4A file": ("x.m4a", lambda p: p.write_bytes(b"\0\0\0\x20ftypM4A " + bytes(90)), "convert its sound to WAV"),
    "NaN among the samples": (
        "x.wav", lambda p: p.write_bytes(encoded(np.array([0.0, np.nan]), subtype="FLOAT")), "not finite",
    ),
    "a folder named .wav": ("x.wav", lambda p: p.mkdir(), "a folder, not a file"),
    "no file": ("x.wav", lambda p: None, "no such file"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_audio_that_cannot_be_decoded_skips_its_row_and_no_other(name, tmp_path):
    file, damage, reason = DAMAGE[name]
    damage(tmp_path / file)
    good = [encoded(tone(hertz)) for hertz in (300, 310, 2000, 2010)]
    cells = [good[0], good[1], str(tmp_path / file), good[2], good[3]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        groups = cb.clusterby(
            {"sound": cells}, "sound", n_clusters=2, modality="audio", encoder=Pitch(), cache=False
        )
    (skipped,) = groups.skipped
    assert (skipped.row, skipped.column) == (2, "sound")
    assert reason in skipped.reason
    assert "\n" not in skipped.reason
    assert groups.labels_.mask.tolist() == [False, False, True, False, False]
    assert groups.labels_[0] == groups.labels_[1] != groups.labels_[3] == groups.labels_[4]


CELLS = {
    "a missing value": (None, "missing value"),
    "a link": ("https://example.org/a.wav", "download the file first"),
    "samples without their rate": (tone(300).astype(np.float32), "no sampling rate"),
    "strings for samples": ({"array": ["a", "b"], "sampling_rate": RATE}, "not audio"),
    "an array of strings": (np.array(["a.wav"]), "not audio: an array of <U5"),
    "a rate of zero": ({"array": tone(300), "sampling_rate": 0}, "a sampling rate of 0"),
    "a number": (3, "not audio: int"),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_that_is_no_audio_skips_its_row_and_no_other(name):
    cell, reason = CELLS[name]
    good = [{"array": tone(hertz), "sampling_rate": RATE} for hertz in (300, 310, 2000, 2010)]
    cells = [*good[:2], cell, *good[2:]]
    groups = cb.clusterby(
        {"sound": cells}, "sound", n_clusters=2, modality="audio", encoder=Pitch(), cache=False
    )
    (skipped,) = groups.skipped
    assert skipped.row == 2
    assert reason in skipped.reason
    assert groups.labels_[0] == groups.labels_[1] != groups.labels_[3] == groups.labels_[4]


def test_a_sound_has_one_vector_in_whatever_form_and_at_whatever_rate_it_comes(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(440), RATE, subtype="FLOAT")
    soundfile.write(tmp_path / "a.flac", tone(440, 44_100), 44_100)
    cells = [
        str(tmp_path / "a.wav"),
        tmp_path / "a.flac",
        encoded(np.stack([tone(440, 48_000)] * 2, axis=1), "OGG", 48_000),
        {"bytes": encoded(tone(440, 22_050), "MP3", 22_050), "path": None},
        {"bytes": None, "path": str(tmp_path / "a.wav")},
        {"array": tone(440, 16_000), "sampling_rate": 16_000},
        {"array": tone(440).tolist(), "sampling_rate": RATE},
    ]
    vectors = cb.embed({"sound": cells}, "sound", modality="audio", encoder=Pitch(), cache=False).vectors
    np.testing.assert_allclose(vectors[:, 0], 0.44, atol=0.001)


def test_a_folder_of_audio_is_grouped_by_how_it_sounds(tmp_path):
    for number, hertz in enumerate((300, 2000, 310, 2010)):
        soundfile.write(tmp_path / f"{number}.wav", tone(hertz), RATE)
    (tmp_path / "4.wav").write_text("no sound")
    (tmp_path / "notes.txt").write_text("four tones")
    table = open_table(tmp_path)
    assert infer_modality(table.column("audio")) is Modality.AUDIO
    groups = cb.clusterby(tmp_path, "audio", n_clusters=2, encoder=Pitch(), cache=False)
    assert groups.labels_[0] == groups.labels_[2] != groups.labels_[1] == groups.labels_[3]
    assert [(s.row, s.reason) for s in groups.skipped] == [(4, "not audio (starts with 'no sound')")]
    assert groups.size().tolist() == [2, 2]


def by_sound(cells, **given):
    given = {"encoder": Pitch(), "cache": False} | given
    return lambda: cb.clusterby({"sound": cells}, "sound", **given)


WAV = encoded(tone(300))
ERRORS = {
    "links alone": (by_sound(["https://example.org/a.wav", "https://example.org/b.wav"]), errors.AmbiguousModality, "download"),
    "no row that can be read": (by_sound([b"text", None], modality="audio"), errors.NothingToCluster, "all 2 rows.*not audio"),
    "an encoder without a rate": (
        by_sound([WAV, WAV], encoder=lambda items: np.ones((len(items), 2))), errors.InvalidParameter, "attribute sampling_rate",
    ),
    "images among audio": (by_sound([WAV, b"\xff\xd8\xff" + bytes(30)]), errors.AmbiguousModality, "1 audio in bytes, 1 image"),
    "an encoder of texts": (by_sound([WAV, WAV], encoder="lsa"), errors.InvalidParameter, "but column 'sound' holds audio"),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_a_mistake_is_an_error_of_one_line_that_says_what_to_do(name):
    call, error, message = ERRORS[name]
    with pytest.raises(error, match=message) as raised:
        call()
    assert "\n" not in str(raised.value)


def test_a_missing_library_is_one_error_and_not_a_reason_for_every_row(monkeypatch):
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(errors.MissingExtra, match=r"Install it: pip install 'clusterby\[models\]'"):
        by_sound([WAV] * 4)()
