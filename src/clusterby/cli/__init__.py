"""The command line: every command reads its input, calls the public API and shows what comes back."""

from __future__ import annotations

import io
import sys

import typer

import clusterby
from clusterby.cli.app import app as fiftyone_app
from clusterby.cli.cache import app as cache
from clusterby.cli.demo import demo
from clusterby.cli.embed import embed
from clusterby.cli.encoders import encoders
from clusterby.cli.group import group
from clusterby.cli.label import label
from clusterby.cli.methods import methods
from clusterby.cli.name import name
from clusterby.cli.namers import namers
from clusterby.cli.runs import app as runs

__all__ = ["app", "main"]

app = typer.Typer(
    name="clusterby",
    help="groupby for what things look like or mean.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (demo, group, name, label, embed, methods, encoders, namers):
    app.command()(command)
app.command(name="app")(fiftyone_app)
app.add_typer(cache, name="cache")
app.add_typer(runs, name="runs")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"clusterby {clusterby.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    """Groupby for what things look like or mean."""


def main() -> None:
    """Run the command line; letters that the terminal does not have are escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app()
