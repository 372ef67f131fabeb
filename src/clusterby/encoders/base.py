"""What an encoder is, and the facts its row states."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, TypeGuard, runtime_checkable

from numpy.typing import NDArray

from clusterby.core.column import FloatArray
from clusterby.core.errors import InvalidParameter
from clusterby.core.modality import Modality, parse_modality
from clusterby.core.optional import installed
from clusterby.core.registry import import_object
from clusterby.encoders.downloaded import downloaded

Items: TypeAlias = Sequence[Any] | NDArray[Any]
"""Decoded cells of one modality."""

__all__ = [
    "BillingEncoder",
    "Encoder",
    "EncoderSpec",
    "FittableEncoder",
    "InstructedEncoder",
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
        Import path of the class, ``"package.module:Class"``.
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
    quality : float or mapping of Modality to float
        How well its groups agree with what people would call alike, from 0 to 1, for each kind of cell. An order of
        preference among the encoders of one kind, in its author's judgement: no measured score.
    arguments : mapping of str to object
        What the class is called with.
    requires : str or tuple of str
        The modules it cannot do without.
    extra : str, optional
        The extra of clusterby that installs them.
    library : str, optional
        The library that does the work.
    hub_id, hub_revision : str, optional
        Where its weights are on the Hugging Face Hub, and the commit that is taken; the main branch if None.
    size_mb : int, optional
        Of its weights on disk, in 10⁶ bytes.
    license : str, optional
        Of the weights, else of the code.
    domain : str
        What its training was about: ``"general"``, ``"medical"``, ``"satellite"``, ….
    languages : tuple of str
        Those it was trained on, as ISO 639-1 codes; ``("multilingual",)`` for about a hundred of them; empty where
        language plays no part.
    gflops : float, optional
        Billions of floating-point operations for one item: an image at the model's input size, 128 tokens of text, or 10
        seconds of sound, for the first kind of cell the encoder was made for; multiplication and addition are two.
    items_per_second : mapping of str to float
        What was measured, by machine.
    prompts : str, optional
        The prompt or instruction it takes.
    bias : str, optional
        What the authors of its model say of its social bias; None where their model card says nothing.
    local : bool
        False if cells are sent to another machine.
    aliases : tuple of str
        Other names.

    Raises
    ------
    InvalidParameter
        If a fact could not be right, and would mislead the choice in silence.
    """

    name: str
    target: str
    modalities: frozenset[Modality]
    summary: str
    weakness: str
    fitted: bool
    aligned: bool
    dimension: int | None
    quality: float | Mapping[Modality, float]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    requires: str | tuple[str, ...] = ()
    extra: str | None = None
    library: str | None = None
    hub_id: str | None = None
    hub_revision: str | None = None
    size_mb: int | None = None
    license: str | None = None
    domain: str = "general"
    languages: tuple[str, ...] = ()
    gflops: float | None = None
    items_per_second: Mapping[str, float] = field(default_factory=dict)
    prompts: str | None = None
    bias: str | None = None
    local: bool = True
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in (self.name, *self.aliases):
            if name == "auto" or any(mark in name for mark in "/:"):
                raise InvalidParameter(
                    f"encoder name {name!r}: 'auto', and names with '/' or ':', mean other things"
                )
        object.__setattr__(self, "modalities", frozenset(map(parse_modality, self.modalities)))
        if isinstance(self.requires, str):
            object.__setattr__(self, "requires", (self.requires,))
        if isinstance(self.quality, Mapping) and set(self.quality) != self.modalities:
            raise InvalidParameter(
                f"quality={dict(self.quality)!r}: give one for each of {sorted(self.modalities)}"
            )
        if any(not 0 <= self.quality_for(modality) <= 1 for modality in self.modalities):
            raise InvalidParameter(f"quality={self.quality!r}: give numbers from 0 to 1")
        if self.hub_revision is not None and not re.fullmatch("[0-9a-f]{40}", self.hub_revision):
            raise InvalidParameter(
                f"hub_revision={self.hub_revision!r}: give the 40 digits of a commit, or None"
            )

    @property
    def modality(self) -> frozenset[Modality]:
        """The kinds of cell it takes, as ``find(modality="image")`` asks for one of them."""
        return self.modalities

    @property
    def missing(self) -> str | None:
        """The first of the modules it requires that is not installed."""
        return next((module for module in self.requires if not installed(module)), None)

    @property
    def installed(self) -> bool:
        """Whether all that it requires is installed."""
        return self.missing is None

    @property
    def available(self) -> bool:
        """Whether it can work at once: installed, and downloaded if it has weights."""
        return not self.to_get

    @property
    def to_get(self) -> str:
        """What makes it available, in words; empty if it is."""
        steps = []
        if self.missing is not None:
            steps.append(f"pip install '{f'clusterby[{self.extra}]' if self.extra else self.missing}'")
        if self.hub_id is not None and downloaded(self.hub_id, self.hub_revision) is None:
            steps.append(
                f"encoder={self.name!r} downloads {self.size} from huggingface.co/{self.hub_id}, once"
            )
        return ", then ".join(steps)

    @property
    def size(self) -> str:
        """The size of its weights on disk, in words."""
        if self.size_mb is None:
            return "weights of unstated size" if self.hub_id else "nothing"
        return f"{self.size_mb / 1000:.1f} GB" if self.size_mb >= 1000 else f"{self.size_mb} MB"

    def quality_for(self, modality: Modality) -> float:
        """Return its quality for one kind of cell."""
        return self.quality[modality] if isinstance(self.quality, Mapping) else self.quality

    def reads(self, language: str) -> bool:
        """Whether it can be expected to understand a language, by its ISO 639-1 code."""
        return not self.languages or language in self.languages or "multilingual" in self.languages

    def make(self) -> Encoder:
        """Import its class and return the encoder; weights are loaded when the first item is encoded."""
        encoder: Encoder = import_object(self.target)(**self.arguments)
        return encoder


@runtime_checkable
class Encoder(Protocol):
    """Turns decoded cells into vectors.

    Images come as RGB ``PIL.Image.Image``, texts as str, sound as float32 (samples,), numbers as float64,
    categories as str, dates as datetime64[us], vectors as rows of a float32 matrix.

    Notes
    -----
    An encoder may also have these attributes:

    - ``shrink_to`` : int, the shorter side in pixels to which larger images are decoded for it.
    - ``fill`` : (int, int, int), red, green and blue from 0 to 255 of the color that says nothing to it; what is hidden of an
      image gets it. Middle gray unless given.
    - ``input_side`` : int, the side in pixels of the square that it looks at; limits how much small regions are enlarged.
    - ``center_crop`` : float, the part of a square's side that its own center crop keeps, 1 unless given; regions stay
      within.
    - ``sampling_rate`` : int, in hertz, at which sound is decoded for it.
    - ``max_seconds`` : float, of sound that it hears; the rest is not decoded.
    - ``batch_size`` : int, how many items it likes at a time.
    - ``load()`` : loads its model; called once before the first cell is encoded.
    - ``crowded`` : bool, set to whether the threads that prepare its cells need the processor more than it does.
    - ``logit_scale``, ``logit_bias`` : float, what its model was trained to multiply cosines of images and texts with, and
      to add where a logit stands alone.
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
class InstructedEncoder(Encoder, Protocol):
    """An encoder that may be told what texts are to be grouped by."""

    def instructed(self, task: str) -> Encoder | None:
        """Return an encoder that reads the task before each text; None if the model was not trained to follow one."""


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
