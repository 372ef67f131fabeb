"""Which rows of a table are those of a saved one."""

from __future__ import annotations

from collections import defaultdict, deque
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

    Rows are the same whose identity and content are. A row whose identity is new has the place of a row that is gone and had
    the same content: a file that was renamed. Where rows have no identity, or one of another kind, content decides alone, and
    of rows with the same content the first is the first. Where some of these have gone or come, and they were not all in one
    cluster, nobody can tell which: they are new.

    Parameters
    ----------
    saved, now : Marks
        Of the table then and now.
    labels : sequence, optional
        The cluster of each saved row.
    """
    origin = np.full(len(now), -1, dtype=np.int64)
    changed: list[int] = []
    left, came = list(range(len(saved))), list(range(len(now)))
    vectors = saved.vectors is not None and now.vectors is not None
    before, after = _contents(saved, vectors), _contents(now, vectors)
    touched: set[int] = set()
    if saved.names is not None and now.names is not None and saved.identity == now.identity:
        place = {name: row for row, name in enumerate(saved.names)}
        for row, name in enumerate(now.names):
            was = place.pop(name, None)
            if was is None:
                continue
            if before[was] == after[row]:
                origin[row] = was
            else:
                changed.append(row)
                touched.add(was)
        left, new = sorted(place.values()), set(now.names) - set(saved.names)
        came = [row for row in came if now.names[row] in new]
    _by_content(origin, before, left, after, came, labels)
    taken = set(origin.tolist()) | touched
    return Changes(
        origin=origin,
        changed=np.array(changed, dtype=np.int64),
        gone=np.array([row for row in range(len(saved)) if row not in taken], dtype=np.int64),
    )


def _by_content(
    origin: IntArray,
    before: Sequence[Any],
    left: Sequence[int],
    after: Sequence[Any],
    came: Sequence[int],
    labels: Sequence[Any] | None,
) -> None:
    """Write into `origin` which of the rows that are left each row that came is."""
    waiting: dict[Any, deque[int]] = defaultdict(deque)
    for row in left:
        waiting[before[row]].append(row)
    coming: dict[Any, list[int]] = defaultdict(list)
    for row in came:
        coming[after[row]].append(row)
    for content, rows in coming.items():
        found = waiting.get(content) if content is not None else None
        if not found:
            continue
        if len(found) != len(rows) and labels is not None and len({labels[row] for row in found}) > 1:
            continue
        for row, was in zip(rows, found, strict=False):
            origin[row] = was


def _contents(marks: Marks, vectors: bool) -> Sequence[Any]:
    if not vectors or marks.vectors is None:
        return marks.contents
    return [None if c is None else (c, v) for c, v in zip(marks.contents, marks.vectors, strict=True)]


def _where(chosen: Any) -> IntArray:
    return np.flatnonzero(chosen).astype(np.int64)
