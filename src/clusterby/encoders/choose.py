"""Which encoder embeds a column, and why."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from clusterby.core.errors import InvalidParameter, MissingExtra
from clusterby.core.modality import Modality
from clusterby.encoders.base import Encoder, EncoderSpec
from clusterby.encoders.function import FunctionEncoder
from clusterby.encoders.registry import ENCODERS

__all__ = ["EncoderArgument", "EncoderChoice", "choose_encoder"]

log = logging.getLogger(__name__)

EncoderArgument: TypeAlias = str | Encoder | Callable[[list[Any]], Any]


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


def choose_encoder(encoder: EncoderArgument, modality: Modality, *, column: str) -> EncoderChoice:
    """Return the encoder for a column.

    Parameters
    ----------
    encoder : str, Encoder or callable
        A registered name, ``"auto"`` for the best that is installed for the modality, an object with
        :class:`Encoder`'s methods, or a function from a list of cells to vectors.
    modality : Modality
        What the cells are.
    column : str
        The column's name.

    Raises
    ------
    UnknownEncoder
        If no encoder bears that name, or none is there for the modality.
    InvalidParameter
        If the encoder does not take cells of that modality.
    MissingExtra
        If the library it needs is not installed.

    Examples
    --------
    >>> choose_encoder("auto", Modality.TEXT, column="title").name
    'lsa'
    """
    if isinstance(encoder, str):
        if encoder == "auto":
            spec, reason = _best(modality)
        else:
            spec, reason = _named(encoder, modality, column), "asked for by name"
        choice = EncoderChoice(
            column=column, modality=modality, name=spec.name, reason=reason, weakness=spec.weakness,
            encoder=ENCODERS.load(spec.name)(),
        )  # fmt: skip
        if encoder == "auto":
            log.info("encoder %s", choice)
        return choice
    if isinstance(encoder, type) or not (isinstance(encoder, Encoder) or callable(encoder)):
        raise InvalidParameter(
            f"encoder={encoder!r:.80}: give a registered name, 'auto', an Encoder or a function of a list of cells"
        )
    if not isinstance(encoder, Encoder):
        encoder = FunctionEncoder(encoder)
    return EncoderChoice(
        column=column, modality=modality, name=encoder.name, encoder=encoder, reason="given by the caller",
        weakness="what it is weak at is for its author to say",
    )  # fmt: skip


def _best(modality: Modality) -> tuple[EncoderSpec, str]:
    able = sorted(ENCODERS.find(modalities=modality), key=lambda spec: -spec.rank)
    if not able:
        raise InvalidParameter(
            f"no registered encoder takes {modality} cells: pass encoder= a function from a list of cells to vectors"
        )
    ready = [spec for spec in able if spec.installed]
    if not ready:
        raise MissingExtra(
            f"no encoder for {modality} cells is installed. Install one: pip install 'clusterby[{able[0].extra}]'"
        )
    among = f"the best of {len(ready)}" if len(ready) > 1 else "the one"
    return ready[0], f"{among} installed for {modality} cells"


def _named(name: str, modality: Modality, column: str) -> EncoderSpec:
    spec = ENCODERS.get(name)
    if modality not in spec.modalities:
        raise InvalidParameter(
            f"encoder {spec.name!r} takes {' and '.join(sorted(spec.modalities))} cells, but column {column!r} "
            f"holds {modality} cells: choose another (clusterby encoders), or say what they are with modality="
        )
    if not spec.installed:
        extra = f"clusterby[{spec.extra}]" if spec.extra else str(spec.requires)
        raise MissingExtra(f"encoder {spec.name!r} needs {spec.requires}. Install it: pip install '{extra}'")
    return spec
