"""A table's rows in clusters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from clusterby.clusterers.predict import predict, predict_kind
from clusterby.clusterers.run import PredictKind
from clusterby.core.column import FloatArray, IntArray, Skipped
from clusterby.core.errors import InvalidParameter
from clusterby.core.partition import Partition
from clusterby.core.registry import import_object
from clusterby.encoders import EncoderChoice
from clusterby.groups import edit
from clusterby.groups.describe import describe
from clusterby.groups.exemplars import distances_to_centers, exemplar_rows
from clusterby.groups.frame import labelled_frame
from clusterby.groups.grouped import Grouped
from clusterby.groups.making import Known, Making
from clusterby.groups.naming import name_clusters, renamed
from clusterby.groups.new_vectors import new_vectors
from clusterby.groups.quality import Quality, measure_quality
from clusterby.groups.shown import shown
from clusterby.groups.tree import Tree, cluster_tree
from clusterby.groups.views import VIEWS
from clusterby.instructions import Followed
from clusterby.namers.base import Clusters, Name, Names
from clusterby.ops.cluster import spread_labels

__all__ = ["ClusterBy"]


class ClusterBy(Grouped):
    """The rows of a table in clusters; made by :func:`~clusterby.clusterby`.

    A result is never changed: :meth:`renamed`, :meth:`merged` and :meth:`reassign_noise` return new ones, which
    share the vectors. Cluster −1, where there is one, holds the noise; a row that was skipped is in none.

    Attributes
    ----------
    labels_ : int64 (n,)
        The cluster of every row; masked (a masked array) where the row was skipped.
    probabilities_ : float32 (n,) or None
        How strongly each row belongs to its cluster, where the method says so.
    n_clusters_ : int
        How many clusters there are, noise left out.
    centers_ : float32 (k, d)
        Their centers, in increasing order of cluster id.
    clusterer_ : estimator
        The fitted clusterer.
    predict_kind_ : {"model", "nearest_center", "nearest_neighbors"}
        How :meth:`predict` decides.
    names_ : mapping of int to str
        The clusters' names, as far as they have any.
    naming_ : Names
        Who gave them, with descriptions and confidences; and what :meth:`name` could not name, and what it took.
    partition : Partition
        Labels and centers of the embedded rows, with every parameter and the seed.
    made : Partition
        The same before any edit.
    edits : Edits
        What was edited.
    embeddings : Embeddings
        The vectors that were clustered.
    """

    def __init__(
        self,
        making: Making,
        partition: Partition,
        *,
        edits: edit.Edits | None = None,
        names: Mapping[int, str] = MappingProxyType({}),
        naming: Names | None = None,
        known: Known | None = None,
    ) -> None:
        self._making = making
        self._known = known
        self.edits = edits or edit.Edits()
        self.partition = partition
        self.embeddings = making.embeddings
        self.names_ = MappingProxyType(dict(names))
        self.naming_ = naming or Names()
        key = "cluster" if "cluster" not in making.table.columns else "cluster_"
        labels = np.ma.asarray(self.labels_)
        super().__init__(making.table, making.table.group_rows({key: labels}))

    def __repr__(self) -> str:
        noise = int(np.sum(self.partition.labels == -1))
        parts = [f"{self.table.n_rows} rows", f"{self.n_clusters_} clusters"]
        parts += [f"{noise} noise"] if noise else []
        parts += [f"{len(self.skipped)} skipped"] if self.skipped else []
        return f"<ClusterBy {self.embeddings.column} by {self.partition.method}: {', '.join(parts)}>"

    @property
    def by(self) -> Mapping[str, float]:
        """The columns the clusters were made by, with their weights."""
        return self._making.by

    @property
    def labels_(self) -> IntArray:
        """The cluster of every row, int64 (n,); masked where the row was skipped."""
        labels: IntArray = spread_labels(self.partition.labels, self.embeddings)
        return labels

    @property
    def probabilities_(self) -> FloatArray | None:
        """How strongly each row belongs to its cluster, float32 (n,); None where the method does not say."""
        strengths = self.partition.strengths
        return None if strengths is None else spread_labels(strengths, self.embeddings)

    @property
    def n_clusters_(self) -> int:
        """How many clusters there are, noise left out."""
        return self.partition.n_clusters

    @property
    def centers_(self) -> FloatArray:
        """The clusters' centers, float32 (k, d), in increasing order of cluster id."""
        return self.partition.centers

    @property
    def clusterer_(self) -> Any:
        """The fitted clusterer; None of a result that was loaded."""
        return self._making.fitted.estimator

    @property
    def made(self) -> Partition:
        """The partition as the clusterer left it, before any edit."""
        return self._making.fitted.partition

    @property
    def predict_kind_(self) -> PredictKind:
        """How :meth:`predict` decides: by the model, or by the nearest neighbors."""
        return predict_kind(self._making.fitted)

    @property
    def encoder_choice(self) -> EncoderChoice | dict[str, EncoderChoice] | None:
        """Which encoder, why, and what it is weak at; by column where there are several."""
        if self._making.embedder is None:
            return None
        choices = {p.choice.column: p.choice for p in self._making.embedder.parts}
        return next(iter(choices.values())) if len(choices) == 1 else choices

    @property
    def followed(self) -> tuple[Followed, ...]:
        """How what was asked of the columns was carried out, one of each column of which something was asked."""
        return self._making.followed

    @property
    def instruction_(self) -> Followed | dict[str, Followed] | None:
        """How what was asked for was carried out: words, method, what they explain; by column where there are several."""
        if len(self.by) == 1:
            return self.followed[0] if self.followed else None
        return {followed.column: followed for followed in self.followed} or None

    @property
    def changes(self) -> Any:
        """What became of the table since the result was saved: see :func:`clusterby.runs.changes`; None if it was not loaded."""
        return getattr(self._making, "changes", None)

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """The rows that were left out, each with its reason."""
        return self.embeddings.skipped

    def predict(self, table: Any) -> IntArray:
        """Return the cluster of every row of another table, embedded and decided as this one's rows were.

        Parameters
        ----------
        table : frame, dict of lists, path, Embeddings or array (m, d)
            A table with the same columns, or vectors of the same space. A result that was loaded, or made from given
            vectors, takes vectors, or a table that has them in a column of the same name.

        Returns
        -------
        int64 (n,)
            Masked where a row had to be skipped.
        """
        making = self._making
        new = new_vectors(
            table,
            by=self.by,
            embedder=making.embedder,
            dimension=self.embeddings.dimension,
            conditioned=making.conditioned,
            lacking=making.lacking,
            cache=making.cache,
        )
        labels = predict(making.fitted, self.embeddings.vectors, new.vectors)[0]
        labels = self.edits.apply(labels, new.vectors, self.partition)
        spread: IntArray = spread_labels(labels, new)
        return spread

    def exemplars(self, most: int = 5) -> Any:
        """Return up to `most` rows of each cluster, those nearest its center first, as a native table.

        The rows keep all their columns; a column ``cluster`` says which cluster each stands for.
        """
        if not isinstance(most, int) or most < 1:
            raise InvalidParameter(f"exemplars({most!r}): give a whole number from 1 up")
        return self.to_frame(rows=np.concatenate([*self.exemplar_rows(most).values(), np.empty(0, np.int64)]))

    def exemplar_rows(self, most: int = 5) -> dict[int, IntArray]:
        """Return the positions in the table of each cluster's exemplars, nearest to its center first."""
        if self._known is not None:
            kept, sizes = self._known.exemplars, self.partition.sizes
            if all(len(kept.get(cluster, ())) >= min(most, size) for cluster, size in sizes.items()):
                return {cluster: kept[cluster][:most] for cluster in sizes}
        return exemplar_rows(self.embeddings, self.partition, most)

    def distances(self) -> FloatArray:
        """Return how far each embedded row is from its cluster's center, float32 (m,); infinite for noise."""
        if self._known is not None:
            return self._known.distances
        squared = distances_to_centers(self.embeddings, self.partition)
        return np.sqrt(squared).astype(np.float32)

    def describe(self, most: int = 5) -> Any:
        """Return which values of the other columns mark each cluster, as a native table.

        One row per mark, the strongest first: the cluster, the column, the value (missing where means are
        compared), its share inside the cluster and overall, the lift, and how far from chance that is.
        """
        return describe(self.table, self.rows, key="cluster", leave_out=self.by, most=most)

    @cached_property
    def _quality(self) -> Quality:
        if self._known is not None and self._known.quality is not None:
            return self._known.quality
        return measure_quality(self.embeddings, self.partition, random_state=self.partition.random_state or 0)

    def quality(self) -> Quality:
        """Return silhouette, explained variance and each cluster's cohesion, in the embedding space."""
        return self._quality

    def renamed(self, names: Mapping[int, str]) -> ClusterBy:
        """Return a result in which these clusters bear these names; their ids stay what they are.

        Raises
        ------
        InvalidParameter
            If there is no such cluster, a name is empty, or two clusters would share one.
        """
        return self._with_names(
            names, renamed(self.naming_, {c: Name(name=str(n), by="you") for c, n in names.items()})
        )

    def name(
        self, namer: Any = "auto", *, column: str | None = None, replace_names: bool = True, **options: Any
    ) -> ClusterBy:
        """Return a result whose clusters are named by a namer; their ids stay what they are.

        Nothing leaves the machine unless `namer` says so. A cluster that could not be named keeps the name it had;
        ``naming_`` says why, and who gave each name.

        Parameters
        ----------
        namer : str, Namer or callable
            ``"auto"`` takes ``"zero_shot"`` for images of an encoder that is aligned with language and ``"keywords"`` for all
            else; ``"llm"`` asks a chat model (``clusterby namers`` lists them). A function takes
            :class:`~clusterby.namers.Clusters` and returns names by cluster.
        column : str, optional
            The column whose texts are read; None takes what was clustered, or else the first column of texts.
        replace_names : bool
            Whether clusters that have a name get a new one too.
        **options
            The namer's own parameters: ``words=2``, ``criterion="mood"``, ``dry_run=True``.

        Raises
        ------
        UnknownNamer, UnknownColumn, InvalidParameter
            If there is no such namer or column, or the namer takes no such parameter.
        EndpointError
            If a chat model cannot be asked.

        Examples
        --------
        >>> import clusterby as cb
        >>> texts = ["a red bike", "a blue bike", "the bike of a child", "a glass of wine", "red wine", "wine from France"]
        >>> groups = cb.clusterby({"text": texts}, "text", encoder="lsa", n_clusters=2)
        >>> sorted(groups.name("keywords", words=1).names_.values())
        ['bike', 'wine']
        """
        clusters = self._shown(column)
        if not replace_names:
            clusters = replace(clusters, only=tuple(c for c in clusters.ids if c not in self.names_))
        found = name_clusters(clusters, namer, cache=self._making.cache, options=options)
        return self.with_names(found)

    def with_names(self, given: Names) -> ClusterBy:
        """Return a result whose clusters bear what a namer gave, as :meth:`name` does; the others keep what they have.

        Raises
        ------
        InvalidParameter
            As :meth:`renamed`.
        """
        return self._with_names(
            {c: name.name for c, name in given.names.items()}, renamed(self.naming_, given)
        )

    def tree(self, levels: Sequence[int] | None = None) -> Tree:
        """Return the clusters in fewer and fewer groups, each made of groups of the level below.

        Parameters
        ----------
        levels : sequence of int, optional
            How many groups each level has; None takes a third of the level below each time, down to two.

        Notes
        -----
        Groups are joined as Ward (1963) does, by the least growth of the variance within, from the clusters' centers and sizes.
        """
        return cluster_tree(self, levels)

    def cut(self, n_clusters: int) -> ClusterBy:
        """Return a result of so many clusters, joined as :meth:`tree` joins them; a joined cluster has no name.

        Raises
        ------
        InvalidParameter
            If it is no whole number from 1 to the number of clusters.
        """
        return self.tree([n_clusters]).cut(n_clusters)

    def _shown(self, column: str | None = None) -> Clusters:
        return shown(self._making, self.partition, names=self.names_, column=column)

    def _with_names(
        self, names: Mapping[int, str], naming: Names, *, kept: Mapping[int, str] | None = None
    ) -> ClusterBy:
        """Return the result with some new names; it keeps the others, or `kept` instead."""
        known = self.names_ if kept is None else kept
        checked = edit.check_names(names, self.partition.clusters.tolist(), known)
        return ClusterBy(
            self._making, self.partition, edits=self.edits, names=checked, naming=naming, known=self._known
        )

    def merged(self, clusters: Iterable[int] | Iterable[Iterable[int]]) -> ClusterBy:
        """Return a result in which clusters are one: ``merged([1, 4])``, or several: ``merged([[1, 4], [2, 3]])``.

        The merged cluster bears the lowest of the ids and, if that one had a name, its name.
        """
        into = edit.parse_merges(clusters, self.partition.clusters.tolist())
        earlier = {old: into.get(new, new) for old, new in self.edits.merged_into.items()}
        return ClusterBy(
            self._making,
            edit.merge(self.partition, into),
            edits=replace(self.edits, merged_into=earlier | into),
            names={cluster: name for cluster, name in self.names_.items() if cluster not in into},
            naming=Names(names={c: name for c, name in self.naming_.names.items() if c not in into}),
        )

    def reassign_noise(self) -> ClusterBy:
        """Return a result in which every noise row is in the cluster whose center is nearest."""
        return ClusterBy(
            self._making,
            edit.reassign_noise(self.partition, self.embeddings.vectors),
            edits=replace(self.edits, noise_reassigned=True),
            names=self.names_,
            naming=self.naming_,
        )

    def to_frame(
        self,
        label_column: str = "cluster",
        *,
        name_column: str | None = None,
        score_column: str | None = None,
        embeddings: bool = False,
        rows: IntArray | None = None,
    ) -> Any:
        """Return a copy of the native table with the clusters as a column.

        Parameters
        ----------
        label_column : str
            The name of the column of cluster ids; missing where a row was skipped.
        name_column, score_column : str, optional
            Names of columns for the clusters' names, missing where a cluster has none, and for the strengths.
        embeddings : bool
            Whether to add the vectors, under the name of the hidden column.
        rows : int64 array, optional
            The positions of the rows wanted; None is all.

        Raises
        ------
        InvalidTable
            If the table has a column of one of the names.
        InvalidParameter
            If strengths are asked for and the method gives none.
        """
        return labelled_frame(
            self.table, self.labels_, label_column=label_column, rows=rows,
            names=(name_column, self.names_),
            strengths=(score_column, self.probabilities_, self.partition.method),
            embeddings=self.embeddings if embeddings else None,
        )  # fmt: skip

    def to_dp(self, *args: Any, **kwargs: Any) -> Any:
        """Return what :meth:`to_frame` returns."""
        return self.to_frame(*args, **kwargs)

    def save(self, key: str, *, overwrite: bool = False) -> Path:
        """Keep the result under a key, to be loaded in any process: see :func:`clusterby.runs.save`."""
        folder: Path = import_object("clusterby.runs:save")(self, key, overwrite=overwrite)
        return folder

    def report(self, path: str | Path, **options: Any) -> Path:
        """Write one HTML file that shows the clusters, and return its path."""
        written: Path = VIEWS.load("report")(self, path, **options)
        return written
