"""Which encoder embeds a column, and why."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from clusterby.core.errors import InvalidParameter, MissingExtra
from clusterby.core.modality import Modality
from clusterby.core.optional import installed
from clusterby.encoders.base import Encoder, EncoderSpec
from clusterby.encoders.downloaded import downloaded, holds_model
from clusterby.encoders.function import FunctionEncoder
from clusterby.encoders.model_folder import ModelFolder, model_path
from clusterby.encoders.openai import OpenAIEncoder
from clusterby.encoders.prefer import best_encoder
from clusterby.encoders.registry import ENCODERS
from clusterby.encoders.sentence_transformers import SentenceTransformerEncoder

__all__ = ["EncoderArgument", "EncoderChoice", "check_modality", "choose_encoder"]

log = logging.getLogger(__name__)

EncoderArgument: TypeAlias = str | os.PathLike[str] | Encoder | Callable[[list[Any]], Any]

_OPENAI = "openai:"


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderChoice:
    """An encoder with the reason it was chosen.

    Parameters
    ----------
    column : str
        The column it embeds.
    modality : Modality
        What that column's cells are.
    name : str
        The encoder's name.
    reason : str
        Why this one.
    weakness : str
        What it is weak at.
    encoder : Encoder
        The encoder itself, not yet fitted to the column.
    """

    column: str
    modality: Modality
    name: str
    reason: str
    weakness: str
    encoder: Encoder

    def __str__(self) -> str:
        return f"{self.name}({self.column}): {self.reason}; {self.weakness}"


def choose_encoder(
    encoder: EncoderArgument,
    modality: Modality,
    *,
    column: str,
    prefer: Mapping[str, Any] | None = None,
) -> EncoderChoice:
    """Return the encoder for a column. Nothing is downloaded or loaded before the first cell is encoded.

    Parameters
    ----------
    encoder : str, PathLike, Encoder or callable
        A registered name; ``"auto"`` for the best that is here for the modality; a folder that holds a model; an id of
        the Hugging Face Hub, ``"org/name"``; ``"openai:MODEL"`` for an endpoint; an object with :class:`Encoder`'s
        methods; or a function from a list of cells to vectors.
    modality : Modality
        What the cells are.
    column : str
        The column's name.
    prefer : mapping, optional
        What ``"auto"`` chooses by. Weights: ``"quality"`` and ``"speed"``. Facts that must hold: ``"domain"``
        (``"general"`` unless given), ``"aligned"`` with language, ``"max_cost"`` in GFLOPs an item, ``"language"``, and
        ``"local"``, which only False gives up: cells may be sent elsewhere then.

    Raises
    ------
    UnknownEncoder
        If no encoder bears that name.
    InvalidParameter
        If the encoder does not take cells of that modality, or none that is here meets the preferences.
    MissingExtra
        If the library it needs is not installed.
    UnreadableSource
        If a folder holds no model.

    Examples
    --------
    >>> choose_encoder("auto", Modality.NUMBER, column="price").reason
    'the one installed for number cells'
    """
    if prefer and encoder != "auto":
        raise InvalidParameter(
            f"prefer= is what encoder='auto' chooses by, but column {column!r} has encoder={encoder!r:.80}: leave one out"
        )
    if isinstance(encoder, str) and encoder == "auto":
        spec, reason = best_encoder(modality, prefer)
        choice = _choice(spec.make(), modality, column, reason, spec.weakness)
        log.info("encoder %s", choice)
        return choice
    if isinstance(encoder, (str, os.PathLike)):
        return _named(encoder, modality, column)
    if isinstance(encoder, type) or not (isinstance(encoder, Encoder) or callable(encoder)):
        raise InvalidParameter(
            f"encoder={encoder!r:.80}: give a registered name, 'auto', an Encoder or a function of a list of cells"
        )
    if not isinstance(encoder, Encoder):
        encoder = FunctionEncoder(encoder)
    return _choice(encoder, modality, column, "given by the caller", _told_by("author"))


def _choice(encoder: Encoder, modality: Modality, column: str, reason: str, weakness: str) -> EncoderChoice:
    return EncoderChoice(
        column=column, modality=modality, name=encoder.name, reason=reason, weakness=weakness, encoder=encoder
    )


def _named(encoder: str | os.PathLike[str], modality: Modality, column: str) -> EncoderChoice:
    text = os.fspath(encoder)
    if isinstance(encoder, str):
        if text in ENCODERS:
            spec = _registered(text, modality, column)
            return _choice(spec.make(), modality, column, "asked for by name", spec.weakness)
        if text.startswith(_OPENAI):
            return _endpoint(text.removeprefix(_OPENAI), modality, column)
        if "/" not in text and not holds_model(Path(text)):
            ENCODERS.get(text)  # its error suggests the nearest names
    return _model(text, modality, column)


def _registered(name: str, modality: Modality, column: str) -> EncoderSpec:
    spec = ENCODERS.get(name)
    check_modality(spec.name, spec.modalities, modality, column)
    for module in spec.requires:
        _check_installed(spec.name, module, spec.extra)
    return spec


def _endpoint(model: str, modality: Modality, column: str) -> EncoderChoice:
    check_modality(f"{_OPENAI}{model}", frozenset({Modality.TEXT}), modality, column)
    _check_installed(f"{_OPENAI}{model}", "openai", "llm")
    encoder = OpenAIEncoder(model)
    return _choice(
        encoder, modality, column, "asked for by name: cells are sent to its endpoint", _told_by("provider")
    )


def _model(model: str, modality: Modality, column: str) -> EncoderChoice:
    """Return the encoder of a model folder or a Hub id; its modality is checked where its files are here and tell."""
    local = model_path(model)
    path = downloaded(model) if local is None else local
    reason = "the model in that folder" if local else "asked for by its id on the Hugging Face Hub"
    _check_installed(model, "sentence_transformers", "models")
    if path is not None:
        kinds = ModelFolder(path=path, name=model, revision="").modalities
        if kinds is not None:
            check_modality(model, kinds, modality, column)
    encoder = SentenceTransformerEncoder(model if local is None else local)
    return _choice(encoder, modality, column, reason, _told_by("card"))


def _told_by(whom: str) -> str:
    return f"what it is weak at is for its {whom} to say"


def check_modality(name: str, kinds: frozenset[Modality], modality: Modality, column: str) -> None:
    """Refuse an encoder that takes cells of other kinds than the column's.

    Raises
    ------
    InvalidParameter
        If it does.
    """
    if modality not in kinds:
        raise InvalidParameter(
            f"encoder {name!r} takes {' and '.join(sorted(kinds))} cells, but column {column!r} "
            f"holds {modality} cells: choose another (clusterby encoders), or say what they are with modality="
        )


def _check_installed(name: str, module: str, extra: str | None) -> None:
    if not installed(module):
        target = f"clusterby[{extra}]" if extra else module
        raise MissingExtra(f"encoder {name!r} needs {module}. Install it: pip install '{target}'")
