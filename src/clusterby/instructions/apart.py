"""Which texts an encoder tells apart."""

from __future__ import annotations

import numpy as np

from clusterby.core.column import FloatArray, IntArray

__all__ = ["SAME", "same_texts", "tell_apart"]

SAME = 0.9995
"""The cosine from which on two texts are one to the encoder."""

_NEARLY = 0.9
"""The same for a claim and a negative, centred; docs/instructions.md says how it was chosen."""


def same_texts(directions: FloatArray) -> dict[int, int]:
    """Return for each text that is the same to the encoder as an earlier one the place of the first of these.

    Parameters
    ----------
    directions : float32 (k, d)
        Unit rows.

    Examples
    --------
    >>> same_texts(np.array([[0, 1], [1, 0], [0, 1]], dtype=np.float32))
    {2: 0}
    """
    firsts: list[int] = []
    same: dict[int, int] = {}
    cosines = directions @ directions.T
    for place in range(len(directions)):
        twin = next((first for first in firsts if cosines[place, first] >= SAME), None)
        if twin is None:
            firsts.append(place)
        else:
            same[place] = twin
    return same


def tell_apart(asked: FloatArray, negatives: FloatArray) -> tuple[IntArray, dict[int, int | None]]:
    """Return which negatives an encoder tells from a claim and from each other.

    Parameters
    ----------
    asked : float32 (d,)
        The claim's unit vector.
    negatives : float32 (k, d)
        Unit rows.

    Returns
    -------
    kept : int64 (m,)
        The places of those that are.
    left_out : dict of int to int or None
        For each other one the place of the negative that is the same, or None if it is nearly the claim.

    Notes
    -----
    A softmax gives every alternative a share. Twenty names of one thing would have twenty shares, and another name of what
    is claimed would halve its probability. So of negatives with one vector the first counts; and one whose vector lies, as
    seen from the mean of claim and negatives, in the direction of the claim's is no negative.

    Examples
    --------
    >>> negatives = np.array([[0, 1], [0, 1], [1, 0.01]], dtype=np.float32)
    >>> tell_apart(np.array([1, 0], dtype=np.float32), negatives)
    (array([0]), {1: 0, 2: None})
    """
    left_out: dict[int, int | None] = dict(same_texts(negatives))
    distinct = [place for place in range(len(negatives)) if place not in left_out]
    whole = np.concatenate([asked[None], negatives[distinct]]).astype(np.float64)
    centred = whole - whole.mean(axis=0)
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), np.finfo(float).tiny)
    toward = centred[1:] @ centred[0]
    same = negatives[distinct] @ asked >= SAME
    near = dict(zip(distinct, same | (toward >= _NEARLY), strict=True))
    left_out |= {place: None for place in distinct if near[place]}
    kept = np.array([place for place in distinct if not near[place]], dtype=np.int64)
    return kept, left_out
