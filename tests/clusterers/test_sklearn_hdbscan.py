"""scikit-learn's own tests of HDBSCAN, on ours."""

from tests.clusterers.borrowed import borrowed

from clusterby.clusterers.hdbscan import HDBSCAN

globals().update(
    borrowed(
        "sklearn.cluster.tests.test_hdbscan",
        ours={"sklearn.cluster": [HDBSCAN]},
        left_out={
            "test_hdbscan_default_copy_warning": "ours gives no warning where copying is not in question",
            "test_labelling_thresholding": "calls a private function of scikit-learn's, and no class",
        },
    )
)
