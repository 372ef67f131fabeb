"""`clusterby group`: cluster a folder or a file."""

from __future__ import annotations

import ast
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

import clusterby as cb
from clusterby.cli.console import Debug, Json, Quiet, out, print_json, session
from clusterby.cli.labels import check_target, write_labels
from clusterby.cli.show import cluster_table, document
from clusterby.core.errors import InvalidParameter
from clusterby.tables import open_table
from clusterby.tables.base import Table

__all__ = ["group"]


def group(
    source: Annotated[str, typer.Argument(help="A folder, or a csv, parquet, jsonl or Arrow file.")],
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="The column; give it again for several, with weights as NAME=WEIGHT."),
    ] = None,
    method: Annotated[str, typer.Option("--method", "-m", help="See `clusterby methods`.")] = "kmeans",
    n_clusters: Annotated[
        str | None,
        typer.Option("--n-clusters", "-k", help="How many clusters, or auto.", show_default="auto"),
    ] = None,
    encoder: Annotated[str, typer.Option("--encoder", "-e", help="See `clusterby encoders`.")] = "auto",
    modality: Annotated[str | None, typer.Option(help="What the cells are, if they cannot tell.")] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--param", "-p", help="A parameter of the method, as NAME=VALUE; see `clusterby methods METHOD`."
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The seed: the same one gives the same clusters.")] = 0,
    report: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write a report to this HTML file.")
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option("--labels", help="Write the rows with their clusters to this csv or parquet file."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the labels file if it is there.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Group the rows of SOURCE by what a column looks like or means."""
    began = time.monotonic()
    with session(quiet=quiet, debug=debug):
        if labels is not None:
            check_target(labels, overwrite=overwrite)
        table = open_table(source, kind="pyarrow")
        groups = cb.clusterby(
            table, _columns(by, table), method=method, n_clusters=_number(n_clusters), encoder=encoder,
            modality=modality, random_state=seed, **_parameters(parameter or []),
        )  # fmt: skip
        written = {}
        if labels is not None:
            written["labels"] = str(write_labels(groups, labels))
        if report is not None:
            written["report"] = str(groups.report(report))
        seconds = time.monotonic() - began
        if json:
            print_json(document(groups) | written | {"seconds": seconds})
            return
        out.print(cluster_table(groups))
        for what, where in written.items():
            out.print(f"{what}: [bold]{escape(where)}[/bold]", soft_wrap=True)


def _columns(by: list[str] | None, table: Table) -> Any:
    if not by:
        for name in ("image", "text"):
            if name in table.columns and "path" in table.columns:  # a folder of files
                return name
        raise InvalidParameter(f"--by is missing: name a column. There are: {', '.join(table.columns)}")
    if len(by) == 1 and by[0] in table.columns:
        return by[0]
    weights: dict[str, float] = {}
    for item in by:
        name, found, weight = item.rpartition("=")
        if item in table.columns or not found:
            weights[item] = 1.0
        else:
            weights[name] = _weight(item, weight)
    return weights


def _weight(item: str, weight: str) -> float:
    try:
        return float(weight)
    except ValueError:
        raise InvalidParameter(f"--by {item}: {weight!r} is not a number; give NAME=WEIGHT") from None


def _number(text: str | None) -> Any:
    if text is None or text == "auto":
        return text
    try:
        return int(text)
    except ValueError:
        raise InvalidParameter(f"-k {text}: give a whole number from 1 up or 'auto'") from None


def _value(text: str) -> Any:
    """Return the number or other literal that the text is, else the text itself."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _parameters(pairs: list[str]) -> dict[str, Any]:
    parsed: dict[str, str] = {}
    for pair in pairs:
        name, found, value = pair.partition("=")
        if not found or not name:
            raise InvalidParameter(f"-p {pair}: give NAME=VALUE, as in -p linkage=average")
        if name == "n_clusters":
            raise InvalidParameter("-p n_clusters: use -k")
        parsed[name] = _value(value)
    return parsed
