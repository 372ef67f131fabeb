"""Agglomerative clustering by our own exact trees, as a drop-in for scikit-learn's class."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import sklearn.cluster
from sklearn.utils.validation import check_memory, validate_data

from clusterby.clusterers.whole_fit import whole_fit
from clusterby.core.progress import track
from clusterby.kernels.linkage.dendrogram import count_above, cut_tree
from clusterby.kernels.linkage.linkage import linkage

__all__ = ["AgglomerativeClustering"]

_METRICS = {"euclidean": "euclidean", "l2": "euclidean", "cosine": "cosine"}


class AgglomerativeClustering(sklearn.cluster.AgglomerativeClustering):  # type: ignore[misc, unused-ignore]
    """Agglomerative clustering without the matrix of all distances.

    Parameters, attributes and results are those of :class:`sklearn.cluster.AgglomerativeClustering`. Ward, average,
    complete and single linkage under euclidean and cosine distance are computed by
    :func:`clusterby.kernels.linkage.linkage.linkage`, exactly, in the precision of X, with memory that grows with the
    number of rows, not with its square. With `connectivity`, a distance matrix or another metric it is
    scikit-learn's own computation that runs.

    The full tree is always built, whatever `compute_full_tree` says, as by scikit-learn without `connectivity`.

    Parameters
    ----------
    n_clusters, metric, memory, connectivity, compute_full_tree, linkage, distance_threshold, compute_distances
        As scikit-learn's.

    Examples
    --------
    >>> X = np.array([[1, 2], [1, 4], [1, 0], [4, 2], [4, 4], [4, 0]])
    >>> AgglomerativeClustering().fit(X).labels_
    array([1, 1, 1, 0, 0, 0])
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Build the tree and cut it.

        Parameters
        ----------
        X : array-like (n, d)
            Finite, at least two rows; or distances (n, n) with ``metric="precomputed"``.
        y : ignored

        Returns
        -------
        self : AgglomerativeClustering

        Raises
        ------
        ValueError
            As scikit-learn's.
        """
        if not self._is_ours():
            return super().fit(X, y)  # type: ignore[no-any-return, unused-ignore]
        self._validate_params()
        with whole_fit(self):
            X = validate_data(self, X, dtype=[np.float64, np.float32], order="C", ensure_min_samples=2)
            tree = self._tree(X)
            k = (
                self.n_clusters
                if self.distance_threshold is None
                else count_above(tree, self.distance_threshold)
            )
            labels = cut_tree(tree, k)
            self.children_ = tree[:, :2].astype(np.intp)
            self.n_connected_components_ = 1
            self.n_leaves_ = len(X)
            if self.distance_threshold is not None or self.compute_distances:
                self.distances_ = tree[:, 2].copy()
            self.n_clusters_ = k
            self.labels_ = labels
        return self

    def _is_ours(self) -> bool:
        """Whether the parameters are those of our kernels; what is wrong with others, scikit-learn says."""
        consistent = (self.n_clusters is None) != (self.distance_threshold is None) and (
            self.distance_threshold is None or bool(self.compute_full_tree)
        )
        metric = _METRICS.get(self.metric) if isinstance(self.metric, str) else None
        taken = metric == "euclidean" or (metric == "cosine" and self.linkage != "ward")
        return consistent and taken and self.connectivity is None

    def _tree(self, X: Any) -> Any:
        chosen = {"method": self.linkage, "metric": _METRICS[self.metric]}
        if self.memory is not None:
            return check_memory(self.memory).cache(linkage)(X, **chosen)
        with track(f"cluster {len(X):,} rows by {self.linkage} linkage", 2 * len(X)) as advance:
            return linkage(X, **chosen, advance=advance)
