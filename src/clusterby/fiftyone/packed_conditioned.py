"""What words made of vectors, as it is kept in a run's results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from clusterby.core.errors import InvalidTable
from clusterby.fiftyone.packed import pack, unpack
from clusterby.instructions import Followed, Subspace
from clusterby.ops.condition import Conditioned

__all__ = ["pack_conditioned", "unpack_conditioned"]

_ARRAYS = ("directions", "center", "query_center")
_NUMBERS = ("method", "scale", "explained", "chance")


def pack_conditioned(how: Conditioned) -> dict[str, Any]:
    """Return the fitted subspace and the words' vectors in it as plain values, the arrays exactly as they are."""
    found = {name: pack(getattr(how.subspace, name)) for name in _ARRAYS}
    return found | {name: getattr(how.subspace, name) for name in _NUMBERS} | {"words": pack(how.words)}


def unpack_conditioned(packed: Mapping[str, Any] | None, followed: Sequence[Followed]) -> Conditioned | None:
    """Return what was packed; None if nothing was.

    Parameters
    ----------
    packed : mapping or None
        What :func:`pack_conditioned` returned.
    followed : sequence of Followed
        How it was carried out: the first is of these vectors.

    Raises
    ------
    InvalidTable
        If it is damaged.
    """
    if packed is None:
        return None
    if not followed:
        raise InvalidTable("the results of the run are damaged: its config does not say what its words were")
    said: dict[str, Any] = {name: packed[name] for name in _NUMBERS}
    said |= {name: unpack(packed[name]) for name in _ARRAYS}
    return Conditioned(subspace=Subspace(**said), followed=followed[0], words=unpack(packed["words"]))
