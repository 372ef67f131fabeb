"""The kinds of work that are timed, each with its sizes, its contenders and how a result is judged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from contenders import (
    OURS,
    Contender,
    Result,
    evoc,
    hdbscan_contrib,
    hdbscan_fast,
    hdbscan_ours,
    hdbscan_sklearn,
    kmeans_faiss,
    kmeans_intelex,
    kmeans_minibatch,
    kmeans_ours,
    kmeans_sklearn,
    mixture_ours,
    mixture_sklearn,
    neighbors_faiss,
    neighbors_ours,
    neighbors_sklearn,
    single_genieclust,
    spectral_ours,
    spectral_sklearn,
    tree_fastcluster,
    tree_ours,
    tree_scipy,
    tree_sklearn,
)

Judge = Callable[[np.ndarray, np.ndarray, Result, Result | None], float]
"""Vectors, truth, a result and the reference's result (None for the reference itself): one figure."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """One row of the table.

    Parameters
    ----------
    n, k : int
        Rows of the comparison, and clusters (or neighbors) asked for.
    contenders : mapping
        Ours first.
    judge : callable
        The quality of a result.
    quality : str
        What that figure is, and which way is better.
    reference : str or None
        The contender that others are judged against.
    growth : tuple of int
        Sizes at which time and memory are drawn against n.
    ours_beyond : tuple of int
        Sizes at which ours runs alone, where the others do not fit or take too long.
    slow : frozenset of str
        Contenders that run at the smallest size only.
    warm_up : int
        Rows of the call before the one that is timed: enough to go through all of the code.
    """

    n: int
    k: int
    contenders: Mapping[str, Contender]
    judge: Judge
    quality: str
    reference: str | None = None
    growth: tuple[int, ...] = ()
    ours_beyond: tuple[int, ...] = ()
    slow: frozenset[str] = field(default_factory=frozenset)
    warm_up: int = 2_000


def inertia(x: np.ndarray, truth: np.ndarray, result: Result, reference: Result | None) -> float:
    centers = np.asarray(result["centers"], dtype=np.float32)
    lengths = (centers * centers).sum(axis=1)
    total = 0.0
    for start in range(0, len(x), 8192):
        block = x[start : start + 8192]
        squared = (block * block).sum(axis=1) + (lengths - 2 * block @ centers.T).min(axis=1)
        total += float(squared.sum(dtype=np.float64))
    return total


def height_error(x: np.ndarray, truth: np.ndarray, result: Result, reference: Result | None) -> float:
    if reference is None:
        return 0.0
    ours, theirs = np.sort(result["heights"]), np.sort(reference["heights"])
    return float(np.max(np.abs(ours - theirs) / np.maximum(theirs, 1e-6)))


def agreement(x: np.ndarray, truth: np.ndarray, result: Result, reference: Result | None) -> float:
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score((reference or result)["labels"], result["labels"]))


def agreement_with_truth(x: np.ndarray, truth: np.ndarray, result: Result, reference: Result | None) -> float:
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(truth, result["labels"]))


def log_likelihood(x: np.ndarray, truth: np.ndarray, result: Result, reference: Result | None) -> float:
    from scipy.special import logsumexp

    weights, means, variances = (np.asarray(part, dtype=np.float64) for part in result["mixture"])
    constant = np.log(weights) - 0.5 * (np.log(2 * np.pi * variances) + means**2 / variances).sum(axis=1)
    total = 0.0
    for start in range(0, len(x), 4096):
        block = x[start : start + 4096].astype(np.float64)
        log = block @ (means / variances).T - 0.5 * (block**2) @ (1 / variances).T + constant
        total += float(logsumexp(log, axis=1).sum())
    return total / len(x)


def distance_error(x: np.ndarray, truth: np.ndarray, result: Result, reference: Result | None) -> float:
    return 0.0 if reference is None else float(np.abs(result["distances"] - reference["distances"]).max())


def _tree(linkage: str, metric: str, **sizes: tuple[int, ...]) -> Work:
    makers = {
        OURS: tree_ours,
        "scikit-learn": tree_sklearn,
        "scipy": tree_scipy,
        "fastcluster": tree_fastcluster,
    }
    return Work(
        n=20_000, k=100, contenders={name: make(linkage, metric) for name, make in makers.items()},
        judge=height_error, quality="largest relative difference of a height from fastcluster's",
        reference="fastcluster", slow=frozenset({"scipy", "scikit-learn"}),
        **sizes,
    )  # fmt: skip


WORKS: dict[str, Work] = {
    "kmeans": Work(
        n=100_000, k=100,
        contenders={
            OURS: kmeans_ours,
            "scikit-learn elkan": kmeans_sklearn("elkan"),
            "scikit-learn lloyd": kmeans_sklearn("lloyd"),
            "scikit-learn-intelex": kmeans_intelex,
            "faiss, 100 iterations on all": kmeans_faiss(all_points=True),
            "faiss, its defaults": kmeans_faiss(all_points=False),
            "scikit-learn mini-batch": kmeans_minibatch,
        },
        judge=inertia, quality="inertia, lower is better", growth=(10_000, 30_000), ours_beyond=(300_000,), warm_up=20_000,
    ),
    "ward": _tree("ward", "euclidean", growth=(5_000, 10_000), ours_beyond=(25_000, 50_000, 100_000)),
    "average": _tree("average", "euclidean", growth=(5_000, 10_000)),
    "average-cosine": _tree("average", "cosine", growth=(5_000, 10_000)),
    "complete": _tree("complete", "euclidean", growth=(5_000, 10_000)),
    "single": Work(
        n=20_000, k=100,
        contenders={
            OURS: tree_ours("single", "euclidean"),
            "scikit-learn": tree_sklearn("single", "euclidean"),
            "fastcluster": tree_fastcluster("single", "euclidean"),
            "genieclust": single_genieclust,
        },
        judge=agreement, quality="ARI with fastcluster's labels", reference="fastcluster",
        growth=(5_000, 10_000), slow=frozenset({"genieclust"}),
    ),
    "hdbscan": Work(
        n=12_000, k=0,
        contenders={
            OURS: hdbscan_ours,
            "scikit-learn brute": hdbscan_sklearn,
            "hdbscan generic": hdbscan_contrib("generic"),
            "hdbscan boruvka": hdbscan_contrib("boruvka_kdtree"),
            "fast-hdbscan": hdbscan_fast,
            "evoc (approximate)": evoc,
        },
        judge=agreement, quality="ARI with scikit-learn's labels", reference="scikit-learn brute",
        growth=(1_500, 6_000), ours_beyond=(25_000, 50_000),
        slow=frozenset({"hdbscan boruvka", "fast-hdbscan"}),
    ),
    "spectral": Work(
        n=20_000, k=50, contenders={OURS: spectral_ours, "scikit-learn": spectral_sklearn},
        judge=agreement_with_truth, quality="ARI with the truth, higher is better", growth=(5_000, 10_000),
    ),
    "gmm": Work(
        n=50_000, k=100, contenders={OURS: mixture_ours, "scikit-learn": mixture_sklearn},
        judge=log_likelihood, quality="mean log-likelihood, higher is better", growth=(10_000, 25_000),
    ),
    "neighbors": Work(
        n=20_000, k=15,
        contenders={OURS: neighbors_ours, "scikit-learn brute": neighbors_sklearn, "faiss flat": neighbors_faiss},
        judge=distance_error, quality="largest difference of a distance from scikit-learn's",
        reference="scikit-learn brute", growth=(5_000, 10_000), ours_beyond=(50_000,),
    ),
}  # fmt: skip
