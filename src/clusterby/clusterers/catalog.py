"""The built-in methods. They bear scikit-learn's parameter names and its defaults.

A default is changed only where scikit-learn's fails on embeddings (unit rows of 100 to 1500 dimensions);
each change gives its reason.
"""

from __future__ import annotations

from clusterby.clusterers.base import ClustererSpec
from clusterby.clusterers.parameters import (
    DEVICE,
    INIT,
    LEAF_SIZE,
    LLOYD,
    MAX_ITER,
    METRIC,
    METRIC_PARAMS,
    N_CLUSTERS,
    N_INIT,
    N_JOBS,
    SEARCH,
    TOL,
)
from clusterby.core.parameter import Parameter

__all__ = ["SPECS"]

_KMEANS = ClustererSpec(
    name="kmeans",
    target="clusterby.clusterers.kmeans:KMeans",
    summary="Round groups of similar spread, each row with its nearest center.",
    when="First: it is fast, and every row gets a cluster.",
    parameters=(
        N_CLUSTERS,
        Parameter(
            name="metric",
            kind="str",
            help="The distance of a row to a center; cosine ignores lengths.",
            choices=("euclidean", "cosine"),
        ),
        INIT,
        N_INIT,
        MAX_ITER,
        TOL,
        LLOYD,
        DEVICE,
    ),
    n_clusters_parameter="n_clusters",
    predicts="model",
    finds_noise=False,
    seeded=True,
    memory="clusterby.clusterers.memory:running_centers",
    reports_progress=True,
    # One k-means++ start often splits one group and joins two others where there are ten or more.
    from_data={"n_init": "clusterby.clusterers.from_data:kmeans_starts"},
)

_GMM = ClustererSpec(
    name="gmm",
    target="clusterby.clusterers.gaussian_mixture:GaussianMixture",
    summary="Overlapping groups, each a Gaussian of its own spread; rows belong to them by probability.",
    when="Groups differ in spread, or you want to know how sure each assignment is.",
    parameters=(
        Parameter(
            name="n_components", kind="int", help="How many Gaussians; n_clusters does the same.", minimum=1
        ),
        Parameter(
            name="covariance_type",
            kind="str",
            help="Which shapes the Gaussians may take.",
            choices=("full", "tied", "diag", "spherical"),
        ),
        TOL,
        Parameter(name="reg_covar", kind="float", help="What is added to every variance.", minimum=0),
        MAX_ITER,
        Parameter(name="n_init", kind="int", help="How many starts the best is taken of.", minimum=1),
        Parameter(
            name="init_params",
            kind="str",
            help="How the first memberships are chosen.",
            choices=("kmeans", "k-means++", "random", "random_from_data"),
        ),
        Parameter(
            name="pca_components",
            kind="float",
            help="Fit in so many principal components, or in those that hold this share of the variance.",
            above=0,
            optional=True,
        ),
    ),
    n_clusters_parameter="n_components",
    predicts="model",
    finds_noise=False,
    seeded=True,
    memory="clusterby.clusterers.memory:mixture",
    reports_progress=True,
    # A full covariance has d²/2 entries: more than there are rows, and O(d³) a step.
    # One start from one k-means start often ends with one group split and two joined.
    overrides={"covariance_type": "diag", "n_init": 5},
    # The absolute default is nothing beside raw features and too much beside unit rows of 1500 dimensions.
    from_data={"reg_covar": "clusterby.clusterers.from_data:variance_floor"},
)

_HIERARCHICAL = ClustererSpec(
    name="hierarchical",
    aliases=("agglomerative",),
    target="clusterby.clusterers.agglomerative:AgglomerativeClustering",
    summary="A tree of groups within groups, cut at the number asked for; ward makes compact, single chained ones.",
    when="Groups are nested, or of uneven size; up to some 100,000 rows.",
    parameters=(
        N_CLUSTERS,
        Parameter(
            name="linkage",
            kind="str",
            help="Which distance between two groups decides what is merged.",
            choices=("ward", "average", "complete", "single"),
        ),
        Parameter(
            name="metric",
            kind="str",
            help="The distance between two rows; ward takes euclidean only.",
            choices=("euclidean", "cosine", "manhattan", "l1", "l2"),
        ),
        Parameter(
            name="distance_threshold",
            kind="float",
            help="Merge no groups farther apart than this, instead of asking for a number of clusters.",
            minimum=0,
            optional=True,
        ),
        Parameter(
            name="compute_full_tree",
            kind="bool",
            help="Whether to build the tree to its root.",
            choices=("auto",),
        ),
        Parameter(name="compute_distances", kind="bool", help="Whether to keep the heights of the merges."),
    ),
    n_clusters_parameter="n_clusters",
    predicts="neighbors",
    finds_noise=False,
    seeded=False,
    memory="clusterby.clusterers.memory:linkage_tree",
    reports_progress=True,
)

_SPECTRAL = ClustererSpec(
    name="spectral",
    target="clusterby.clusterers.spectral:SpectralClustering",
    summary="Groups of any shape whose rows are linked through near neighbors.",
    when="Groups are curved or stretched, and kmeans cuts through them; up to some 100,000 rows.",
    parameters=(
        N_CLUSTERS,
        Parameter(
            name="affinity",
            kind="str",
            help="What links two rows.",
            choices=(
                "nearest_neighbors",
                "rbf",
                "cosine",
                "laplacian",
                "sigmoid",
                "polynomial",
                "linear",
                "poly",
            ),
        ),
        Parameter(
            name="n_neighbors", kind="int", help="How many neighbors each row is linked to.", minimum=1
        ),
        Parameter(
            name="n_components", kind="int", help="How many eigenvectors to use.", minimum=1, optional=True
        ),
        Parameter(
            name="assign_labels",
            kind="str",
            help="How the eigenvectors become labels.",
            choices=("kmeans", "discretize", "cluster_qr"),
        ),
        Parameter(name="n_init", kind="int", help="How many starts of that k-means.", minimum=1),
        Parameter(name="gamma", kind="float", help="The steepness of a kernel affinity.", minimum=0),
        Parameter(name="degree", kind="float", help="The degree of the polynomial kernel.", minimum=0),
        Parameter(name="coef0", kind="float", help="The constant of the polynomial and sigmoid kernels."),
        Parameter(
            name="kernel_params", kind="object", help="Keyword arguments of a kernel affinity.", optional=True
        ),
        Parameter(
            name="eigen_solver",
            kind="str",
            help="Which solver finds the eigenvectors.",
            choices=("arpack", "lobpcg", "amg"),
            optional=True,
        ),
        Parameter(
            name="eigen_tol", kind="float", help="The solver's tolerance.", choices=("auto",), minimum=0
        ),
        Parameter(
            name="unit_rows", kind="bool", help="Whether rows of the embedding are scaled to one length."
        ),
        Parameter(
            name="smallest_component",
            kind="int",
            help="Smaller parts of the graph join the cluster nearest to them.",
            choices=("auto",),
            minimum=1,
        ),
        DEVICE,
        N_JOBS,
    ),
    n_clusters_parameter="n_clusters",
    predicts="neighbors",
    finds_noise=False,
    seeded=True,
    memory="clusterby.clusterers.memory:graph_eigenvectors",
    reports_progress=True,
    # The default, an rbf kernel over all pairs with gamma=1, is nearly constant on unit rows, and quadratic.
    overrides={"affinity": "nearest_neighbors"},
    # The default links 10 neighbors even of 12 rows, nearly all to all, and is an error below 10.
    from_data={"n_neighbors": "clusterby.clusterers.from_data:graph_neighbors"},
)

_BIRCH = ClustererSpec(
    name="birch",
    target="sklearn.cluster:Birch",
    summary="Compact groups, merged from many small balls of near-equal rows.",
    when="There are many near-duplicates, or new rows keep coming.",
    parameters=(
        N_CLUSTERS,
        Parameter(name="threshold", kind="float", help="The largest radius of a small ball.", above=0),
        Parameter(name="branching_factor", kind="int", help="The most children of a tree node.", minimum=2),
    ),
    n_clusters_parameter="n_clusters",
    predicts="model",
    finds_noise=False,
    seeded=True,
    memory="clusterby.clusterers.memory:balls",
    # The default, 0.5, swallows unit rows in fewer balls than clusters are asked for.
    from_data={"threshold": "clusterby.clusterers.from_data:birch_threshold"},
)

_HDBSCAN = ClustererSpec(
    name="hdbscan",
    target="clusterby.clusterers.hdbscan:HDBSCAN",
    summary="Dense groups of any shape and density; rows between them are noise.",
    when="You do not know how many groups there are, and some rows belong to none.",
    parameters=(
        Parameter(name="min_cluster_size", kind="int", help="The smallest group to keep.", minimum=2),
        Parameter(
            name="min_samples",
            kind="int",
            help="How many near rows make a place dense; more of them, more noise.",
            minimum=1,
            optional=True,
        ),
        Parameter(
            name="cluster_selection_epsilon",
            kind="float",
            help="Groups nearer than this are not split.",
            minimum=0,
        ),
        Parameter(
            name="max_cluster_size", kind="int", help="The largest group to keep.", minimum=1, optional=True
        ),
        Parameter(
            name="cluster_selection_method",
            kind="str",
            help="Whether to keep the most stable groups or the finest.",
            choices=("eom", "leaf"),
        ),
        Parameter(name="allow_single_cluster", kind="bool", help="Whether all rows may form one cluster."),
        METRIC,
        METRIC_PARAMS,
        DEVICE,
        Parameter(name="alpha", kind="float", help="By how much distances are scaled.", above=0),
        SEARCH,
        LEAF_SIZE,
        N_JOBS,
        Parameter(
            name="store_centers",
            kind="str",
            help="Which center of each cluster to keep on the estimator.",
            choices=("centroid", "medoid", "both"),
            optional=True,
        ),
    ),
    n_clusters_parameter=None,
    predicts="neighbors",
    finds_noise=True,
    seeded=False,
    memory="clusterby.clusterers.memory:neighbor_lists",
    reports_progress=True,
)

_DBSCAN = ClustererSpec(
    name="dbscan",
    target="sklearn.cluster:DBSCAN",
    summary="Dense groups of any shape and one density; rows between them are noise.",
    when="You know which distance counts as near; otherwise prefer hdbscan.",
    parameters=(
        Parameter(name="eps", kind="float", help="The distance within which two rows are near.", above=0),
        Parameter(name="min_samples", kind="int", help="How many near rows make a place dense.", minimum=1),
        METRIC,
        METRIC_PARAMS,
        SEARCH,
        LEAF_SIZE,
        Parameter(
            name="p", kind="float", help="The power of the minkowski distance.", minimum=1, optional=True
        ),
        N_JOBS,
    ),
    n_clusters_parameter=None,
    predicts="neighbors",
    finds_noise=True,
    seeded=True,
    memory="clusterby.clusterers.memory:neighborhoods",
    # The default, 0.5, is all noise or one cluster, as the scale of the vectors happens to be.
    from_data={"eps": "clusterby.clusterers.from_data:dbscan_eps"},
)

_BISECTING = ClustererSpec(
    name="bisecting_kmeans",
    target="sklearn.cluster:BisectingKMeans",
    summary="Round groups, found by splitting the loosest group in two again and again.",
    when="You want many clusters fast, or smaller and larger k to nest.",
    parameters=(
        N_CLUSTERS,
        INIT,
        Parameter(name="n_init", kind="int", help="How many starts each split is the best of.", minimum=1),
        MAX_ITER,
        TOL,
        LLOYD,
        Parameter(
            name="bisecting_strategy",
            kind="str",
            help="Which group is split next.",
            choices=("biggest_inertia", "largest_cluster"),
        ),
    ),
    n_clusters_parameter="n_clusters",
    predicts="model",
    finds_noise=False,
    seeded=True,
    memory="clusterby.clusterers.memory:nested_centers",
    # A split cannot be undone, and one random start often splits badly.
    overrides={"init": "k-means++", "n_init": 5},
)

_EVOC = ClustererSpec(
    name="evoc",
    target="clusterby.clusterers.evoc:EVoC",
    summary="Dense groups in a graph of approximate neighbors, on several layers; rows between them are noise.",
    when="There are many rows, you do not know how many groups, and approximate ones will do.",
    parameters=(
        Parameter(name="noise_level", kind="float", help="How much is noise.", minimum=0, maximum=1),
        Parameter(
            name="base_min_cluster_size",
            kind="int",
            help="The smallest group of the finest layer.",
            minimum=2,
        ),
        Parameter(
            name="approx_n_clusters",
            kind="int",
            help="About how many groups to find.",
            minimum=1,
            optional=True,
        ),
        Parameter(
            name="n_neighbors", kind="int", help="How many neighbors each row is linked to.", minimum=1
        ),
        Parameter(name="min_samples", kind="int", help="How many near rows make a place dense.", minimum=1),
    ),
    n_clusters_parameter=None,
    predicts="neighbors",
    finds_noise=True,
    seeded=True,
    memory="clusterby.clusterers.memory:neighborhoods",
    approximate=True,
    extra="evoc",
)

SPECS = (_KMEANS, _GMM, _HIERARCHICAL, _SPECTRAL, _BIRCH, _HDBSCAN, _DBSCAN, _BISECTING, _EVOC)
"""The built-in methods, the default one first."""
