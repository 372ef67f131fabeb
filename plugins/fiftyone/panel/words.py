"""Findings and names as text: as text wherever they are shown, never as markup."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Sequence
from typing import Any

from clusterby.core.partition import cluster_word
from clusterby.groups.describe import Mark
from clusterby.views.prose import count, percent, shortened, visible

__all__ = [
    "cluster_title",
    "escape_plotly",
    "mark_sentence",
    "mark_word",
    "marks_line",
    "one_line",
    "suggested_name",
    "summary_line",
]

_SPACE = re.compile(r"\s+")


def one_line(text: object, most: int = 80) -> str:
    """Return text on one line, what cannot be shown made visible, cut to `most` characters."""
    return shortened(_SPACE.sub(" ", visible(str(text))).strip(), most)


def escape_plotly(text: object, most: int = 80) -> str:
    """Return text that Plotly, which reads some HTML, shows as it is.

    Examples
    --------
    >>> escape_plotly("<a href='x'>")
    '&lt;a href=&#x27;x&#x27;&gt;'
    """
    return html.escape(one_line(text, most))


def cluster_title(cluster: int, name: str | None, most: int = 60) -> str:
    """Return what a cluster is called: its id with its name, if it has one.

    Examples
    --------
    >>> cluster_title(3, "night scenes"), cluster_title(3, None), cluster_title(-1, None)
    ('3 · night scenes', '3', 'noise')
    """
    word = cluster_word(cluster)
    return f"{word} · {one_line(name, most)}" if name else word


def mark_word(mark: Mark) -> str:
    """Return a mark in a word or two: the value, or whether a number is high or low."""
    if mark.value is not None:
        return one_line(mark.value, 30)
    return f"{'high' if mark.effect > 0 else 'low'} {_short(mark.column)}"


def marks_line(marks: Sequence[Mark]) -> str:
    """Return what marks a cluster, column by column: ``"digit 3, 9 · high ink"``.

    Examples
    --------
    >>> marks_line([])
    ''
    """
    found: dict[str, list[str]] = {}
    for mark in marks:
        column = _short(mark.column)
        if mark.value is None:
            found[f"{'high' if mark.effect > 0 else 'low'} {column}"] = []
        else:
            found.setdefault(column, []).append(one_line(mark.value, 30))
    return " · ".join(f"{column} {', '.join(values)}".rstrip() for column, values in found.items())


def _short(column: str) -> str:
    """Return a path without the last part that says nothing: a label's ``label``."""
    return one_line(column.removesuffix(".label").removeprefix("metadata."), 30)


def mark_sentence(mark: Mark) -> str:
    """Return a mark with its figures, inside the cluster and overall."""
    column = one_line(mark.column.removesuffix(".label"), 40)
    if mark.value is not None:
        inside, overall = percent(mark.inside), percent(mark.overall)
        return f"{column} is {one_line(mark.value, 40)} in {inside} of it, in {overall} of all"
    side = "above" if mark.effect > 0 else "below"
    return f"{column} is {abs(mark.effect):.1f} sd {side} the mean"


def suggested_name(marks: Sequence[Mark], taken: Collection[str]) -> str | None:
    """Return a name from what marks a cluster that no other one bears; None if nothing marks it."""
    words = list(dict.fromkeys(mark_word(mark) for mark in marks))
    for most in range(1, len(words) + 1):
        name = ", ".join(words[:most])
        if name not in taken:
            return name
    return (
        f"{words[0]} {next(i for i in range(2, len(taken) + 3) if f'{words[0]} {i}' not in taken)}"
        if words
        else None
    )


def summary_line(
    info: dict[str, Any], *, clustered: int, clusters: int, noise: int, silhouette: float | None
) -> str:
    """Return a run in one line: method, items, clusters, noise, skipped, silhouette."""
    kind = info.get("kind", "samples")
    parts = [str(info.get("method", "")), f"{count(clustered)} {kind}", f"{clusters} clusters"]
    if noise:
        parts.append(f"{count(noise)} noise ({percent(noise / max(1, clustered))})")
    if info.get("n_skipped"):
        parts.append(f"{count(info['n_skipped'])} skipped")
    if silhouette is not None and silhouette == silhouette:
        parts.append(f"silhouette {silhouette:.2f}")
    if "written_by" in info:
        parts.append("of the original plugin")
    return "  ·  ".join(one_line(part) for part in parts)
