"""How two labellings of the same rows agree, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from clusterby.core.column import IntArray
from clusterby.core.partition import NOISE, cluster_word
from clusterby.ops.agreement import adjusted_rand_index

__all__ = ["Comparison", "Matched", "cluster_title", "compare_labels"]

Matched: TypeAlias = Literal["content", "identity", "position"]

_PART = 0.05
"""The least share of a cluster's rows that counts as a part of it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """How two results agree.

    Parameters
    ----------
    n_rows : int
        How many rows were clustered in both; only these are compared.
    only_in_a, only_in_b : int
        How many were clustered in one alone.
    rows, columns : tuple of int
        The clusters of the one and of the other, largest first, those of the other beside what they match; noise last.
    counts : int64 (rows, columns)
        How many rows are in a cluster of the one and a cluster of the other.
    ari : float
        The adjusted Rand index: 1 for the same clusters, about 0 by chance. Noise counts as a cluster.
    ami : float
        The adjusted mutual information, in the same way.
    kept : mapping of int to int
        Clusters that are one in both: more than half of either is in the other, and neither was split or merged.
    split : mapping of int to tuple of int
        For each cluster of the one that fell apart those of the other that came of it.
    merged : mapping of int to tuple of int
        For each cluster of the other that several grew into those of the one.
    names_a, names_b : mapping of int to str
        The names of the clusters, as far as they have any.
    matched : {"content", "identity", "position"}
        How rows of the one were found in the other: by what is in them (and identity, where they have one); or, of runs
        by other columns, by their identity; or by where they stand, where they have none.

    Notes
    -----
    Hubert & Arabie (1985), *Comparing partitions*; Vinh, Epps & Bailey (2010), *Information theoretic measures for
    clusterings comparison*. A cluster came of another if more than half of its rows were in it, and these are at least
    1/20 of the other.
    """

    n_rows: int
    only_in_a: int
    only_in_b: int
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    counts: IntArray
    ari: float
    ami: float
    kept: Mapping[int, int]
    split: Mapping[int, tuple[int, ...]]
    merged: Mapping[int, tuple[int, ...]]
    names_a: Mapping[int, str]
    names_b: Mapping[int, str]
    matched: Matched

    def __str__(self) -> str:
        found = (
            f"{self.n_rows} rows in both: adjusted Rand index {self.ari:.3f}, adjusted mutual information {self.ami:.3f}; "
            f"{len(self.kept)} kept, {len(self.split)} split, {len(self.merged)} merged"
        )
        return found + (" (rows were matched by their position)" if self.matched == "position" else "")

    def sentences(self) -> list[str]:
        """Return in words which clusters were split, and which grew of several: ``"split: 3 dogs into 1 terriers, 4"``."""

        def several(parts: tuple[int, ...], names: Mapping[int, str]) -> str:
            return ", ".join(cluster_title(part, names) for part in parts)

        a, b = self.names_a, self.names_b
        return [
            *(f"split: {cluster_title(c, a)} into {several(parts, b)}" for c, parts in self.split.items()),
            *(f"merged: {several(parts, a)} into {cluster_title(c, b)}" for c, parts in self.merged.items()),
        ]

    def plain(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        return {
            "n_rows": self.n_rows, "only_in_a": self.only_in_a, "only_in_b": self.only_in_b,
            "rows": list(self.rows), "columns": list(self.columns), "counts": self.counts.tolist(),
            "ari": self.ari, "ami": self.ami,
            "kept": {str(a): b for a, b in self.kept.items()},
            "split": {str(a): list(parts) for a, parts in self.split.items()},
            "merged": {str(b): list(parts) for b, parts in self.merged.items()},
            "names_a": {str(c): name for c, name in self.names_a.items()},
            "names_b": {str(c): name for c, name in self.names_b.items()}, "matched": self.matched,
        }  # fmt: skip


def compare_labels(
    first: IntArray,
    second: IntArray,
    *,
    only: tuple[int, int] = (0, 0),
    names: tuple[Mapping[int, str], Mapping[int, str]] = ({}, {}),
    matched: Matched = "position",
) -> Comparison:
    """Return how two labellings of the same rows agree.

    Parameters
    ----------
    first, second : int64 (n,)
        The cluster of each row; −1 is noise.
    only : (int, int)
        How many rows are in one alone.
    names : (mapping of int to str, mapping of int to str)
    matched : {"content", "identity", "position"}
        How rows of the one were found in the other.

    Examples
    --------
    >>> compare_labels(np.array([0, 0, 0, 0, 1]), np.array([0, 0, 2, 2, 1])).split
    {0: (0, 2)}
    """
    from sklearn.metrics import adjusted_mutual_info_score

    rows, at_row = np.unique(first, return_inverse=True)
    columns, at_column = np.unique(second, return_inverse=True)
    counts = np.zeros((len(rows), len(columns)), dtype=np.int64)
    np.add.at(counts, (at_row, at_column), 1)
    down = sorted(range(len(rows)), key=lambda i: (rows[i] == NOISE, -counts[i].sum(), i))
    counts = counts[down]
    across = sorted(
        range(len(columns)),
        key=lambda j: (columns[j] == NOISE, counts[:, j].argmax(), -counts[:, j].max(), j),
    )
    counts, of_a, of_b = counts[:, across], rows[down].tolist(), columns[across].tolist()
    split = _parts(counts, of_a, of_b)
    merged = _parts(counts.T, of_b, of_a)
    return Comparison(
        n_rows=len(first), only_in_a=only[0], only_in_b=only[1], rows=tuple(of_a), columns=tuple(of_b), counts=counts,
        ari=adjusted_rand_index(first, second), ami=float(adjusted_mutual_info_score(first, second)),
        kept=_kept(counts, of_a, of_b, split, merged), split=split, merged=merged,
        names_a=dict(names[0]), names_b=dict(names[1]), matched=matched,
    )  # fmt: skip


def _parts(counts: IntArray, whole: list[int], pieces: list[int]) -> dict[int, tuple[int, ...]]:
    """Return the clusters that fell apart, with the pieces that came of them; noise is no cluster."""
    found = {}
    came_of = (counts * 2 > counts.sum(axis=0)) & (counts >= _PART * counts.sum(axis=1, keepdims=True))
    for cluster, mine in zip(whole, np.atleast_2d(came_of), strict=True):
        came = [pieces[j] for j in np.flatnonzero(mine) if pieces[j] != NOISE]
        if cluster != NOISE and len(came) > 1:
            found[cluster] = tuple(sorted(came))
    return found


def _kept(
    counts: IntArray,
    of_a: list[int],
    of_b: list[int],
    split: Mapping[int, Any],
    merged: Mapping[int, Any],
) -> dict[int, int]:
    same = (counts * 2 > counts.sum(axis=1, keepdims=True)) & (counts * 2 > counts.sum(axis=0))
    pairs = [(of_a[i], of_b[j]) for i, j in np.argwhere(same).tolist()]
    return {a: b for a, b in pairs if NOISE not in (a, b) and a not in split and b not in merged}


def cluster_title(cluster: int, names: Mapping[int, str]) -> str:
    """Return a cluster's id with its name, if it has one.

    Examples
    --------
    >>> cluster_title(0, {0: "dogs"}), cluster_title(1, {0: "dogs"})
    ('0 dogs', '1')
    """
    return f"{cluster} {names[cluster]}" if names.get(cluster) else cluster_word(cluster)
