"""`clusterby embed`: embed a column, into the cache or a file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

import clusterby as cb
from clusterby.cli import options
from clusterby.cli.console import Debug, Json, Quiet, out, print_json, session
from clusterby.cli.source import HELP, open_frame, open_source
from clusterby.ops.cluster import spread_labels
from clusterby.tables import open_table, write_table

__all__ = ["embed"]

_SUFFIXES = (".parquet", ".arrow")


def embed(
    source: Annotated[str, typer.Argument(help=HELP)],
    by: options.By = None,
    encoder: options.Encoder = "auto",
    prefer: options.Prefer = None,
    modality: options.Modality = None,
    cache: options.Cache = None,
    instruction: options.Instruction = None,
    description: options.Description = None,
    candidates: options.Candidates = None,
    ignore: options.Ignore = None,
    crop: options.Crop = None,
    target: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write the rows with their vectors to this parquet or Arrow file."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace that file if it is there.")] = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Embed a column of SOURCE, so that every later command finds its vectors."""
    began = time.monotonic()
    with session(quiet=quiet, debug=debug):
        if target is not None:
            options.check_target("--out", target, _SUFFIXES, overwrite=overwrite)
        table = open_source(source)
        columns = options.parse_by(by, table)
        asked = options.parse_asked(instruction, description, candidates, ignore, crop, by=columns)
        found = cb.embed(
            table, columns, encoder=encoder, modality=modality, cache=options.parse_cache(cache),
            prefer=options.parse_pairs("--prefer", prefer, example="speed=1") or None, **asked,
        )  # fmt: skip
        if target is not None:
            vectors = {found.column: spread_labels(found.vectors, found)}
            write_table(open_table(open_frame(table).with_columns(vectors)), target)
        seconds = time.monotonic() - began
        if json:
            print_json(_document(found, target) | {"seconds": seconds})
            return
        skipped = f", {len(found.skipped)} skipped" if found.skipped else ""
        out.print(
            f"[bold]{escape(found.column)}[/bold]: {len(found):,} rows, {found.dimension} dimensions{skipped}",
            soft_wrap=True,
        )
        if target is not None:
            out.print(f"vectors: [bold]{escape(str(target))}[/bold]", soft_wrap=True)


def _document(found: cb.Embeddings, target: Path | None) -> dict[str, Any]:
    return {
        "column": found.column,
        "space": found.space,
        "rows": found.n_rows,
        "embedded": len(found),
        "dimension": found.dimension,
        "skipped": [{"row": s.row, "column": s.column, "reason": s.reason} for s in found.skipped],
        "out": None if target is None else str(target),
    }
