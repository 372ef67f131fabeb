"""What an encoder is, and the facts its row states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, runtime_checkable

from numpy.typing import NDArray

from clusterby.core.column import FloatArray
from clusterby.core.modality import Modality
from clusterby.core.optional import installed

Items: TypeAlias = Sequence[Any] | NDArray[Any]
"""Decoded cells of one modality."""

__all__ = ["Encoder", "EncoderSpec", "FittableEncoder", "Items", "QueryEncoder"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSpec:
    """The facts by which an encoder is chosen; reading them imports nothing.

    Parameters
    ----------
    name : str
        The name it is asked for by.
    target : str
        Import path of the class, ``"package.module:Class"``; called without arguments.
    modalities : frozenset of Modality
        The kinds of cell it takes.
    summary : str
        What it sees, in one sentence without a subject.
    weakness : str
        What it does not see and what would, in one sentence without a subject.
    fitted : bool
        Whether it learns from the corpus it is given: vectors of two corpora cannot be compared.
    aligned : bool
        Whether text queries can be embedded into the same space.
    dimension : int, optional
        Of its vectors; None where it depends on the corpus.
    rank : int
        Preference among those installed for one modality; higher is better.
    requires : str, optional
        A module it cannot do without.
    extra : str, optional
        The extra of clusterby that installs that module.
    aliases : tuple of str
        Other names.
    """

    name: str
    target: str
    modalities: frozenset[Modality]
    summary: str
    weakness: str
    fitted: bool
    aligned: bool
    dimension: int | None
    rank: int
    requires: str | None = None
    extra: str | None = None
    aliases: tuple[str, ...] = ()

    @property
    def installed(self) -> bool:
        """Whether what it requires is installed."""
        return self.requires is None or installed(self.requires)


@runtime_checkable
class Encoder(Protocol):
    """Turns decoded cells into vectors.

    Images come as RGB ``PIL.Image.Image``, texts as str, numbers as float64, categories as str,
    dates as datetime64[us], vectors as rows of a float32 matrix.
    """

    @property
    def name(self) -> str:
        """The name in the column it makes: ``name(image)``."""

    @property
    def revision(self) -> str:
        """Changes whenever the same cell would get another vector."""

    def encode(self, items: Items) -> FloatArray:
        """Return float32 (m, d): one vector per item, the same whatever the batch it came in."""


@runtime_checkable
class FittableEncoder(Encoder, Protocol):
    """An encoder that must see the corpus first."""

    def fit(self, items: Items) -> Encoder:
        """Return a new encoder fitted to the items, its revision naming them by fingerprint."""


@runtime_checkable
class QueryEncoder(Encoder, Protocol):
    """An encoder that also puts text queries into its space."""

    def encode_queries(self, queries: Sequence[str]) -> FloatArray:
        """Return float32 (q, d), comparable by cosine with what :meth:`encode` returns."""
