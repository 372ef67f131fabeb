from __future__ import annotations

import base64
import dataclasses
import io
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from clusterby.views.html import write_html
from clusterby.views.report_data import ClusterCard, Exemplar, Mark, ReportData, Scatter, SkippedRow

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def thumbnail(pixels: int = 8, shade: int = 90) -> str:
    file = io.BytesIO()
    Image.new("RGB", (pixels, pixels), (shade, 120, 160)).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def _report() -> ReportData:
    rng = np.random.default_rng(0)
    labels = np.array([0] * 30 + [1] * 10 + [2] * 20 + [-1] * 3)
    middles = np.array([[0, 0], [8, 0], [0, 8], [8, 8]])
    places = (middles[labels] + rng.normal(scale=0.3, size=(63, 2))).astype(np.float32)
    cards = (
        ClusterCard(
            id=0, size=30, share=30 / 63, cohesion=0.2, name="cats",
            exemplars=(Exemplar(kind="image", src=thumbnail(), caption="0/a.png", row=0),),
            marks=(Mark(column="folder", text="folder is 7", inside=0.9, overall=0.1),),
        ),
        ClusterCard(
            id=1, size=10, share=10 / 63, cohesion=0.9,
            exemplars=(Exemplar(kind="text", text="a letter about boats", row=30),),
            marks=(Mark(column="size", text="mean of size", inside="3.4 kB", overall="1.1 kB"),),
        ),
        ClusterCard(id=2, size=20, share=20 / 63, cohesion=0.5, name="dogs"),
    )  # fmt: skip
    return ReportData(
        title="Sixty-three things",
        subtitle="Grouped by what they look like.",
        facts=(("Rows", "64"), ("Encoder", "color-gradient")),
        notes=("Sees color and edges, not meaning.",),
        clusters=cards,
        noise=ClusterCard(id=-1, size=3, share=3 / 63),
        scatter=Scatter(
            x=places[:, 0], y=places[:, 1], labels=labels, rows=np.delete(np.arange(64), 40),
            captions=[f"thing {i}" for i in range(63)], method="A t-SNE of all rows.",
        ),
        skipped=(SkippedRow(row=40, column="image", reason="empty file", cell="1/b.png"),),
    )  # fmt: skip


@pytest.fixture
def make_report() -> Callable[..., ReportData]:
    def make(**changes: Any) -> ReportData:
        return dataclasses.replace(_report(), **changes)

    return make


@dataclass
class Visit:
    """A report open in a browser, with what the browser complained of and asked for."""

    page: Any
    path: Path
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def order(self, shelf: str = "cards") -> list[str]:
        found = self.page.locator(f"#{shelf} > [data-cluster]:visible")
        return [item.get_attribute("data-cluster") for item in found.all()]

    def chosen(self) -> list[str]:
        found = self.page.locator("#cards > .is-chosen")
        return [item.get_attribute("data-cluster") for item in found.all()]


@pytest.fixture(scope="module")  # while it is open an event loop runs in this thread, and others cannot
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.fail(
            f"no browser: none of {', '.join(BROWSERS)} is installed; leave out with -m 'not browser'"
        )
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Any, tmp_path: Path) -> Iterator[Callable[[ReportData], Visit]]:
    pages = []

    def open_report(data: ReportData, **options: Any) -> Visit:
        page = browser.new_page(**({"viewport": {"width": 1280, "height": 1000}} | options))
        pages.append(page)
        found = Visit(page=page, path=write_html(data, tmp_path / "report.html"))
        page.on("console", lambda message: found.complaints.append(message.text))
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        page.on("dialog", lambda dialog: found.complaints.append(dialog.message) or dialog.dismiss())
        page.on("request", lambda request: found.requests.append(request.url))
        page.goto(found.path.as_uri())
        return found

    yield open_report
    for page in pages:
        page.close()
