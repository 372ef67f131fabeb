from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

KINDS = ("pandas", "polars", "pyarrow", "dict")

Make = Callable[..., Any]
Plain = Callable[[Any], dict[str, list[Any]]]


def _make(kind: str, data: dict[str, list[Any]], types: dict[str, pa.DataType] | None = None) -> Any:
    if kind == "dict":
        return {name: list(cells) for name, cells in data.items()}
    types = types or {}
    table = pa.table({name: pa.array(cells, type=types.get(name)) for name, cells in data.items()})
    if kind == "pandas":
        return table.to_pandas(date_as_object=False)
    return pl.from_arrow(table) if kind == "polars" else table


def _cell(cell: Any) -> Any:
    if isinstance(cell, pd.Timestamp):
        return cell.to_pydatetime()
    if isinstance(cell, pd.Timedelta):
        return cell.to_pytimedelta()
    if isinstance(cell, np.generic):
        cell = cell.item()
    if cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and np.isnan(cell)):
        return None
    return cell


def _plain(native: Any) -> dict[str, list[Any]]:
    if isinstance(native, pd.Series):
        native = native.reset_index(name=native.name or "size")
    if isinstance(native, pd.DataFrame):
        if native.index.names != [None]:
            native = native.reset_index()
        native = {name: native[name].tolist() for name in native}
    elif isinstance(native, pl.DataFrame):
        native = native.to_dict(as_series=False)
    elif isinstance(native, pa.Table):
        native = native.to_pydict()
    return {name: [_cell(cell) for cell in cells] for name, cells in native.items()}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="session")
def make() -> Make:
    """Build a native table of a kind from a dict of lists, None for missing."""
    return _make


@pytest.fixture(scope="session")
def plain() -> Plain:
    """Turn a native table, or a grouping's result, into a dict of lists, None for missing; keys come first."""
    return _plain
