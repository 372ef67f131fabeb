"""The real FiftyOne App: its server as a process of its own on loopback, and a page of it in Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["App", "free_port", "open_browser", "open_dataset", "serve_app", "wait_until"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-quic", "--no-first-run", "--enable-unsafe-swiftshader",
    "--use-angle=swiftshader", "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip

PANEL = "Clusters"


@dataclass
class App:
    """A dataset open in the App, with what went wrong there.

    Parameters
    ----------
    page : playwright.sync_api.Page
    errors : list of str
        What the page threw, and what operators answered instead of a result.
    """

    page: Any
    errors: list[str] = field(default_factory=list)

    def count(self) -> int:
        """Return how many items the grid says that it shows."""
        words = self.page.locator('[data-cy="entry-counts"]').first.inner_text()
        return int(words.split()[0].replace(",", ""))

    def wait_for_count(self, wanted: int, *, seconds: float = 20) -> None:
        """Wait until the grid shows so many items."""
        wait_until(lambda: self.count() == wanted, f"the grid shows {wanted} items", seconds=seconds)

    def has_field(self, path: str) -> bool:
        """Whether the sidebar lists a field."""
        return bool(self.page.locator(f'[data-cy="sidebar-field-{path}"]').count())

    def open_operator(self, uri: str) -> Any:
        """Click an operator's button above the grid; return the form that opens."""
        self.page.locator(f'[data-item-id="{uri}"] img, [data-item-id="{uri}"] span').first.click()
        form = self.page.locator('[data-cy="operators-prompt-modal"]')
        form.wait_for(timeout=20_000)
        return form

    def lasso(self, *corners: tuple[float, float]) -> None:
        """Draw a lasso in the plot; corners are parts of its width and height."""
        box = self.page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
        (first, *rest) = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
        self.page.mouse.move(*first)
        self.page.mouse.down()
        for corner in [*rest, first]:
            self.page.mouse.move(*corner, steps=6)
        self.page.mouse.up()

    def open_panel(self, label: str = PANEL) -> None:
        """Open a panel beside the grid by the + of the tabs."""
        self.page.get_by_title("New panel").first.click()
        self.page.get_by_text(label, exact=True).last.click()

    def screenshot(self, path: str | Path) -> None:
        """Keep what is seen."""
        self.page.screenshot(path=str(path))


def wait_until(there: Callable[[], bool], what: str, *, seconds: float = 20) -> None:
    """Wait until something is so; fail with what was awaited if it does not come."""
    end = time.monotonic() + seconds
    last = ""
    while time.monotonic() < end:
        try:
            if there():
                return
        except Exception as error:  # noqa: BLE001 - whatever is not there yet
            last = f" ({error!s:.200})"
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds:.0f} s in vain: {what}{last}")


def free_port() -> int:
    """Return a port of loopback that nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve_app(log: Path, *, seconds: float = 90) -> Iterator[str]:
    """Run the App's server on loopback, over this process' own database; yield its address, and stop it by its id."""
    port = free_port()
    command = [sys.executable, "-m", "fiftyone.server.main", "--port", str(port), "--address", "127.0.0.1"]
    with log.open("wb") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True, env=_environment())
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until(lambda: _answers(server, address, log), "the App answers", seconds=seconds)
        yield address
    finally:
        _stop(server)


def _environment() -> dict[str, str]:
    """Return the environment in which another process of FiftyOne has this one's database, and no other's.

    By itself it would take the first MongoDB of FiftyOne that runs on the machine, whatever its folder.
    """
    from fiftyone.core.odm.database import get_db_conn

    host, port = get_db_conn().client.address
    return {**os.environ, "FIFTYONE_DATABASE_URI": f"mongodb://{host}:{port}"}


def _answers(server: subprocess.Popen[bytes], address: str, log: Path) -> bool:
    if server.poll() is not None:
        raise RuntimeError(f"the server has ended: {log.read_text()[-2000:]}")
    with urllib.request.urlopen(f"{address}/fiftyone", timeout=5) as answer:
        return bool(answer.status == 200)


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is not None:
        return
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait(10)


@contextmanager
def open_browser() -> Iterator[Any]:
    """Yield Chromium as Debian installs it."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        raise RuntimeError(f"no browser: none of {', '.join(BROWSERS)}; leave out with -m 'not browser'")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def open_dataset(browser: Any, address: str, name: str, **options: Any) -> App:
    """Open a dataset, and wait until its samples are seen."""
    page = browser.new_page(
        **({"viewport": {"width": 1600, "height": 1000}, "color_scheme": "dark"} | options)
    )
    app = App(page)
    page.on("pageerror", lambda error: app.errors.append(f"page: {error}"))
    page.on("response", lambda response: _listen(app, response))
    page.goto(f"{address}/datasets/{name}", wait_until="domcontentloaded")
    page.locator('[data-cy="looker"]').first.wait_for(timeout=60_000)
    page.locator('[data-cy="fo-grid-actions"]').first.wait_for(timeout=30_000)
    for words in ("Close", "Dismiss", "No thanks", "Maybe later"):
        close = page.get_by_role("button", name=words)
        if close.count():
            close.first.click()
    return app


def _listen(app: App, response: Any) -> None:
    if "/operators/" not in response.url:
        return
    if response.status >= 400:
        app.errors.append(f"{response.status} {response.url}")
        return
    try:
        body = response.text()
    except Exception:  # noqa: BLE001 - the page has gone on without it
        return
    if '"error":"' in body or '"error": "' in body:
        app.errors.append(body[:2000])
