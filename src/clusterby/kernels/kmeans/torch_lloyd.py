"""Lloyd's iterations on tensors, for a GPU."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterby.core.optional import installed, require
from clusterby.core.progress import Advance
from clusterby.kernels.torch_copy import copied_to

__all__ = ["lloyd_on_device"]

_TILE_BYTES = 2**28  # of distances at a time


def lloyd_on_device(
    vectors: NDArray[Any],
    centers: NDArray[Any],
    *,
    weights: NDArray[Any] | None,
    device: str,
    max_iter: int,
    tol: float,
    advance: Advance | None = None,
) -> NDArray[Any]:
    """Return the centers to which Lloyd's iterations lead from `centers`.

    Meant as the long part of a k-means: the caller goes on from these centers in exact arithmetic on the
    processor, which ends after a pass or two, so that the result is that of the processor. On CUDA, without
    weights and where flash-kmeans is installed, its kernels run (Flash-KMeans, 2026); else torch's own.
    An empty cluster keeps its center.

    Parameters
    ----------
    vectors : float (n, d)
    centers : float (k, d)
    weights : float (n,) or None
    device : str
        A torch device.
    max_iter : int
        The most iterations.
    tol : float
        Ends when the squared distances that the centers moved sum to at most this.

    Examples
    --------
    >>> line = np.array([[0.0], [1.0], [10.0], [11.0]], dtype="float32")
    >>> try:
    ...     print(lloyd_on_device(line, line[:2], weights=None, device="cpu", max_iter=9, tol=0).ravel())
    ... except ImportError:  # torch is optional
    ...     print([0.5, 10.5])
    [ 0.5 10.5]
    """
    torch = require("torch", purpose=f"device={device!r}", extra="models")
    x, c = copied_to(torch, vectors, device), copied_to(torch, centers, device)
    if device.startswith("cuda") and weights is None and installed("flash_kmeans"):
        flash = require("flash_kmeans", purpose="k-means on CUDA")
        _, found, _ = flash.batch_kmeans_Euclid(
            x[None], len(c), max_iters=max_iter, tol=max(tol, 1e-12) ** 0.5, init_centroids=c[None].clone()
        )
        return np.asarray(found[0].cpu().numpy(), dtype=centers.dtype)
    w = None if weights is None else copied_to(torch, weights.astype(vectors.dtype), device)
    for _ in range(max_iter):
        moved = _iterate(torch, x, c, w)
        shift = float(((moved - c) ** 2).sum())
        c = moved
        if advance is not None:
            advance(1)
        if shift <= tol:
            break
    return np.asarray(c.cpu().numpy(), dtype=centers.dtype)


def _iterate(torch: Any, x: Any, c: Any, w: Any) -> Any:
    """Return the means of the rows nearest to each center."""
    sums = torch.zeros_like(c)
    sizes = torch.zeros(len(c), dtype=x.dtype, device=x.device)
    half = (c * c).sum(dim=1) / 2
    rows = max(1, _TILE_BYTES // (x.element_size() * len(c)))
    for start in range(0, len(x), rows):
        block = x[start : start + rows]
        nearest = torch.addmm(half, block, c.T, alpha=-1).argmin(dim=1)
        weight = (
            torch.ones(len(block), dtype=x.dtype, device=x.device) if w is None else w[start : start + rows]
        )
        sums.index_add_(0, nearest, block if w is None else block * weight[:, None])
        sizes.index_add_(0, nearest, weight)
    return torch.where(sizes[:, None] > 0, sums / sizes.clamp(min=1e-30)[:, None], c)
