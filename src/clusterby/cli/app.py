"""`clusterby app`: look at a FiftyOne dataset, or at a folder of images, in the FiftyOne App."""

from __future__ import annotations

import socket
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.markup import escape

from clusterby.cli.console import Debug, Quiet, out, session
from clusterby.cli.source import import_fiftyone, open_source, silenced
from clusterby.core.errors import InvalidParameter, InvalidTable
from clusterby.tables.base import Table
from clusterby.tables.fiftyone import FiftyOneTable

__all__ = ["app"]


def app(
    source: Annotated[str, typer.Argument(help="fiftyone:NAME, or a folder of images.")],
    port: Annotated[int, typer.Option("--port", help="The port of the App.")] = 5151,
    address: Annotated[str, typer.Option("--address", help="Where it listens.")] = "127.0.0.1",
    browser: Annotated[bool, typer.Option(help="Whether to open it in a browser.")] = True,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Open SOURCE in the FiftyOne App, until Ctrl-C."""
    with session(quiet=quiet, debug=debug):
        _check_port(address, port)
        fo = import_fiftyone("`clusterby app`")
        with _dataset(fo, open_source(source)) as dataset, _launched(fo, dataset, address, port) as url:
            out.print(f"FiftyOne App: [bold]{escape(url)}[/bold]   (Ctrl-C ends it)", soft_wrap=True)
            if browser:
                webbrowser.open(url)
            _wait()


def _wait() -> None:
    try:
        while True:
            time.sleep(3_600)
    except KeyboardInterrupt:
        return


@contextmanager
def _dataset(fo: Any, table: Table) -> Iterator[Any]:
    """Yield the dataset to show; one that was made of a folder is deleted afterwards."""
    if isinstance(table, FiftyOneTable):
        yield table.native
        return
    if not {"image", "path", "folder"} <= set(table.columns):
        raise InvalidTable(
            "the App shows FiftyOne datasets and images: give fiftyone:NAME, or a folder of images"
        )
    dataset = fo.Dataset()
    try:
        paths, folders = table.column("image").cells, table.column("folder").cells
        dataset.add_samples(
            [
                fo.Sample(filepath=str(path), folder=folder)
                for path, folder in zip(paths, folders, strict=True)
            ]
        )
        yield dataset
    finally:
        dataset.delete()


@contextmanager
def _launched(fo: Any, dataset: Any, address: str, port: int) -> Iterator[str]:
    with silenced():
        opened = fo.launch_app(dataset, port=port, address=address, remote=True, auto=False)
    try:
        yield f"http://{address}:{port}/datasets/{quote(dataset.name)}"
    finally:
        with silenced():
            opened.close()


def _check_port(address: str, port: int) -> None:
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise InvalidParameter(
            f"--port {port}: cannot listen on {address}:{port} ({why}); choose another"
        ) from None
