"""scikit-learn's own tests of its Gaussian mixture, on ours."""

from tests.clusterers.borrowed import borrowed

from clusterby.clusterers.gaussian_mixture import GaussianMixture

_FUNCTION = "a test of scikit-learn's private functions"
_ARRAYS = "array API inputs are left to scikit-learn, and the test needs an environment variable to run"

globals().update(
    borrowed(
        "sklearn.mixture.tests.test_gaussian_mixture",
        ours={"sklearn.mixture": [GaussianMixture]},
        left_out={
            "test_suffstat_sk_full": _FUNCTION,
            "test_suffstat_sk_tied": _FUNCTION,
            "test_suffstat_sk_diag": _FUNCTION,
            "test_gaussian_suffstat_sk_spherical": _FUNCTION,
            "test_compute_log_det_cholesky": _FUNCTION,
            "test_gaussian_mixture_log_probabilities": _FUNCTION,
            "test_gaussian_mixture_all_init_does_not_estimate_gaussian_parameters": "counts the calls of a "
            "private function; test_gaussian_mixture.py shows that given parameters are the start",
            "test_gaussian_mixture_array_api_compliance": _ARRAYS,
            "test_gaussian_mixture_raises_where_array_api_not_implemented": _ARRAYS,
        },
    )
)
