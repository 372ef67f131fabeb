"""Groups of a pandas frame: pandas' own groupby, with errors that say what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np

from clusterby.core.column import IntArray
from clusterby.core.errors import InvalidParameter, nearest
from clusterby.tables.aggregates import applies, plan_all
from clusterby.tables.base import AGGREGATES, Aggregate
from clusterby.tables.keys import Keys, rows_by_key
from clusterby.tables.new_columns import to_pandas
from clusterby.tables.shape import check_column

__all__ = ["PandasGrouping"]


class PandasGrouping:
    """The rows of a pandas frame by keys; see :class:`~clusterby.tables.base.Grouping`.

    Results are exactly those of ``frame.groupby(keys, sort=True, observed=True)``, and every aggregate that
    pandas knows by name is allowed, as is a function. Keys are taken by position, whatever the index.

    Parameters
    ----------
    frame : pandas.DataFrame
        Never changed, and not copied.
    keys : mapping of str to masked array or None
        As in :meth:`~clusterby.tables.base.Table.group_rows`.

    Raises
    ------
    InvalidParameter
        If the cells of a key cannot be told apart, because they are lists, say.
    """

    def __init__(self, frame: Any, keys: Keys) -> None:
        import pandas as pd

        by = [
            frame[name] if values is None else pd.Index(to_pandas(values), name=name, copy=False)
            for name, values in keys.items()
        ]
        self._names = list(keys)
        self._frame = frame
        self._grouped = frame.groupby(by if len(by) > 1 else by[0], sort=True, observed=True)
        try:
            _ = self._grouped.ngroups  # numbers the groups, once for all aggregates
        except TypeError as error:
            raise InvalidParameter(f"rows cannot be grouped by {_listed(keys)}: {error}") from None

    def size(self) -> Any:
        """Return how many rows each group has, as a Series."""
        return self._grouped.size()

    def rows(self) -> dict[Any, IntArray]:
        """Return the positions of each group's rows, increasing, by key; tuples where there are several keys."""
        numbers = self._grouped.ngroup().to_numpy()  # NaN where a key is missing
        return rows_by_key(
            np.where(np.isnan(numbers), -1, numbers).astype(np.int64), self.size().index.tolist()
        )

    def aggregate(self, columns: str | Sequence[str] | None, how: Aggregate) -> Any:
        """Return a Series for one column, a frame for several or for all that the aggregate is about."""
        chosen = self._columns_for([how]) if columns is None else columns
        selection = chosen if isinstance(chosen, str) else list(chosen)
        return self._run(
            lambda: self._grouped[selection].agg(how), {name: [how] for name in _as_list(selection)}
        )

    def agg(self, *plan: Any, **named: Any) -> Any:
        """Return several aggregates, asked for in any of pandas' own ways."""
        if len(plan) + bool(named) != 1:
            raise InvalidParameter("give one plan, {'column': 'mean'}, or names, name=('column', 'mean')")
        if named:
            return self._run(lambda: self._grouped.agg(**named), self._asked_by_name(named))
        if isinstance(plan[0], Mapping):
            return self._run(
                lambda: self._grouped.agg(plan[0]), {c: _as_list(how) for c, how in plan[0].items()}
            )
        if not isinstance(plan[0], (list, tuple)):
            return self.aggregate(None, plan[0])
        asked = {name: list(plan[0]) for name in self._columns_for(plan[0])}
        return self._run(lambda: self._grouped[list(asked)].agg(list(plan[0])), asked)

    def _asked_by_name(self, named: Mapping[str, Any]) -> dict[str, list[Aggregate]]:
        import pandas as pd

        asked: dict[str, list[Aggregate]] = {}
        for output, spec in named.items():
            if isinstance(spec, pd.NamedAgg):
                spec = (spec.column, spec.aggfunc)
            if not isinstance(spec, tuple) or len(spec) != 2:
                raise InvalidParameter(
                    f"{output}={spec!r}: give a column and an aggregate, {output}=('column', 'mean')"
                )
            asked.setdefault(spec[0], []).append(spec[1])
        return asked

    def _columns_for(self, hows: Iterable[Aggregate]) -> list[str]:
        schema = self._schema()
        every = [name for name in schema if name not in self._names]
        for how in hows:
            self._check_how(how)
            if isinstance(how, str):
                fitting = plan_all(schema, self._names, how if how in AGGREGATES else "sum")
                every = [name for name in every if name in fitting]
        return every

    def _check_how(self, how: Aggregate) -> None:
        if not isinstance(how, str) or (not how.startswith("_") and hasattr(type(self._grouped), how)):
            return
        near = nearest(how, AGGREGATES)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise InvalidParameter(
            f"no aggregate {how!r}.{hint} There are: {', '.join(AGGREGATES)}, and what pandas has"
        )

    def _run(self, compute: Callable[[], Any], asked: Mapping[str, Sequence[Aggregate]]) -> Any:
        for name, hows in asked.items():
            check_column(name, list(self._frame.columns))
            for how in hows:
                self._check_how(how)
        try:
            return compute()
        except (TypeError, ValueError, NotImplementedError) as error:
            if any(not isinstance(how, str) for hows in asked.values() for how in hows):
                raise  # the caller's own function may have raised it
            raise InvalidParameter(self._what_does_not_apply(asked, error)) from None

    def _what_does_not_apply(self, asked: Mapping[str, Sequence[Aggregate]], error: Exception) -> str:
        schema, reason = self._schema(), " ".join(str(error).split())
        for name, hows in asked.items():
            for how in hows:
                if how in AGGREGATES and not applies(str(how), schema[name]):
                    return f"{how!r} does not apply to column {name!r}, whose type is {self._frame[name].dtype}: {reason}"
        hows = sorted({str(how) for each in asked.values() for how in each})
        return f"{', '.join(map(repr, hows))} of {_listed(asked)}: {reason}"

    def _schema(self) -> Mapping[str, nw.dtypes.DType]:
        schema: Mapping[str, nw.dtypes.DType] = nw.from_native(self._frame, eager_only=True).schema
        return schema


def _as_list(one_or_more: Any) -> list[Any]:
    return list(one_or_more) if isinstance(one_or_more, (list, tuple)) else [one_or_more]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names)
