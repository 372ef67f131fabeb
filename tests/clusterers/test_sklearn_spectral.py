"""scikit-learn's own tests of its spectral clustering, on ours."""

from tests.clusterers.borrowed import borrowed

from clusterby.clusterers.spectral import SpectralClustering

_FUNCTION = "a test of scikit-learn's private function"

globals().update(
    borrowed(
        "sklearn.cluster.tests.test_spectral",
        ours={"sklearn.cluster": [SpectralClustering]},
        left_out={
            "test_affinities": "asks for a warning that a graph in pieces may not work as expected; here it does. "
            "How many there are is logged; test_spectral.py has the rest of the test",
            "test_cluster_qr": _FUNCTION,
            "test_cluster_qr_permutation_invariance": _FUNCTION,
            "test_discretize": _FUNCTION,
        },
    )
)
