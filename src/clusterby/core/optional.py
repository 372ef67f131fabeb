"""Optional libraries: imported where they are used, or an error that says how to install them."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType

from clusterby.core.errors import MissingExtra

__all__ = ["imported", "installed", "require"]


def imported(module: str) -> ModuleType | None:
    """Return the module if this process has already imported it, else None; never imports.

    An object of a library can only exist once that library was imported, so this is all that
    is needed to ask whether a value is, say, a polars frame.

    Examples
    --------
    >>> imported("sys").__name__
    'sys'
    """
    return sys.modules.get(module)


def installed(module: str) -> bool:
    """Whether the module could be imported, without importing it.

    Examples
    --------
    >>> installed("numpy"), installed("no_such_library")
    (True, False)
    """
    if module in sys.modules:
        return sys.modules[module] is not None
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def require(module: str, *, purpose: str, extra: str | None = None) -> ModuleType:
    """Import an optional library.

    Parameters
    ----------
    module : str
        The module to import, for example ``"ray.data"``.
    purpose : str
        What needs it, as the error's subject: ``"the 'ray' engine"``.
    extra : str, optional
        The extra of clusterby that installs it; without one the library itself is named.

    Raises
    ------
    MissingExtra
        If it is not installed.

    Examples
    --------
    >>> require("no_such_library", purpose="the 'ray' engine", extra="ray")
    Traceback (most recent call last):
    clusterby.core.errors.MissingExtra: the 'ray' engine needs no_such_library.
    Install it: pip install 'clusterby[ray]'
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        top = module.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != top:
            raise  # the library is there, but something it needs is not: its own message says what
        target = f"clusterby[{extra}]" if extra else top
        raise MissingExtra(f"{purpose} needs {top}. Install it: pip install '{target}'") from None
