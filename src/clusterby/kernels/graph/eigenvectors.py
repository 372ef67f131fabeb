"""The leading eigenvectors of large sparse symmetric matrices, many at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import linalg, sparse
from scipy.sparse.csgraph import reverse_cuthill_mckee

from clusterby.core.column import IntArray
from clusterby.core.progress import Advance, still
from clusterby.kernels.arrays import Floats
from clusterby.kernels.compiled import compiled_fast
from clusterby.kernels.parallel import blocks, in_parallel, one_thread_blas

__all__ = ["leading_eigenvectors", "normalized_adjacency"]

_DENSE = 512  # rows up to which all eigenvectors are computed
_GROWTH = {4: 1e4, 8: 1e7}  # how much a filter may tell directions apart, by itemsize
_FLOOR = 3e-6  # the residual that float32 reaches
_LEAST_GUARDS = 12
_MOST_ROUNDS = 60
_LONGEST = 300  # products of one filter


def normalized_adjacency(graph: sparse.csr_matrix) -> tuple[sparse.csr_matrix, Floats]:
    """Return D^-½ A D^-½ without loops, and the square roots of the degrees D, in the dtype of the graph.

    A row without links has degree 1, as in scipy's Laplacian.

    Examples
    --------
    >>> matrix, roots = normalized_adjacency(sparse.csr_matrix(np.array([[1.0, 4.0], [4.0, 0.0]])))
    >>> matrix.toarray().tolist(), roots.tolist()
    ([[0.0, 1.0], [1.0, 0.0]], [2.0, 2.0])
    """
    matrix = sparse.csr_matrix(graph, copy=True)
    sources = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    matrix.data[sources == matrix.indices] = 0
    degrees = np.asarray(matrix.sum(axis=1, dtype=np.float64)).ravel()
    roots = np.sqrt(np.where(degrees > 0, degrees, 1.0))
    matrix.data /= (roots[sources] * roots[matrix.indices]).astype(matrix.dtype)
    matrix.eliminate_zeros()
    return matrix, roots.astype(matrix.dtype)


def leading_eigenvectors(
    matrix: sparse.csr_matrix,
    k: int,
    *,
    random_state: np.random.RandomState,
    known: Floats | None = None,
    tol: float = 1e-2,
    advance: Advance | None = None,
) -> tuple[Floats, Floats]:
    """Return the k largest eigenvalues and their eigenvectors, float64 (k,) and (n, k), of a symmetric matrix.

    Parameters
    ----------
    matrix : float32 or float64 CSR (n, n)
        Symmetric, with eigenvalues from −1 to 1.
    k : int
        At most n, known ones included.
    random_state : RandomState
        Draws where the iteration starts.
    known : float (n, c), optional
        Orthonormal eigenvectors that belong to eigenvalue 1; they come first in what is returned.
    tol : float
        How large, in the root mean square, the sines of the angles between the vectors and the true space may
        be: a residual ‖Ax − θx‖ over the distance of θ to the eigenvalues outside the block iterated, which
        has a quarter more vectors than asked for, and at least 12.
    advance : callable, optional
        Called with 0 after each product; what it raises ends the work.

    Notes
    -----
    Chebyshev-filtered subspace iteration: Zhou, Saad, Tiago & Chelikowsky (2006), *Self-consistent-field
    calculations using Chebyshev-filtered subspace iteration*; with Rayleigh–Ritz by a generalised problem in
    float64. A float32 matrix is iterated in float32, and in float64 from where that no longer suffices. Up to
    512 rows, or where a fifth of all eigenvectors is wanted, all are computed densely.

    Examples
    --------
    >>> path = sparse.csr_matrix(np.array([[0.0, 0.5, 0.0], [0.5, 0.0, 0.5], [0.0, 0.5, 0.0]]))
    >>> leading_eigenvectors(path, 1, random_state=np.random.RandomState(0))[0].round(4).tolist()
    [0.7071]
    """
    n = matrix.shape[0]
    fixed = np.empty((n, 0)) if known is None else known
    wanted = k - fixed.shape[1]
    if wanted <= 0:
        return np.ones(k), fixed[:, :k].astype(np.float64)
    guards = max(_LEAST_GUARDS, wanted // 4)
    if n <= _DENSE or 5 * (wanted + guards) >= n:
        return _all_of(matrix, k, fixed)
    width = -(-(wanted + guards) // 8) * 8
    start = random_state.standard_normal((n, width)).astype(matrix.dtype)
    order = reverse_cuthill_mckee(matrix, symmetric_mode=True)  # linked rows side by side, for the cache
    matrix = matrix[order][:, order]
    problem = _Problem(
        data=matrix.data,
        indices=matrix.indices.astype(np.int64, copy=False),
        starts=matrix.indptr.astype(np.int64, copy=False),
        fixed=np.ascontiguousarray(fixed[order], dtype=matrix.dtype),
        advance=still(advance),
    )
    with one_thread_blas():
        values, turned = _iterate(problem, start, wanted, tol)
    vectors = np.empty((n, wanted))
    vectors[order] = turned[:, :wanted]
    return (
        np.concatenate([np.ones(fixed.shape[1]), values[:wanted]]),
        np.concatenate([fixed, vectors], axis=1, dtype=np.float64),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    """A sparse matrix, and the eigenvectors that are not looked for."""

    data: Floats
    indices: IntArray
    starts: IntArray
    fixed: Floats
    advance: Advance | None

    @property
    def parts(self) -> list[slice]:
        n = len(self.starts) - 1
        return blocks(n, max(256, -(-n // 16)))


def _iterate(problem: _Problem, vectors: Floats, wanted: int, tol: float) -> tuple[Floats, Floats]:
    """Filter and turn the block of vectors until those wanted have converged."""
    values, vectors, residuals = _rayleigh_ritz(problem, vectors)
    for _ in range(_MOST_ROUNDS):
        bound = float(values[-1])
        vectors = _filter(problem, vectors, bound, _degree(bound, vectors.itemsize))
        values, vectors, residuals = _rayleigh_ritz(problem, vectors)
        apart = np.maximum(values[:wanted] - values[-1], np.finfo(float).tiny)
        left = residuals[:wanted]
        if np.sqrt(np.mean(np.square(np.minimum(left / apart, 1.0)))) <= tol or left.max() < 1e-13:
            break
        if vectors.itemsize == 4 and (left <= np.maximum(tol * apart, _FLOOR)).all():
            problem = replace(
                problem, data=problem.data.astype(np.float64), fixed=problem.fixed.astype(np.float64)
            )
            vectors = vectors.astype(np.float64)
    return values, vectors


def _degree(bound: float, itemsize: int) -> int:
    """Return how many products a filter takes before its extremes grow too far apart."""
    stretch = np.arccosh(max(1 + 2 * (1 - bound) / (bound + 1), 1 + 1e-12))
    return int(np.clip(np.arccosh(_GROWTH[itemsize]) / stretch, 8, _LONGEST))


def _filter(problem: _Problem, vectors: Floats, bound: float, degree: int) -> Floats:
    """Return the Chebyshev polynomial of the matrix that is small on [−1, bound], times the vectors.

    It is scaled to be 1 at the eigenvalue 1. The array of vectors is used up.
    """
    half, middle = (bound + 1) / 2, (bound - 1) / 2
    scale = half / (1 - middle)
    first = scale
    before, now = vectors, np.zeros_like(vectors)
    _multiply(problem, before, now, scale / half, -middle * scale / half, 0.0)
    for _ in range(degree - 1):
        after = 1 / (2 / first - scale)
        _multiply(problem, now, before, 2 * after / half, -2 * middle * after / half, -scale * after)
        before, now, scale = now, before, after
    return now


def _multiply(problem: _Problem, vectors: Floats, out: Floats, by: float, shift: float, keep: float) -> None:
    """Set out to by · A·vectors + shift · vectors + keep · out."""
    kind: Any = vectors.dtype.type

    def part(at: slice) -> None:
        _multiply_rows(
            problem.data,
            problem.indices,
            problem.starts[at.start : at.stop + 1],
            vectors,
            vectors[at],
            out[at],
            kind(by),
            kind(shift),
            kind(keep),
        )

    in_parallel(part, problem.parts, advance=problem.advance)


def _rayleigh_ritz(problem: _Problem, vectors: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the best eigenvalues in a space, largest first, their vectors, and how far those are from true."""
    parts, fixed = problem.parts, problem.fixed
    if fixed.shape[1]:
        share = _total(in_parallel(lambda at: _gram(fixed[at], vectors[at]), parts)).astype(vectors.dtype)
        for at in parts:
            vectors[at] -= fixed[at] @ share
    lengths = np.sqrt(
        sum(in_parallel(lambda at: np.square(vectors[at], dtype=np.float64).sum(axis=0), parts))
    )
    vectors /= np.maximum(lengths, np.finfo(vectors.dtype).tiny).astype(vectors.dtype)
    image = np.zeros_like(vectors)
    _multiply(problem, vectors, image, 1.0, 0.0, 0.0)
    grams = in_parallel(lambda at: (_gram(vectors[at], vectors[at]), _gram(vectors[at], image[at])), parts)
    inner, product = _total([gram for gram, _ in grams]), _total([gram for _, gram in grams])
    values, turn = _generalized(inner, (product + product.T) / 2)
    turn = turn.astype(vectors.dtype)
    turned = np.empty((len(vectors), turn.shape[1]), dtype=vectors.dtype)

    def rotate(at: slice) -> Floats:
        np.matmul(vectors[at], turn, out=turned[at])
        apart = image[at] @ turn - turned[at] * values.astype(vectors.dtype)
        return np.asarray(np.square(apart, dtype=np.float64).sum(axis=0))

    residuals = np.sqrt(sum(in_parallel(rotate, parts)))
    return values, turned, residuals


def _generalized(inner: Floats, product: Floats) -> tuple[Floats, Floats]:
    """Solve the small eigenproblem, largest first, in the directions that the space really has."""
    spread, axes = linalg.eigh(inner, check_finite=False)
    real = spread > spread[-1] * 1e-12
    to_unit = axes[:, real] / np.sqrt(spread[real])
    values, turn = linalg.eigh(to_unit.T @ product @ to_unit, check_finite=False)
    return values[::-1].copy(), np.ascontiguousarray((to_unit @ turn)[:, ::-1])


def _total(parts: list[Floats]) -> Floats:
    return np.asarray(sum(parts))


def _gram(left: Floats, right: Floats) -> Floats:
    return np.asarray(left.T.astype(np.float64) @ right.astype(np.float64))


def _all_of(matrix: Any, k: int, fixed: Floats) -> tuple[Floats, Floats]:
    whole = matrix.toarray().astype(np.float64)
    exact = fixed.astype(np.float64)
    whole -= 3 * exact @ exact.T  # to −2, below all others
    n, c = exact.shape
    values, vectors = linalg.eigh(whole, subset_by_index=[n - (k - c), n - 1], check_finite=False)
    return (
        np.concatenate([np.ones(c), values[::-1]]),
        np.concatenate([exact, vectors[:, ::-1]], axis=1),
    )


@compiled_fast
def _multiply_rows(
    data: Floats,
    indices: IntArray,
    starts: IntArray,
    vectors: Floats,
    own: Floats,
    out: Floats,
    by: float,
    shift: float,
    keep: float,
) -> None:
    width = vectors.shape[1]
    for i in range(len(out)):
        row, same = out[i], own[i]
        for j in range(width):
            row[j] = keep * row[j] + shift * same[j]
        for at in range(starts[i], starts[i + 1]):
            weight = by * data[at]
            other = vectors[indices[at]]
            for j in range(width):
                row[j] += weight * other[j]
