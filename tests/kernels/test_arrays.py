from typing import get_args

import numpy as np
import pytest

from clusterby.kernels.arrays import Doubles, Floats, Ints


@pytest.mark.parametrize(
    ("alias", "kind"), [(Floats, "np.floating"), (Ints, "np.integer"), (Doubles, "np.float64")]
)
def test_an_alias_stands_for_arrays_of_its_kind(alias, kind):
    element = get_args(get_args(alias)[1])[0]
    assert getattr(element, "__origin__", element) is eval(kind, {"np": np})
