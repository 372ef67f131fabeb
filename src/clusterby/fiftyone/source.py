"""Where the vectors of a target come from, so that they can be read again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clusterby.core.embeddings import Embeddings
from clusterby.encoders import Encoder, FittableEncoder
from clusterby.encoders.choose import EncoderChoice
from clusterby.encoders.registry import ENCODERS
from clusterby.fiftyone.region_plain import plain_region, region_of_plain
from clusterby.instructions import Followed, Instruction
from clusterby.instructions.regions import Region
from clusterby.ops.condition import Conditioned

__all__ = ["Source", "Vectors", "source_of_encoder"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where vectors come from.

    Parameters
    ----------
    kind : {"field", "brain", "array", "model", "encoder"}
    name : str
        The field, the brain key, the model or the encoder.
    by : str
        The field whose cells an encoder read.
    revision : str
        Of the encoder.
    encoder : str
        What the encoder is asked for by, where that is not its name: a folder or an id of the Hub.
    modality : str
        What the cells were said to be; empty where they tell themselves.
    region : Box, Polygon or Boxes, optional
        The part of each image that was encoded.
    task : str
        What the encoder was told to group texts by; empty where it was told nothing.

    Examples
    --------
    >>> Source(kind="field", name="emb").plain()
    {'kind': 'field', 'name': 'emb', 'by': 'filepath', 'revision': ''}
    """

    kind: str
    name: str
    by: str = "filepath"
    revision: str = ""
    encoder: str = ""
    modality: str = ""
    region: Region | None = None
    task: str = ""

    def plain(self) -> dict[str, Any]:
        """Return it as plain values; what is said of few sources is left out of the others."""
        found = {"kind": self.kind, "name": self.name, "by": self.by, "revision": self.revision}
        seldom: dict[str, Any] = {"encoder": self.encoder, "modality": self.modality, "task": self.task}
        seldom["region"] = None if self.region is None else plain_region(self.region)
        return found | {name: value for name, value in seldom.items() if value}

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> Source:
        """Return the source that :meth:`plain` was called on."""
        said: dict[str, Any] = dict(plain)
        if "region" in said:
            said["region"] = region_of_plain(said["region"])
        return cls(**said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vectors:
    """The vectors of a target.

    Parameters
    ----------
    embeddings : Embeddings
        Positions are those of the target's items. Conditioned, if anything was asked for in words.
    source : Source
        Where they came from before they were conditioned.
    choice : EncoderChoice, optional
        Why an encoder was chosen, where one was.
    instruction : Instruction, optional
        What was asked for.
    conditioned : Conditioned, optional
        What words made of the vectors.
    followed : Followed, optional
        How what was asked for was carried out.
    """

    embeddings: Embeddings
    source: Source
    choice: EncoderChoice | None = None
    instruction: Instruction | None = None
    conditioned: Conditioned | None = None
    followed: Followed | None = None


def source_of_encoder(encoder: Any, choice: EncoderChoice, by: str | None, made_by: Encoder) -> Source:
    """Return where an encoder's vectors come from; only one that is asked for by a name is found again."""
    fitted = isinstance(choice.encoder, FittableEncoder)
    return Source(
        kind="encoder" if isinstance(encoder, (str, os.PathLike)) else "array",
        name=choice.name, by=by or "filepath", revision="" if fitted else made_by.revision,
        encoder=_asked_for(encoder),
    )  # fmt: skip


def _asked_for(encoder: Any) -> str:
    """Return what an encoder is asked for by in another process, where its name does not suffice."""
    if not isinstance(encoder, (str, os.PathLike)):
        return ""
    text = os.fspath(encoder)
    if text == "auto" or text in ENCODERS:
        return ""
    folder = Path(text).expanduser()
    return str(folder.resolve()) if folder.is_dir() else text
