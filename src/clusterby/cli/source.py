"""What SOURCE names: a folder, a file, or a FiftyOne dataset, of which FiftyOne itself says nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from clusterby.core.optional import require
from clusterby.tables import open_table
from clusterby.tables.base import Table
from clusterby.tables.fiftyone import FIFTYONE, FiftyOneTable

__all__ = ["HELP", "import_fiftyone", "open_frame", "open_source", "silenced"]

HELP = "A folder, a csv, parquet, jsonl or Arrow file, or fiftyone:NAME for a FiftyOne dataset."


def open_source(source: str) -> Table:
    """Return what SOURCE names as a table: Arrow for paths, FiftyOne's own for its datasets.

    Raises
    ------
    ClusterbyError
        As :func:`~clusterby.tables.open_table`.
    """
    if not source.startswith(FIFTYONE):
        return open_table(source, kind="pyarrow")
    import_fiftyone(f"source {source!r}")
    with silenced():
        return open_table(source)


def open_frame(table: Table) -> Table:
    """Return the rows of a table as a file can hold them: a FiftyOne dataset's as a frame, by id and without vectors."""
    return open_table(table.to_pandas()) if isinstance(table, FiftyOneTable) else table


def import_fiftyone(purpose: str) -> Any:
    """Return fiftyone, without its bars and its log lines.

    Raises
    ------
    MissingExtra
        If it is not installed.
    """
    with silenced():
        fo = require("fiftyone", purpose=purpose, extra="fiftyone")
    fo.config.show_progress_bars = False
    fo.core.logging.set_logging_level("ERROR")
    return fo


@contextmanager
def silenced() -> Iterator[None]:
    """Let nothing that is printed reach the terminal, by this process or by one that it starts here."""
    kept = []
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - no path of a file
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        for number in (1, 2):
            kept.append((number, os.dup(number)))
            os.dup2(nowhere.fileno(), number)
        try:
            yield
        finally:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            for number, before in kept:
                os.dup2(before, number)
                os.close(before)
