"""Parameters that several methods share, and those that none of them takes."""

from __future__ import annotations

from clusterby.core.parameter import Parameter

__all__ = [
    "DEVICE",
    "INIT",
    "LEAF_SIZE",
    "LEFT_OUT",
    "LLOYD",
    "MAX_ITER",
    "METRIC",
    "METRIC_PARAMS",
    "N_CLUSTERS",
    "N_INIT",
    "N_JOBS",
    "SEARCH",
    "TOL",
]

LEFT_OUT = {
    "random_state": "clusterby seeds every method itself",
    "copy": "the caller's vectors are never changed",
    "copy_x": "the caller's vectors are never changed",
    "verbose": "progress is reported by clusterby",
    "verbose_interval": "progress is reported by clusterby",
    "memory": "results are kept by clusterby",
    "warm_start": "every fit starts anew",
    "compute_labels": "labels are what is asked for",
    "connectivity": "a matrix over rows does not survive skipped rows; pass an instance",
    "weights_init": "an array sized by the number of clusters; pass an instance",
    "means_init": "an array sized by the number of clusters; pass an instance",
    "precisions_init": "an array sized by the number of clusters; pass an instance",
}
"""Parameters of scikit-learn's classes that the registered methods do not take, and why."""

N_CLUSTERS = Parameter(
    name="n_clusters",
    kind="int",
    help="How many clusters to make.",
    choices=("auto",),
    minimum=1,
    optional=True,
)
MAX_ITER = Parameter(name="max_iter", kind="int", help="The most iterations of one run.", minimum=1)
TOL = Parameter(name="tol", kind="float", help="The change below which the run has converged.", minimum=0)
N_INIT = Parameter(
    name="n_init", kind="int", help="How many starts the best is taken of.", choices=("auto",), minimum=1
)
INIT = Parameter(
    name="init", kind="str", help="How the first centers are chosen.", choices=("k-means++", "random")
)
LLOYD = Parameter(
    name="algorithm", kind="str", help="Which k-means iteration to run.", choices=("lloyd", "elkan")
)
DEVICE = Parameter(
    name="device",
    kind="str",
    help="Where to compute: auto takes a GPU where torch sees one; cpu; or a torch device.",
)
N_JOBS = Parameter(name="n_jobs", kind="int", help="How many CPU cores to use; -1 for all.", optional=True)
SEARCH = Parameter(
    name="algorithm",
    kind="str",
    help="How neighbors are found.",
    choices=("auto", "brute", "kd_tree", "ball_tree"),
)
LEAF_SIZE = Parameter(name="leaf_size", kind="int", help="The size of a search tree's leaf.", minimum=1)
METRIC = Parameter(
    name="metric",
    kind="str",
    help="The distance between two rows.",
    choices=("euclidean", "cosine", "manhattan", "chebyshev", "minkowski", "l1", "l2"),
)
METRIC_PARAMS = Parameter(
    name="metric_params", kind="object", help="Keyword arguments of the distance.", optional=True
)
