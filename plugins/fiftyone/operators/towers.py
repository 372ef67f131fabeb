"""Which encoders know words, told without loading or downloading anything."""

from __future__ import annotations

from pathlib import Path

from clusterby import encoders
from clusterby.core.modality import Modality
from clusterby.encoders.base import EncoderSpec
from clusterby.encoders.downloaded import downloaded, holds_model
from clusterby.encoders.model_folder import ModelFolder
from clusterby.encoders.prefer import best_encoder

__all__ = ["best_that_knows_words", "follows", "has_tower"]


def has_tower(name: str, cells: Modality) -> bool | None:
    """Return whether an encoder embeds words into the space of its cells; None if that cannot be told from here.

    Parameters
    ----------
    name : str
        As ``encoder=`` takes it; ``"auto"`` is one that does, if any is here.
    cells : Modality
        What it is to embed.
    """
    if name == "auto":
        return True
    if name in encoders.ENCODERS:
        return bool(encoders.get(name).aligned)
    if name.startswith("openai:"):
        return cells is Modality.TEXT
    folder = Path(name).expanduser()
    path = folder if holds_model(folder) else downloaded(name) if "/" in name else None
    kinds = None if path is None else ModelFolder(path=path, name=name, revision="").modalities
    return None if kinds is None else Modality.TEXT in kinds


def follows(name: str, cells: Modality) -> bool:
    """Whether an encoder was trained to follow an instruction that it reads before each text."""
    if cells is not Modality.TEXT:
        return False
    if name != "auto":
        return name in encoders.ENCODERS and "instruct" in encoders.get(name).arguments
    try:
        return "instruct" in best_that_knows_words(cells).arguments
    except (ValueError, ImportError):  # there is none, which is told elsewhere
        return False


def best_that_knows_words(cells: Modality) -> EncoderSpec:
    """Return what ``"auto"`` takes where words are compared.

    Raises
    ------
    InvalidParameter, MissingExtra
        If none is here.
    """
    return best_encoder(cells, {"aligned": True})[0]
