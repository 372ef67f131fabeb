"""Every error clusterby raises on purpose.

All share :class:`ClusterbyError`; each is also the built-in error a caller would expect::

    ClusterbyError
    ├── UnknownName           KeyError      a name that nothing bears, with the nearest that exist
    │   ├── UnknownColumn
    │   ├── UnknownMethod
    │   ├── UnknownEncoder
    │   ├── UnknownNamer
    │   └── UnknownView
    ├── InvalidParameter      ValueError    a parameter the callee does not take, or a value out of range
    ├── InvalidTable          ValueError    empty, duplicate columns, or of no known kind
    ├── InvalidVectors        ValueError    wrong shape or type, or not aligned with the rows
    ├── AmbiguousModality     ValueError    the cells may be more than one thing: ask for modality=
    ├── NothingToCluster      ValueError    not one row could be encoded
    ├── UnreadableSource      OSError       a file, folder or model that cannot be read
    ├── EndpointError         OSError       a server that cannot be reached, or refuses
    ├── UnwritableTarget      OSError       a file that cannot be written, or that must not be overwritten
    ├── UnreadableCell        ValueError    one cell; caught by `embed`, which skips the row
    └── MissingExtra          ImportError   an optional library is not installed
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "AmbiguousModality",
    "ClusterbyError",
    "EndpointError",
    "InvalidParameter",
    "InvalidTable",
    "InvalidVectors",
    "MissingExtra",
    "NothingToCluster",
    "UnknownColumn",
    "UnknownEncoder",
    "UnknownMethod",
    "UnknownName",
    "UnknownNamer",
    "UnknownView",
    "UnreadableCell",
    "UnreadableSource",
    "UnwritableTarget",
]


class ClusterbyError(Exception):
    """What every deliberate error of clusterby inherits from."""


class UnknownName(ClusterbyError, KeyError):
    """A name that nothing bears.

    Parameters
    ----------
    kind : str
        What was looked for, for example ``"encoder"``.
    name : object
        The name as it was given.
    known : iterable of str
        The names that exist; the nearest ones are suggested.
    listing : str, optional
        Where to see them all, for example ``"clusterby encoders"``.

    Examples
    --------
    >>> print(UnknownName("encoder", "clp", ["clip", "lsa"], listing="clusterby encoders"))
    no encoder 'clp'. Did you mean 'clip'? List them: clusterby encoders
    """

    def __init__(self, kind: str, name: object, known: Iterable[str], *, listing: str | None = None) -> None:
        known = list(known)
        near = nearest(str(name), known)
        message = f"no {kind} {name!r}."
        if near:
            message += f" Did you mean {_either(near)}?"
        elif known and listing is None:
            message += f" There {'are' if len(known) > 1 else 'is'}: {_some(known)}."
        if listing is not None:
            message += f" List them: {listing}"
        super().__init__(message)

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would print the repr


class UnknownColumn(UnknownName):
    """The table has no column of that name."""

    def __init__(self, name: object, known: Iterable[str]) -> None:
        super().__init__("column", name, known)


class UnknownMethod(UnknownName):
    """No clustering method of that name is registered, and scikit-learn has none either."""


class UnknownEncoder(UnknownName):
    """No encoder of that name is registered."""


class UnknownNamer(UnknownName):
    """No namer of that name is registered."""


class UnknownView(UnknownName):
    """No view of that name is registered."""


class InvalidParameter(ClusterbyError, ValueError):
    """A parameter that the callee does not take, or a value out of its range."""


class InvalidTable(ClusterbyError, ValueError):
    """A table that cannot be worked on: empty, with duplicate columns, or of no known kind."""


class InvalidVectors(ClusterbyError, ValueError):
    """Vectors of the wrong shape or type, or not aligned with the rows."""


class AmbiguousModality(ClusterbyError, ValueError):
    """The cells of a column may be more than one thing; ``modality=`` settles it."""


class NothingToCluster(ClusterbyError, ValueError):
    """Not one row could be encoded."""


class UnreadableSource(ClusterbyError, OSError):
    """A file or folder that cannot be read as a table, or a model that cannot be loaded."""


class EndpointError(ClusterbyError, OSError):
    """A server that cannot be reached, or refuses; the message says which and what to do."""


class UnwritableTarget(ClusterbyError, OSError):
    """A file that cannot be written, or that must not be overwritten."""


class UnreadableCell(ClusterbyError, ValueError):
    """One cell that cannot be decoded; its message is the reason for which the row is skipped."""


class MissingExtra(ClusterbyError, ImportError):
    """An optional library is not installed; the message says how to install it."""


def nearest(name: str, known: Iterable[str], *, most: int = 3) -> list[str]:
    """Return up to `most` of the known names that look like `name`, best first.

    Examples
    --------
    >>> nearest("KMean", ["kmeans", "gmm", "birch"])
    ['kmeans']
    """
    folded: dict[str, str] = {}
    for other in known:
        folded.setdefault(other.casefold(), other)
    found = difflib.get_close_matches(name.casefold(), folded, n=most, cutoff=0.6)
    return [folded[f] for f in found]


def _either(names: list[str]) -> str:
    return " or ".join(repr(n) for n in names)


def _some(names: list[str], most: int = 12) -> str:
    shown = ", ".join(repr(n) for n in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
