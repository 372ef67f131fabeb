"""Coordinates of a graph's rows in which linked rows are near each other."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from clusterby.core.column import IntArray
from clusterby.core.progress import Advance
from clusterby.kernels.arrays import Floats
from clusterby.kernels.graph.eigenvectors import leading_eigenvectors, normalized_adjacency

__all__ = ["spectral_embedding"]


def spectral_embedding(
    graph: sparse.csr_matrix,
    components: IntArray,
    k: int,
    *,
    random_state: np.random.RandomState,
    tol: float = 0.1,
    advance: Advance | None = None,
) -> Floats:
    """Return the k smoothest functions on a graph, float64 (n, k), the smoothest first.

    They are D^-½ v for the leading eigenvectors v of D^-½ A D^-½, without loops. One of them per component is
    constant on it and zero elsewhere, known without iteration.

    Parameters
    ----------
    graph : CSR (n, n)
        Symmetric, not negative.
    components : int64 (n,)
        The connected component of each row; with more components than k, the largest k are told apart.
    k : int
        At most n.
    random_state : RandomState
        Draws where the iteration starts.
    tol : float
        As for :func:`~clusterby.kernels.graph.eigenvectors.leading_eigenvectors`.
    advance : callable, optional
        Called with 0 now and then; what it raises ends the work.

    Notes
    -----
    Shi & Malik (2000), *Normalized cuts and image segmentation*.

    Examples
    --------
    >>> graph = sparse.csr_matrix(np.array([[1.0, 1, 0], [1, 1, 0], [0, 0, 1]]))
    >>> maps = spectral_embedding(graph, np.array([0, 0, 1]), 2, random_state=np.random.RandomState(0))
    >>> maps.round(2).tolist()
    [[0.71, 0.0], [0.71, 0.0], [0.0, 1.0]]
    """
    matrix, roots = normalized_adjacency(graph)
    by_size = np.unique(components, return_inverse=True, return_counts=True)
    ranks = np.argsort(np.argsort(-by_size[2], kind="stable"))[by_size[1]]
    many = min(k, len(by_size[0]))
    known = np.zeros((len(roots), many))
    told = np.flatnonzero(ranks < many)
    known[told, ranks[told]] = roots[told]
    known /= np.linalg.norm(known, axis=0)
    vectors = leading_eigenvectors(
        matrix, k, random_state=random_state, known=known, tol=tol, advance=advance
    )[1]
    return np.asarray(vectors / roots[:, None])
