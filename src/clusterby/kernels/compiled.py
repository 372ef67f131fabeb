"""How loops are compiled: without the interpreter's lock, and once per machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

__all__ = ["compiled", "compiled_fast"]

Function = TypeVar("Function", bound=Callable[..., Any])

_HOW: dict[str, Any] = {"nogil": True, "cache": True, "no_cfunc_wrapper": True}  # nobody calls them from C
_ANY_ORDER = {"reassoc", "contract", "arcp", "nsz"}  # sums in any order; NaN and infinity keep their meaning


def compiled(function: Function) -> Function:
    """Compile a loop over arrays when it is first called, and keep the machine code beside the source file."""
    return cast("Function", numba.njit(**_HOW)(function))


def compiled_fast(function: Function) -> Function:
    """Compile likewise, with sums in whatever order is fastest; the order is the same at every call."""
    return cast("Function", numba.njit(**_HOW, fastmath=_ANY_ORDER)(function))
