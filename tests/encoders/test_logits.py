import json
import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.encoders.logits import Logits, read_logits

SCALE, BIAS = math.log(100), -10.5
KINDS = {"F64": ("<f8", 1e-15), "F32": ("<f4", 1e-6), "F16": ("<f2", 1e-2), "BF16": (None, 3e-2)}


def packed(value, kind="F32"):
    """Return a number as safetensors keep it."""
    if kind == "BF16":
        return np.array(value, "<f4").tobytes()[2:]
    return np.array(value, KINDS[kind][0]).tobytes()


def write(file, tensors, header=None):
    """Write tensors, by name: a kind, a shape and bytes; or a header of one's own before their bytes."""
    made, content = {}, b""
    for name, (kind, shape, raw) in tensors.items():
        made[name] = {
            "dtype": kind,
            "shape": shape,
            "data_offsets": [len(content), len(content) + len(raw)],
        }
        content += raw
    head = json.dumps({"__metadata__": {"format": "pt"}, **made} if header is None else header).encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(struct.pack("<Q", len(head)) + head + content)
    return file


def scalar(value, kind="F32", shape=()):
    return kind, list(shape), packed(value, kind)


WEIGHTS = ("F32", [2, 3], np.arange(6, dtype="<f4").tobytes())


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_of_every_kind_are_read(tmp_path, kind):
    write(tmp_path / "model.safetensors", {"w": WEIGHTS, "logit_scale": scalar(SCALE, kind), "z": WEIGHTS})
    found = read_logits(tmp_path)
    assert found.scale == pytest.approx(100, rel=KINDS[kind][1])
    assert found.bias is None


@pytest.mark.parametrize(
    ("names", "logits"),
    [
        ({"logit_scale": SCALE}, (100, None)),
        ({"logit_scale": SCALE, "logit_bias": BIAS}, (100, BIAS)),
        ({"logit_scale_a": SCALE, "logit_scale_t": 1.0}, (100, None)),
        ({"0.auto_model.logit_scale": SCALE, "0.auto_model.logit_bias": BIAS}, (100, BIAS)),
        ({"logit_scale": 0.0}, (1, None)),
    ],
    ids=["clip", "siglip", "clap", "nested", "one"],
)
@pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
def test_models_name_their_numbers_each_in_its_own_way(tmp_path, names, logits, shape):
    write(
        tmp_path / "model.safetensors", {name: scalar(value, "F64", shape) for name, value in names.items()}
    )
    found = read_logits(tmp_path)
    assert found.scale == pytest.approx(logits[0])
    assert found.bias == logits[1]


def test_the_files_of_a_model_may_be_many_and_in_folders(tmp_path):
    write(tmp_path / "model-00001-of-00002.safetensors", {"w": WEIGHTS})
    write(tmp_path / "model-00002-of-00002.safetensors", {"logit_bias": scalar(BIAS)})
    write(tmp_path / "0_CLIPModel" / "model.safetensors", {"logit_scale": scalar(SCALE)})
    assert read_logits(tmp_path) == Logits(pytest.approx(100, rel=1e-6), BIAS)


@pytest.mark.parametrize(
    "tensors",
    [
        {},
        {"w": WEIGHTS},
        {"logit_bias": scalar(BIAS)},
        {"logit_scale": WEIGHTS},
        {"logit_scales": scalar(SCALE), "my_logit_scale": scalar(SCALE), "logit_scale.weight": scalar(SCALE)},
        {"logit_scale": scalar(math.nan)},
        {"logit_scale": scalar(math.inf)},
        {"logit_scale": scalar(-math.inf)},
        {"logit_scale": scalar(1e30)},
        {"logit_scale": ("I64", [], struct.pack("<q", 3))},
        {"logit_scale": ("F32", [0], b"")},
    ],
)
def test_without_a_scale_that_can_be_one_there_is_nothing(tmp_path, tensors):
    write(tmp_path / "model.safetensors", tensors)
    assert read_logits(tmp_path) is None


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_bias_that_is_not_finite_is_none(tmp_path, value):
    write(tmp_path / "m.safetensors", {"logit_scale": scalar(SCALE), "logit_bias": scalar(value)})
    assert read_logits(tmp_path) == Logits(pytest.approx(100, rel=1e-6), None)


def test_a_folder_without_files_or_none_at_all_has_nothing(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    assert read_logits(tmp_path) is None
    assert read_logits(tmp_path / "gone") is None


# damaged files


def facts(**changed):
    return {"logit_scale": {"dtype": "F32", "shape": [], "data_offsets": [0, 4], **changed}}


@pytest.mark.parametrize(
    "header",
    [
        [], "text", 7, {"logit_scale": None}, {"logit_scale": []}, {"logit_scale": {"dtype": "F32"}},
        facts(shape=None), facts(shape="abc"), facts(shape=[[]]), facts(dtype="F4"), facts(dtype=None), facts(data_offsets=None),
        facts(data_offsets=[0]), facts(data_offsets=["a", "b"]), facts(data_offsets=[0, 2]), facts(data_offsets=[4, 0]),
        facts(data_offsets=[0, 8]), facts(data_offsets=[10**30, 10**30 + 4]), facts(data_offsets=[-(10**9), 4 - 10**9]),
        facts(data_offsets=[10**6, 10**6 + 4]), facts(dtype="BF16", data_offsets=[0, 0]),
    ],
)  # fmt: skip
def test_a_header_that_makes_no_sense_gives_nothing(tmp_path, header):
    write(tmp_path / "model.safetensors", {"x": scalar(SCALE), "y": scalar(SCALE)}, header)
    assert read_logits(tmp_path) is None


@pytest.mark.parametrize(
    "content",
    [
        b"", b"short", b"\xff" * 8, b"\xff" * 64, struct.pack("<Q", 2**63) + b"{}", struct.pack("<Q", 4) + b"{}",
        struct.pack("<Q", 4) + b"\xff\xfe\x00\x01", struct.pack("<Q", 3) + b"{]}", b"version https://git-lfs.github.com/spec/v1\n",
    ],
)  # fmt: skip
def test_bytes_that_are_no_safetensors_give_nothing(tmp_path, content):
    (tmp_path / "model.safetensors").write_bytes(content)
    assert read_logits(tmp_path) is None


def test_a_folder_that_is_named_like_a_file_is_passed_over(tmp_path):
    (tmp_path / "a.safetensors").mkdir()
    write(tmp_path / "b.safetensors", {"logit_scale": scalar(SCALE)})
    assert read_logits(tmp_path).scale == pytest.approx(100, rel=1e-6)


def test_a_damaged_file_hides_none_of_the_others(tmp_path):
    (tmp_path / "a.safetensors").write_bytes(b"short")
    write(tmp_path / "b.safetensors", {"logit_scale": scalar(SCALE)})
    write(tmp_path / "c.safetensors", {}, facts(dtype="F4"))
    assert read_logits(tmp_path).scale == pytest.approx(100, rel=1e-6)


@given(cut=st.integers(0, 400), flip=st.integers(0, 400), bit=st.integers(0, 7))
def test_whatever_happened_to_a_file_reading_it_ends_well(tmp_path_factory, cut, flip, bit):
    file = write(
        tmp_path_factory.mktemp("model") / "m.safetensors",
        {"w": WEIGHTS, "logit_scale": scalar(SCALE), "logit_bias": scalar(BIAS)},
    )
    content = bytearray(file.read_bytes())
    content[flip % len(content)] ^= 1 << bit
    file.write_bytes(content[: len(content) - cut] if cut < len(content) else b"")
    found = read_logits(file.parent)
    assert found is None or (math.isfinite(found.scale) and found.scale > 0)
