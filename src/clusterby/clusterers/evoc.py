"""EVōC, under scikit-learn's conventions."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import validate_data

from clusterby.core.column import FloatArray
from clusterby.core.optional import installed, require

__all__ = ["EVoC"]

if not installed("evoc"):  # said when the method is asked for, not after everything was embedded
    require("evoc", purpose="method 'evoc'", extra="evoc")


class EVoC(ClusterMixin, BaseEstimator):  # type: ignore[misc, unused-ignore]
    """Clusters of embeddings through a graph of approximate neighbors, on several layers at once.

    A thin wrapper of ``evoc.EVoC`` (McInnes et al., Embedding Vector Oriented Clustering): it clusters
    distinct rows, so that equal rows share a label, calls too few rows to make a cluster noise, and keeps
    quiet. Distances are cosine distances.

    Parameters
    ----------
    noise_level : float
        0 calls few rows noise, 1 many.
    base_min_cluster_size : int
        The smallest cluster of the finest layer.
    approx_n_clusters : int or None
        About how many clusters to find; None takes the most persistent layer.
    n_neighbors, min_samples : int
        Of the graph, and of its density.
    random_state : int, RandomState or None
        The seed.

    Attributes
    ----------
    labels_ : int64 (n,)
        −1 is noise.
    probabilities_ : float64 (n,)
        How strongly each row belongs to its cluster; 0 for noise.
    cluster_layers_ : list of int64 (n,)
        The labels of every layer, the finest first.

    Examples
    --------
    >>> EVoC(base_min_cluster_size=10).get_params()["base_min_cluster_size"]
    10
    """

    def __init__(
        self,
        *,
        noise_level: float = 0.5,
        base_min_cluster_size: int = 5,
        approx_n_clusters: int | None = None,
        n_neighbors: int = 15,
        min_samples: int = 5,
        random_state: Any = None,
    ) -> None:
        self.noise_level = noise_level
        self.base_min_cluster_size = base_min_cluster_size
        self.approx_n_clusters = approx_n_clusters
        self.n_neighbors = n_neighbors
        self.min_samples = min_samples
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> EVoC:
        """Find the clusters of `X`, float (n, d); `y` is ignored."""
        evoc = require("evoc", purpose="method 'evoc'", extra="evoc")
        X = validate_data(self, X, dtype=np.float32)
        distinct, where = np.unique(X, axis=0, return_inverse=True)
        self.labels_, self.probabilities_ = np.full(len(X), -1, dtype=np.int64), np.zeros(len(X))
        self.cluster_layers_ = [self.labels_]
        if len(distinct) < 2 * self.base_min_cluster_size:
            if len(distinct) == 1 and len(X) >= self.base_min_cluster_size:
                self.labels_[:], self.probabilities_[:] = 0, 1.0
            return self
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        model = evoc.EVoC(**{**self.get_params(), "n_neighbors": min(self.n_neighbors, len(distinct) - 1),
                             "random_state": seed})  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its compiler's, and that few rows have few neighbors
            labels = np.asarray(model.fit_predict(_padded(distinct)), dtype=np.int64)
        self.labels_ = labels[where]
        self.probabilities_ = np.asarray(model.membership_strengths_, dtype=np.float64)[where]
        self.cluster_layers_ = [np.asarray(layer, dtype=np.int64)[where] for layer in model.cluster_layers_]
        return self


def _padded(vectors: FloatArray) -> FloatArray:
    """Return at least 16 columns, zeros added: cosine distances stay, and its starting layout needs several."""
    return np.pad(vectors, ((0, 0), (0, max(0, 16 - vectors.shape[1]))))
