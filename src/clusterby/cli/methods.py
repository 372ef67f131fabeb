"""`clusterby methods`: what can cluster, and with which parameters."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape

import clusterby as cb
from clusterby.cli.console import Debug, Json, Quiet, out, print_json, session, table
from clusterby.clusterers.base import ClustererSpec

__all__ = ["methods"]


def methods(
    name: Annotated[str | None, typer.Argument(help="Show the parameters of this method.")] = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """List the clustering methods, or the parameters of one."""
    with session(quiet=quiet, debug=debug):
        specs = [cb.clusterers.get(name)] if name else list(cb.clusterers.list())
        if json:
            print_json([_facts(spec) for spec in specs])
        elif name:
            _show_parameters(specs[0])
        else:
            shown = table("method", "also", "finds")
            for spec in specs:
                shown.add_row(*map(escape, (spec.name, ", ".join(spec.aliases), spec.summary)))
            out.print(shown)
            out.print("\nAny scikit-learn cluster class works by its name too, for example MeanShift.")


def _show_parameters(spec: ClustererSpec) -> None:
    out.print(f"[bold]{escape(spec.name)}[/bold]: {escape(spec.summary)}\n")
    shown = table("parameter", "takes", "meaning")
    for parameter in spec.parameters:
        shown.add_row(*map(escape, (parameter.name, parameter.expects(), parameter.help)))
    out.print(shown)


def _facts(spec: ClustererSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "aliases": list(spec.aliases),
        "summary": spec.summary,
        "extra": spec.extra,
        "parameters": [{"name": p.name, "takes": p.expects(), "help": p.help} for p in spec.parameters],
    }
