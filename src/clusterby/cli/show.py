"""A clustering as a table in the terminal and as a JSON document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.markup import escape
from rich.table import Table as RichTable

from clusterby.cli.console import out, table
from clusterby.core.partition import cluster_word
from clusterby.groups.describe import Mark
from clusterby.groups.result import ClusterBy
from clusterby.groups.summary import ClusterSummary, summarize
from clusterby.tables.fiftyone import FiftyOneTable

__all__ = ["cluster_table", "document", "mark_words"]

_WIDE = 110
"""Characters beyond which a table is no easier to read."""


def cluster_table(
    groups: ClusterBy, extra: dict[str, Callable[[ClusterSummary], str]] | None = None
) -> RichTable:
    """Return the clusters as a table to print: size, share, typical member and what marks each."""
    extra, named = extra or {}, bool(groups.names_)
    shown = table(expand=True, width=min(out.width, _WIDE))
    shown.add_column("cluster", justify="right", no_wrap=True)
    if named:
        shown.add_column("name", overflow="fold", ratio=1)
    for heading in ("size", "share"):
        shown.add_column(heading, justify="right", no_wrap=True)
    shown.add_column("typical member", overflow="ellipsis", no_wrap=True, ratio=1)
    for heading in extra or ("marked by",):
        shown.add_column(heading, ratio=1)
    for summary in summarize(groups, exemplars=1):
        cells = [
            cluster_word(summary.cluster), *([summary.name or ""] if named else []),
            f"{summary.size:,}", f"{summary.share:.1%}", _typical_member(groups, summary),
            *(words(summary) for words in extra.values()),
        ]  # fmt: skip
        if not extra:
            cells.append("; ".join(mark_words(m) for m in summary.marks[:1]))
        shown.add_row(*map(escape, cells))
    return shown


def mark_words(mark: Mark) -> str:
    """Return a mark in words.

    Examples
    --------
    >>> mark_words(Mark(key=0, column="folder", value="7", inside=.98, overall=.1, effect=9.8, z=30))
    'folder is 7 (98%, else 10%)'
    """
    if mark.value is not None:
        return f"{mark.column} is {mark.value} ({mark.inside:.0%}, else {mark.overall:.0%})"
    return f"{mark.column} {'high' if mark.effect > 0 else 'low'} ({mark.effect:+.1f} sd)"


def document(groups: ClusterBy) -> dict[str, Any]:
    """Return the clustering as plain values for JSON."""
    partition = groups.partition
    return {
        "n_rows": groups.table.n_rows,
        "n_clusters": groups.n_clusters_,
        "by": dict(groups.by),
        "method": partition.method,
        "parameters": dict(partition.parameters),
        "random_state": partition.random_state,
        "k_scores": None
        if partition.k_scores is None
        else {str(k): v for k, v in partition.k_scores.items()},
        "k_criterion": partition.k_criterion,
        "encoders": _choices(groups),
        "instructions": [followed.plain() for followed in groups.followed],
        "clusters": [_summary(groups, s) for s in summarize(groups)],
        "skipped": [{"row": s.row, "column": s.column, "reason": s.reason} for s in groups.skipped],
    }


def _choices(groups: ClusterBy) -> list[dict[str, str]]:
    choice = groups.encoder_choice
    found = choice.values() if isinstance(choice, dict) else [choice] if choice else []
    return [
        {
            "column": c.column,
            "modality": str(c.modality),
            "name": c.name,
            "reason": c.reason,
            "weakness": c.weakness,
        }
        for c in found
    ]


def _summary(groups: ClusterBy, summary: ClusterSummary) -> dict[str, Any]:
    return {
        "cluster": summary.cluster,
        "name": summary.name,
        "size": summary.size,
        "share": summary.share,
        "cohesion": summary.cohesion,
        "typical": _typical_member(groups, summary),
        "exemplars": summary.exemplars.tolist(),
        "marks": [
            {
                "column": m.column,
                "value": m.value,
                "inside": m.inside,
                "overall": m.overall,
                "effect": m.effect,
            }
            for m in summary.marks
        ],
    }


def _typical_member(groups: ClusterBy, summary: ClusterSummary) -> str:
    if not len(summary.exemplars):
        return ""
    row = int(summary.exemplars[0])
    of_files = "filepath" if isinstance(groups.table, FiftyOneTable) else "path"
    name = of_files if of_files in groups.table.columns else next(iter(groups.by))
    cell = groups.table.column(name).cells[row]
    text = " ".join(str(cell).split()) if isinstance(cell, str) else f"row {row}"
    return text[:200]
