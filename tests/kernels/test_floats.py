from typing import get_args

import numpy as np

from clusterby.kernels.floats import Floats


def test_both_precisions_are_meant():
    assert "floating" in str(get_args(Floats))
    assert issubclass(np.float32, np.floating) and issubclass(np.float64, np.floating)  # noqa: PT018
