"""Clusters of clusters: a result in fewer and fewer groups, named from the leaves up."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from clusterby.core.errors import InvalidParameter
from clusterby.groups.edit import merge
from clusterby.groups.from_parts import name_from_parts
from clusterby.groups.naming import name_clusters
from clusterby.groups.shown import shown
from clusterby.groups.ward import join_order
from clusterby.namers.base import Clusters, Name, Names

if TYPE_CHECKING:
    from clusterby.groups.result import ClusterBy

__all__ = ["Level", "Tree", "cluster_tree"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of a tree.

    Parameters
    ----------
    group_of : mapping of int to int
        The group that each cluster of the result is in; a group bears the lowest id of its clusters.
    naming : Names
        Names of the groups.
    """

    group_of: Mapping[int, int]
    naming: Names = field(default_factory=Names)

    @property
    def groups(self) -> dict[int, list[int]]:
        """The clusters of each group."""
        found: dict[int, list[int]] = {}
        for cluster, group in self.group_of.items():
            found.setdefault(group, []).append(cluster)
        return found

    @property
    def names(self) -> dict[int, str]:
        """The groups' names, as far as they have any."""
        return {group: name.name for group, name in self.naming.names.items()}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tree:
    """A result in fewer and fewer groups; made by :meth:`ClusterBy.tree`.

    Parameters
    ----------
    leaves : ClusterBy
        The result.
    levels : tuple of Level
        The finest first; each group is made of whole groups of the level below.
    """

    leaves: ClusterBy
    levels: tuple[Level, ...]

    def __repr__(self) -> str:
        return f"<Tree of {' → '.join(map(str, self._sizes()))} clusters>"

    def __str__(self) -> str:
        return "\n".join(self._outline(len(self.levels) - 1, sorted(self._tops())))

    def cut(self, n_clusters: int) -> ClusterBy:
        """Return the result of a level, with the names that its groups have.

        Raises
        ------
        InvalidParameter
            If no level has so many groups.
        """
        if n_clusters == self.leaves.n_clusters_:
            return self.leaves
        level = next((level for level in self.levels if len(level.groups) == n_clusters), None)
        if level is None:
            raise InvalidParameter(
                f"cut({n_clusters!r}): the tree has levels of {', '.join(map(str, self._sizes()))} clusters; "
                f"ask tree([{n_clusters!r}])"
            )
        joined = self.leaves.merged([members for members in level.groups.values() if len(members) > 1])
        return joined._with_names(level.names, level.naming, kept={})

    def name(
        self, namer: Any = "auto", *, column: str | None = None, replace_names: bool = True, **options: Any
    ) -> Tree:
        """Return the tree with names for its leaves and, from what these are called, for every level above.

        A group that is a single one below keeps its name. Names that are made of words are made of those, among the words
        that set the group apart on its level, that its parts are called by too, and are no name of a group below that it
        does not hold.

        Parameters
        ----------
        namer, column, **options
            As for :meth:`ClusterBy.name`.
        replace_names : bool
            Whether leaves that have a name get a new one too; the groups above always do.
        """
        leaves = self.leaves.name(namer, column=column, replace_names=replace_names, **options)
        lower: list[tuple[set[int], str]] = [({c}, name) for c, name in leaves.names_.items()]
        below, members = _names_of(leaves), {cluster: [cluster] for cluster in _clusters(leaves)}
        named: list[Level] = []
        for level in self.levels:
            parts = {group: _parts(clusters, members) for group, clusters in level.groups.items()}
            alone = {group: below[group] for group, own in parts.items() if len(own) == 1 and group in below}
            made_of = {
                g: tuple(below[c] for c in own if c in below) for g, own in parts.items() if g not in alone
            }
            clusters = _shown_level(leaves, level, alone, made_of, column)
            found = name_clusters(clusters, namer, cache=leaves._making.cache, options=options)
            names = dict(alone)
            for group, name in found.names.items():
                own = set(level.groups[group])
                others = [other.name for g, other in {**found.names, **names}.items() if g != group]
                foreign = [other for held, other in lower if not held <= own]
                names[group] = name_from_parts(name, made_of.get(group, ()), taken=[*others, *foreign])
            found = replace(found, names=dict(sorted(names.items())))
            named.append(replace(level, naming=found))
            lower += [(set(level.groups[group]), name.name) for group, name in names.items()]
            below, members = dict(found.names), level.groups
        return Tree(leaves=leaves, levels=tuple(named))

    def _sizes(self) -> list[int]:
        return [self.leaves.n_clusters_, *(len(level.groups) for level in self.levels)]

    def _tops(self) -> list[int]:
        return list(self.levels[-1].groups) if self.levels else self.leaves.partition.clusters.tolist()

    def _outline(self, depth: int, groups: Sequence[int], indent: str = "") -> Iterator[str]:
        sizes = self.leaves.partition.sizes
        for group in groups:
            clusters = self.levels[depth].groups[group] if depth >= 0 else [group]
            name = (self.levels[depth].names if depth >= 0 else self.leaves.names_).get(group)
            title = f"{group} · {name}" if name else f"{group}"
            yield f"{indent}{title} ({sum(sizes[c] for c in clusters):,})"
            if depth >= 0:
                finer = self.levels[depth - 1].group_of if depth else {c: c for c in clusters}
                yield from self._outline(depth - 1, sorted({finer[c] for c in clusters}), indent + "  ")


def cluster_tree(groups: ClusterBy, levels: Sequence[int] | None = None) -> Tree:
    """Return the tree of a result: see :meth:`ClusterBy.tree`. A group that is a single cluster has its name.

    Raises
    ------
    InvalidParameter
        If `levels` are no falling numbers between 1 and the number of clusters.
    """
    partition, clusters, known = groups.partition, _clusters(groups), _names_of(groups)
    wanted = _levels(len(clusters), levels)
    sizes = np.array([partition.sizes[c] for c in clusters], dtype=np.float64)
    order = iter(join_order(partition.centers, sizes))
    found: list[Level] = []
    members = {place: [c] for place, c in enumerate(clusters)}
    for number in wanted:
        while len(members) > number:
            one, other = next(order)
            members[one] += members.pop(other)
        group_of = {c: min(own) for own in members.values() for c in own}
        alone = {own[0]: known[own[0]] for own in members.values() if len(own) == 1 and own[0] in known}
        found.append(Level(group_of=dict(sorted(group_of.items())), naming=Names(names=alone)))
    return Tree(leaves=groups, levels=tuple(found))


def _levels(k: int, asked: Sequence[int] | None) -> list[int]:
    if asked is None:
        found = []
        while (k := k // 3) >= 2:
            found.append(k)
        return found
    try:
        wanted = [operator.index(n) for n in asked]
    except TypeError:
        wanted = [0]
    if any(one <= other for one, other in pairwise(wanted)) or not all(1 <= n <= k for n in wanted):
        raise InvalidParameter(
            f"levels={asked!r}: give falling whole numbers from {k}, the number of clusters, to 1"
        )
    return [n for n in wanted if n < k]


def _shown_level(
    leaves: ClusterBy,
    level: Level,
    alone: Mapping[int, Name],
    made_of: Mapping[int, tuple[Name, ...]],
    column: str | None,
) -> Clusters:
    """Return what a namer is shown of a level, whose groups are to be named but for those that are a single one below."""
    partition = merge(leaves.partition, {c: g for c, g in level.group_of.items() if c != g})
    known = {group: name.name for group, name in alone.items()}
    clusters = shown(leaves._making, partition, names=known, column=column, parts=made_of)
    rest = [place for place, group in enumerate(clusters.ids) if group not in alone]
    return replace(clusters, ids=tuple(clusters.ids[place] for place in rest), centers=clusters.centers[rest])


def _clusters(groups: ClusterBy) -> list[int]:
    clusters: list[int] = groups.partition.clusters.tolist()
    return clusters


def _names_of(groups: ClusterBy) -> dict[int, Name]:
    """Return the names that clusters have; those that nobody gave are the candidates that fit them best."""
    known = groups.naming_.names
    return {c: known.get(c) or Name(name=name, by="candidates") for c, name in groups.names_.items()}


def _parts(clusters: Sequence[int], members: Mapping[int, Sequence[int]]) -> list[int]:
    """Return the groups of the level below that some clusters are in."""
    return [group for group, own in members.items() if set(own) <= set(clusters)]
