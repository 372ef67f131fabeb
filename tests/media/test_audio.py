import io
import math
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterby.core.errors import InvalidParameter, MissingExtra, UnreadableCell
from clusterby.media.audio import MAX_SECONDS, decode_audio

RNG = np.random.default_rng(0)
NOISE = (RNG.normal(size=(8000, 2)) / 10).astype(np.float32)


def tone(hertz, rate, seconds=1.0, peak=0.5):
    return peak * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)


def encoded(name="WAV", subtype=None, sound=NOISE, rate=8000):
    stream = io.BytesIO()
    soundfile.write(stream, sound, rate, format=name, subtype=subtype)
    return stream.getvalue()


def reason(cell, **options):
    with pytest.raises(UnreadableCell) as caught:
        decode_audio(cell, **{"sampling_rate": 16_000} | options)
    message = str(caught.value)
    assert "\n" not in message
    return message


# forms of a cell


def test_a_path_is_read_as_string_and_as_path(tmp_path):
    soundfile.write(tmp_path / "a.wav", NOISE, 8000, subtype="FLOAT")
    for cell in (str(tmp_path / "a.wav"), tmp_path / "a.wav"):
        np.testing.assert_allclose(decode_audio(cell, sampling_rate=8000), NOISE.mean(axis=1), atol=1e-7)


def test_a_relative_path_is_resolved_in_the_base(tmp_path):
    soundfile.write(tmp_path / "a.flac", NOISE, 8000)
    assert decode_audio("a.flac", base=tmp_path, sampling_rate=8000).shape == (8000,)


@pytest.mark.parametrize("name", ["a.png", "a.raw", "a.mp3", "a", "ä ö.wav"])
def test_what_a_file_holds_decides_and_not_its_name(tmp_path, name):
    (tmp_path / name).write_bytes(encoded("FLAC"))
    assert decode_audio(name, base=tmp_path, sampling_rate=8000).shape == (8000,)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_are_read(kind):
    assert decode_audio(kind(encoded("OGG")), sampling_rate=8000).shape == (8000,)


def test_of_a_record_the_array_comes_first_then_the_bytes_then_the_path(tmp_path):
    (tmp_path / "a.wav").write_bytes(encoded(sound=NOISE[:3000]))
    content, array = encoded(sound=NOISE[:2000]), {"array": NOISE[:1000, 0], "sampling_rate": 8000}

    def length(record):
        return len(decode_audio(record, base=tmp_path, sampling_rate=8000))

    assert length({"bytes": content, "path": "a.wav"} | array) == 1000
    assert length({"bytes": content, "path": "a.wav"}) == 2000
    assert length({"bytes": content, "path": "gone.wav", "array": None, "sampling_rate": None}) == 2000
    assert length({"bytes": None, "path": "a.wav"}) == 3000
    assert length({"path": "a.wav"}) == 3000


@pytest.mark.parametrize(
    "array",
    [
        NOISE[:, 0],
        NOISE[:, 0].astype(np.float64),
        NOISE[:, 0].astype(">f4"),
        NOISE[:, 0].tolist(),
        tuple(NOISE[:, 0].tolist()),
        NOISE[:, :1],
        NOISE[:, :1].T,
        np.stack([NOISE[:, 0]] * 2),
        np.stack([NOISE[:, 0]] * 6, axis=1),
    ],
)
def test_arrays_are_taken_with_their_channels_on_the_shorter_side(array):
    samples = decode_audio({"array": array, "sampling_rate": 8000}, sampling_rate=8000)
    assert samples.dtype == np.float32
    np.testing.assert_allclose(samples, NOISE[:, 0], atol=1e-7)


def test_the_channels_of_an_array_are_averaged():
    samples = decode_audio({"array": NOISE, "sampling_rate": 8000}, sampling_rate=8000)
    np.testing.assert_allclose(samples, NOISE.mean(axis=1), atol=1e-7)


@pytest.mark.parametrize("dtype", ["<i2", ">i2", "<i4", ">i4"])
def test_integers_of_an_array_are_scaled_to_the_range_from_minus_one_to_one(dtype):
    top = 2 ** (8 * np.dtype(dtype).itemsize - 1)
    array = np.array([-top, 0, top // 2, top - 1], dtype=dtype)
    samples = decode_audio({"array": array, "sampling_rate": 8000}, sampling_rate=8000)
    np.testing.assert_allclose(samples, [-1.0, 0.0, 0.5, 1.0 - 1 / top], atol=1e-7)


def test_an_array_is_not_shared():
    array = NOISE[:, 0].copy()
    decode_audio({"array": array, "sampling_rate": 8000}, sampling_rate=8000)[:] = 9.0
    np.testing.assert_array_equal(array, NOISE[:, 0])


@pytest.mark.parametrize("rate", [8000, 8000.0, np.int32(8000), np.float32(8000)])
def test_a_rate_is_any_whole_number(rate):
    assert len(decode_audio({"array": NOISE[:, 0], "sampling_rate": rate}, sampling_rate=rate)) == 8000


# another sampling rate


@pytest.mark.parametrize(
    ("rate", "wanted"),
    [
        (44_100, 16_000),
        (22_050, 48_000),
        (48_000, 44_100),
        (8_000, 48_000),
        (11_127, 16_000),
        (96_000, 48_000),
    ],
)
def test_a_tone_keeps_its_frequency_its_peak_and_its_length(rate, wanted):
    for hertz in (100, 1000, 3500):
        samples = decode_audio({"array": tone(hertz, rate), "sampling_rate": rate}, sampling_rate=wanted)
        assert (samples.dtype, samples.shape) == (np.float32, (wanted,))
        assert np.abs(np.fft.rfft(samples)).argmax() == hertz  # one second: bins of one hertz
        middle = samples[wanted // 4 : -wanted // 4]
        assert np.abs(middle).max() == pytest.approx(0.5, rel=0.02)


@pytest.mark.parametrize("name", ["WAV", "FLAC", "OGG", "MP3"])
def test_a_tone_in_a_file_keeps_its_frequency(name, tmp_path):
    soundfile.write(
        tmp_path / "a", np.stack([tone(440, 44_100, 2), tone(440, 44_100, 2)], axis=1), 44_100, format=name
    )
    samples = decode_audio(tmp_path / "a", sampling_rate=16_000)
    assert samples.shape == (32_000,)
    assert np.abs(np.fft.rfft(samples)).argmax() == 880  # two seconds: bins of half a hertz
    assert np.abs(samples[8000:-8000]).max() == pytest.approx(0.5, rel=0.05)


def test_what_the_lower_rate_cannot_hold_is_removed_and_not_mirrored():
    samples = decode_audio({"array": tone(7000, 44_100), "sampling_rate": 44_100}, sampling_rate=8000)
    assert np.abs(samples[400:-400]).max() < 0.005  # a hundredth of what it was


def test_silence_stays_silent():
    samples = decode_audio({"array": np.zeros(4410), "sampling_rate": 44_100}, sampling_rate=48_000)
    np.testing.assert_array_equal(samples, np.zeros(4800))


def test_a_peak_above_one_is_left_as_it_is():
    loud = decode_audio({"array": tone(100, 8000, peak=4.0), "sampling_rate": 8000}, sampling_rate=16_000)
    assert np.abs(loud[1000:-1000]).max() == pytest.approx(4.0, rel=0.02)


@settings(deadline=None, max_examples=60)
@given(
    count=st.integers(1, 3000),
    rate=st.sampled_from([100, 7350, 8000, 11_025, 11_127, 22_050, 44_056, 44_100, 48_000, 96_000]),
    wanted=st.sampled_from([8000, 16_000, 24_000, 44_100, 48_000]),
)
def test_the_count_of_samples_follows_from_the_rates(count, rate, wanted):
    samples = decode_audio({"array": np.ones(count), "sampling_rate": rate}, sampling_rate=wanted)
    assert samples.shape == (math.ceil(count * wanted / rate),)


# length


@pytest.mark.parametrize("form", ["array", "bytes"])
def test_what_comes_later_is_left_out(form):
    cell = {"array": NOISE, "sampling_rate": 8000} if form == "array" else encoded("WAV", "FLOAT")
    samples = decode_audio(cell, sampling_rate=8000, max_seconds=0.25)
    np.testing.assert_allclose(samples, NOISE[:2000].mean(axis=1), atol=1e-7)
    assert len(decode_audio(cell, sampling_rate=16_000, max_seconds=0.25)) == 4000
    assert len(decode_audio(cell, sampling_rate=8000, max_seconds=9)) == 8000
    assert len(decode_audio(cell, sampling_rate=8000, max_seconds=1e-9)) == 1


def test_ten_minutes_are_decoded_unless_told_otherwise():
    sound = np.zeros(round(MAX_SECONDS * 100) + 50)
    assert len(decode_audio({"array": sound, "sampling_rate": 100}, sampling_rate=100)) == 60_000
    assert len(decode_audio(encoded("WAV", "PCM_U8", sound, 100), sampling_rate=100)) == 60_000


# threads


def test_many_threads_read_many_files_and_each_gets_its_own(tmp_path):
    names = ["WAV", "FLAC", "OGG", "MP3"]
    cells = [encoded(name, sound=NOISE * scale) for name in names for scale in (1, 2, 3)] + [
        b"text",
        b"fLaC",
        b"RIFF",
    ]

    def outcome(cell):
        try:
            return decode_audio(cell, sampling_rate=16_000)
        except UnreadableCell as error:
            return str(error)

    alone = [outcome(cell) for cell in cells]
    barrier = threading.Barrier(4)

    def work(_):
        barrier.wait()
        return [outcome(cell) for cell in cells]

    with ThreadPoolExecutor(4) as pool:
        for together in pool.map(work, range(4)):
            for one, other in zip(alone, together, strict=True):
                np.testing.assert_array_equal(one, other)


# what cannot be decoded


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("hello world")
    (tmp_path / "folder.wav").mkdir()
    (tmp_path / "cut.wav").write_bytes(encoded()[:9000])
    (tmp_path / "cut.flac").write_bytes(encoded("FLAC")[:9000])
    (tmp_path / "none.wav").write_bytes(encoded(sound=NOISE[:0]))
    (tmp_path / "nan.wav").write_bytes(encoded("WAV", "FLOAT", np.where(np.arange(90) == 70, np.nan, 0)))
    (tmp_path / "inf.wav").write_bytes(encoded("WAV", "FLOAT", np.where(np.arange(90) == 70, -np.inf, 0)))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("absent.wav", "no such file"),
        ("folder.wav", "a folder, not a file"),
        ("empty.wav", "empty file"),
        ("text.wav", "not audio (starts with 'hello wor')"),
        ("cut.wav", "truncated: the file ends before the sound does"),
        ("cut.flac", "truncated or damaged: flac decoder lost sync"),
        ("none.wav", "no samples"),
        ("nan.wav", "samples that are not finite (NaN or infinity)"),
        ("inf.wav", "samples that are not finite (NaN or infinity)"),
    ],
)
def test_a_file_that_cannot_be_decoded_says_why(folder, name, expected):
    assert reason(name, base=folder) == expected
    assert reason(name, base=folder, sampling_rate=8000) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, "missing value"),
        (float("nan"), "missing value"),
        ({"bytes": None, "path": None}, "missing value"),
        ({"array": None, "sampling_rate": 8000}, "missing value"),
        ({"url": "x"}, "a mapping without 'array', 'bytes' and 'path'"),
        (b"", "no bytes"),
        (b"hello world", "not audio (starts with 'hello wor')"),
        ("", "an empty path"),
        ("https://example.org/a.wav", "an address on the web: nothing is fetched, download the file first"),
        (3, "not audio: int"),
        (NOISE[:, 0], 'no sampling rate: give {"array": samples, "sampling_rate": hertz}'),
        ([0.5, 0.25], 'no sampling rate: give {"array": samples, "sampling_rate": hertz}'),
        ((NOISE[:, 0], 8000), "not audio: its samples differ in shape or are no numbers"),
        ({"array": NOISE}, 'no sampling rate: give {"array": samples, "sampling_rate": hertz}'),
        (np.array(["a.wav", "b.wav"]), "not audio: an array of <U5"),
        (["a.wav", "b.wav"], "not audio: an array of <U5"),
        ({"array": ["a", "b"], "sampling_rate": 8000}, "not audio: an array of <U1"),
    ],
)
def test_a_cell_that_is_no_audio_says_why(cell, expected):
    assert reason(cell) == expected


@pytest.mark.parametrize(
    ("array", "rate", "expected"),
    [
        (np.zeros(0), 8000, "no samples"),
        (np.zeros((2, 0)), 8000, "no samples"),
        ([], 8000, "no samples"),
        (np.zeros((2, 3, 4)), 8000, "an array of shape (2, 3, 4): a sound is (samples,) or (channels, samples)"),
        (np.zeros((65, 65)), 8000, "an array of shape (65, 65): a sound is (samples,) or (channels, samples)"),
        (np.float64(3), 8000, "an array of shape (): a sound is (samples,) or (channels, samples)"),
        ([[1.0], [1.0, 2.0]], 8000, "not audio: its samples differ in shape or are no numbers"),
        (np.zeros(9, np.uint8), 8000, "an array of uint8: samples are floats, int16 or int32"),
        ([1, 2, 3], 8000, "an array of int64: samples are floats, int16 or int32"),
        (np.zeros(9, bool), 8000, "not audio: an array of bool"),
        (np.array([0.0, np.nan]), 8000, "samples that are not finite (NaN or infinity)"),
        (np.array([0.0, 1e300]), 8000, "samples that are not finite (NaN or infinity)"),
        (np.array([[0.0, np.inf], [0.0, -np.inf]]), 8000, "samples that are not finite (NaN or infinity)"),
        (np.zeros(9), None, 'no sampling rate: give {"array": samples, "sampling_rate": hertz}'),
        (np.zeros(9), 0, "a sampling rate of 0: give hertz as a whole number from 1 to 768000"),
        (np.zeros(9), -8000, "a sampling rate of -8000: give hertz as a whole number from 1 to 768000"),
        (np.zeros(9), 8000.5, "a sampling rate of 8000.5: give hertz as a whole number from 1 to 768000"),
        (np.zeros(9), float("nan"), "a sampling rate of nan: give hertz as a whole number from 1 to 768000"),
        (np.zeros(9), 10**9, "a sampling rate of 1000000000: give hertz as a whole number from 1 to 768000"),
        (np.zeros(9), True, "a sampling rate of True: give hertz as a whole number from 1 to 768000"),
        (np.zeros(9), "8000", "a sampling rate of '8000': give hertz as a whole number from 1 to 768000"),
    ],
)  # fmt: skip
def test_an_array_that_is_no_sound_says_why(array, rate, expected):
    assert reason({"array": array, "sampling_rate": rate}) == expected


@pytest.mark.parametrize("given", [0, -1, 8000.5, 768_001, "8000", None, True])
def test_an_impossible_rate_to_decode_at_is_the_callers_mistake(given):
    with pytest.raises(
        InvalidParameter, match="^sampling_rate=.*: give hertz as a whole number from 1 to 768000$"
    ):
        decode_audio(encoded(), sampling_rate=given)


@pytest.mark.parametrize("given", [0, -1.0, math.inf, math.nan])
def test_an_impossible_length_is_the_callers_mistake(given):
    with pytest.raises(InvalidParameter, match="^max_seconds=.*: give seconds above 0$"):
        decode_audio(encoded(), sampling_rate=8000, max_seconds=given)


@pytest.mark.parametrize("cell", ["no such file.wav", b"", b"text", {"bytes": b"text"}])
def test_without_the_library_no_file_is_looked_at(cell, monkeypatch):
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(MissingExtra, match=r"Install it: pip install 'clusterby\[models\]'"):
        decode_audio(cell, sampling_rate=8000)


def test_decoded_sound_needs_no_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "soundfile", None)
    assert len(decode_audio({"array": NOISE, "sampling_rate": 8000}, sampling_rate=16_000)) == 16_000


def test_files_are_closed_whatever_comes_of_them(folder):
    def open_files():
        return len(list(Path("/proc/self/fd").iterdir()))

    (folder / "good.wav").write_bytes(encoded())
    decode_audio("good.wav", base=folder, sampling_rate=16_000)
    before = open_files()
    decode_audio("good.wav", base=folder, sampling_rate=16_000)
    for name in ("cut.wav", "cut.flac", "text.wav", "nan.wav"):
        reason(name, base=folder)
    assert open_files() == before


def outcome(content):
    """Return the samples of a file, or the reason for which there are none."""
    try:
        return decode_audio(content, sampling_rate=8000, max_seconds=2.0)
    except UnreadableCell as error:
        return str(error)


@settings(deadline=None, max_examples=100)
@given(
    content=st.binary(min_size=1, max_size=500),
    start=st.sampled_from([b"", b"RIFF", b"fLaC", b"OggS", b"ID3", b"\xff\xfb"]),
)
def test_random_bytes_give_a_sound_or_a_reason(content, start):
    found = outcome(start + content)
    assert isinstance(found, np.ndarray) or 4 < len(found) < 150


FILES = {name: encoded(name) for name in ("WAV", "FLAC", "OGG", "MP3", "AIFF")}


@settings(deadline=None, max_examples=100)
@given(name=st.sampled_from(list(FILES)), data=st.data())
def test_any_damage_gives_a_sound_or_a_reason(name, data):
    content = bytearray(FILES[name])
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, data.draw(st.sampled_from([60, len(content) - 1]))))] = data.draw(
            st.integers(0, 255)
        )
    found = outcome(bytes(content[: data.draw(st.integers(1, len(content)))]))
    if isinstance(found, str):
        assert 4 < len(found) < 150
        assert "\n" not in found
    else:
        assert found.dtype == np.float32
        assert found.ndim == 1
        assert len(found) > 0
        assert np.isfinite(found).all()
