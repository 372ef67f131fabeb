"""A report of a clustering."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from clusterby.core.column import Column
from clusterby.core.errors import InvalidParameter, UnreadableCell
from clusterby.core.modality import Modality
from clusterby.core.partition import NOISE
from clusterby.core.progress import track
from clusterby.groups.describe import Mark as Finding
from clusterby.groups.result import ClusterBy
from clusterby.groups.summary import ClusterSummary, summarize
from clusterby.media import likely_modality
from clusterby.media.thumbnail import thumbnail
from clusterby.views.html import check_target, write_html
from clusterby.views.layout import layout
from clusterby.views.prose import shortened
from clusterby.views.report_data import ClusterCard, Exemplar, Mark, ReportData, Scatter, SkippedRow

__all__ = ["report", "report_data"]

_CAPTIONS = 50_000
"""Rows beyond which the map carries no captions: they would be most of the file."""

_EXEMPLARS, _MARKS = 8, 4
_CAPTION, _CELL = 120, 80
"""Characters shown of a row's caption, and of a cell."""


def report(
    groups: ClusterBy, path: str | Path, *, title: str | None = None, exemplars: int = _EXEMPLARS
) -> Path:
    """Write one HTML file that shows a clustering, and return its absolute path.

    Parameters
    ----------
    groups : ClusterBy
        The clustering.
    path : str or Path
        The file, in a folder that exists. A report that is there is replaced, any other file is left alone.
    title : str, optional
        The headline; None names the columns.
    exemplars : int
        How many rows stand for a cluster, at most.

    Raises
    ------
    UnwritableTarget
        If the file cannot be written.
    """
    if not isinstance(exemplars, int) or exemplars < 1:
        raise InvalidParameter(f"exemplars={exemplars!r}: give a whole number from 1 up")
    check_target(Path(path))
    return write_html(report_data(groups, title=title, exemplars=exemplars), path)


def report_data(groups: ClusterBy, *, title: str | None = None, exemplars: int = _EXEMPLARS) -> ReportData:
    """Return everything that a report of a clustering shows; see :func:`report`."""
    summaries = summarize(groups, exemplars=exemplars, most_marks=_MARKS)
    show = _exemplar_maker(groups)
    with track("collect exemplars", len(summaries)) as advance:
        cards = []
        for summary in summaries:
            cards.append(_card(summary, show))
            advance(1)
    return ReportData(
        title=title or f"Clusters of {' and '.join(groups.by)}",
        subtitle=_subtitle(groups),
        facts=_facts(groups),
        notes=_notes(groups),
        clusters=tuple(card for card in cards if card.id != NOISE),
        noise=next((card for card in cards if card.id == NOISE), None),
        scatter=_scatter(groups),
        skipped=_skipped(groups),
    )


def _card(summary: ClusterSummary, show: Callable[[int], Exemplar]) -> ClusterCard:
    return ClusterCard(
        id=summary.cluster,
        name=summary.name,
        size=summary.size,
        share=summary.share,
        cohesion=summary.cohesion,
        exemplars=tuple(show(row) for row in summary.exemplars.tolist()),
        marks=tuple(_mark(finding) for finding in summary.marks),
    )


def _mark(finding: Finding) -> Mark:
    if finding.value is not None:
        text, inside, overall = f"{finding.column} is {finding.value}", finding.inside, finding.overall
        return Mark(column=finding.column, text=text, inside=inside, overall=overall)
    higher = "above" if finding.effect > 0 else "below"
    return Mark(
        column=finding.column,
        text=f"{finding.column} {abs(finding.effect):.1f} sd {higher} the mean",
        inside=_quantity(finding, finding.inside),
        overall=_quantity(finding, finding.overall),
    )


def _quantity(finding: Finding, value: float) -> str:
    if finding.is_date:
        days = [
            np.datetime64(round(mean), "s").astype("datetime64[D]")
            for mean in (finding.inside, finding.overall)
        ]
        return str(
            np.datetime64(round(value), "s").astype(
                "datetime64[m]" if days[0] == days[1] else "datetime64[D]"
            )
        )
    return f"{value:,.4g}"


def _exemplar_maker(groups: ClusterBy) -> Callable[[int], Exemplar]:
    """Return the function that shows a row: by the first of its columns that is an image or a text."""
    columns = {name: groups.table.column(name) for name in groups.by}
    modalities = {name: _modality(groups, column) for name, column in columns.items()}
    caption = _caption_maker(groups)
    for name, modality in modalities.items():
        if modality is Modality.IMAGE:
            return lambda row: _image(columns[name], row, caption(row))
    for name, modality in modalities.items():
        if modality is Modality.TEXT:
            return lambda row: Exemplar(
                kind="text", text=str(columns[name].cells[row]), caption=caption(row), row=row
            )
    shown = [groups.table.column(name) for name in groups.table.columns]
    plain = [column for column in shown if column.type not in ("vector", "object")]
    return lambda row: Exemplar(kind="values", text=_values(plain, row), caption=f"row {row}", row=row)


def _image(column: Column, row: int, caption: str) -> Exemplar:
    try:
        mime, encoded = thumbnail(column.cells[row], base=column.base)
    except UnreadableCell as error:  # readable when it was clustered, and gone since
        return Exemplar(kind="text", text=f"cannot be shown: {error}", caption=caption, row=row)
    source = f"data:{mime};base64,{base64.b64encode(encoded).decode()}"
    return Exemplar(kind="image", src=source, text=caption, caption=caption, row=row)


def _values(columns: list[Column], row: int) -> str:
    cells = ((column.name, column.cells[row]) for column in columns)
    return "\n".join(f"{name}: {_cell_text(cell)}" for name, cell in cells)


def _caption_maker(groups: ClusterBy) -> Callable[[int], str]:
    """Return the function that names a row in a few words: by its path, its text, or its number."""
    if "path" in groups.table.columns:
        paths = groups.table.column("path").cells
        return lambda row: shortened(str(paths[row]), _CAPTION)
    for name in groups.by:
        column = groups.table.column(name)
        if column.type == "string":
            return lambda row: shortened(" ".join(str(column.cells[row]).split()), _CAPTION)
    return lambda row: f"row {row}"


def _modality(groups: ClusterBy, column: Column) -> Modality | None:
    choice = groups.encoder_choice
    if choice is not None:
        return choice[column.name].modality if isinstance(choice, dict) else choice.modality
    return likely_modality(column)


def _scatter(groups: ClusterBy) -> Scatter:
    embeddings, partition = groups.embeddings, groups.partition
    with track("arrange the map", 1) as advance:
        found = layout(embeddings.vectors, random_state=partition.random_state or 0)
        advance(1)
    caption = _caption_maker(groups)
    return Scatter(
        x=found.places[:, 0],
        y=found.places[:, 1],
        labels=partition.labels,
        rows=embeddings.rows,
        method=found.method,
        captions=[caption(row) for row in embeddings.rows.tolist()] if len(embeddings) <= _CAPTIONS else None,
    )


def _subtitle(groups: ClusterBy) -> str:
    rows, clusters = len(groups.embeddings), groups.n_clusters_
    return (
        f"{rows:,} row{'s' * (rows != 1)} in {clusters:,} cluster{'s' * (clusters != 1)}, "
        f"by what {'their' if rows != 1 else 'its'} {' and '.join(groups.by)} looks like or means"
    )


def _facts(groups: ClusterBy) -> tuple[tuple[str, str], ...]:
    partition, quality = groups.partition, groups.quality()
    facts = [("rows", f"{groups.table.n_rows:,}"), ("clusters", f"{groups.n_clusters_:,}")]
    if quality.noise:
        facts.append(("noise", f"{quality.noise:.1%}"))
    if groups.skipped:
        facts.append(("skipped", f"{groups.table.n_rows - len(groups.embeddings):,}"))
    facts += [("method", partition.method), ("encoder", groups.embeddings.column)]
    if np.isfinite(quality.silhouette):
        facts.append(("silhouette", f"{quality.silhouette:.2f}"))
    facts.append(("variance explained", f"{quality.explained:.0%}"))
    if partition.random_state is not None:
        facts.append(("seed", str(partition.random_state)))
    return tuple(facts)


def _notes(groups: ClusterBy) -> tuple[str, ...]:
    choice = groups.encoder_choice
    choices = list(choice.values()) if isinstance(choice, dict) else [choice] if choice else []
    notes = [f"{c.name}({c.column}) was chosen as {c.reason}: it {c.weakness}." for c in choices]
    notes += [f"Instruction: {followed}." for followed in groups.followed]
    notes += [
        f"{followed.column}: {warning}." for followed in groups.followed for warning in followed.warnings
    ]
    partition = groups.partition
    if partition.k_scores:
        tried = f"{min(partition.k_scores)} to {max(partition.k_scores)}"
        notes.append(f"The number of clusters was chosen among {tried}, by {partition.k_criterion}.")
    return tuple(notes)


def _skipped(groups: ClusterBy) -> tuple[SkippedRow, ...]:
    columns = {name: groups.table.column(name) for name in {s.column for s in groups.skipped}}
    return tuple(
        SkippedRow(
            row=s.row, column=s.column, reason=s.reason, cell=_cell_text(columns[s.column].cells[s.row])
        )
        for s in groups.skipped
    )


def _cell_text(cell: Any) -> str:
    if cell is None or isinstance(cell, (str, int, float, np.generic)):
        return shortened("" if cell is None else " ".join(str(cell).split()), _CELL)
    return f"a {type(cell).__name__}"
