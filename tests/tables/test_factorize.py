from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterby.core.errors import InvalidParameter
from clusterby.tables import as_column, factorize


@pytest.mark.parametrize(
    ("data", "codes", "values"),
    [
        (["b", None, "a", "b"], [0, -1, 1, 0], ["b", "a"]),
        ([True, None, False], [0, -1, 1], [True, False]),
        ([2.5, float("nan"), 1.0, 2.5], [0, -1, 1, 0], [2.5, 1.0]),
        (pd.Series(pd.Categorical([3, 1, None])), [0, 1, -1], [3, 1]),
        (pd.Series(pd.Categorical(["a", 1])), [0, 1], ["a", 1]),
        ([b"x", (1, 2), b"x", None], [0, 1, 0, -1], [b"x", (1, 2)]),
        ([None, None], [-1, -1], []),
    ],
)
def test_codes_point_to_the_values_in_order_of_appearance(data, codes, values):
    found, known = factorize(as_column(data))
    assert (found.dtype, found.tolist(), known) == (np.int64, codes, values)


def test_vectors_have_no_values_to_count():
    with pytest.raises(InvalidParameter, match="column 'v' holds vectors"):
        factorize(as_column(np.eye(2), "v"))


def test_cells_that_do_not_hash_are_an_error():
    with pytest.raises(
        InvalidParameter, match="column 'o' holds cells that cannot be told apart: unhashable"
    ):
        factorize(as_column([{"a": 1}], "o"))
