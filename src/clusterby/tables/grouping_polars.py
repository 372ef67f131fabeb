"""Groups of a polars frame, aggregated by polars' own engine with pandas' meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import narwhals as nw

from clusterby.core.column import IntArray
from clusterby.core.errors import InvalidParameter, InvalidTable
from clusterby.tables.aggregates import plan_columns, plan_several
from clusterby.tables.base import Aggregate
from clusterby.tables.keys import Keys
from clusterby.tables.new_columns import to_polars

if TYPE_CHECKING:
    import polars as pl

__all__ = ["PolarsGrouping"]


class PolarsGrouping:
    """The rows of a polars frame by keys; see :class:`~clusterby.tables.base.Grouping`.

    Nulls are left out of every aggregate and make no group. NaN is a value in polars, not a missing one,
    and stays so, among the keys too; turn it to null first (``fill_nan(None)``) to have pandas' results.

    Parameters
    ----------
    frame : polars.DataFrame
        Never changed, and not copied.
    keys : mapping of str to masked array or None
        As in :meth:`~clusterby.tables.base.Table.group_rows`.

    Raises
    ------
    InvalidParameter
        If the cells of a key are lists, structs or objects.
    """

    def __init__(self, frame: pl.DataFrame, keys: Keys) -> None:
        import polars as pl

        self._frame = frame
        self._schema = nw.from_native(frame).schema
        self._keys = {n: frame.get_column(n) if v is None else to_polars(v, n) for n, v in keys.items()}
        for name, series in self._keys.items():
            if series.dtype.is_nested() or series.dtype == pl.Object:
                raise InvalidParameter(f"rows cannot be grouped by {name!r}, whose type is {series.dtype}")

    def size(self) -> pl.DataFrame:
        """Return the keys and a column ``size``: how many rows each group has."""
        import polars as pl

        if "size" in self._keys:
            raise InvalidTable("the result would have two columns 'size': give the key another name")
        return self._collect([pl.len().cast(pl.Int64).alias("size")])

    def rows(self) -> dict[Any, IntArray]:
        """Return the positions of each group's rows, increasing, by key; tuples where there are several keys."""
        import polars as pl

        by = [f"key_{i}" for i in range(len(self._keys))]
        keys = pl.DataFrame(dict(zip(by, self._keys.values(), strict=True)))
        found = (
            keys.with_row_index("row").drop_nulls(by).group_by(by).agg(pl.col("row").cast(pl.Int64)).sort(by)
        )
        named = found.select(by).rows()
        members = [rows.to_numpy() for rows in found.get_column("row")]
        return dict(zip([key[0] for key in named] if len(by) == 1 else named, members, strict=True))

    def aggregate(self, columns: str | Sequence[str] | None, how: Aggregate) -> pl.DataFrame:
        """Return the keys and the aggregated columns."""
        return self._collect(self._expressions(plan_columns(self._schema, list(self._keys), columns, how)))

    def agg(self, *plan: Any, **named: Any) -> pl.DataFrame:
        """Return several aggregates; polars expressions are taken as they are, by position or by name."""
        import polars as pl

        given = [e for e in plan if isinstance(e, pl.Expr)]
        given += [e.alias(name) for name, e in named.items() if isinstance(e, pl.Expr)]
        names = [p for p in plan if not isinstance(p, pl.Expr)]
        pairs = {name: spec for name, spec in named.items() if not isinstance(spec, pl.Expr)}
        if names or pairs or not given:
            given += self._expressions(plan_several(self._schema, list(self._keys), names, pairs))
        return self._collect(given)

    def _expressions(self, steps: Sequence[Any]) -> list[pl.Expr]:
        return [_expression(s.column, s.how, self._frame.schema).alias(s.output) for s in steps]

    def _collect(self, expressions: list[pl.Expr]) -> pl.DataFrame:
        import polars as pl

        inner = self._inner_names()
        by = list(inner.values())
        frame = self._frame.with_columns([series.alias(inner[name]) for name, series in self._keys.items()])
        try:
            found = frame.group_by(by).agg(expressions).drop_nulls(by).sort(by)
            return found.rename({temporary: name for name, temporary in inner.items()})
        except pl.exceptions.DuplicateError as error:
            raise InvalidTable(f"the result would bear one name twice: {_first_line(error)}") from None
        except pl.exceptions.PolarsError as error:
            raise InvalidParameter(f"polars cannot compute this: {_first_line(error)}") from None

    def _inner_names(self) -> Mapping[str, str]:
        """Return a name for each key that no column bears, so that a column may be called as the key is."""
        mark = "__key"
        while any(name.startswith(mark) for name in self._frame.columns):
            mark = f"_{mark}"
        return {name: f"{mark}_{i}" for i, name in enumerate(self._keys)}


def _expression(column: str, how: str, schema: Mapping[str, pl.DataType]) -> pl.Expr:
    import polars as pl

    cells = pl.col(column)
    present = cells.drop_nulls()
    if how in ("sum", "std", "var", "median") and schema[column] == pl.Boolean:
        cells = cells.cast(pl.Int64)
    match how:
        case "count":
            return cells.count().cast(pl.Int64)
        case "nunique":
            return present.n_unique().cast(pl.Int64)
        case "first":
            return present.first()
        case "last":
            return present.last()
        case "any":
            return cells.cast(pl.Boolean).any()
        case "all":
            return cells.cast(pl.Boolean).all()
        case _:
            return getattr(cells, how)()  # type: ignore[no-any-return]


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
