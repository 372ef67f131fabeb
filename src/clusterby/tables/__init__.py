"""Tables of any library behind one interface: rows and columns in, the caller's own kind out."""

from __future__ import annotations

from clusterby.tables.base import AGGREGATES, Aggregate, Grouping, Table
from clusterby.tables.columns import as_column
from clusterby.tables.open import open_table

__all__ = ["AGGREGATES", "Aggregate", "Grouping", "Table", "as_column", "open_table"]
