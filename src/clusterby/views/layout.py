"""A place in the plane for every vector: near where they are alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from clusterby.core.column import FloatArray
from clusterby.core.errors import InvalidParameter

__all__ = ["Layout", "layout"]

_LANDMARKS = 2_000
"""Rows that t-SNE arranges: what it costs grows with every one."""

_FEWEST = 30
"""Fewer different rows than this have no neighbourhoods to arrange."""

_Projection: TypeAlias = Callable[[FloatArray], FloatArray]

_COMPONENTS = 50
_NEIGHBORS = 5
_BLOCK = 16_384


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """Places in the plane, and how they were found.

    Parameters
    ----------
    places : float32 (m, 2)
        One per vector, centered on 0.
    method : str
        How they were found, as a sentence for the reader.
    """

    places: FloatArray
    method: str


def layout(
    vectors: FloatArray, *, random_state: int = 0, method: Literal["auto", "pca", "tsne"] = "auto"
) -> Layout:
    """Return a place in the plane for every vector.

    ``"tsne"`` arranges up to 2,000 rows drawn by `random_state` (landmarks) by t-SNE, after PCA to at most 50
    dimensions and starting from the first two. Every other row is put at the mean of its five nearest
    landmarks, each weighted by the inverse of its squared distance, so that a row equal to a landmark lies on
    it. ``"pca"`` is a straight projection onto the two directions in which the landmarks vary most. The same vectors and seed
    give the same places, and equal vectors lie on one place.

    Parameters
    ----------
    vectors : float32 (m, d)
        Finite.
    random_state : int
        The seed.
    method : {"auto", "pca", "tsne"}
        ``"auto"`` takes t-SNE unless there are at most two dimensions or fewer than 30 different landmarks, of
        which there is nothing for t-SNE to arrange.

    Raises
    ------
    InvalidParameter
        If the method is unknown, or ``"tsne"`` was asked for fewer than 30 different rows.

    References
    ----------
    van der Maaten and Hinton (2008), *Visualizing data using t-SNE*; Kobak and Linderman (2021) on starting
    from PCA; Shepard (1968) on the weighting.

    Examples
    --------
    >>> found = layout(np.array([[3, 0], [0, 0], [-3, 0]], dtype="float32"))
    >>> found.places.tolist(), found.method
    ([[3.0, 0.0], [0.0, 0.0], [-3.0, 0.0]], 'A straight projection of the embeddings (PCA).')
    """
    if method not in ("auto", "pca", "tsne"):
        raise InvalidParameter(f"method must be 'auto', 'pca' or 'tsne', not {method!r}")
    m = len(vectors)
    drawn = np.arange(m)
    if m > _LANDMARKS:
        drawn = np.sort(np.random.default_rng(random_state).choice(m, _LANDMARKS, replace=False))
    landmarks = np.unique(vectors[drawn], axis=0)
    if method == "tsne" and len(landmarks) < _FEWEST:
        raise InvalidParameter(
            f"t-SNE needs {_FEWEST} different rows, not {len(landmarks)}: use method='pca'"
        )
    if method == "pca" or len(landmarks) < _FEWEST or (method == "auto" and vectors.shape[1] <= 2):
        flat = _projection(landmarks, 2, random_state)(vectors)
        return Layout(places=_centered(flat), method="A straight projection of the embeddings (PCA).")
    project = _projection(landmarks, min(_COMPONENTS, max(2, vectors.shape[1])), random_state)
    known = project(landmarks)
    places = _interpolate(project(vectors), known, _arrange(known, random_state))
    sentence = "A t-SNE of all rows."
    if m > _LANDMARKS:
        sentence = f"A t-SNE of {_LANDMARKS:,} rows drawn by chance; every other row lies among its nearest."
    return Layout(places=_centered(places), method=sentence)


def _projection(landmarks: FloatArray, components: int, random_state: int) -> _Projection:
    """Return what projects vectors onto the main directions of the landmarks; 0 beyond their rank."""
    from sklearn.decomposition import PCA

    if len(landmarks) < 2:
        return lambda vectors: np.zeros((len(vectors), components), dtype=np.float32)
    model = PCA(min(components, *landmarks.shape), random_state=random_state).fit(landmarks)

    def project(vectors: FloatArray) -> FloatArray:
        places = np.zeros((len(vectors), components), dtype=np.float32)
        for start in range(0, len(vectors), _BLOCK):
            block = model.transform(vectors[start : start + _BLOCK])
            places[start : start + _BLOCK, : block.shape[1]] = block
        return places

    return project


def _arrange(vectors: FloatArray, random_state: int) -> FloatArray:
    """Return places of the landmarks by t-SNE, (l, 2)."""
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    n = len(vectors)
    start = vectors[:, :2] * (1e-4 / vectors[:, 0].std())
    # Larger steps and a looser approximation than the defaults reach the same trustworthiness in half the time.
    model = TSNE(
        init=start,
        perplexity=min(20, (n - 1) / 3),
        learning_rate=max(50, n / 6),
        angle=0.8,
        max_iter=330,
        random_state=random_state,
    )
    # A sum over threads depends on which ends first; one thread is as fast on so few rows.
    with threadpool_limits(limits=1, user_api="openmp"):
        places: FloatArray = model.fit_transform(vectors).astype(np.float32)
    return places


def _interpolate(vectors: FloatArray, landmarks: FloatArray, places: FloatArray) -> FloatArray:
    """Return the places of vectors among the landmarks nearest to them, (m, 2)."""
    from sklearn.neighbors import NearestNeighbors

    nearest = NearestNeighbors(n_neighbors=_NEIGHBORS, algorithm="brute").fit(landmarks)
    found = np.empty((len(vectors), 2), dtype=np.float32)
    for start in range(0, len(vectors), _BLOCK):
        distances, at = nearest.kneighbors(vectors[start : start + _BLOCK])
        # exact in float64, so that a row equal to a landmark outweighs every neighbour
        weights = 1 / np.maximum(distances.astype(np.float64) ** 2, 1e-30)
        weights /= weights.sum(axis=1, keepdims=True)
        found[start : start + _BLOCK] = np.einsum("ij,ijk->ik", weights, places[at])
    return found


def _centered(places: FloatArray) -> FloatArray:
    if not len(places):
        return places
    moved: FloatArray = places - (places.min(axis=0) + places.max(axis=0)) / 2
    return moved
