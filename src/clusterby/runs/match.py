"""Which rows of a table are those of a saved one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clusterby.core.column import IntArray
from clusterby.runs.marks import Marks

__all__ = ["Changes", "match"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Changes:
    """What became of a table since a result over it was saved.

    Parameters
    ----------
    origin : int64 (n,)
        For each row of the table as it is now the position it had when it was saved; −1 if it is new or changed.
    changed : int64 (c,)
        Positions now of rows that were there, and have other cells in the columns that were clustered by.
    gone : int64 (g,)
        Positions then of rows that are not there any more.

    Examples
    --------
    >>> from clusterby.runs.marks import marks_of
    >>> from clusterby.tables import open_table
    >>> then, now = ({"word": words.split()} for words in ("a b c", "d b a"))
    >>> print(match(*(marks_of(open_table(table), {"word": "text"}) for table in (then, now))))
    2 rows are the same (1 moved), 1 is new, 1 is gone
    """

    origin: IntArray
    changed: IntArray
    gone: IntArray

    @property
    def same(self) -> IntArray:
        """Positions now of the rows that are as they were, moved or not."""
        return _where(self.origin >= 0)

    @property
    def moved(self) -> IntArray:
        """Those of them that stand elsewhere than they stood."""
        return _where((self.origin >= 0) & (self.origin != np.arange(len(self.origin))))

    @property
    def new(self) -> IntArray:
        """Positions now of rows that were not there."""
        missing = self.origin < 0
        missing[self.changed] = False
        return _where(missing)

    @property
    def unlabelled(self) -> IntArray:
        """Positions now of new and changed rows: those that the result says nothing of."""
        return _where(self.origin < 0)

    def __bool__(self) -> bool:
        """Whether any row is new, changed or gone; rows that only moved count for nothing."""
        return bool(len(self.gone) or (self.origin < 0).any())

    def __str__(self) -> str:
        moved = f" ({len(self.moved):,} moved)" if len(self.moved) else ""
        parts = [f"{len(self.same):,} row{'s are' if len(self.same) != 1 else ' is'} the same{moved}"]
        for what in ("new", "changed", "gone"):
            count = len(getattr(self, what))
            parts += [f"{count:,} {'is' if count == 1 else 'are'} {what}"] if count else []
        return ", ".join(parts)

    def plain(self) -> dict[str, int]:
        """Return how many rows there are of each kind."""
        return {what: len(getattr(self, what)) for what in ("same", "moved", "new", "changed", "gone")}


def match(saved: Marks, now: Marks, *, labels: Sequence[Any] | None = None) -> Changes:
    """Return what became of a table's rows.

    Rows are the same whose identity and content are; then rows that have the content of one that is left over, as a file
    does that was renamed. A row that is neither, and whose identity was there, is changed. Where rows have no identity, or
    one of another kind, content decides alone, and of rows with the same content the first is the first. Where these were
    not all in one cluster, and some of them have gone or come or the table is in another order, nobody can tell which is
    which: they are new.

    Parameters
    ----------
    saved, now : Marks
        Of the table then and now.
    labels : sequence, optional
        The cluster of each saved row.
    """
    origin = np.full(len(now), -1, dtype=np.int64)
    vectors = saved.vectors is not None and now.vectors is not None
    before, after = _contents(saved, vectors), _contents(now, vectors)
    was_at: dict[int, int] = {}
    if saved.names is not None and now.names is not None and saved.identity == now.identity:
        place = {name: row for row, name in enumerate(saved.names)}
        was_at = {row: place[name] for row, name in enumerate(now.names) if name in place}
    for row, was in was_at.items():
        if before[was] == after[row]:
            origin[row] = was
    _by_content(origin, before, after, labels)
    taken = set(origin.tolist())
    changed = [row for row, was in was_at.items() if origin[row] < 0 and was not in taken]
    taken |= {was_at[row] for row in changed}
    return Changes(
        origin=origin,
        changed=np.array(changed, dtype=np.int64),
        gone=np.array([row for row in range(len(saved)) if row not in taken], dtype=np.int64),
    )


def _by_content(
    origin: IntArray, before: Sequence[Any], after: Sequence[Any], labels: Sequence[Any] | None
) -> None:
    """Write into `origin` which of the rows that are left over each row is that has none yet."""
    taken = set(origin.tolist())
    waiting: dict[Any, list[int]] = defaultdict(list)
    for was, content in enumerate(before):
        if was not in taken and content is not None:
            waiting[content].append(was)
    coming: dict[Any, list[int]] = defaultdict(list)
    for row in _where(origin < 0).tolist():
        coming[after[row]].append(row)
    unsure = []
    for content, rows in coming.items():
        found = waiting.get(content, [])
        if labels is not None and len({labels[was] for was in found}) > 1:
            if len(found) != len(rows):
                continue
            unsure += rows
        for row, was in zip(rows, found, strict=False):
            origin[row] = was
    if unsure and (np.diff(origin[origin >= 0]) < 0).any():  # in another order: which of them is which?
        origin[unsure] = -1


def _contents(marks: Marks, vectors: bool) -> Sequence[Any]:
    if not vectors or marks.vectors is None:
        return marks.contents
    both = zip(marks.contents, marks.vectors, strict=True)
    return [None if content is None and vector is None else (content, vector) for content, vector in both]


def _where(chosen: Any) -> IntArray:
    return np.flatnonzero(chosen).astype(np.int64)
