"""Choose the rows that stand for a cluster: some at its center, different ones, and some at its border."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np

from clusterby.core.column import FloatArray, IntArray
from clusterby.namers.base import Clusters

__all__ = ["Kind", "Members", "Sampler", "shares"]

Kind: TypeAlias = Literal["central", "diverse", "border"]

_POOL = 1024
"""Rows of a cluster of which some are chosen; drawn by chance from a larger one."""

_NEAR = 8
"""Of the other clusters, those whose border may be near."""

_SAME = 1e-5
"""Of the squared length of two vectors: what is left of their distance in float32 if they are equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Rows of one cluster that it can be known by.

    Parameters
    ----------
    places : tuple of int
        Where they are among the rows that were clustered; the central ones first, then different ones, then those at the
        border.
    kinds : tuple of {"central", "diverse", "border"}
        What each was chosen for.
    """

    places: tuple[int, ...]
    kinds: tuple[Kind, ...]


def shares(count: int) -> dict[Kind, int]:
    """Return how many of each kind are chosen: a third in the middle, a quarter at the border, the rest in between.

    Examples
    --------
    >>> shares(12)
    {'central': 4, 'diverse': 5, 'border': 3}
    """
    central, border = -(-count // 3), count // 4
    return {"central": central, "diverse": count - central - border, "border": border}


class Sampler:
    """Chooses rows of clusters; any number of threads may ask at once.

    What is drawn for a cluster depends on `random_state` and the cluster alone, not on what was asked for before.

    Parameters
    ----------
    clusters : Clusters
        The clusters.

    Examples
    --------
    >>> clusters = Clusters(
    ...     ids=(0, 1), labels=np.array([0, 0, 0, 1]), centers=np.float32([[1], [9]]),
    ...     vectors=lambda: np.float32([[0], [1], [2.5], [9]]),
    ... )
    >>> sampler = Sampler(clusters)
    >>> sampler.members(0, 4, lambda place: True)
    Members(places=(1, 0, 2), kinds=('central', 'central', 'diverse'))
    >>> sampler.nearest(0)
    [1]
    """

    def __init__(self, clusters: Clusters) -> None:
        self._seed = clusters.random_state
        self._vectors = clusters.vectors()
        order = np.argsort(clusters.labels, kind="stable")
        found, starts = np.unique(clusters.labels[order], return_index=True)
        rows = dict(zip(found.tolist(), np.split(order, starts[1:]), strict=True))
        self._rows: dict[int, IntArray] = {c: places for c, places in rows.items() if c >= 0}
        self._given = dict(zip(clusters.ids, clusters.centers, strict=True))

    @cached_property
    def _order(self) -> list[int]:
        return sorted(self._rows)

    @cached_property
    def _centers(self) -> FloatArray:
        """Of all clusters, those that have their names already among them, in double precision."""
        found = [
            self._given[c]
            if c in self._given
            else self._vectors[self._rows[c]].mean(axis=0, dtype=np.float64)
            for c in self._order
        ]
        return np.array(found, dtype=np.float64)

    def nearest(self, cluster: int) -> list[int]:
        """Return the other clusters, those with the nearest centers first."""
        own = self._order.index(cluster)
        distances = _squares(self._centers - self._centers[own])
        return [self._order[k] for k in np.argsort(distances, kind="stable").tolist() if k != own]

    def members(self, cluster: int, count: int, accept: Callable[[int], bool]) -> Members:
        """Return rows of a cluster, of equal vectors one.

        Parameters
        ----------
        cluster : int
            The cluster.
        count : int
            How many rows at most.
        accept : callable
            Takes a row's place; where it returns False, another row is taken instead. It is asked about three times as many
            rows as are wanted at most.

        Returns
        -------
        Members
            Fewer than `count` where the cluster has no more different ones that are accepted.

        Notes
        -----
        Different rows are drawn as the starts of k-means++ (Arthur and Vassilvitskii, 2007): in proportion to the
        squared distance from those chosen before. At the border is the row whose distances to its own center and to
        the nearest other one differ least.
        """
        if cluster not in self._rows:
            return Members(places=(), kinds=())
        chance = np.random.default_rng([abs(self._seed), cluster])
        pool = self._rows[cluster]
        if len(pool) > _POOL:
            pool = np.sort(chance.choice(pool, _POOL, replace=False))
        choosing = _Choosing(*self._scaled(cluster, pool), chance)
        places: list[int] = []
        kinds: list[Kind] = []
        asked, wanted = 0, shares(count)
        if len(self._order) < 2:  # no other cluster, no border
            wanted = {**wanted, "diverse": wanted["diverse"] + wanted["border"], "border": 0}
        for kind in _kinds(wanted):
            while asked < 3 * count:
                place = choosing.next(kind)
                if place is None:
                    break
                asked += 1
                choosing.drop(place)
                if accept(int(pool[place])):
                    choosing.take(place)
                    places.append(int(pool[place]))
                    kinds.append(kind)
                    break
        return Members(places=tuple(places), kinds=tuple(kinds))

    def _scaled(self, cluster: int, pool: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return vectors and the nearest other centers as seen from the cluster's own; none is too large to square."""
        own = self._centers[self._order.index(cluster)]
        near = [self._order.index(other) for other in self.nearest(cluster)[:_NEAR]]
        x = self._vectors[pool] - own.astype(np.float32)
        others = self._centers[near] - own
        longest = max(float(x.max(initial=0)), -float(x.min(initial=0)), float(np.abs(others).max(initial=0)))
        scale = longest or 1.0
        x /= np.float32(scale)
        return x, (others / scale).astype(np.float32)


class _Choosing:
    """The rows of one cluster that may still be chosen, and how far each is from those that were."""

    def __init__(self, x: FloatArray, others: FloatArray, chance: np.random.Generator) -> None:
        self._x, self._lengths, self._chance = x, _squares(x), chance
        self._free = np.ones(len(x), dtype=bool)
        self._gap: FloatArray | None = None
        self._margin: FloatArray | None = None
        if len(others):
            # squared distances, less what the one to the own center has too: |x|²
            distances = _squares(others) - 2 * np.einsum("ij,kj->ik", x, others)
            self._margin = distances.min(axis=1)

    def next(self, kind: Kind) -> int | None:
        """Return the next row of a kind; None if there is none left."""
        free = np.flatnonzero(self._free)
        if not len(free):
            return None
        if kind == "central":
            return int(free[np.argmin(self._lengths[free])])
        if kind == "border" and self._margin is not None:
            return int(free[np.argmin(self._margin[free])])
        weights = (self._lengths if self._gap is None else self._gap)[free].astype(np.float64)
        total = weights.sum()
        return int(self._chance.choice(free, p=weights / total if total > 0 else None))

    def drop(self, place: int) -> None:
        """Set a row aside."""
        self._free[place] = False

    def take(self, place: int) -> None:
        """Choose a row; those equal to it are set aside."""
        lengths = self._lengths + self._lengths[place]
        gap = np.maximum(lengths - 2 * (self._x @ self._x[place]), 0)
        self._free &= gap > _SAME * lengths
        self._gap = gap if self._gap is None else np.minimum(self._gap, gap)


def _kinds(wanted: dict[Kind, int]) -> Iterator[Kind]:
    for kind, count in wanted.items():
        for _ in range(count):
            yield kind


def _squares(x: FloatArray) -> FloatArray:
    squares: FloatArray = np.einsum("ij,ij->i", x, x)
    return squares
