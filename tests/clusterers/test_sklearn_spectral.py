"""scikit-learn's own tests of its spectral clustering, on ours."""

from tests.clusterers.borrowed import borrowed

from clusterby.clusterers.spectral import SpectralClustering

_FUNCTION = "a test of scikit-learn's private function"

globals().update(
    borrowed(
        "sklearn.cluster.tests.test_spectral",
        ours={"sklearn.cluster": [SpectralClustering]},
        left_out={
            "test_cluster_qr": _FUNCTION,
            "test_cluster_qr_permutation_invariance": _FUNCTION,
            "test_discretize": _FUNCTION,
        },
    )
)
