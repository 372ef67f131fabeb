"""scikit-learn's own tests of AgglomerativeClustering, run on ours."""

from tests.clusterers.borrowed import borrowed

from clusterby.clusterers.agglomerative import AgglomerativeClustering

_FUNCTIONS = "it is about functions of scikit-learn, not about the class"

globals().update(
    borrowed(
        "sklearn.cluster.tests.test_hierarchical",
        ours={"sklearn.cluster": [AgglomerativeClustering]},
        left_out={
            "test_linkage_misc": _FUNCTIONS,
            "test_structured_linkage_tree": _FUNCTIONS,
            "test_unstructured_linkage_tree": _FUNCTIONS,
            "test_height_linkage_tree": _FUNCTIONS,
            "test_zero_cosine_linkage_tree": _FUNCTIONS,
            "test_ward_agglomeration": "it is about FeatureAgglomeration, which we do not have",
            "test_sparse_scikit_vs_scipy": _FUNCTIONS,
            "test_vector_scikit_single_vs_scipy_single": _FUNCTIONS,
            "test_mst_linkage_core_memory_mapped": _FUNCTIONS,
            "test_ward_tree_children_order": _FUNCTIONS,
            "test_ward_linkage_tree_return_distance": _FUNCTIONS,
            "test_int_float_dict": "it is about a dictionary inside scikit-learn",
            "test_n_components": _FUNCTIONS,
            "test_affinity_passed_to_fix_connectivity": _FUNCTIONS,
        },
    )
)
