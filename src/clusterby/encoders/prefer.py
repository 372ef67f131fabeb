"""The best encoder that is here, by stated preferences."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clusterby.core.errors import InvalidParameter, MissingExtra
from clusterby.core.modality import Modality
from clusterby.core.parameter import Parameter, check_parameters
from clusterby.encoders.base import EncoderSpec
from clusterby.encoders.find import check_domain, find

__all__ = ["Preferences", "best_encoder", "parse_preferences"]

_DECLARED = (
    Parameter(name="quality", kind="float", help="How much its quality counts.", minimum=0),
    Parameter(name="speed", kind="float", help="How much its speed counts.", minimum=0),
    Parameter(name="domain", kind="str", help="What it must know about."),
    Parameter(name="aligned", kind="bool", help="Whether text queries must fit into its space."),
    Parameter(name="max_cost", kind="float", help="The most billions of operations for one item.", minimum=0),
    Parameter(name="local", kind="bool", help="Whether cells must stay on this machine."),
    Parameter(name="language", kind="str", help="A language it must read, as an ISO 639-1 code."),
)
_SLOWEST = 1000.0
"""Billions of operations for one item, at which nothing is left of an encoder's speed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What an encoder is chosen by.

    Parameters
    ----------
    quality, speed : float
        The weights of the two in its score, where quality is its row's, and speed falls with the logarithm of its
        cost from 1 for none to 0 for 1000 billions of operations an item.
    domain : str
        The domain it must be of.
    aligned : bool, optional
        Whether it must be aligned with language; None is indifferent.
    max_cost : float, optional
        The most billions of operations an item.
    local : bool
        Whether cells must stay on this machine.
    language : str, optional
        A language it must read.
    """

    quality: float = 1.0
    speed: float = 0.0
    domain: str = "general"
    aligned: bool | None = None
    max_cost: float | None = None
    local: bool = True
    language: str | None = None

    def meets(self, spec: EncoderSpec) -> bool:
        """Whether an encoder has all the facts that are asked for."""
        return (
            spec.domain == self.domain
            and (self.aligned is None or spec.aligned == self.aligned)
            and (self.max_cost is None or (spec.gflops is not None and spec.gflops <= self.max_cost))
            and (spec.local or not self.local)
            and (self.language is None or spec.reads(self.language))
        )

    def score(self, spec: EncoderSpec, modality: Modality) -> float:
        """Return the weighted sum of an encoder's quality and speed."""
        cost = _SLOWEST if spec.gflops is None else spec.gflops
        speed = max(0.0, 1 - math.log1p(cost) / math.log1p(_SLOWEST))
        return self.quality * spec.quality_for(modality) + self.speed * speed

    @property
    def facts(self) -> list[str]:
        """The facts that are asked for, in words."""
        words = []
        if self.domain != "general":
            words.append(f"of domain {self.domain!r}")
        if self.aligned is not None:
            words.append("aligned with language" if self.aligned else "not aligned with language")
        if self.max_cost is not None:
            words.append(f"of at most {self.max_cost:g} GFLOPs an item")
        if self.language is not None:
            words.append(f"for the language {self.language!r}")
        return words

    @property
    def measure(self) -> str:
        """What is best about the best one, in words."""
        if not self.speed:
            return "the best quality"
        return (
            f"the best by quality {self.quality:g} and speed {self.speed:g}"
            if self.quality
            else "the fastest"
        )


def parse_preferences(prefer: Mapping[str, Any] | None) -> Preferences:
    """Return preferences from what a user gave.

    Parameters
    ----------
    prefer : mapping, optional
        ``"quality"`` and ``"speed"``: their weights; where neither is named quality alone counts. ``"domain"``,
        ``"aligned"``, ``"max_cost"``, ``"local"``, ``"language"``: what must hold.

    Raises
    ------
    InvalidParameter
        If there is no such preference, or a value does not fit.

    Examples
    --------
    >>> parse_preferences({"speed": 2, "aligned": True}).measure
    'the fastest'
    """
    if not isinstance(prefer, Mapping | None):
        raise InvalidParameter(f"prefer={prefer!r:.80}: give a mapping, for example {{'domain': 'medical'}}")
    given = check_parameters("prefer", _DECLARED, prefer or {})
    weights: dict[str, float] = {name: given[name] for name in ("quality", "speed") if name in given}
    if weights:
        if not any(weights.values()):
            raise InvalidParameter("prefer: quality and speed cannot both weigh nothing")
        given = {**given, "quality": 0.0, "speed": 0.0, **weights}
    if "domain" in given:
        check_domain(given["domain"])
    return Preferences(**given)


def best_encoder(modality: Modality, prefer: Mapping[str, Any] | None = None) -> tuple[EncoderSpec, str]:
    """Return the best encoder for a kind of cell that is here, and why it is.

    Raises
    ------
    InvalidParameter
        If none that is here will do; the message says which would and how to get it, and which is here instead.
    MissingExtra
        If a library has to be installed first.
    """
    wanted = parse_preferences(prefer)
    able = sorted(find(modality=modality), key=lambda spec: -wanted.score(spec, modality))
    if not able:
        raise InvalidParameter(
            f"no registered encoder takes {modality} cells: pass encoder= a function from a list of cells to vectors"
        )
    fitting = [spec for spec in able if wanted.meets(spec)]
    here = [spec for spec in fitting if spec.available]
    if not here:
        raise _refusal(modality, wanted, able, fitting)
    for_these = ", ".join([f"installed for {modality} cells", *wanted.facts])
    if len(here) == 1:
        return here[0], f"the one {for_these}"
    return here[0], f"{wanted.measure} of {', '.join(spec.name for spec in here)}, those {for_these}"


def _refusal(
    modality: Modality, wanted: Preferences, able: list[EncoderSpec], fitting: list[EncoderSpec]
) -> InvalidParameter | MissingExtra:
    """Return the error that says what would do, how to get it, and what is here instead."""
    facts = " and ".join(wanted.facts) or "installed"
    words = [
        f"no encoder for {modality} cells {'that is here ' if wanted.facts and fitting else ''}is {facts}"
    ]
    if fitting:
        others = f", as {', '.join(repr(spec.name) for spec in fitting[1:])} would" if fitting[1:] else ""
        words.append(f"{fitting[0].name!r} would be{others}: {fitting[0].to_get}")
    instead = [spec for spec in able if spec.available and (spec.local or not wanted.local)]
    if instead:
        words.append(f"without that preference there is {instead[0].name!r}")
    elif not fitting:
        words.append("list them: clusterby encoders")
    missing = bool(fitting) and not fitting[0].installed
    return (MissingExtra if missing else InvalidParameter)("; ".join(words))
