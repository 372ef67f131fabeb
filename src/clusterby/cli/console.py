"""What commands share: where words go, how errors end, and bars for long work."""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from clusterby.core.errors import ClusterbyError
from clusterby.core.progress import Advance, report_progress

__all__ = ["Debug", "Json", "Quiet", "out", "print_json", "session", "table"]

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but the result and errors.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON document.")]

out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)

_PATIENCE = 1.0
"""Seconds of work after which a bar appears."""

INTERRUPTED = 130
"""The exit status of a program that Ctrl-C ended."""


@contextmanager
def session(*, quiet: bool, debug: bool) -> Iterator[None]:
    """Run a command: bars and log lines on stderr, an error as one line and exit status 1."""
    handler = _LogHandler(logging.WARNING if quiet else logging.INFO)
    logger = logging.getLogger("clusterby")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(handler.level)
    try:
        with nullcontext() if quiet or not _err.is_terminal else report_progress(_bar):
            yield
    except KeyboardInterrupt:
        _say("interrupted")
        raise typer.Exit(INTERRUPTED) from None
    except typer.Exit:
        raise
    except Exception as error:
        if debug:
            raise
        _say(f"error: {_one_line(error)}")
        raise typer.Exit(1) from None
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


def table(*headings: str, **options: Any) -> Table:
    """Return an empty table in the one style that all commands print."""
    return Table(*headings, box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0), **options)


def print_json(document: Any) -> None:
    """Print a document to stdout, as JSON and nothing else."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:  # half a pair of surrogates, or a terminal without the letter
        text = json.dumps(document, indent=2, allow_nan=False)
    sys.stdout.write(f"{text}\n")


class _LogHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        _say(record.getMessage())


def _say(words: str) -> None:
    _err.print(escape(f"clusterby: {words}"), soft_wrap=True)


def _one_line(error: Exception) -> str:
    words = f"{type(error).__name__}: {' '.join(str(error).split())}"
    if isinstance(error, (ClusterbyError, OSError)):
        return words
    if isinstance(error, MemoryError):
        return "out of memory: try fewer rows, or method kmeans"
    return f"{words} (this is a fault in clusterby or in a library below it; --debug shows where)"


@contextmanager
def _bar(description: str, total: int) -> Iterator[Advance]:
    counted = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), *(counted if total > 1 else ()),
        TimeElapsedColumn(), console=_err, transient=True,
    )  # fmt: skip
    task = bar.add_task(escape(description), total=total, rate="")
    began = time.monotonic()

    def advance(count: int) -> None:
        done = bar.tasks[0].completed + count
        bar.update(task, advance=count, rate=f"{done / max(time.monotonic() - began, 1e-9):,.0f}/s")

    shown_later = threading.Timer(_PATIENCE, bar.start)
    shown_later.daemon = True
    shown_later.start()
    try:
        yield advance
    finally:
        shown_later.cancel()
        shown_later.join()
        bar.stop()
