"""Groups of a FiftyOne collection: pandas aggregates the fields, each read when something of it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from clusterby.core.column import IntArray
from clusterby.tables.base import Aggregate
from clusterby.tables.keys import Keys
from clusterby.tables.shape import check_column

__all__ = ["LazyGrouping"]


class LazyGrouping:
    """The samples of a collection by keys; see :class:`~clusterby.tables.base.Grouping`.

    Parameters
    ----------
    columns : sequence of str
        The collection's columns.
    n_rows : int
    keys : mapping of str to masked array or None
        As in :meth:`~clusterby.tables.base.Table.group_rows`.
    series : callable
        Returns a column as a pandas Series.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> cells = {"size": pd.Series([3, 1, 7])}
    >>> grouping = LazyGrouping(["size"], 3, {"k": np.ma.array([0, 1, 0])}, cells.get)
    >>> grouping.aggregate("size", "mean").tolist()
    [5.0, 1.0]
    """

    def __init__(self, columns: Sequence[str], n_rows: int, keys: Keys, series: Callable[[str], Any]) -> None:
        self._columns = columns
        self._n_rows = n_rows
        self._keys = keys
        self._series = series
        self._of_keys = self._over([])

    def size(self) -> Any:
        """Return how many samples each group has, as a Series."""
        return self._of_keys.size()

    def rows(self) -> dict[Any, IntArray]:
        """Return the positions of each group's samples, increasing, by key; tuples where there are several keys."""
        found: dict[Any, IntArray] = self._of_keys.rows()
        return found

    def aggregate(self, columns: str | Sequence[str] | None, how: Aggregate) -> Any:
        """Return a Series for one column, a frame for several or for all that the aggregate is about."""
        wanted = (
            self._columns if columns is None else [columns] if isinstance(columns, str) else list(columns)
        )
        return self._over(self._checked(wanted)).aggregate(columns, how)

    def agg(self, *plan: Any, **named: Any) -> Any:
        """Return several aggregates, asked for in any of pandas' own ways."""
        return self._over(self._checked(self._asked(plan, named))).agg(*plan, **named)

    def _asked(self, plan: Sequence[Any], named: Mapping[str, Any]) -> Sequence[Any]:
        wanted: list[Any] = []
        for part in plan:
            if not isinstance(part, Mapping):
                return self._columns
            wanted += part
        return wanted + [pair[0] for pair in named.values() if isinstance(pair, tuple) and pair]

    def _checked(self, columns: Sequence[Any]) -> Sequence[str]:
        return [check_column(name, self._columns) for name in columns]

    def _over(self, columns: Sequence[str]) -> Any:
        import pandas as pd

        from clusterby.tables.grouping_pandas import PandasGrouping

        of_table = [name for name, values in self._keys.items() if values is None]
        read = dict.fromkeys([*of_table, *columns])
        frame = pd.DataFrame({name: self._series(name) for name in read}, index=range(self._n_rows))
        return PandasGrouping(frame, self._keys)
