"""One registry for everything that can be added: rows of facts, imported only when used."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Any, Generic, Protocol, TypeVar

from clusterby.core.errors import InvalidParameter, UnknownName

__all__ = ["Registry", "Row", "import_object"]


class Row(Protocol):
    """What every registered row says of itself."""

    @property
    def name(self) -> str:
        """The name it is asked for by."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other names it answers to."""

    @property
    def target(self) -> str:
        """Where its code is: ``"package.module:object"``."""


log = logging.getLogger(__name__)

R = TypeVar("R", bound=Row)


class Registry(Generic[R]):
    """Rows of one kind, by name.

    Built-in rows come in as plugins do: from an import path that names a tuple of rows. Listing
    and finding read facts alone; :meth:`load` imports the code behind one row.

    Parameters
    ----------
    kind : str
        What the rows are, in the singular, for messages.
    catalog : str
        Import path of the built-in rows, ``"package.module:TUPLE"``.
    group : str
        The entry-point group through which other packages add rows; each entry names a row or a
        tuple of rows.
    unknown : type of UnknownName
        The error for a name that nothing bears.
    listing : str, optional
        The command that lists the rows.
    """

    def __init__(
        self,
        kind: str,
        *,
        catalog: str,
        group: str,
        unknown: type[UnknownName] = UnknownName,
        listing: str | None = None,
    ) -> None:
        self.kind = kind
        self._catalog = catalog
        self._group = group
        self._unknown = unknown
        self._listing = listing
        self._rows: dict[str, R] = {}
        self._names: dict[str, str] = {}
        self._filled = False

    def __iter__(self) -> Iterator[R]:
        self._fill()
        return iter(list(self._rows.values()))

    def __len__(self) -> int:
        self._fill()
        return len(self._rows)

    def __contains__(self, name: object) -> bool:
        self._fill()
        return name in self._names

    def names(self) -> list[str]:
        """Return the names of all rows, in the order in which they were registered."""
        self._fill()
        return list(self._rows)

    def get(self, name: str) -> R:
        """Return the row of that name or alias.

        Raises
        ------
        UnknownName
            If there is none; the message suggests the nearest names.
        """
        self._fill()
        if name not in self._names:
            raise self._unknown(self.kind, name, self._names, listing=self._listing)
        return self._rows[self._names[name]]

    def find(self, **facts: Any) -> list[R]:
        """Return the rows for which every fact holds.

        A fact that is a collection on the row (its modalities, say) holds if it contains the value.

        Raises
        ------
        InvalidParameter
            If the rows have no such fact.
        """
        return [row for row in self if all(_holds(row, k, v) for k, v in facts.items())]

    def load(self, name: str) -> Any:
        """Import and return the object behind the row of that name."""
        return import_object(self.get(name).target)

    def register(self, row: R, *, replace: bool = False) -> R:
        """Add a row and return it.

        Raises
        ------
        InvalidParameter
            If one of its names is taken and `replace` is not set.
        """
        self._fill()
        return self._add(row, replace=replace)

    def unregister(self, name: str) -> None:
        """Take a row out again, with its aliases."""
        row = self.get(name)
        del self._rows[row.name]
        self._names = {n: target for n, target in self._names.items() if target != row.name}

    def _fill(self) -> None:
        if self._filled:
            return
        self._filled = True
        for row in import_object(self._catalog):
            self._add(row)
        for entry in sorted(entry_points(group=self._group), key=lambda e: e.name):
            try:
                loaded = entry.load()
                for row in loaded if isinstance(loaded, (tuple, list)) else (loaded,):
                    self._add(row)
            except Exception as error:  # noqa: BLE001 - a broken plugin must not take the built-in rows with it
                log.warning("left out the %s plugin %r (%s): %s", self.kind, entry.name, entry.value, error)

    def _add(self, row: R, *, replace: bool = False) -> R:
        for name in (row.name, *row.aliases):
            if name in self._names and not replace:
                raise InvalidParameter(
                    f"{self.kind} name {name!r} is taken by {self._names[name]!r}: choose another, or pass replace=True"
                )
        if replace and row.name in self._rows:
            self.unregister(row.name)
        self._rows[row.name] = row
        self._names.update(dict.fromkeys((row.name, *row.aliases), row.name))
        return row


def import_object(path: str) -> Any:
    """Return the object that an import path ``"package.module:object"`` names.

    Examples
    --------
    >>> import_object("math:tau")
    6.283185307179586
    """
    module, _, attribute = path.partition(":")
    found: Any = importlib.import_module(module)
    for part in attribute.split("."):
        found = getattr(found, part)
    return found


def _holds(row: Any, fact: str, value: Any) -> bool:
    if not hasattr(row, fact):
        known = [name for name in dir(row) if not name.startswith("_")]
        raise InvalidParameter(f"rows have no fact '{fact}'. They have: {', '.join(known)}")
    actual = getattr(row, fact)
    if isinstance(actual, (frozenset, set, tuple, list)):
        return value in actual
    return bool(actual == value)
