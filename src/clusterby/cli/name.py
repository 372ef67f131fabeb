"""`clusterby name`: give the clusters of a kept result names."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape

import clusterby as cb
import clusterby.fiftyone as cbf
from clusterby.cli import options
from clusterby.cli.console import Debug, Json, Quiet, out, print_json, session, table
from clusterby.cli.source import HELP, open_source
from clusterby.core.errors import InvalidParameter
from clusterby.groups.result import ClusterBy
from clusterby.tables.fiftyone import FIFTYONE, FiftyOneTable

__all__ = ["Namer", "name", "named", "names_table", "parse_namer"]

Namer = Annotated[str, typer.Option("--namer", "-n", help="See `clusterby namers`.")]


def name(
    key: Annotated[str, typer.Argument(metavar="KEY", help="What the run was saved under.")],
    source: Annotated[
        str | None,
        typer.Argument(help=f"{HELP} The run's own, if it was a folder or a file.", show_default=False),
    ] = None,
    namer: Namer = "auto",
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--param", "-p", help="A parameter of the namer, as NAME=VALUE; see `clusterby namers NAMER`."
        ),
    ] = None,
    column: Annotated[str | None, typer.Option("--column", help="The column whose texts are read.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Name only clusters that have no name yet.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Send nothing, and say what it would take.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Name the clusters of a run that was saved, and save the names with it."""
    with session(quiet=quiet, debug=debug):
        how = parse_namer(namer, parameter) | {"column": column, "replace_names": not keep}
        if dry_run:
            how |= _dry(namer)
        groups = _named_run(key, source, how, dry_run=dry_run)
        if json:
            print_json({"key": key, **named(groups)})
            return
        if groups.names_ and not dry_run:
            out.print(names_table(groups))
        if groups.naming_.bill:
            out.print(escape(groups.naming_.bill), soft_wrap=True)


def parse_namer(namer: str, pairs: list[str] | None) -> dict[str, Any]:
    """Return a namer with its parameters, as :meth:`ClusterBy.name` takes them.

    Raises
    ------
    InvalidParameter, UnknownNamer
        If there is no such namer, or a pair is none.
    """
    if namer != "auto":
        cb.namers.get(namer)
    return {"namer": namer, **options.parse_pairs("-p", pairs, example="words=2")}


def named(groups: ClusterBy) -> dict[str, Any]:
    """Return the names of a result as plain values."""
    known = groups.naming_.names
    rows = []
    for cluster, words in groups.names_.items():
        said = known.get(cluster)
        own = said if said is not None and said.name == words else None
        rows.append(
            {
                "cluster": cluster, "name": words, "by": own.by if own else None,
                "description": own.description if own else "", "confidence": own.confidence if own else None,
                "mixed": own.mixed if own else False, "words": list(own.words) if own else [],
            }
        )  # fmt: skip
    failed = {str(cluster): why for cluster, why in groups.naming_.failed.items()}
    return {"names": rows, "failed": failed, "bill": groups.naming_.bill}


def names_table(groups: ClusterBy) -> Any:
    """Return the names of a result, the largest cluster first."""
    shown = table("cluster", "rows", "name", "by", "what is in it")
    sizes = groups.partition.sizes
    for row in sorted(named(groups)["names"], key=lambda row: -sizes[row["cluster"]]):
        about = row["description"] or ", ".join(row["words"])
        cells = (str(row["cluster"]), f"{sizes[row['cluster']]:,}", row["name"], row["by"] or "", about)
        shown.add_row(*map(escape, cells))
    return shown


def _named_run(key: str, source: str | None, how: dict[str, Any], *, dry_run: bool) -> ClusterBy:
    """Name a run of the project, or of a FiftyOne dataset."""
    if source is not None and source.startswith(FIFTYONE):
        opened = open_source(source)
        if not isinstance(opened, FiftyOneTable):
            raise InvalidParameter(f"source {source!r} is no FiftyOne dataset")
        if dry_run:
            return cbf.load_clusters(opened.native, key).name(**how)
        return cbf.name_clusters(opened.native, key, **how)
    groups = cb.runs.load(key, None if source is None else open_source(source)).name(**how)
    if not dry_run:
        cb.runs.save_names(groups, key)
    return groups


def _dry(namer: str) -> dict[str, bool]:
    if namer == "auto" or cb.namers.get(namer).local:
        raise InvalidParameter(f"--dry-run: namer {namer!r} sends nothing and costs nothing; leave it out")
    return {"dry_run": True}
