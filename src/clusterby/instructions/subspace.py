"""Vectors as words see them: the part of an embedding that a bank of words tells apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import FloatArray
from clusterby.core.errors import InvalidParameter

__all__ = ["METHODS", "Subspace", "SubspaceMethod", "fit_subspace", "ignoring_subspace"]

SubspaceMethod: TypeAlias = Literal["scores", "project", "softmax", "mask", "gradient"]
METHODS: tuple[SubspaceMethod, ...] = get_args(SubspaceMethod)

MASKED = 50
"""How many dimensions a mask keeps, as in the design note."""

_ENOUGH = 10_000
"""Rows, evenly spaced, on which the share of the variance is measured: it is then off by some tenths of a percent."""

_BLOCK = 4096
"""Rows that are multiplied at a time."""

_SAME = 1e-4
"""Singular values below this part of the largest are taken for rounding."""
_LEFT = 1e-3
"""Words of whose spread no more than this part is left, after what is ignored, differ in nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subspace:
    """The way from vectors to conditioned vectors; made by :func:`fit_subspace`.

    Parameters
    ----------
    method : {"scores", "project", "softmax", "mask", "gradient", "ignore"}
        What the dimensions are.
    directions : float32 (r, d)
        What vectors are multiplied with, one per dimension of the conditioned ones.
    center : float32 (d,)
        Subtracted from vectors before.
    query_center : float32 (d,)
        Subtracted from the vectors of texts before.
    scale : float, optional
        Of the softmax: the inverse of its temperature.
    explained : float
        The share of the items' variance that lies in the span of the centred words, 0 to 1; of 10,000 of them at most.
    chance : float
        The share that as many random directions hold on average.
    """

    method: SubspaceMethod | Literal["ignore"]
    directions: FloatArray
    center: FloatArray
    query_center: FloatArray
    scale: float | None = None
    explained: float
    chance: float

    @property
    def dimension(self) -> int:
        """How many dimensions the conditioned vectors have."""
        return len(self.directions)

    def transform(self, vectors: FloatArray) -> FloatArray:
        """Return the conditioned vectors of items, float32 (n, r)."""
        return self._seen(vectors, self.center)

    def transform_queries(self, vectors: FloatArray) -> FloatArray:
        """Return the conditioned vectors of texts, float32 (q, r), comparable by cosine with those of items."""
        return self._seen(vectors, self.query_center)

    def _seen(self, vectors: FloatArray, center: FloatArray) -> FloatArray:
        products = _products(vectors, self.directions)
        products -= (self.directions.astype(np.float64) @ center).astype(np.float32)
        return products if self.scale is None else _softmax(products * np.float32(self.scale))


def fit_subspace(
    items: FloatArray,
    words: FloatArray,
    *,
    method: SubspaceMethod = "scores",
    ignore: FloatArray | None = None,
    scale: float = 100.0,
    asked: FloatArray | None = None,
) -> Subspace:
    """Return the subspace of items in which words differ.

    Parameters
    ----------
    items : float32 (n, d)
        The vectors of what is to be grouped, at least one.
    words : float32 (w, d)
        Unit rows in the same space, at least two: each the mean of a word's prompts.
    method : {"scores", "project", "softmax", "mask", "gradient"}
        ``"scores"`` gives the products of centred items and centred words; ``"project"`` the items' coordinates on the
        span of the centred words; ``"softmax"`` the words' probabilities; ``"mask"`` the 50 dimensions of the items in
        which the words vary most; ``"gradient"`` those in which the instruction's own vector is largest, a
        baseline: what is large in one text is large in most, and so says little of what tells texts apart.
    ignore : float32 (q, d), optional
        Directions to project out of items and words first; what is shorter than 1/10,000 of their spread is rounding.
    scale : float
        Of the softmax: what the model multiplies cosines with.
    asked : float32 (d,), optional
        The vector of the instruction, for ``"gradient"``.

    Raises
    ------
    InvalidParameter
        If there is no such method, ``"gradient"`` is asked for without the instruction's vector, or the words differ in
        nothing, or only in what is to be ignored.

    Notes
    -----
    Scores of images and texts as features are due to *Conditional Representation Learning* (2025); here both sides
    are centred, because most of a prompt's vector is common to all prompts, and most of an image's to all images.

    Examples
    --------
    >>> words = np.eye(3, dtype=np.float32)[:2]
    >>> items = np.array([[1, 0, 9], [0, 1, 9], [1, 0, -9]], dtype=np.float32)
    >>> fit_subspace(items, words).transform(items).astype(float).round(2).tolist()
    [[0.33, -0.33], [-0.67, 0.67], [0.33, -0.33]]
    """
    if method not in METHODS:
        raise InvalidParameter(f"instruction method {method!r}: for vectors there are {', '.join(METHODS)}")
    kept = _complement(ignore, items.shape[1])
    center = items.mean(axis=0, dtype=np.float64)
    word_center = words.mean(axis=0, dtype=np.float64)
    spread = without(words - word_center, kept)
    basis = row_basis(spread)
    if not len(basis) or np.linalg.norm(spread) < _LEFT * np.linalg.norm(words - word_center):
        only = " but what is to be ignored" if len(kept) else ""
        raise InvalidParameter(f"to the encoder the words differ in nothing{only}: choose other words")
    explained = _share(items, basis)
    zero = np.zeros(items.shape[1], dtype=np.float32)
    found = Subspace(
        method=method, directions=_narrow(spread), center=_narrow(center), query_center=_narrow(word_center),
        explained=explained, chance=len(basis) / items.shape[1],
    )  # fmt: skip
    if method == "project":
        return replace(found, directions=_narrow(basis))
    if method == "softmax":
        return replace(
            found,
            directions=_narrow(without(words.astype(np.float64), kept)),
            center=zero,
            query_center=zero,
            scale=scale,
        )
    if method in ("mask", "gradient"):
        if method == "gradient" and asked is None:
            raise InvalidParameter(
                "method='gradient' needs a vector of the instruction itself: give instruction= or description="
            )
        sizes = np.abs(asked) if method == "gradient" and asked is not None else spread.std(axis=0)
        chosen = np.sort(np.argsort(-sizes, kind="stable")[:MASKED])
        unit = np.eye(items.shape[1])[chosen]
        return replace(found, directions=_narrow(without(unit, kept)))
    return found


def ignoring_subspace(items: FloatArray, ignore: FloatArray) -> Subspace:
    """Return what is left of items without some directions, turned so that it has as many dimensions.

    Parameters
    ----------
    items : float32 (n, d)
        The vectors of what is to be grouped.
    ignore : float32 (q, d)
        The directions, as for :func:`fit_subspace`.

    Raises
    ------
    InvalidParameter
        If they are all there are.

    Examples
    --------
    >>> items = np.array([[3, 0], [4, 1]], dtype=np.float32)
    >>> found = ignoring_subspace(items, np.array([[0, 2]], dtype=np.float32))
    >>> np.abs(found.transform(items)).tolist()
    [[0.5], [0.5]]
    """
    nuisance = row_basis(ignore.astype(np.float64))
    center = items.mean(axis=0, dtype=np.float64)
    rest = np.linalg.svd(nuisance)[2][len(nuisance) :]
    if not len(rest):
        raise InvalidParameter(
            f"what is to be ignored takes all {items.shape[1]} dimensions of the vectors: ignore fewer words"
        )
    return Subspace(
        method="ignore", directions=_narrow(rest), center=_narrow(center), query_center=_narrow(center),
        explained=_share(items, rest), chance=len(rest) / items.shape[1],
    )  # fmt: skip


def without(vectors: NDArray[np.float64], nuisance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return vectors, (n, d), without their part in the span of orthonormal rows, (q, d)."""
    return vectors - (vectors @ nuisance.T) @ nuisance


def row_basis(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return orthonormal rows, (r, d), with the same span as the given ones."""
    _, sizes, rows = np.linalg.svd(vectors, full_matrices=False)
    return rows[sizes > _SAME * max(float(sizes[0]), _SAME)] if len(sizes) else rows


def _complement(ignore: FloatArray | None, dimension: int) -> NDArray[np.float64]:
    if ignore is None or not len(ignore):
        return np.empty((0, dimension))
    return row_basis(ignore.astype(np.float64))


def _share(items: FloatArray, basis: NDArray[np.float64]) -> float:
    """Return the share of the items' variance in the span of orthonormal rows, from at most as many as settle it."""
    some = items[:: -(-len(items) // _ENOUGH)]
    apart = some - some.mean(axis=0, dtype=np.float64).astype(np.float32)
    total = float(np.vdot(apart, apart))
    inside = apart @ _narrow(basis).T
    return min(float(np.vdot(inside, inside)) / total, 1.0) if total > 0 else 0.0


def _products(vectors: FloatArray, directions: FloatArray) -> FloatArray:
    """Return products of rows, to the last bit the same for the same vector wherever it stands, and among however many.

    That takes blocks of one size: at a block's end, and by its size, other kernels add in another order.
    """
    products = np.empty((len(vectors), len(directions)), dtype=np.float32)
    block = np.zeros((_BLOCK, vectors.shape[1]), dtype=np.float32)
    for start in range(0, len(vectors), _BLOCK):
        some = vectors[start : start + _BLOCK]
        if len(some) < _BLOCK:
            block[: len(some)] = some
        products[start : start + _BLOCK] = ((some if len(some) == _BLOCK else block) @ directions.T)[
            : len(some)
        ]
    return products


def _softmax(logits: FloatArray) -> FloatArray:
    logits -= logits.max(axis=1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=1, keepdims=True)
    return logits


def _narrow(values: NDArray[np.float64]) -> FloatArray:
    return np.ascontiguousarray(values, dtype=np.float32)
