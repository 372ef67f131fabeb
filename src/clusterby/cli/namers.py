"""`clusterby namers`: what can name clusters, and with which parameters."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape

import clusterby as cb
from clusterby.cli.console import Debug, Json, Quiet, out, print_json, session, table
from clusterby.namers import NamerSpec

__all__ = ["namers"]


def namers(
    name: Annotated[str | None, typer.Argument(help="Show the parameters of this namer.")] = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """List what can name clusters, or the parameters of one namer."""
    with session(quiet=quiet, debug=debug):
        specs = [cb.namers.get(name)] if name else list(cb.namers.list())
        if json:
            print_json([_facts(spec) for spec in specs])
        elif name:
            out.print(
                f"[bold]{escape(specs[0].name)}[/bold]: {escape(specs[0].summary)} {escape(specs[0].when)}\n"
            )
            shown = table("parameter", "takes", "meaning")
            for parameter in specs[0].parameters:
                shown.add_row(*map(escape, (parameter.name, parameter.expects(), parameter.help)))
            out.print(shown)
        else:
            shown = table("namer", "stays here", "gives")
            for spec in specs:
                shown.add_row(
                    *map(escape, (spec.name, "yes" if spec.local else "no", f"{spec.summary} {spec.when}"))
                )
            out.print(shown)


def _facts(spec: NamerSpec) -> dict[str, Any]:
    return {
        "name": spec.name, "summary": spec.summary, "when": spec.when, "local": spec.local, "needs": spec.needs,
        "extra": spec.extra,
        "parameters": [{"name": p.name, "takes": p.expects(), "help": p.help} for p in spec.parameters],
    }  # fmt: skip
