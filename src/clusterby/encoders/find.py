"""The registered encoders for which given facts hold."""

from __future__ import annotations

from typing import Any

from clusterby.core.errors import InvalidParameter, nearest
from clusterby.core.modality import parse_modality
from clusterby.encoders.base import EncoderSpec
from clusterby.encoders.registry import ENCODERS

__all__ = ["check_domain", "find"]


def find(**facts: Any) -> list[EncoderSpec]:
    """Return the rows of the encoders for which every fact holds, in the order of their registration.

    Parameters
    ----------
    **facts
        Any fact of :class:`EncoderSpec` with its value: ``modality="image"``, ``aligned=True``, ``domain="medical"``,
        ``available=True``, …. A fact that is a collection holds if it contains the value.

    Raises
    ------
    InvalidParameter
        If rows have no such fact, or there is no such modality or domain.

    Examples
    --------
    >>> [spec.name for spec in find(modality="image", aligned=True, domain="general")]
    ['clip', 'siglip2']
    """
    for fact in {"modality", "modalities"} & facts.keys():
        facts[fact] = parse_modality(facts[fact])
    if "domain" in facts:
        check_domain(facts["domain"])
    return ENCODERS.find(**facts)


def check_domain(domain: str) -> str:
    """Return the domain if any registered encoder is of it.

    Raises
    ------
    InvalidParameter
        If none is; the message suggests the nearest.
    """
    known = sorted({spec.domain for spec in ENCODERS})
    if domain not in known:
        near = nearest(str(domain), known)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise InvalidParameter(f"no encoder is of domain {domain!r}.{hint} There are: {', '.join(known)}")
    return domain
