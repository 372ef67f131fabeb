"""How many clusters there are, where the caller leaves it open."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from clusterby.clusterers.silhouette import silhouettes_of_cuts
from clusterby.clusterers.threads import one_thread_if_small
from clusterby.core.column import FloatArray
from clusterby.core.progress import track
from clusterby.kernels.arrays import Doubles

__all__ = ["Choice", "choose_k", "count_distinct"]

log = logging.getLogger(__name__)


_SAMPLE = 2_000  # rows: a tree over them takes a fraction of a second
_MOST = 50  # clusters
_STRONG = (
    0.7  # "a strong structure has been found": Kaufman and Rousseeuw, Finding Groups in Data (1990), table 4
)
_MARGIN = 0.02  # by how much a cut must beat structureless data; their scores vary by about this


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A number of clusters and the scores behind it.

    Parameters
    ----------
    k : int
        The number chosen.
    scores : mapping of int to float
        The score of each number tried, higher is better; empty where none could be scored.
    criterion : str
        What the scores are.
    """

    k: int
    scores: Mapping[int, float]
    criterion: str


def choose_k(
    vectors: FloatArray, *, random_state: int, linkage: str = "ward", metric: str = "euclidean"
) -> Choice:
    """Return the number of clusters that separates the rows best.

    One tree is built over at most 2,000 rows, drawn with the seed. Every cut of it from 2 to
    min(50, 2 √m) clusters is scored by its mean silhouette (Rousseeuw 1987), and the smallest number
    within two standard errors of the best is taken, since these scores are flat near their top (after
    the one-standard-error rule of Breiman et al., Classification and Regression Trees, 1984).

    A silhouette cannot score one cluster. So unless the cut scores above 0.7, it must beat the same cut
    of reference data that has no groups: single Gaussians with the mean and covariance of the rows, in
    the spirit of SigClust (Liu et al. 2008). Where it does not, the answer is 1, and a log message says so.

    Parameters
    ----------
    vectors : float32 (m, d)
        At least one row.
    random_state : int
        The seed of the sample and of the reference data.
    linkage, metric : str
        Of the tree; those of the clusterer where it is hierarchical itself.

    Examples
    --------
    >>> corners = np.repeat(np.eye(4, dtype="float32"), 10, axis=0)
    >>> choose_k(corners, random_state=0).k
    4
    """
    rng = np.random.default_rng(random_state)
    m = min(len(vectors), _SAMPLE)
    sample = vectors if m == len(vectors) else vectors[np.sort(rng.choice(len(vectors), m, replace=False))]
    rows = sample.astype(np.float64)
    most = min(_MOST, int(2 * np.sqrt(m)), m - 1, count_distinct(vectors, at_most=_MOST))
    criterion = f"mean silhouette of a {linkage} tree's cuts over {m} rows"
    if most < 2:
        return Choice(k=1, scores={}, criterion=criterion)
    references = int(np.clip(_SAMPLE // m, 2, 20))
    with (
        one_thread_if_small(rows.size),
        track("choose the number of clusters", 1 + references) as advance,
    ):
        scored = _score(rows, range(2, most + 1), linkage, metric)
        advance(1)
        scores = {k: float(s.mean()) for k, s in scored.items()}
        best = max(scores, key=lambda k: scores[k])
        enough = scores[best] - 2 * float(scored[best].std()) / np.sqrt(m)
        k = min(k for k, score in scores.items() if score >= enough)
        bar = -1.0
        for _ in range(references if scores[k] <= _STRONG else 0):
            bar = max(
                bar, float(_score(_structureless(rows, rng), (k,), linkage, metric)[k].mean()) + _MARGIN
            )
            advance(1)
    if scores[k] <= bar:
        log.warning(
            "one cluster: no cut separates the rows better than it would a single Gaussian "
            "(silhouette %.2f at k=%d). To split them anyway, give n_clusters=",
            scores[k], k,
        )  # fmt: skip
        k = 1
    return Choice(k=k, scores=scores, criterion=criterion)


def count_distinct(vectors: FloatArray, *, at_most: int) -> int:
    """Return how many distinct rows there are, counting no further than `at_most`.

    Examples
    --------
    >>> count_distinct(np.zeros((5, 2), "float32"), at_most=3)
    1
    """
    seen: set[bytes] = set()
    for start in range(0, len(vectors), 4096):
        block = vectors[start : start + 4096] + np.float32(0)  # −0.0 becomes 0.0
        for row in block:
            seen.add(row.tobytes())
            if len(seen) >= at_most:
                return at_most
    return len(seen)


def _score(rows: Doubles, counts: range | tuple[int, ...], linkage: str, metric: str) -> dict[int, Doubles]:
    from scipy.cluster import hierarchy
    from scipy.spatial.distance import squareform
    from sklearn.metrics import pairwise_distances

    distances = np.asarray(pairwise_distances(rows, metric=metric), dtype=np.float64)
    tree = hierarchy.linkage(squareform(distances, checks=False), linkage)
    return silhouettes_of_cuts(distances, tree, counts)


def _structureless(rows: Doubles, rng: np.random.Generator) -> Doubles:
    """Draw as many rows from one Gaussian with the mean and covariance of these."""
    mean = rows.mean(axis=0)
    mixed = rng.standard_normal((len(rows), len(rows))) @ (rows - mean)
    return np.asarray(mixed / np.sqrt(len(rows)) + mean)
