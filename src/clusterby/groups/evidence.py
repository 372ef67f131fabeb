"""Which values of other columns mark each cluster, in the words that a name is made of."""

from __future__ import annotations

from clusterby.core.partition import Partition
from clusterby.groups.describe import Mark, marks
from clusterby.groups.making import Making
from clusterby.namers.base import Evidence

__all__ = ["evidence"]

_MOST = 6
_BARE = {"yes", "no", "true", "false", "y", "n", "t", "f"}
"""Values that say nothing without their column."""


def evidence(making: Making, partition: Partition) -> dict[int, list[Evidence]]:
    """Return up to six values of other columns that mark each cluster, the strongest first.

    Parameters
    ----------
    making : Making
        What the result was made from.
    partition : Partition
        Its clusters.
    """
    table = making.table
    members = {int(c): making.embeddings.rows[partition.labels == c] for c in partition.clusters}
    found: dict[int, list[Evidence]] = {cluster: [] for cluster in members}
    for mark in marks(table, members, leave_out=making.by, most=_MOST):
        is_flag = mark.value is not None and table.column(mark.column).type == "boolean"
        found[mark.key].append(
            Evidence(
                text=_in_words(mark, is_flag=is_flag),
                column=mark.column,
                inside=mark.inside,
                overall=mark.overall,
                lift=mark.effect,
                of_means=mark.value is None,
            )
        )
    return found


def _in_words(mark: Mark, *, is_flag: bool) -> str:
    """Return a mark as words that are understood without the table."""
    if mark.value is None:
        more, less = ("late", "early") if mark.is_date else ("high", "low")
        return f"{more if mark.effect > 0 else less} {mark.column}"
    if is_flag:
        return mark.column if mark.value == "True" else f"not {mark.column}"
    is_bare = mark.value.casefold() in _BARE or not any(c.isalpha() for c in mark.value)
    return f"{mark.column} {mark.value}" if is_bare else mark.value
