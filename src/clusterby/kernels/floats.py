"""Arrays of either precision."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Floats"]

Floats: TypeAlias = NDArray[np.floating[Any]]
"""float32 or float64; each docstring says which."""
