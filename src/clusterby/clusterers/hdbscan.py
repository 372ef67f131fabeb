"""HDBSCAN by exact kernels that need no matrix of distances."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import numpy as np
import sklearn.cluster
from scipy.sparse import issparse
from sklearn.metrics import pairwise_distances
from sklearn.utils.validation import validate_data

from clusterby.clusterers.whole_fit import whole_fit
from clusterby.core.partition import NOISE
from clusterby.core.progress import track
from clusterby.kernels.arrays import Floats, Ints
from clusterby.kernels.density.cluster_selection import label_rows, select_clusters
from clusterby.kernels.density.condensed_tree import condense, outlier_scores
from clusterby.kernels.density.single_linkage import single_linkage
from clusterby.kernels.density.spanning_tree import reachability_tree
from clusterby.kernels.device import choose_device
from clusterby.kernels.neighbors.half_squares import Metric
from clusterby.kernels.parallel import blocks

__all__ = ["HDBSCAN"]

_METRICS: dict[str, Metric] = {"euclidean": "euclidean", "l2": "euclidean", "cosine": "cosine"}
_INFINITE, _MISSING = -2, -3  # scikit-learn's labels for such rows
_MERGE = np.dtype(
    [("left_node", np.intp), ("right_node", np.intp), ("value", np.float64), ("cluster_size", np.intp)]
)
_BLOCK_BYTES = 8 * 2**20


class HDBSCAN(sklearn.cluster.HDBSCAN):  # type: ignore[misc, unused-ignore]
    """Dense groups of any shape and density, and noise between them.

    A drop-in for :class:`sklearn.cluster.HDBSCAN`, with its parameters, attributes and labels. Dense vectors under the
    euclidean ("l2") and the cosine metric are clustered by exact kernels in O(n·d) memory, whatever `algorithm`
    says; float32 stays float32. Everything else (sparse or precomputed input, other metrics, callables,
    `metric_params`) is left to scikit-learn. On vectors `copy` changes nothing and gives no warning.

    Parameters
    ----------
    min_cluster_size, min_samples, cluster_selection_epsilon, max_cluster_size, metric, metric_params, alpha, \
algorithm, leaf_size, n_jobs, cluster_selection_method, allow_single_cluster, store_centers, copy
        As in scikit-learn. Distances are divided by `alpha` before core distances are taken, as scikit-learn's
        ``algorithm="brute"`` does. `copy` is False by default in every release.
    device : str, default="auto"
        Where neighbors are looked for: "auto" takes a GPU where torch sees one, "cpu" none; or a torch device. The
        result is the same.

    Attributes
    ----------
    labels_ : int64 (n,)
        Clusters; −1 for noise, −2 for rows with an infinite and −3 for rows with a missing value.
    probabilities_ : float64 (n,)
        How strongly each row belongs to its cluster.
    centroids_, medoids_ : float64 (k, d)
        As asked for by `store_centers`.
    outlier_scores_ : float64 (n,)
        GLOSH; missing where a row has a missing value, 1 where it has an infinite one.
    condensed_tree_ : (m,) of (parent, child, lambda_val, child_size)
        Clusters and the rows that fall out of them; clusters are numbered from n, the root.
    single_linkage_tree_ : float64 (n − 1, 4)
        All merges, in SciPy's format; rows that are not finite are merged last, at infinity.
    minimum_spanning_tree_ : float64 (m, 3)
        The tree's edges: row, row, mutual reachability. Only of the finite rows; not there where scikit-learn did
        the work.

    Notes
    -----
    Campello, Moulavi & Sander (2013), *Density-based clustering based on hierarchical density estimates*; McInnes &
    Healy (2017), *Accelerated hierarchical density based clustering*.

    Examples
    --------
    >>> import numpy as np
    >>> line = np.array([[0.0], [0.1], [0.2], [5.0], [5.1], [5.2], [90.0]])
    >>> HDBSCAN(min_cluster_size=3, min_samples=2).fit(line).labels_.tolist()
    [0, 0, 0, 1, 1, 1, -1]
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **sklearn.cluster.HDBSCAN._parameter_constraints,
        "device": [str],
    }

    def __init__(
        self,
        min_cluster_size: int = 5,
        min_samples: int | None = None,
        cluster_selection_epsilon: float = 0.0,
        max_cluster_size: int | None = None,
        metric: Any = "euclidean",
        metric_params: dict[str, Any] | None = None,
        alpha: float = 1.0,
        algorithm: str = "auto",
        leaf_size: int = 40,
        n_jobs: int | None = None,
        cluster_selection_method: str = "eom",
        allow_single_cluster: bool = False,
        store_centers: str | None = None,
        copy: bool = False,
        device: str = "auto",
    ) -> None:
        super().__init__(
            min_cluster_size=min_cluster_size,
            min_samples=min_samples,
            cluster_selection_epsilon=cluster_selection_epsilon,
            max_cluster_size=max_cluster_size,
            metric=metric,
            metric_params=metric_params,
            alpha=alpha,
            algorithm=algorithm,
            leaf_size=leaf_size,
            n_jobs=n_jobs,
            cluster_selection_method=cluster_selection_method,
            allow_single_cluster=allow_single_cluster,
            store_centers=store_centers,
            copy=copy,
        )
        self.device = device

    def fit(self, X: Any, y: Any = None) -> HDBSCAN:
        """Find the clusters of X.

        Parameters
        ----------
        X : array-like, sparse or distances (n, d), (n, n)
            Vectors, or distances where ``metric="precomputed"``.
        y : ignored
            There for scikit-learn's sake.

        Raises
        ------
        ValueError
            If there is one row alone, or fewer than `min_samples`.
        """
        if not self._by_our_kernels(X):
            return self._fit_by_sklearn(X, y)
        self._validate_params()
        with whole_fit(self):
            X = validate_data(self, X, dtype=[np.float64, np.float32], order="C", ensure_all_finite=False)
            with np.errstate(over="ignore", invalid="ignore"):
                sums = X.sum(axis=1, dtype=np.float64)
            finite = np.flatnonzero(np.isfinite(sums))
            vectors = X if len(finite) == len(X) else X[finite]
            self._metric_params: dict[str, Any] = {}
            self._min_samples = self._checked_min_samples(len(vectors))
            with track(f"cluster {len(vectors):,} rows by hdbscan", 2 * len(vectors)) as advance:
                edges, lengths, _ = reachability_tree(
                    vectors,
                    self._min_samples,
                    metric=_METRICS[self.metric],
                    alpha=self.alpha,
                    device=choose_device(self.device),
                    advance=advance,
                )
            merges = single_linkage(edges, lengths)
            self._set_trees(merges)
            self._set_labels()
            self.minimum_spanning_tree_ = np.column_stack([finite[edges], lengths])
            if self.store_centers:
                self._set_centers(vectors)
            if len(finite) < len(X):
                self._put_back(finite, sums)
            self._single_linkage_tree_ = np.empty(len(self.single_linkage_tree_), dtype=_MERGE)
            for column, name in enumerate(_MERGE.names or ()):
                self._single_linkage_tree_[name] = self.single_linkage_tree_[:, column]
        return self

    def _by_our_kernels(self, X: Any) -> bool:
        """Whether the kernels cover the data and the parameters; scikit-learn says what is wrong with the others."""
        if (
            issparse(X)
            or self.metric_params
            or not isinstance(self.metric, str)
            or self.metric not in _METRICS
        ):
            return False
        return self.metric != "cosine" or self.algorithm in ("auto", "brute")

    def _fit_by_sklearn(self, X: Any, y: Any) -> HDBSCAN:
        with warnings.catch_warnings():
            if not isinstance(self.metric, str) or self.metric != "precomputed":  # nothing else is copied
                warnings.filterwarnings("ignore", "The default value of `copy`", FutureWarning)
            super().fit(X, y)
        tree = self._single_linkage_tree_
        self._set_trees(np.column_stack([tree[name].astype(np.float64) for name in _MERGE.names or ()]))
        if hasattr(self, "minimum_spanning_tree_"):
            del self.minimum_spanning_tree_  # of an earlier fit
        return self

    def _checked_min_samples(self, n: int) -> int:
        if n == 1:
            raise ValueError("n_samples=1 while HDBSCAN requires more than one sample")
        min_samples = self.min_cluster_size if self.min_samples is None else self.min_samples
        if min_samples > n:
            raise ValueError(f"min_samples ({min_samples}) must be at most the number of samples in X ({n})")
        return int(min_samples)

    def _set_trees(self, merges: Floats) -> None:
        self.single_linkage_tree_ = merges
        self.condensed_tree_ = condense(merges, self.min_cluster_size)
        self.outlier_scores_ = outlier_scores(self.condensed_tree_)

    def _set_labels(self) -> None:
        tree = self.condensed_tree_
        single, epsilon = bool(self.allow_single_cluster), float(self.cluster_selection_epsilon)
        chosen = select_clusters(
            tree,
            method=self.cluster_selection_method,
            allow_single_cluster=single,
            epsilon=epsilon,
            max_cluster_size=self.max_cluster_size,
        )
        self.labels_, self.probabilities_ = label_rows(
            tree, chosen, allow_single_cluster=single, epsilon=epsilon
        )

    def _put_back(self, finite: Ints, sums: Floats) -> None:
        """Give the rows that are not finite their places, labels and leaves."""
        n, others = len(sums), np.setdiff1d(np.arange(len(sums)), finite)
        missing = np.isnan(sums[others])
        labels, probabilities, scores = np.empty(n, dtype=np.int64), np.empty(n), np.empty(n)
        labels[finite], labels[others] = self.labels_, np.where(missing, _MISSING, _INFINITE)
        probabilities[finite], probabilities[others] = self.probabilities_, np.where(missing, np.nan, 0.0)
        scores[finite], scores[others] = self.outlier_scores_, np.where(missing, np.nan, 1.0)
        self.labels_, self.probabilities_, self.outlier_scores_ = labels, probabilities, scores

        def renumber(nodes: Any) -> Any:
            nodes = nodes.astype(np.int64)
            return np.where(
                nodes < len(finite), finite[np.minimum(nodes, len(finite) - 1)], nodes + len(others)
            )

        merges = self.single_linkage_tree_.copy()
        merges[:, :2] = renumber(merges[:, :2])
        last = np.arange(len(others))
        late = np.column_stack(
            [others, n + len(finite) - 2 + last, np.full(len(others), np.inf), len(finite) + 1 + last]
        )
        self.single_linkage_tree_ = np.vstack([merges, late])
        tree = self.condensed_tree_.copy()
        tree["parent"], tree["child"] = renumber(tree["parent"]), renumber(tree["child"])
        fallen = np.empty(len(others), dtype=tree.dtype)
        fallen["parent"], fallen["child"], fallen["lambda_val"], fallen["child_size"] = n, others, 0.0, 1
        self.condensed_tree_ = np.concatenate([fallen, tree])

    def _set_centers(self, vectors: Floats) -> None:
        """Keep the weighted mean of each cluster, or the row with the least weighted distances to the others."""
        clusters = range(int(self.labels_.max(initial=NOISE)) + 1)
        centroids = np.empty((len(clusters), vectors.shape[1]))
        medoids = np.empty_like(centroids)
        for cluster in clusters:
            rows = vectors[self.labels_ == cluster].astype(np.float64)
            weights = self.probabilities_[self.labels_ == cluster]
            if self.store_centers in ("centroid", "both"):
                centroids[cluster] = np.average(rows, weights=weights, axis=0)
            if self.store_centers in ("medoid", "both"):
                size = max(1, _BLOCK_BYTES // (8 * len(rows)))
                sums = [
                    pairwise_distances(rows[b], rows, metric=self.metric) @ weights
                    for b in blocks(len(rows), size)
                ]
                medoids[cluster] = rows[np.concatenate(sums).argmin()]
        if self.store_centers in ("centroid", "both"):
            self.centroids_ = centroids
        if self.store_centers in ("medoid", "both"):
            self.medoids_ = medoids
