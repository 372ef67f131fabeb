"""k-means on our own kernels, as a drop-in for scikit-learn's class."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import numpy as np
import scipy.sparse as sp
import sklearn.cluster
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_array, check_random_state
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from clusterby.clusterers.whole_fit import whole_fit
from clusterby.core.progress import Advance, still, track
from clusterby.kernels.arrays import Floats
from clusterby.kernels.device import choose_device
from clusterby.kernels.kmeans.cluster_sums import inertia_of
from clusterby.kernels.kmeans.kmeans import KMeansResult, begin_centers, kmeans
from clusterby.kernels.kmeans.kmeans_rows import Rows, make_rows, read_rows, total_variance
from clusterby.kernels.kmeans.nearest_rows import nearest_centers
from clusterby.kernels.kmeans.stream_kmeans import sample_of_chunks, stream_kmeans, update_centers
from clusterby.kernels.parallel import thread_count

__all__ = ["KMeans"]

_STREAM_SAMPLE_BYTES = 2**28
_STREAM_SAMPLE_ROWS = 2**14
_STREAM_ROWS_PER_CLUSTER = 200


class KMeans(sklearn.cluster.KMeans):  # type: ignore[misc, unused-ignore]
    """k-means, exact, and on embeddings many times faster than scikit-learn's at the same result.

    Parameters, attributes and methods are those of :class:`sklearn.cluster.KMeans`, and two more parameters.

    Parameters
    ----------
    n_clusters, init, n_init, max_iter, tol, verbose, random_state
        As in scikit-learn. Where there are at least 16,384 rows and 200 for each cluster, ``init="k-means++"``
        and ``"random"`` start on a sample of the rows: 2 × `n_init` starts run on the smallest sample, and the
        best goes on over growing samples to all rows, where Lloyd's iterations run to convergence.
    copy_x, algorithm
        Accepted; the caller's rows are never changed, and both algorithms are one exact kernel.
    metric : {"euclidean", "cosine"}
        ``"cosine"`` is spherical k-means: rows count by their direction, centers are unit vectors, and
        ``inertia_`` is the sum of one minus the cosine. A zero row has no direction: it is in the cluster 0,
        at a distance of 1, and moves no center.
    device : str, default="auto"
        Where euclidean iterations over all rows run before they are finished on the processor, so that the result is
        the same: "auto" takes a GPU where torch sees one, "cpu" none; or a torch device, as "cuda:1".

    Attributes
    ----------
    cluster_centers_, labels_, inertia_, n_features_in_, feature_names_in_
        As in scikit-learn.
    n_iter_ : int
        How many iterations ran on all rows.

    Notes
    -----
    Sparse rows are clustered by scikit-learn's own implementation; with ``metric="cosine"`` they are refused.
    Labels are exact and do not depend on the number of threads. Memory beside the rows: about 110 bytes a row (180 in
    float64), and a sample of at most a quarter of them and 256 MiB; a :class:`numpy.memmap` is read in blocks.

    Examples
    --------
    >>> X = np.array([[1.0, 2.0], [1.0, 4.0], [10.0, 2.0], [10.0, 4.0]], dtype="float32")
    >>> model = KMeans(n_clusters=2, random_state=0).fit(X)
    >>> model.inertia_
    4.0
    >>> sorted(model.cluster_centers_.tolist())
    [[1.0, 3.0], [10.0, 3.0]]
    """

    labels_: NDArray[np.int32]
    cluster_centers_: Floats
    _sums: NDArray[np.float64]
    _counts: NDArray[np.float64]

    _parameter_constraints: dict[str, Any] = {  # noqa: RUF012 - scikit-learn's name and form
        **sklearn.cluster.KMeans._parameter_constraints,
        "metric": [StrOptions({"euclidean", "cosine"})],
        "device": [str],
    }

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Any = "k-means++",
        n_init: int | Literal["auto"] = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        verbose: int = 0,
        random_state: Any = None,
        copy_x: bool = True,
        algorithm: str = "lloyd",
        metric: str = "euclidean",
        device: str = "auto",
    ) -> None:
        super().__init__(
            n_clusters,
            init=init,
            n_init=n_init,
            max_iter=max_iter,
            tol=tol,
            verbose=verbose,
            random_state=random_state,
            copy_x=copy_x,
            algorithm=algorithm,
        )
        self.metric = metric
        self.device = device

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> KMeans:
        """Find the clusters of rows; returns the estimator itself.

        Parameters
        ----------
        X : array or sparse matrix (n, d)
            float32 and float64 are used as they are.
        y : ignored
        sample_weight : array (n,), optional
            At least 0.
        """
        self._validate_params()
        if self._is_for_sklearn(X):
            super().fit(X, sample_weight=sample_weight)
            counts = np.bincount(self.labels_, weights=sample_weight, minlength=self.n_clusters)
            self._counts = counts.astype(np.float64)
            self._sums = self.cluster_centers_ * self._counts[:, None]
            return self
        with whole_fit(self):
            rows, X = self._read(X, sample_weight, reset=True)
            self._settle_parameters(len(X))
            self._tol = self.tol * total_variance(rows) if self.tol else 0.0
            with track(f"cluster {len(X):,} rows by kmeans", self.max_iter) as advance:
                result = kmeans(
                    rows,
                    self.n_clusters,
                    start=self._start(X),
                    n_init=self._n_init,
                    max_iter=self.max_iter,
                    tol=self._tol,
                    random_state=check_random_state(self.random_state),
                    device=choose_device(self.device),
                    advance=advance,
                    tell=print if self.verbose else None,
                )
            self._keep(result)
        return self

    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> KMeans:
        """Move the centers by more rows; returns the estimator itself.

        Each center is the mean of all rows it ever got (Sculley 2010, *Web-scale k-means clustering*). The first
        call chooses the centers among its rows as ``init`` says; after a fit, its clusters are gone on with.
        ``labels_`` and ``inertia_`` are those of the last rows, ``n_iter_`` counts the calls.

        Parameters
        ----------
        X : array (n, d)
        y : ignored
        sample_weight : array (n,), optional
        """
        self._validate_params()
        first = not hasattr(self, "cluster_centers_")
        rows, X = self._read(X, sample_weight, reset=first)
        if first:
            self._settle_parameters(len(X))
            self.cluster_centers_ = self._first_centers(rows, X)
            self.n_iter_ = 0
            self._sums = np.zeros(self.cluster_centers_.shape)
            self._counts = np.zeros(self.n_clusters)
        centers = np.array(self.cluster_centers_, dtype=X.dtype)
        moved, _ = update_centers(rows, centers, self._sums, self._counts)
        self.cluster_centers_ = moved
        self.labels_ = nearest_centers(rows, moved)
        self.inertia_ = inertia_of(rows, self.labels_, moved)
        self.n_iter_ += 1
        self._n_features_out = len(moved)
        self._n_threads = thread_count()
        return self

    def fit_stream(self, chunks: Callable[[], Iterable[Any]]) -> KMeans:
        """Find the clusters of rows that do not fit in memory; returns the estimator itself.

        Starts as a fit on a sample of the rows, and then reads all chunks once an iteration: the same fixed points
        as a fit on all rows.

        Parameters
        ----------
        chunks : callable
            Starts another reading: returns an iterable of arrays (m, d), the same rows in the same order each
            time. ``lambda: (b["vector"] for b in dataset.to_batches())`` say, as arrays.
        """
        self._validate_params()
        with whole_fit(self):
            random_state = check_random_state(self.random_state)
            spherical = self.metric == "cosine"
            with track("cluster chunks by kmeans", self.max_iter) as advance:
                sample, n, variance = self._sample(chunks, random_state, advance)
                self._settle_parameters(n)
                self._tol = self.tol * variance
                rows = make_rows(np.ascontiguousarray(sample), spherical=spherical)
                start = self._start(sample)
                if isinstance(start, str):
                    centers = kmeans(
                        rows,
                        self.n_clusters,
                        start=start,
                        n_init=self._n_init,
                        max_iter=self.max_iter,
                        tol=self._tol,
                        random_state=random_state,
                        advance=still(advance),
                    ).centers
                else:
                    centers = start(random_state)
                result = stream_kmeans(
                    lambda: self._chunks(chunks, sample.dtype),
                    centers,
                    spherical=spherical,
                    max_iter=self.max_iter,
                    tol=self._tol,
                    advance=advance,
                )
                advance(self.max_iter - result.n_iter)
            self._keep(result)
        return self

    def predict(self, X: Any) -> NDArray[np.int32]:
        """Return the nearest center of each row, int32 (n,); of equally near ones the first.

        Parameters
        ----------
        X : array or sparse matrix (n, d)
        """
        check_is_fitted(self)
        if self._is_for_sklearn(X):
            labels: NDArray[np.int32] = super().predict(X)
            return labels
        rows, X = self._read(X, None, reset=False)
        return nearest_centers(rows, np.array(self.cluster_centers_, dtype=X.dtype))

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Return the inertia of rows with these centers, times −1.

        Parameters
        ----------
        X : array or sparse matrix (n, d)
        y : ignored
        sample_weight : array (n,), optional
        """
        check_is_fitted(self)
        if self._is_for_sklearn(X):
            return float(super().score(X, sample_weight=sample_weight))
        rows, X = self._read(X, sample_weight, reset=False)
        centers = np.array(self.cluster_centers_, dtype=X.dtype)
        return -inertia_of(rows, nearest_centers(rows, centers), centers)

    def _transform(self, X: Any) -> Any:
        if self.metric == "euclidean":
            return super()._transform(X)
        X = check_array(X, dtype=[np.float64, np.float32])
        rows = make_rows(np.ascontiguousarray(X), spherical=True)
        distances = 1 - read_rows(rows, np.arange(len(X))) @ self.cluster_centers_.T.astype(X.dtype)
        return np.maximum(distances, 0, out=distances)

    def _read(self, X: Any, sample_weight: Any, *, reset: bool) -> tuple[Rows, Floats]:
        X = np.asarray(validate_data(self, X, reset=reset, dtype=[np.float64, np.float32], order="C"))
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=X.dtype)
            if sample_weight.min() < 0 or not sample_weight.any():
                raise ValueError("sample_weight must be at least 0, and not 0 for all rows")
        return make_rows(X, sample_weight, spherical=self.metric == "cosine"), X

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = self.metric == "euclidean"
        return tags

    def _is_for_sklearn(self, X: Any) -> bool:
        return self.metric == "euclidean" and bool(sp.issparse(X))

    def _settle_parameters(self, n: int) -> None:
        if n < self.n_clusters:
            raise ValueError(f"n_samples={n} should be >= n_clusters={self.n_clusters}.")
        given = not isinstance(self.init, str) and not callable(self.init)
        if self.n_init == "auto":
            self._n_init = 1 if given or self.init == "k-means++" else 10
        else:
            self._n_init = self.n_init
        if given and self._n_init != 1:
            warnings.warn(
                "Explicit initial center position passed: performing only one init in "
                f"{type(self).__name__} instead of n_init={self._n_init}.",
                RuntimeWarning,
                stacklevel=3,
            )
            self._n_init = 1
        if self.algorithm == "elkan" and self.n_clusters == 1:
            warnings.warn(
                "algorithm='elkan' doesn't make sense for a single cluster. Using 'lloyd' instead.",
                RuntimeWarning,
                stacklevel=3,
            )

    def _start(self, X: Floats) -> str | Callable[[np.random.RandomState], Floats]:
        """Return how centers are begun, for the kernel; those given are checked."""
        init = self.init
        if isinstance(init, str):
            return str(init)
        if callable(init):
            return lambda random_state: self._check_centers(
                init(X, self.n_clusters, random_state=random_state), X
            )
        centers = self._check_centers(init, X)
        return lambda random_state: centers

    def _check_centers(self, centers: Any, X: Floats) -> Floats:
        checked: Floats = check_array(centers, dtype=X.dtype, copy=True, order="C")
        for axis, what in (
            (0, f"number of clusters {self.n_clusters}"),
            (1, f"number of features of the data {X.shape[1]}"),
        ):
            if checked.shape[axis] != (self.n_clusters, X.shape[1])[axis]:
                raise ValueError(
                    f"The shape of the initial centers {checked.shape} does not match the {what}."
                )
        return checked

    def _first_centers(self, rows: Rows, X: Floats) -> Floats:
        return begin_centers(rows, self.n_clusters, self._start(X), check_random_state(self.random_state))

    def _sample(
        self, chunks: Callable[[], Iterable[Any]], random_state: np.random.RandomState, advance: Advance
    ) -> tuple[Floats, int, float]:
        """Return enough rows to start from, how many there are in all, and their mean variance."""
        first = next(iter(chunks()), None)
        if first is None:
            raise ValueError("chunks() gave no rows")
        checked = validate_data(self, first, dtype=[np.float64, np.float32], order="C")
        size = min(
            _STREAM_SAMPLE_BYTES // (checked.shape[1] * checked.itemsize),
            max(_STREAM_SAMPLE_ROWS, _STREAM_ROWS_PER_CLUSTER * self.n_clusters),
        )
        read = self._chunks(chunks, checked.dtype)
        return sample_of_chunks(
            lambda: read, max(size, self.n_clusters), random_state, advance=still(advance)
        )

    def _chunks(self, chunks: Callable[[], Iterable[Any]], dtype: Any) -> Iterator[Floats]:
        for chunk in chunks():
            yield np.asarray(validate_data(self, chunk, reset=False, dtype=dtype, order="C"))

    def _keep(self, result: KMeansResult) -> None:
        distinct = len(np.unique(result.labels))
        if distinct < self.n_clusters:
            warnings.warn(
                f"Number of distinct clusters ({distinct}) found smaller than n_clusters "
                f"({self.n_clusters}). Possibly due to duplicate points in X.",
                ConvergenceWarning,
                stacklevel=3,
            )
        self.cluster_centers_ = result.centers
        self.labels_ = result.labels
        self.inertia_ = result.inertia
        self.n_iter_ = result.n_iter
        self._sums, self._counts = result.sums, result.weights
        self._n_features_out = len(result.centers)
        self._n_threads = thread_count()
