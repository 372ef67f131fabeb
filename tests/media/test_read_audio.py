import importlib
import io
import struct
import sys

import numpy as np
import pytest
import soundfile

from clusterby.core.errors import MissingExtra, UnreadableCell
from clusterby.media.read_audio import MAX_RATE, load_soundfile, read_audio

RATE = 48_000
TONE = (0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype(np.float32)
STEREO = np.stack([TONE, TONE / 2], axis=1)
NOISE = (np.random.default_rng(0).normal(size=(RATE, 2)) / 10).astype(np.float32)

LOSSLESS = {
    "WAV": ("PCM_16", 2**-15), "WAVEX": ("PCM_24", 2**-23), "AIFF": ("PCM_16", 2**-15), "FLAC": ("PCM_24", 2**-23),
    "AU": ("FLOAT", 1e-7), "CAF": ("FLOAT", 1e-7), "W64": ("PCM_32", 1e-7), "RF64": ("PCM_16", 2**-15),
}  # fmt: skip
"""Formats with a subtype, and how far a sample may be from what was written."""
LOSSY = {"OGG": ("VORBIS", 0.05), "MP3": ("MPEG_LAYER_III", 0.05)}


def encoded(name="WAV", subtype=None, sound=STEREO, rate=RATE):
    stream = io.BytesIO()
    soundfile.write(stream, sound, rate, format=name, subtype=subtype)
    return stream.getvalue()


def read(content, max_seconds=600.0):
    return read_audio(io.BytesIO(content), max_seconds=max_seconds)


def reason(content, **options):
    with pytest.raises(UnreadableCell) as caught:
        read(content, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 150
    return message


@pytest.mark.parametrize("name", [*LOSSLESS, *LOSSY])
def test_every_common_format_is_read_as_the_mean_of_its_channels(name):
    subtype, far = (LOSSLESS | LOSSY)[name]
    samples, rate = read(encoded(name, subtype))
    assert (samples.dtype, samples.shape, rate) == (np.float32, (RATE,), RATE)
    assert np.abs(samples - TONE * 0.75)[1000:-1000].max() <= far


def test_opus_is_read():
    samples, rate = read(encoded("OGG", "OPUS"))
    assert (samples.shape, rate) == ((RATE,), RATE)
    assert np.abs(np.fft.rfft(samples)).argmax() == 440


@pytest.mark.parametrize("channels", [1, 2, 5])
def test_channels_are_averaged(channels):
    sound = np.tile(np.linspace(0, 0.9, channels, dtype=np.float32), (100, 1))
    samples, _ = read(encoded("WAV", "FLOAT", sound))
    np.testing.assert_allclose(samples, sound.mean(axis=1), atol=1e-7)


@pytest.mark.parametrize(("subtype", "step"), [("PCM_U8", 2**-7), ("PCM_16", 2**-15), ("PCM_24", 2**-23)])
def test_integers_are_scaled_to_the_range_from_minus_one_to_one(subtype, step):
    samples, _ = read(encoded("WAV", subtype, np.array([-1.0, 0.0, 1.0, 0.5])))
    assert samples.tolist() == [-1.0, 0.0, 1.0 - step, 0.5]


def test_floats_keep_their_size():
    assert read(encoded("WAV", "FLOAT", np.array([-3.0, 0.25, 7.0])))[0].tolist() == [-3.0, 0.25, 7.0]


def test_what_comes_later_is_left_out():
    whole, _ = read(encoded("FLAC", None, NOISE))
    start, _ = read(encoded("FLAC", None, NOISE), max_seconds=0.25)
    assert len(start) == RATE // 4
    np.testing.assert_array_equal(start, whole[: RATE // 4])


@pytest.mark.parametrize("name", ["WAV", "FLAC", "OGG", "MP3"])
def test_a_sound_of_many_blocks_is_one(name, monkeypatch):
    content = encoded(name, None, NOISE)
    whole, _ = read(content)
    monkeypatch.setattr("clusterby.media.read_audio._BLOCK", 2048)
    pieces, _ = read(content)
    np.testing.assert_array_equal(pieces, whole)


@pytest.mark.parametrize("size", [0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_a_wav_that_was_written_to_a_stream_is_whole(size):
    content = bytearray(encoded())
    place = content.index(b"data") + 4
    content[place : place + 4] = struct.pack("<I", size)
    assert len(read(bytes(content))[0]) == RATE


def flac_that_claims(count):
    """A FLAC file whose header says that it holds so many samples; zero says that it is not known."""
    content = bytearray(encoded("FLAC", None, NOISE))
    content[21] = content[21] & 0xF0 | count >> 32
    content[22:26] = struct.pack(">I", count & 0xFFFFFFFF)
    return bytes(content)


def test_a_flac_that_was_written_to_a_stream_is_whole():
    np.testing.assert_array_equal(read(flac_that_claims(0))[0], read(encoded("FLAC", None, NOISE))[0])


def test_a_header_that_claims_more_than_there_is_takes_no_memory():
    assert reason(flac_that_claims((1 << 36) - 1)) == "truncated: the file ends before the sound does"


@pytest.mark.parametrize("name", ["WAV", "WAVEX", "AIFF", "AU", "W64", "RF64"])
@pytest.mark.parametrize("end", [-1, -100_000])
def test_a_file_that_ends_early_is_truncated(name, end):
    assert reason(encoded(name)[:end]) == "truncated: the file ends before the sound does"


def test_a_flac_that_ends_early_is_truncated_or_damaged():
    content = encoded("FLAC", None, NOISE)
    assert reason(content[: len(content) // 2]) == "truncated or damaged: flac decoder lost sync"


def test_what_is_missing_beyond_the_seconds_asked_for_is_not_missed():
    assert len(read(encoded()[:-100_000], max_seconds=0.1)[0]) == RATE // 10


@pytest.mark.parametrize("name", ["OGG", "MP3"])
def test_a_stream_may_end_anywhere(name):
    whole = encoded(name, None, np.concatenate([NOISE] * 4))
    samples, _ = read(whole[: len(whole) // 2])
    assert RATE < len(samples) < 3 * RATE


@pytest.mark.parametrize("name", ["WAV", "AIFF", "AU"])
def test_a_file_without_samples_says_so(name):
    assert reason(encoded(name, None, np.empty((0, 2)))) == "no samples"


def test_a_rate_that_nothing_is_recorded_at_is_a_damaged_header():
    content = bytearray(encoded())
    content[24:28] = struct.pack("<I", MAX_RATE + 1)
    assert reason(bytes(content)) == "768001 samples to a second: over the limit of 768000"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"hello world", "not audio (starts with 'hello wor')"),
        (bytes(100), "not audio (starts with the bytes 00 00 00 00 00 00 00 00 00)"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "not audio (starts with the bytes 89 50 4e 47 0d 0a 1a 0a 00)"),
        (b"\0\0\0\x20ftypavif" + bytes(50), "not audio (starts with the bytes 00 00 00 20 66 74 79 70 61)"),
        (encoded()[:20], "truncated or damaged: its header cannot be read"),
        (encoded("FLAC")[:20], "truncated or damaged: its header cannot be read"),
        (encoded("OGG")[:90], "truncated or damaged: its header cannot be read"),
        (encoded("MP3")[:90], "truncated or damaged: its header cannot be read"),
        (b"\0\0\0\x20ftypM4A " + bytes(50), "an MPEG-4 file (M4A, MP4), which is not read: convert its sound to WAV"),
        (b"\0\0\0\x20ftypisom" + bytes(50), "an MPEG-4 file (M4A, MP4), which is not read: convert its sound to WAV"),
        (b"\xff\xf1\x50\x80" + bytes(50), "a bare AAC stream, which is not read: convert"),
        (b"0&\xb2u\x8ef\xcf\x11" + bytes(50), "an ASF file (WMA, WMV), which is not read: convert"),
        (b"\x1aE\xdf\xa3" + bytes(50), "a Matroska file (MKA, WebM), which is not read: convert"),
    ],
)  # fmt: skip
def test_what_is_not_read_says_why(content, expected):
    assert reason(content).startswith(expected)


@pytest.mark.parametrize("flipped", [0x01, 0x40, 0x80])
def test_a_header_that_leads_before_the_beginning_prints_no_traceback(flipped, monkeypatch):
    content = bytearray(encoded("AIFF"))
    content[39] ^= flipped
    lost = []
    monkeypatch.setattr(sys, "unraisablehook", lost.append)
    assert reason(bytes(content)) == "truncated or damaged: its header cannot be read"
    assert lost == []


class Failing(io.BytesIO):
    """A disk that gives out after some reads."""

    def __init__(self, content, after):
        super().__init__(content)
        self.left = after

    def readinto(self, buffer):
        self.left -= 1
        if self.left < 0:
            raise OSError(5, "Input/output error")
        return super().readinto(buffer)


@pytest.mark.parametrize("name", ["WAV", "FLAC", "OGG", "MP3"])
@pytest.mark.parametrize("after", [0, 3, 8])
def test_a_disk_that_gives_out_is_the_reason(name, after):
    sound = np.concatenate([NOISE] * 8)
    with pytest.raises(UnreadableCell, match="^cannot be read: input/output error$"):
        read_audio(Failing(encoded(name, None, sound), after), max_seconds=60)


def test_a_missing_library_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(
        MissingExtra,
        match=r"^reading audio files needs soundfile\. Install it: pip install 'clusterby\[models\]'$",
    ):
        load_soundfile()


def test_a_library_without_its_c_part_says_how_to_install_that(monkeypatch):
    def fail(name):
        raise OSError("sndfile library not found using ctypes.util.find_library")

    monkeypatch.setattr(importlib, "import_module", fail)
    with pytest.raises(MissingExtra, match="needs libsndfile, which soundfile does not find. Install it"):
        load_soundfile()


def test_memory_that_runs_out_is_no_damage(monkeypatch):
    def run_out(*args, **options):
        raise MemoryError

    monkeypatch.setattr(soundfile.SoundFile, "read", run_out)
    assert reason(encoded()) == "too large for the memory of this machine"
