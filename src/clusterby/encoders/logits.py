"""How a model trained on pairs of images and texts turns cosines into logits, read from its files without loading it."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import NamedTuple

import numpy as np

__all__ = ["Logits", "read_logits"]

_SCALES = ("logit_scale", "logit_scale_a")  # of CLIP and SigLIP, and of CLAP's sound
_BIASES = ("logit_bias",)
_KINDS = {"F32": "<f4", "F16": "<f2", "F64": "<f8"}
_MOST = 100.0
"""The logarithm of a scale that no model has."""


class Logits(NamedTuple):
    """A logit is a cosine times a scale, plus a bias.

    Parameters
    ----------
    scale : float
        The inverse temperature that the model was trained with.
    bias : float, optional
        Of models whose logits stand alone, as SigLIP's do; None where only differences of logits mean anything.
    """

    scale: float
    bias: float | None


def read_logits(folder: Path) -> Logits | None:
    """Return the scale and bias that a model's safetensors files hold; None if they hold no scale.

    Parameters
    ----------
    folder : Path
        The model's folder.

    Notes
    -----
    The scale is stored as its logarithm: Radford et al. (2021), *Learning transferable visual models from natural language
    supervision*; the bias is due to Zhai et al. (2023), *Sigmoid loss for language image pre-training*.
    """
    scale, bias = None, None
    for file in sorted(folder.rglob("*.safetensors")):
        found = _scalars(file, (*_SCALES, *_BIASES))
        scale = next((found[name] for name in _SCALES if name in found), scale)
        bias = next((found[name] for name in _BIASES if name in found), bias)
    if scale is None or not math.isfinite(scale) or abs(scale) > _MOST:
        return None
    return Logits(math.exp(scale), bias if bias is not None and math.isfinite(bias) else None)


def _scalars(file: Path, names: tuple[str, ...]) -> dict[str, float]:
    """Return the tensors of one number that bear one of the names, whatever module they are in."""
    found: dict[str, float] = {}
    try:
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if length > file.stat().st_size:
                return found
            header = json.loads(stream.read(length))
            for key, facts in header.items():
                name = key.rpartition(".")[2]
                if name in names and math.prod(facts.get("shape", (0,))) == 1:
                    begin, end = facts["data_offsets"]
                    stream.seek(8 + length + begin)
                    found[name] = _number(stream.read(end - begin), facts["dtype"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError, OverflowError, struct.error):
        return {}  # a damaged file: loading the model will say so
    return found


def _number(content: bytes, kind: str) -> float:
    if kind == "BF16":  # the upper half of a float32
        content, kind = b"\0\0" + content, "F32"
    (number,) = np.frombuffer(content, dtype=_KINDS[kind])
    return float(number)
