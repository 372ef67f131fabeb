"""The arrays that kernels work on."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Doubles", "Floats", "Ints"]

Floats: TypeAlias = NDArray[np.floating[Any]]
"""float32 or float64; each docstring says which."""

Doubles: TypeAlias = NDArray[np.float64]

Ints: TypeAlias = NDArray[np.integer[Any]]
"""int32 or int64; each docstring says which."""
