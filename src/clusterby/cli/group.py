"""`clusterby group`: cluster a folder, a file or a FiftyOne dataset."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

import clusterby as cb
import clusterby.fiftyone as cbf
from clusterby.cli import options
from clusterby.cli.console import Debug, Json, Quiet, out, print_json, session
from clusterby.cli.labels import SUFFIXES, write_labels
from clusterby.cli.name import parse_namer
from clusterby.cli.save import check_free, check_save, save_clusters
from clusterby.cli.show import cluster_table, document
from clusterby.cli.source import HELP, open_source
from clusterby.core.errors import InvalidParameter
from clusterby.tables.fiftyone import FiftyOneTable

__all__ = ["group"]


def group(
    source: Annotated[str, typer.Argument(help=HELP)],
    by: options.By = None,
    method: Annotated[str, typer.Option("--method", "-m", help="See `clusterby methods`.")] = "kmeans",
    n_clusters: Annotated[
        str | None,
        typer.Option("--n-clusters", "-k", help="How many clusters, or auto.", show_default="auto"),
    ] = None,
    encoder: options.Encoder = "auto",
    prefer: options.Prefer = None,
    modality: options.Modality = None,
    cache: options.Cache = None,
    instruction: options.Instruction = None,
    description: options.Description = None,
    candidates: options.Candidates = None,
    ignore: options.Ignore = None,
    crop: options.Crop = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--param", "-p", help="A parameter of the method, as NAME=VALUE; see `clusterby methods METHOD`."
        ),
    ] = None,
    namer: Annotated[
        str | None,
        typer.Option("--name", help="Name the clusters by this namer, or auto; see `clusterby namers`."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The seed: the same one gives the same clusters.")] = 0,
    report: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write a report to this HTML file.")
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option("--labels", help="Write the rows with their clusters to this csv or parquet file."),
    ] = None,
    save: Annotated[
        str | None,
        typer.Option(
            "--save",
            help="Keep the result under this key: in the project's folder, or on its FiftyOne dataset.",
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the labels file, or the run, if it is there.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Group the rows of SOURCE by what a column looks like or means."""
    began = time.monotonic()
    with session(quiet=quiet, debug=debug):
        if labels is not None:
            options.check_target("--labels", labels, SUFFIXES, overwrite=overwrite)
        table = open_source(source)
        columns = options.parse_by(by, table)
        chosen: dict[str, Any] = {
            "method": method, "n_clusters": _number(n_clusters), "encoder": encoder, "random_state": seed,
            "cache": options.parse_cache(cache),
            "prefer": options.parse_pairs("--prefer", prefer, example="speed=1") or None,
            **options.parse_asked(instruction, description, candidates, ignore, crop, by=columns),
        }  # fmt: skip
        written: dict[str, Any] = {}
        naming = None if namer is None else parse_namer(namer, None)
        if save is None or not isinstance(table, FiftyOneTable):
            if save is not None:
                check_free(save, overwrite=overwrite)
            groups = cb.clusterby(
                table, columns, modality=modality, **chosen, **_parameters(parameter, cb.clusterby)
            )
            if naming is not None:
                groups = groups.name(**naming)
            if save is not None:
                written = {"run": save, "folder": str(groups.save(save, overwrite=overwrite))}
        else:
            check_save(save, table, columns, encoder=encoder)
            parameters = _parameters(parameter, cbf.compute_clusters)
            groups, written = save_clusters(
                save, table, columns, parameters=parameters, overwrite=overwrite, modality=modality, **chosen
            )
            if naming is not None:
                groups = cbf.name_clusters(table.native, save, **naming)
        if labels is not None:
            written["labels"] = str(write_labels(groups, labels))
        if report is not None:
            written["report"] = str(groups.report(report))
        seconds = time.monotonic() - began
        if json:
            print_json(document(groups) | written | {"seconds": seconds})
            return
        out.print(cluster_table(groups))
        for followed in groups.followed:
            out.print(f"[dim]{escape(str(followed))}[/dim]", soft_wrap=True)
        for what in ("run", "folder", "field", "labels", "report"):
            if what in written:
                out.print(f"{what}: [bold]{escape(written[what])}[/bold]", soft_wrap=True)


def _number(text: str | None) -> Any:
    if text is None or text == "auto":
        return text
    try:
        return int(text)
    except ValueError:
        raise InvalidParameter(f"-k {text}: give a whole number from 1 up or 'auto'") from None


def _parameters(pairs: list[str] | None, call: Callable[..., Any]) -> dict[str, Any]:
    """Return the method's parameters; those of the call itself have options of their own."""
    parsed = options.parse_pairs("-p", pairs, example="linkage=average")
    for name in parsed:
        if name in inspect.signature(call).parameters:
            option = {"n_clusters": "use -k", "random_state": "use --seed"}.get(name, "see the options")
            raise InvalidParameter(f"-p {name}: {option}; -p is for parameters of the method alone")
    return parsed
