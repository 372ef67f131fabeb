"""`clusterby encoders`: what turns cells into vectors, and what it is weak at."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape

import clusterby as cb
from clusterby.cli.console import Debug, Json, Quiet, out, print_json, session, table
from clusterby.core.modality import parse_modality
from clusterby.encoders.base import EncoderSpec

__all__ = ["encoders"]


def encoders(
    modality: Annotated[str | None, typer.Option(help="Only those for cells of this kind.")] = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """List the encoders, what they see and what they are weak at."""
    with session(quiet=quiet, debug=debug):
        facts = {} if modality is None else {"modalities": parse_modality(modality)}
        specs = cb.encoders.find(**facts)
        if json:
            print_json([_facts(spec) for spec in specs])
            return
        shown = table("encoder", "for", "sees", "weakness")
        for spec in specs:
            name = spec.name if spec.installed else f"{spec.name} (not installed)"
            shown.add_row(
                *map(escape, (name, ", ".join(sorted(spec.modalities)), spec.summary, spec.weakness))
            )
        out.print(shown)


def _facts(spec: EncoderSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "modalities": sorted(spec.modalities),
        "summary": spec.summary,
        "weakness": spec.weakness,
        "fitted": spec.fitted,
        "aligned": spec.aligned,
        "dimension": spec.dimension,
        "installed": spec.installed,
    }
