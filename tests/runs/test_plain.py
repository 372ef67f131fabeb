import json
import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterby.runs.plain import to_plain

LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.floats(width=32).map(np.float32), st.just(len),
    st.integers(0, 9).map(np.int64), st.lists(st.floats(width=32), max_size=3).map(np.array), st.binary(),
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(st.text() | st.integers(), inner, max_size=3),
    ),
    max_leaves=10,
)


@settings(max_examples=200)
@given(VALUES)
def test_whatever_a_parameter_is_its_plain_form_is_json(value):
    plain = to_plain(value)
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert to_plain(plain) == plain


@given(st.floats())
def test_a_number_that_json_cannot_hold_is_none(number):
    assert to_plain(number) == (number if math.isfinite(number) else None)
