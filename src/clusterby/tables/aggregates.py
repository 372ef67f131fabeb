"""Which aggregate applies to which type of column, and what a plan of several asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import narwhals as nw

from clusterby.core.errors import InvalidParameter, InvalidTable, nearest
from clusterby.tables.base import AGGREGATES
from clusterby.tables.shape import check_column

__all__ = [
    "Schema",
    "Step",
    "applies",
    "check_aggregate",
    "check_names",
    "plan_all",
    "plan_columns",
    "plan_several",
]

Schema: TypeAlias = Mapping[str, nw.dtypes.DType]

Trait = Literal["number", "boolean", "date", "duration", "time", "text", "category", "nested"]

_COUNTED: frozenset[Trait] = frozenset({"number", "boolean"})
_MEASURED: frozenset[Trait] = _COUNTED | {"date", "duration"}
_ORDERED: frozenset[Trait] = _MEASURED | {"time", "text"}
_DISTINCT: frozenset[Trait] = _ORDERED | {"category"}
_ANYTHING: frozenset[Trait] = _DISTINCT | {"nested"}

_APPLIES: dict[str, frozenset[Trait]] = {
    "mean": _MEASURED,
    "median": _MEASURED,
    "sum": _COUNTED | {"duration"},
    "std": _COUNTED,
    "var": _COUNTED,
    "any": _COUNTED,
    "all": _COUNTED,
    "min": _ORDERED,
    "max": _ORDERED,
    "nunique": _DISTINCT,
    "count": _ANYTHING,
    "first": _ANYTHING,
    "last": _ANYTHING,
}
_NUMERIC_ONLY = frozenset({"mean", "median", "sum", "std", "var", "any", "all"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One aggregate of one column.

    Parameters
    ----------
    output : str
        What the result's column is called.
    column : str
        The column that is aggregated.
    how : str
        One of :data:`~clusterby.tables.base.AGGREGATES`.
    """

    output: str
    column: str
    how: str


def check_aggregate(how: object) -> str:
    """Return the name of an aggregate that every engine computes.

    Raises
    ------
    InvalidParameter
        If it is none of :data:`~clusterby.tables.base.AGGREGATES`; the nearest is suggested.

    Examples
    --------
    >>> check_aggregate("meen")
    Traceback (most recent call last):
    clusterby.core.errors.InvalidParameter: no aggregate 'meen'. Did you mean 'mean'?
    There are: mean, sum, min, max, median, std, var, count, nunique, first, last, any, all
    """
    if isinstance(how, str) and how in AGGREGATES:
        return how
    near = nearest(how, AGGREGATES) if isinstance(how, str) else []
    hint = f" Did you mean '{near[0]}'?" if near else ""
    raise InvalidParameter(f"no aggregate {how!r}.{hint} There are: {', '.join(AGGREGATES)}")


def applies(how: str, dtype: nw.dtypes.DType) -> bool:
    """Whether the aggregate means something for cells of that type.

    Examples
    --------
    >>> import narwhals as nw
    >>> applies("mean", nw.Float64()), applies("mean", nw.String()), applies("max", nw.String())
    (True, False, True)
    """
    return _trait(dtype) in _APPLIES[how]


def plan_all(schema: Schema, leave_out: Sequence[str], how: str) -> list[str]:
    """Return the columns that an aggregate of the whole table is about.

    Numeric and boolean columns for means, sums and deviations; the others wherever they apply.

    Raises
    ------
    InvalidParameter
        If there is none.
    """
    check_aggregate(how)
    traits = _COUNTED if how in _NUMERIC_ONLY else _APPLIES[how]
    chosen = [name for name, dtype in schema.items() if name not in leave_out and _trait(dtype) in traits]
    if not chosen:
        raise InvalidParameter(
            f"the table has no column that {how!r} applies to: name one that another aggregate fits"
        )
    return chosen


def plan_columns(
    schema: Schema, keys: Sequence[str], columns: str | Sequence[str] | None, how: Any
) -> list[Step]:
    """Return the steps of one aggregate of one column, of several, or of all but the keys.

    Raises
    ------
    UnknownColumn
        If one of the columns is not there.
    InvalidParameter
        If there is no such aggregate, or it does not apply to one of the columns.
    InvalidTable
        If the result would bear one name twice.
    """
    check_aggregate(how)
    if columns is None:
        columns = plan_all(schema, keys, how)
    names = [columns] if isinstance(columns, str) else list(columns)
    return _checked([Step(output=name, column=name, how=how) for name in names], schema, keys)


def plan_several(
    schema: Schema, keys: Sequence[str], plan: Sequence[Any], named: Mapping[str, Any]
) -> list[Step]:
    """Return the steps of several aggregates.

    Parameters
    ----------
    schema : mapping of str to narwhals dtype
        The table's columns.
    keys : sequence of str
        The names of the keys.
    plan : sequence
        Each ``{"date": "mean", "size": ["min", "max"]}`` (a list makes ``size_min`` and ``size_max``), or
        ``"mean"``, or ``["min", "max"]``, of all columns that they apply to.
    named : mapping of str to (column, aggregate)
        Per column of the result what it is.

    Raises
    ------
    UnknownColumn, InvalidParameter, InvalidTable
        As :func:`plan_columns` does; InvalidParameter also for a plan of another form, or none.
    """
    steps: list[Step] = []
    for part in plan:
        if not isinstance(part, Mapping):
            about = [plan_all(schema, keys, how) for how in check_names(part)]
            part = {name: part for name in schema if all(name in names for names in about)}
        for column, how in part.items():
            for one in check_names(how):
                output = column if isinstance(how, str) else f"{column}_{one}"
                steps.append(Step(output=output, column=column, how=one))
    for output, spec in named.items():
        if not isinstance(spec, tuple) or len(spec) != 2:
            raise InvalidParameter(
                f"{output}={spec!r}: give a column and an aggregate, {output}=('column', 'mean')"
            )
        steps.append(Step(output=output, column=spec[0], how=check_aggregate(spec[1])))
    if not steps:
        raise InvalidParameter("nothing to aggregate: give {'column': 'mean'} or name=('column', 'mean')")
    return _checked(steps, schema, keys)


def check_names(how: Any) -> list[str]:
    """Return the aggregates that a name or a list of names asks for."""
    return [check_aggregate(one) for one in (how if isinstance(how, (list, tuple)) else [how])]


def _checked(steps: list[Step], schema: Schema, keys: Sequence[str]) -> list[Step]:
    taken = set(keys)
    for step in steps:
        check_column(step.column, list(schema))
        if not applies(step.how, schema[step.column]):
            fitting = [how for how in AGGREGATES if applies(how, schema[step.column])]
            raise InvalidParameter(
                f"{step.how!r} does not apply to column {step.column!r}, whose type is {schema[step.column]}: "
                f"choose one of {', '.join(fitting)}"
            )
        if step.output in taken:
            raise InvalidTable(
                f"the result would have two columns {step.output!r}: "
                f"name this one, agg(other_name=({step.column!r}, {step.how!r}))"
            )
        taken.add(step.output)
    return steps


def _trait(dtype: nw.dtypes.DType) -> Trait:
    if dtype.is_numeric():
        return "number"
    if isinstance(dtype, nw.Boolean):
        return "boolean"
    if isinstance(dtype, (nw.Date, nw.Datetime)):
        return "date"
    if isinstance(dtype, nw.Duration):
        return "duration"
    if isinstance(dtype, nw.Time):
        return "time"
    if isinstance(dtype, (nw.String, nw.Binary)):
        return "text"
    if isinstance(dtype, (nw.Categorical, nw.Enum)):
        return "category"
    return "nested"
