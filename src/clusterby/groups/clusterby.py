"""Group a table by what its cells look like or mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from clusterby.cache import CacheArgument
from clusterby.clusterers.fit import check_method, fit
from clusterby.clusterers.predict import predict, predict_kind
from clusterby.clusterers.run import PredictKind
from clusterby.core.column import FloatArray, IntArray, Skipped
from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import InvalidParameter
from clusterby.core.partition import Partition
from clusterby.encoders import EncoderChoice
from clusterby.encoders.choose import EncoderArgument
from clusterby.groups import edit
from clusterby.groups.describe import describe
from clusterby.groups.exemplars import distances_to_centers, exemplar_rows
from clusterby.groups.first_names import first_names
from clusterby.groups.frame import labelled_frame
from clusterby.groups.grouped import Grouped
from clusterby.groups.making import Known, Making
from clusterby.groups.new_vectors import new_vectors
from clusterby.groups.quality import Quality, measure_quality
from clusterby.groups.views import VIEWS
from clusterby.instructions import Followed, InstructionArgument
from clusterby.ops.asked import Asked
from clusterby.ops.cluster import spread_labels
from clusterby.ops.condition import Conditioned
from clusterby.ops.embed import fit_embedder
from clusterby.ops.given import condition_given, given_embeddings
from clusterby.ops.kept import usable_cache
from clusterby.ops.weights import By, column_weights
from clusterby.tables import open_table

__all__ = ["ClusterBy", "clusterby"]


class ClusterBy(Grouped):
    """The rows of a table in clusters; made by :func:`clusterby`.

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
        known: Known | None = None,
    ) -> None:
        self._making = making
        self._known = known
        self.edits = edits or edit.Edits()
        self.partition = partition
        self.embeddings = making.embeddings
        self.names_ = MappingProxyType(dict(names))
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
        checked = edit.check_names(names, self.partition.clusters.tolist(), self.names_)
        return ClusterBy(self._making, self.partition, edits=self.edits, names=checked, known=self._known)

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
        )

    def reassign_noise(self) -> ClusterBy:
        """Return a result in which every noise row is in the cluster whose center is nearest."""
        return ClusterBy(
            self._making,
            edit.reassign_noise(self.partition, self.embeddings.vectors),
            edits=replace(self.edits, noise_reassigned=True),
            names=self.names_,
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

    def report(self, path: str | Path, **options: Any) -> Path:
        """Write one HTML file that shows the clusters, and return its path."""
        written: Path = VIEWS.load("report")(self, path, **options)
        return written


def clusterby(
    table: Any,
    by: By,
    *,
    method: Any = "kmeans",
    n_clusters: int | Literal["auto"] | None = None,
    encoder: EncoderArgument | Mapping[str, EncoderArgument] = "auto",
    modality: str | Mapping[str, str] | None = None,
    embeddings: Embeddings | NDArray[Any] | None = None,
    prefer: Mapping[str, Any] | None = None,
    cache: CacheArgument = True,
    instruction: InstructionArgument | Mapping[str, InstructionArgument] | None = None,
    description: Asked = None,
    candidates: Any = None,
    ignore: Asked = None,
    region: Any = None,
    random_state: int = 0,
    **parameters: Any,
) -> ClusterBy:
    """Return a table's rows grouped by what the cells of `by` look like or mean.

    Parameters
    ----------
    table : frame, dict of lists, or path
        Any table (see :func:`clusterby.tables.open_table`); it is not changed.
    by : str, list of str, or dict of str to float
        The column, or several, or several with weights.
    method : str or object
        A registered name (``clusterby methods``), any scikit-learn cluster class name, or an object with
        ``fit_predict``, of which a copy is fitted.
    n_clusters : int or "auto", optional
        How many clusters. None is ``"auto"`` for a method that takes a number.
    encoder : str, Encoder, callable, or a mapping of columns to these
        ``"auto"`` chooses by modality.
    modality : str or mapping of columns to str, optional
        What the cells are, where they cannot tell by themselves.
    embeddings : Embeddings or array (n, d), optional
        The rows' vectors, where there are some already: nothing is encoded then.
    prefer, cache
        As for :func:`clusterby.embed`.
    instruction, description, candidates, ignore, region
        What the groups should be about, as for :func:`clusterby.embed`. Clusters are named after the words that fit them
        best. Where vectors are given, `encoder` says what made them: its text tower embeds the words.
    random_state : int
        The seed: the same call gives the same labels.
    **parameters
        The method's own, under scikit-learn's names.

    Examples
    --------
    >>> import clusterby as cb
    >>> table = {"v": [[0.0], [0.2], [9.0], [9.2]], "price": [1.0, 3.0, 10.0, 30.0]}
    >>> groups = cb.clusterby(table, "v", n_clusters=2)
    >>> groups
    <ClusterBy identity(v) by kmeans: 4 rows, 2 clusters>
    >>> sorted(groups["price"].mean()["price"])
    [2.0, 20.0]
    """
    check_method(method, n_clusters=n_clusters, parameters=parameters, random_state=random_state)
    weights = column_weights(by)
    opened = open_table(table)
    columns = {name: opened.column(name) for name in weights}
    kept = usable_cache(cache)
    asked = {
        "instruction": instruction, "description": description, "candidates": candidates, "ignore": ignore, "region": region,
    }  # fmt: skip
    embedder, conditioned = None, None
    if embeddings is None:
        embedder, vectors = fit_embedder(
            columns,
            weights,
            encoder=encoder,
            modality=modality,
            prefer=prefer,
            cache=kept,
            table=opened,
            **asked,
        )
    else:
        vectors = given_embeddings(embeddings, n_rows=opened.n_rows)
        conditioned = condition_given(vectors, columns, encoder, cache=kept, **asked)
        vectors = vectors if conditioned is None else conditioned.apply(vectors)
    fitted = fit(
        method, vectors.vectors, n_clusters=n_clusters, parameters=parameters, random_state=random_state
    )
    blocks: list[tuple[Conditioned | None, FloatArray]] = [(conditioned, fitted.partition.centers)]
    followed: tuple[Followed, ...] = () if conditioned is None else (conditioned.followed,)
    if embedder is not None:
        places = embedder.split(fitted.partition.centers)
        blocks = [(part.conditioned, place) for part, place in zip(embedder.parts, places, strict=True)]
        followed = tuple(part.followed for part in embedder.parts if part.followed is not None)
    making = Making(
        table=opened,
        by=MappingProxyType(weights),
        embedder=embedder,
        embeddings=vectors,
        fitted=fitted,
        cache=kept,
        conditioned=conditioned,
        followed=followed,
    )
    return ClusterBy(making, fitted.partition, names=first_names(blocks, fitted.partition))
