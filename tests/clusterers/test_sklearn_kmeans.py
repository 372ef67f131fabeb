"""scikit-learn's own tests of KMeans, run on ours."""

from tests.clusterers.borrowed import borrowed

from clusterby.clusterers.kmeans import KMeans

_ANOTHER_CLASS = "tests MiniBatchKMeans alone"
_A_FUNCTION = "tests a function of scikit-learn's, which calls none of ours"

globals().update(
    borrowed(
        "sklearn.cluster.tests.test_k_means",
        ours={"sklearn.cluster": [KMeans]},
        left_out={
            "test_minibatch_declared_convergence": _ANOTHER_CLASS,
            "test_minibatch_iter_steps": _ANOTHER_CLASS,
            "test_minibatch_kmeans_init_size": _ANOTHER_CLASS,
            "test_minibatch_kmeans_partial_fit_init": _ANOTHER_CLASS,
            "test_minibatch_kmeans_verbose": _ANOTHER_CLASS,
            "test_minibatch_kmeans_warning_init_size": _ANOTHER_CLASS,
            "test_minibatch_sensible_reassign": _ANOTHER_CLASS,
            "test_minibatch_with_many_reassignments": _ANOTHER_CLASS,
            "test_minibatch_reassign": _A_FUNCTION,
            "test_minibatch_update_consistency": _A_FUNCTION,
            "test_euclidean_distance": _A_FUNCTION,
            "test_inertia": _A_FUNCTION,
            "test_is_same_clustering": _A_FUNCTION,
            "test_k_means_function": _A_FUNCTION,
            "test_kmeans_plusplus_dataorder": _A_FUNCTION,
            "test_kmeans_plusplus_norms": _A_FUNCTION,
            "test_kmeans_plusplus_output": _A_FUNCTION,
            "test_kmeans_plusplus_wrong_params": _A_FUNCTION,
            "test_relocate_empty_clusters": _A_FUNCTION,
        },
    )
)
