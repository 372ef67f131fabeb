"""Tables of any library behind one interface: rows and columns in, the caller's own kind out."""

from __future__ import annotations

from clusterby.tables.base import AGGREGATES, Aggregate, Grouping, Table
from clusterby.tables.build import build_native
from clusterby.tables.columns import as_column
from clusterby.tables.factorize import factorize
from clusterby.tables.open import open_table
from clusterby.tables.write import write_table

__all__ = [
    "AGGREGATES",
    "Aggregate",
    "Grouping",
    "Table",
    "as_column",
    "build_native",
    "factorize",
    "open_table",
    "write_table",
]
