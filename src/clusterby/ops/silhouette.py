"""How much nearer rows are to their own cluster than to the next."""

from __future__ import annotations

import numpy as np

from clusterby.core.column import FloatArray, IntArray

__all__ = ["mean_silhouette"]


def mean_silhouette(
    vectors: FloatArray, labels: IntArray, *, most: int, random_state: int
) -> tuple[float, int]:
    """Return the mean silhouette, −1 to 1, and how many rows it was measured on.

    Parameters
    ----------
    vectors : float32 (m, d)
        The vectors, by euclidean distance.
    labels : int64 (m,)
        Their clusters.
    most : int
        The size of the sample, if there are more rows: time grows with its square.
    random_state : int
        The seed of the sample.

    Returns
    -------
    silhouette : float
        NaN where it is not defined: with fewer than two clusters in the sample, or none of two rows.
    rows : int

    Notes
    -----
    Rousseeuw (1987), *Silhouettes: a graphical aid to the interpretation and validation of cluster analysis*.

    Examples
    --------
    >>> import numpy as np
    >>> corners = np.repeat(np.eye(2, dtype="float32"), 3, axis=0)
    >>> mean_silhouette(corners, np.array([0, 0, 0, 1, 1, 1]), most=100, random_state=0)
    (1.0, 6)
    """
    from sklearn.metrics import silhouette_score

    if len(labels) > most:
        rows = np.sort(np.random.default_rng(random_state).choice(len(labels), most, replace=False))
        vectors, labels = vectors[rows], labels[rows]
    clusters = len(np.unique(labels))
    if not 2 <= clusters < len(labels):
        return float("nan"), len(labels)
    return float(silhouette_score(vectors, labels)), len(labels)
