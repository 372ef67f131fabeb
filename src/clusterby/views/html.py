"""A report as one HTML file that opens anywhere, offline."""

from __future__ import annotations

import base64
import hashlib
import logging
import secrets
from collections import Counter
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from clusterby.core.errors import UnwritableTarget
from clusterby.views import prose
from clusterby.views.palette import color
from clusterby.views.payload import embed_json, payload
from clusterby.views.report_data import Exemplar, ReportData

__all__ = ["check_target", "render", "write_html"]

logger = logging.getLogger(__name__)

_SCRIPTS = ("points.js", "map.js", "report.js")
_GENERATOR = '<meta name="generator" content="clusterby">'
_SKIPPED_SHOWN = 10_000
_TINY = 32
"""Pixels; images at most this wide are enlarged without smoothing."""


def render(data: ReportData) -> str:
    """Return a report as one HTML document.

    It needs nothing but itself: style, script and images are part of it, and its content security policy
    forbids the browser to load anything and to run any script but its own. Whatever comes from the data is
    escaped, and control characters are shown as pictures of themselves. The same data give the same text.

    Parameters
    ----------
    data : ReportData
        What to show. Texts are cut at 1,000 characters, captions on the map at 160, and of the skipped rows
        the first 10,000 are listed.

    Examples
    --------
    >>> from clusterby.views.report_data import ClusterCard
    >>> page = render(ReportData(title="Digits & <dots>", clusters=(ClusterCard(id=0, size=2, share=1.0),)))
    >>> "<title>Digits &amp; &lt;dots&gt;</title>" in page
    True
    """
    style = _asset("style.css")
    script = '"use strict";\n' + "\n".join(_asset(name) for name in _SCRIPTS)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=data,
            cards=data.cards,
            largest=max((card.share for card in data.cards), default=1.0),
            skipped=data.skipped[:_SKIPPED_SHOWN],
            reasons=Counter(row.reason for row in data.skipped).most_common(8),
            payload=embed_json(payload(data)),
            style=Markup(style),  # noqa: S704  a file of this package
            script=Markup(script),  # noqa: S704  files of this package
            policy=_policy(style, script),
            generator=Markup(_GENERATOR),  # noqa: S704  a constant
        )
    )


def write_html(data: ReportData, path: str | Path) -> Path:
    """Write a report to a file and return its absolute path.

    The file appears whole or not at all. A report that was there before is replaced, and so is an empty file;
    any other file is left alone.

    Parameters
    ----------
    data : ReportData
        What to show.
    path : str or Path
        The file, in a folder that exists.

    Raises
    ------
    UnwritableTarget
        If the folder does not exist or cannot be written to, or if the path is a folder or a file that is no
        report of clusterby.
    """
    target = check_target(path)
    text = render(data)
    draft = target.with_name(f".clusterby-{secrets.token_hex(4)}")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(target)
    except OSError as error:
        raise UnwritableTarget(f"cannot write {target}: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
    logger.info("wrote the report %s (%s bytes)", target, f"{len(text):,}")
    return target


def check_target(path: str | Path) -> Path:
    """Return the absolute path of a file that a report may be written to.

    Parameters
    ----------
    path : str or Path
        The file, in a folder that exists; ``~`` is the user's own.

    Raises
    ------
    UnwritableTarget
        As for :func:`write_html`; asking first spares the work of a report that could not be written.
    """
    target = Path(path).expanduser().resolve()
    if target.is_dir():
        raise UnwritableTarget(f"{target} is a folder: name a file in it, such as {target / 'report.html'}")
    if not target.parent.is_dir():
        raise UnwritableTarget(f"no folder {target.parent} to write {target.name} to: create it first")
    if target.exists() and target.stat().st_size and not _is_report(target):
        raise UnwritableTarget(
            f"{target} is there already and no report of clusterby: choose another name, or remove it first"
        )
    return target


def _is_report(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return _GENERATOR.encode() in file.read(1_000)
    except OSError as error:
        raise UnwritableTarget(
            f"cannot look into {path}, which is there already: {error.strerror}"
        ) from error


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("clusterby.views", "report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        count=prose.count, measure=prose.measure, percent=prose.percent, shortened=prose.shortened
    )
    environment.globals.update(color=color, is_tiny=_is_tiny)
    return environment


def _shown(value: Any) -> Any:
    """Return what a template may print: data with control characters made visible, markup as it is."""
    return prose.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _is_tiny(exemplar: Exemplar) -> bool:
    """Whether a thumbnail is a PNG of so few pixels that smoothing would blur what it shows."""
    head = base64.b64decode((exemplar.src or "").partition(",")[2][:32])
    return head[:4] == b"\x89PNG" and int.from_bytes(head[16:20]) <= _TINY


def _policy(style: str, script: str) -> str:
    """Return a content security policy that forbids the network and any script but this one."""
    return (
        f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _asset(name: str) -> str:
    return resources.files("clusterby.views").joinpath("report", name).read_text(encoding="utf-8")
