"""`clusterby encoders`: what turns cells into vectors, what it costs, and what it is weak at."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any

import typer
from rich.cells import cell_len
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

import clusterby as cb
from clusterby.cli.console import Debug, Json, Quiet, out, print_json, session, table
from clusterby.encoders.base import EncoderSpec

__all__ = ["encoders"]

_HEADINGS = ("encoder", "for", "size", "dim", "aligned", "here")


def encoders(
    name: Annotated[str | None, typer.Argument(help="Show all facts of this encoder.")] = None,
    modality: Annotated[str | None, typer.Option(help="Only those for cells of this kind.")] = None,
    aligned: Annotated[
        bool | None,
        typer.Option("--aligned/--not-aligned", help="Only those that text can be searched in, or not."),
    ] = None,
    domain: Annotated[
        str | None, typer.Option(help="Only those of this domain, for example medical.")
    ] = None,
    available: Annotated[bool, typer.Option("--available", help="Only those that are here already.")] = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """List the encoders with what they see and what they are weak at, or all facts of one."""  # fmt: skip
    with session(quiet=quiet, debug=debug):
        asked = {"modality": modality, "aligned": aligned, "domain": domain, "available": available or None}
        specs = cb.encoders.find(**{fact: value for fact, value in asked.items() if value is not None})
        if name:
            specs = [cb.encoders.get(name)]
        if json:
            print_json([_facts(spec) for spec in specs])
        elif name:
            _show_facts(specs[0])
        else:
            _show_list(specs)


def _show_list(specs: list[EncoderSpec]) -> None:
    if not specs:
        out.print("There is no such encoder. All of them: clusterby encoders")
        return
    rows = [
        (
            spec.name, ", ".join(sorted(spec.modalities)), spec.size if spec.size_mb else "–",
            str(spec.dimension or "varies"), "yes" if spec.aligned else "no", _here(spec),
        ) for spec in specs
    ]  # fmt: skip
    widths = [max(map(cell_len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
    out.print(_line(_HEADINGS, widths), style="bold")
    for spec, row in zip(specs, rows, strict=True):
        out.print(Text.assemble((row[0].ljust(widths[0]), "bold"), "  ", _line(row[1:], widths[1:])))
        out.print(Padding(Text(f"{spec.summary}\nweak: {spec.weakness}"), (0, 0, 0, 2)))
    out.print("\naligned: text can be searched in its space. More: clusterby encoders NAME")


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _here(spec: EncoderSpec) -> str:
    if spec.available:
        return "yes"
    return "to download" if spec.installed else "to install"


def _show_facts(spec: EncoderSpec) -> None:
    speeds = [f"{_number(speed)} a second on {machine}" for machine, speed in spec.items_per_second.items()]
    facts = {
        "for": f"{', '.join(sorted(spec.modalities))} cells",
        "sees": spec.summary.removeprefix("sees "),
        "weak at": spec.weakness,
        "domain": spec.domain,
        "languages": ", ".join(spec.languages) or "any, or none",
        "aligned": "yes: text can be searched in its space" if spec.aligned else "no",
        "learns": "from the texts or values it is given" if spec.fitted else "nothing: it is as it comes",
        "dimension": str(spec.dimension or "depends on the data"),
        "cost": "not known" if spec.gflops is None else f"{spec.gflops:g} GFLOPs an item",
        "speed": "; ".join(speeds) or "not measured",
        "library": spec.library or "not stated",
        "weights": "none" if spec.hub_id is None else f"{spec.size}, huggingface.co/{spec.hub_id}",
        "commit": spec.hub_revision or ("the main branch" if spec.hub_id else ""),
        "license": spec.license or "not stated",
        "prompt": spec.prompts or "none",
        "bias": spec.bias or ("its model card says nothing of it" if spec.hub_id else ""),
        "sends data": "" if spec.local else "yes: cells leave this machine",
        "also called": ", ".join(spec.aliases),
        "here": "yes" if spec.available else f"no: {spec.to_get}",
    }
    out.print(f"[bold]{escape(spec.name)}[/bold]\n")
    shown = table("fact", "value", show_header=False)
    for fact, value in facts.items():
        if value:
            shown.add_row(f"[bold]{fact}[/bold]", escape(value))
    out.print(shown)


def _number(speed: float) -> str:
    return f"{speed:,.0f}" if speed >= 10 else f"{speed:.2g}"


def _facts(spec: EncoderSpec) -> dict[str, Any]:
    """Return every fact of the row, as JSON takes it."""
    stated = {f.name: getattr(spec, f.name) for f in fields(spec)} | {
        "modalities": sorted(spec.modalities),
        "quality": {str(modality): spec.quality_for(modality) for modality in sorted(spec.modalities)},
        "arguments": dict(spec.arguments),
        "items_per_second": dict(spec.items_per_second),
        "languages": list(spec.languages),
        "aliases": list(spec.aliases),
    }
    return {**stated, "installed": spec.installed, "available": spec.available, "to_get": spec.to_get}
