"""`clusterby label`: score the rows of a folder, a file or a FiftyOne dataset by descriptions, or choose among words."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.markup import escape
from rich.table import Table as RichTable

import clusterby as cb
from clusterby.cli import options
from clusterby.cli.console import Debug, Json, Quiet, out, print_json, session
from clusterby.cli.console import table as rich_table
from clusterby.cli.labels import SUFFIXES
from clusterby.cli.source import HELP, open_frame, open_source
from clusterby.core.errors import InvalidParameter, InvalidTable
from clusterby.tables import open_table, write_table
from clusterby.tables.fiftyone import FiftyOneTable

__all__ = ["label"]

_BAR = 20
_BINS = 10
_HIGHEST = 5


def label(
    source: Annotated[str, typer.Argument(help=HELP)],
    by: options.By = None,
    description: Annotated[
        list[str] | None,
        typer.Option("--description", help="What may be true of a row: 'sunny background'; repeatable."),
    ] = None,
    candidates: options.Candidates = None,
    template: Annotated[
        str | None,
        typer.Option("--template", help="Where candidates go, as in 'photo with a {} background'."),
    ] = None,
    multi: Annotated[bool, typer.Option("--multi", help="Several candidates may be true of a row.")] = False,
    negatives: Annotated[
        str | None, typer.Option("--negatives", help="What else may be true, with commas between.")
    ] = None,
    column: Annotated[
        str | None, typer.Option("--column", help="What to call the new column of the file.")
    ] = None,
    encoder: options.Encoder = "auto",
    prefer: options.Prefer = None,
    modality: options.Modality = None,
    crop: options.Crop = None,
    cache: options.Cache = None,
    target: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write the rows with their labels to this csv or parquet file."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace that file if it is there.")] = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Say of each row of SOURCE how well a description fits, or which of several words fits best."""
    began = time.monotonic()
    with session(quiet=quiet, debug=debug):
        if target is not None:
            options.check_target("--out", target, SUFFIXES, overwrite=overwrite)
        table = open_source(source)
        found = cb.label(
            table, options.parse_by(by, table), multi=multi, column=column, encoder=encoder, modality=modality,
            negatives=options.parse_words("--negatives", negatives), cache=options.parse_cache(cache),
            prefer=options.parse_pairs("--prefer", prefer, example="speed=1") or None,
            **options.parse_asked(None, _described(description, template), candidates, None, crop, by=""),
        )  # fmt: skip
        if target is not None:
            write_table(open_table(_written(found)), target)
        seconds = time.monotonic() - began
        if json:
            print_json(_document(found, target) | {"seconds": seconds})
            return
        out.print(_counts(found) if found.chooses else _distribution(found))
        if target is not None:
            out.print(f"labels: [bold]{escape(str(target))}[/bold]", soft_wrap=True)


def _described(description: list[str] | None, template: str | None) -> list[str] | None:
    if template is None:
        return description
    if description:
        raise InvalidParameter(
            "--template and --description: give one of them; both are descriptions with {}"
        )
    return [template]


def _written(found: cb.Labels) -> Any:
    """Return the rows with what was found: for labels also their probability and the runner-up."""
    (name, *_) = found.names
    extra = (f"{name}_probability", f"{name}_runner_up") if found.chooses else ()
    new, frame = found.new_columns(None, *extra), open_frame(found.table)
    for column in new:
        if column in frame.columns:
            raise InvalidTable(
                f"the table has a column {column!r} already: choose another name with --column"
            )
    return frame.with_columns(new)


def _counts(found: cb.Labels) -> RichTable:
    """Return the chosen words as a table to print: how many rows have each, and which of them is the surest."""
    shown = rich_table("label", "rows", "share", "", "probability")
    shown.add_column("surest row", overflow="ellipsis", no_wrap=True)
    strengths: Any = np.ma.getdata(np.ma.asarray(found.probabilities_))
    chosen = [(word, rows) for word, rows in _rows_by_word(found) if len(rows)]
    for word, rows in chosen:
        share = len(rows) / len(found.embeddings)
        surest = _name(found, int(rows[strengths[rows].argmax()]))
        cells = (
            f"{len(rows):,}",
            f"{share:.1%}",
            _bar(share),
            f"{strengths[rows].mean():.2f}",
            escape(surest),
        )
        shown.add_row(escape(word), *cells)
    if len(chosen) < len(found.candidates):
        shown.add_row(f"[dim]{len(found.candidates) - len(chosen)} others[/dim]", "0")
    return shown


def _distribution(found: cb.Labels) -> RichTable:
    """Return the scores of each text as a table to print: how many rows have which, and the highest."""
    shown = rich_table("score", "rows", "")
    shown.add_column("highest rows", overflow="ellipsis", no_wrap=True)
    edges = np.linspace(0, 1, _BINS + 1)
    for text, values in zip(found.candidates or found.descriptions, found.scores.values.T, strict=True):
        if len(found.scores.negatives) > 1:
            shown.add_row(f"[bold]{escape(text)}[/bold]")
        counts = np.histogram(values, edges)[0][::-1]
        best = found.embeddings.rows[np.argsort(-values, kind="stable")[:_HIGHEST]].tolist()
        scores = np.sort(values)[::-1]
        for i, count in enumerate(counts):
            highest = f"{scores[i]:.3f} {_name(found, best[i])}" if i < len(best) else ""
            low = edges[_BINS - 1 - i]
            shown.add_row(
                f"{low:.1f} to {low + 0.1:.1f}", f"{count:,}", _bar(count / len(values)), escape(highest)
            )
    return shown


def _document(found: cb.Labels, target: Path | None) -> dict[str, Any]:
    choice = found.encoder_choice
    return {
        "by": found.by,
        "rows": len(found),
        "meaning": found.meaning,
        "multi": found.multi,
        "texts": [
            {
                "text": text,
                "mean": float(values.mean()),
                "negatives": list(found.negatives[text]),
                "left_out": dict(found.left_out[text]),
                "highest": [
                    {"row": int(found.embeddings.rows[i]), "score": float(values[i])}
                    for i in np.argsort(-values, kind="stable")[:_HIGHEST]
                ],
            }
            for text, values in zip(
                found.candidates or found.descriptions, found.scores.values.T, strict=True
            )
        ],
        "labels": {word: len(rows) for word, rows in _rows_by_word(found)} if found.chooses else None,
        "templates": list(found.templates),
        "warnings": list(found.warnings),
        "encoder": {"name": choice.name, "reason": choice.reason, "weakness": choice.weakness},
        "skipped": [{"row": s.row, "column": s.column, "reason": s.reason} for s in found.skipped],
        "out": None if target is None else str(target),
    }


def _rows_by_word(found: cb.Labels) -> list[tuple[str, Any]]:
    """Return the rows of each candidate, the most frequent first."""
    rows = [(word, np.flatnonzero(np.asarray(found) == word)) for word in found.candidates]
    return sorted(rows, key=lambda each: -len(each[1]))


def _name(found: cb.Labels, row: int) -> str:
    of_files = "filepath" if isinstance(found.table, FiftyOneTable) else "path"
    cell = found.table.column(of_files if of_files in found.table.columns else found.by).cells[row]
    return " ".join(cell.split())[:60] if isinstance(cell, str) else f"row {row}"


def _bar(share: float) -> str:
    return "█" * round(_BAR * share)
