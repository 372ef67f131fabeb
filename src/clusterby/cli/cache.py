"""`clusterby cache`: which vectors are kept, and how to be rid of them."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.markup import escape

import clusterby as cb
from clusterby.cli.console import Debug, Json, Quiet, out, print_json, session, table
from clusterby.core.errors import InvalidParameter

__all__ = ["app", "clear", "info"]

app = typer.Typer(
    help="Show or clear the vectors that are kept.", no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip

Where = Annotated[
    str | None,
    typer.Option(
        "--cache", help="A folder or URI.", show_default="CLUSTERBY_CACHE, or the user's cache folder"
    ),
]

_SIZES = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_TIMES = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


@app.command()
def info(where: Where = None, json: Json = False, quiet: Quiet = False, debug: Debug = False) -> None:
    """List the embedding spaces with their rows, bytes and hits."""
    with session(quiet=quiet, debug=debug):
        cache = cb.cache.Cache(where, read_only=True)
        spaces = cache.info()
        size = sum(space.size for space in spaces)
        if json:
            shown = [asdict(space) | {"used": _date(space.used)} for space in spaces]
            print_json({"location": str(cache.location), "size": size, "spaces": shown})
            return
        if not spaces:
            out.print(f"No vectors are kept in {escape(str(cache.location))}", soft_wrap=True)
            return
        listed = table()
        for heading in ("encoder", "revision"):
            listed.add_column(heading, overflow="fold")
        for heading in ("rows", "dim", "size", "found", "encoded", "last used"):
            listed.add_column(heading, justify="right", no_wrap=True)
        for space in spaces:
            listed.add_row(*map(escape, _cells(space)))
        out.print(listed)
        out.print(f"\n{_written(size)} in {escape(str(cache.location))}", soft_wrap=True)
        for space in spaces:
            if space.damage:
                out.print(f"[bold]{escape(space.name)}[/bold]: {escape(space.damage)}", soft_wrap=True)


@app.command()
def clear(
    encoder: Annotated[str | None, typer.Option(help="Only vectors of this encoder.")] = None,
    older_than: Annotated[
        str | None, typer.Option("--older-than", help="Only those stored longer ago: 90d, 12h, 4w.")
    ] = None,
    max_size: Annotated[
        str | None,
        typer.Option(
            "--max-size",
            help="Only as many as it takes to come down to this size: 2GB, 500MB. The oldest go first.",
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All vectors.")] = False,
    where: Where = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Delete vectors that are kept; the next use embeds the cells again."""
    with session(quiet=quiet, debug=debug):
        if not everything and encoder is None and older_than is None and max_size is None:
            raise InvalidParameter("say which vectors: --encoder, --older-than, --max-size, or --all")
        cache = cb.cache.Cache(where)
        freed = cache.clear(
            encoder=encoder,
            older_than=None if older_than is None else _quantity("--older-than", older_than, _TIMES, "90d"),
            max_size=None if max_size is None else int(_quantity("--max-size", max_size, _SIZES, "2GB")),
        )
        if json:
            print_json({"location": str(cache.location), "freed": freed})
        else:
            out.print(f"Freed {_written(freed)} in {escape(str(cache.location))}", soft_wrap=True)


def _cells(space: cb.cache.SpaceInfo) -> tuple[str, ...]:
    revision = space.revision if len(space.revision) <= 14 else f"{space.revision[:12]}…"
    return (
        space.encoder, revision, f"{space.rows:,}", str(space.dimension or "–"), _written(space.size),
        f"{space.hits:,}", f"{space.misses:,}", (_date(space.used) or "–")[:10],
    )  # fmt: skip


def _quantity(option: str, text: str, units: dict[str, int], example: str) -> float:
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", text.lower())
    if found is None or found[2] not in units:
        raise InvalidParameter(f"{option} {text}: give a number with a unit, as in {option} {example}")
    return float(found[1]) * units[found[2]]


def _written(size: int) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1_000:
            return f"{size:.0f} {unit}" if unit in ("B", "kB") else f"{size:.1f} {unit}"
        size /= 1_000  # type: ignore[assignment]
    return f"{size:.1f} TB"


def _date(used: float | None) -> Any:
    return None if used is None else datetime.fromtimestamp(used, UTC).isoformat(timespec="seconds")
