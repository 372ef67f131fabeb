"""What an encoder is, and the facts its row states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeGuard, runtime_checkable

from numpy.typing import NDArray

from clusterby.core.column import FloatArray
from clusterby.core.modality import Modality
from clusterby.core.optional import installed

Items: TypeAlias = Sequence[Any] | NDArray[Any]
"""Decoded cells of one modality."""

__all__ = [
    "BillingEncoder",
    "Encoder",
    "EncoderSpec",
    "FittableEncoder",
    "Items",
    "PreparingEncoder",
    "QueryEncoder",
    "embeds_queries",
]


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

    Images come as RGB ``PIL.Image.Image``, texts as str, sound as float32 (samples,), numbers as float64,
    categories as str, dates as datetime64[us], vectors as rows of a float32 matrix.

    Notes
    -----
    An encoder may also have these attributes:

    - ``shrink_to`` : int, the shorter side in pixels to which larger images are decoded for it.
    - ``sampling_rate`` : int, in hertz, at which sound is decoded for it.
    - ``batch_size`` : int, how many items it likes at a time.
    - ``aligned`` : bool, False if it has :class:`QueryEncoder`'s method but no text tower behind it.
    """

    @property
    def name(self) -> str:
        """The name in the column it makes: ``name(image)``."""

    @property
    def revision(self) -> str:
        """Changes whenever the same cell would get another vector.

        Empty if the encoder cannot say: its vectors are not kept then.
        """

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


@runtime_checkable
class PreparingEncoder(Encoder, Protocol):
    """An encoder with work to do before its model: ``encode(x)`` is ``encode_prepared(prepare(x))``."""

    def prepare(self, items: Items) -> Any:
        """Return what the model takes; called on several threads at once, ahead of the model."""

    def encode_prepared(self, prepared: Any) -> FloatArray:
        """Return float32 (m, d) for what :meth:`prepare` returned; called by one thread."""


@runtime_checkable
class BillingEncoder(Encoder, Protocol):
    """An encoder whose work is paid for."""

    def estimate(self, items: Items) -> str:
        """Return what encoding the items would cost, as a sentence; called before anything is sent."""


def embeds_queries(encoder: Encoder) -> TypeGuard[QueryEncoder]:
    """Whether text queries can be put into the encoder's space."""
    return isinstance(encoder, QueryEncoder) and getattr(encoder, "aligned", True)
