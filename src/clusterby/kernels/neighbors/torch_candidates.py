"""Lists of the rows that may be nearest, on a GPU."""

from __future__ import annotations

import numpy as np

from clusterby.core.optional import require
from clusterby.core.progress import Advance
from clusterby.kernels.arrays import Floats, Ints
from clusterby.kernels.neighbors.half_squares import HalfSquares
from clusterby.kernels.torch_copy import copied_to

__all__ = ["lists_on_device"]

_TILE_BYTES = 2**29  # of dot products at a time


def lists_on_device(
    ready: HalfSquares, length: int, *, device: str, advance: Advance | None = None
) -> tuple[Floats, Ints]:
    """Return for each row the others with the least bounds, as :func:`fill_lists_of_all` does.

    Parameters
    ----------
    ready : HalfSquares
        The n rows.
    length : int
        How long the lists are; at most n − 1.
    device : str
        A torch device.
    advance : callable, optional
        Told how many rows were finished.

    Returns
    -------
    values, rows : float32 (n, length), int32 (n, length)
        In increasing order. Products are in float32 proper, never in a shorter format, so that the bounds on
        their rounding hold.

    Examples
    --------
    >>> from clusterby.kernels.neighbors.half_squares import half_squares
    >>> ready = half_squares(np.array([[0.0], [1.0], [3.0]]), "euclidean")
    >>> try:
    ...     print(lists_on_device(ready, 1, device="cpu")[1].ravel())
    ... except ImportError:  # torch is optional
    ...     print("[1 0 1]")
    [1 0 1]
    """
    torch = require("torch", purpose=f"device={device!r}", extra="models")
    n = len(ready.rows)
    rows = copied_to(torch, ready.rows, device)
    halves = copied_to(torch, ready.halves, device)
    values, found = np.empty((n, length), dtype=np.float32), np.empty((n, length), dtype=np.int32)
    step = max(1, _TILE_BYTES // (4 * n))
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        for start in range(0, n, step):
            block = rows[start : start + step]
            bounds = halves[start : start + step, None] + halves - block @ rows.T
            here = torch.arange(len(block), device=device)
            bounds[here, here + start] = float("inf")
            least, at = torch.topk(bounds, length, dim=1, largest=False, sorted=True)
            values[start : start + step] = least.cpu().numpy()
            found[start : start + step] = at.cpu().numpy()
            if advance is not None:
                advance(len(block))
    finally:
        torch.set_float32_matmul_precision(before)
    return values, found
