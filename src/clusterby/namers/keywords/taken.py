"""Names that are taken, whatever the form of their words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from clusterby.namers.keywords.choose import root
from clusterby.namers.unlike import same_name, unlike

__all__ = ["Taken"]


class Taken:
    """The names that clusters have.

    Parameters
    ----------
    names : iterable of str
        Those that are taken already.

    Examples
    --------
    >>> taken = Taken(["cat"])
    >>> taken.choose(["cats", "cats, club"]), taken.choose(["cats"]), taken.choose(["dog"])
    ('cats, club', 'cats 2', 'dog')
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names: set[str] = set()
        self._roots: set[str] = set()
        self.add(names)

    def add(self, names: Iterable[str]) -> None:
        """Take names."""
        for name in names:
            self._names.add(same_name(name))
            self._roots.add(_rooted(name))

    def choose(self, wanted: Sequence[str]) -> str:
        """Take the first of some names that differs from all by more than the form of its words, or number the first."""
        fresh = [name for name in wanted if _rooted(name) not in self._roots]
        chosen = unlike(fresh or wanted[:1], self._names if fresh else {*self._names, same_name(wanted[0])})
        self.add([chosen])
        return chosen


def _rooted(name: str) -> str:
    return " ".join(root(word) for word in re.split(r"[\s,._-]+", same_name(name)))
