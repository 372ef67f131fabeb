import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.core.fingerprint import fingerprint

PARTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(PARTS, PARTS)
def test_equal_content_and_only_that_has_equal_fingerprints(a, b):
    assert (fingerprint(a) == fingerprint(b)) == (repr(_canonical(a)) == repr(_canonical(b)))


def _canonical(part):
    if isinstance(part, dict):
        return {k: _canonical(part[k]) for k in sorted(part)}
    return [_canonical(p) for p in part] if isinstance(part, list) else part


def test_the_fingerprint_is_the_same_in_another_process():
    code = "from clusterby.core.fingerprint import fingerprint; print(fingerprint({'a': [1, 'x', None]}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == fingerprint({"a": [1, "x", None]})


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.zeros(4, "float32"), np.zeros(4, "int32")),
        (np.zeros((2, 2)), np.zeros(4)),
        ("1", 1), (1, 1.0), (True, 1), (None, "None"), (b"a", "a"), ([1, [2]], [[1], 2]),
    ],
)  # fmt: skip
def test_kind_and_shape_count(a, b):
    assert fingerprint(a) != fingerprint(b)


def test_an_array_that_is_not_contiguous_counts_by_its_content():
    matrix = np.arange(6.0).reshape(2, 3)
    assert fingerprint(matrix.T) == fingerprint(matrix.T.copy())


def test_dates_are_hashed_by_value():
    days = np.array(["2024-01-01", "NaT"], dtype="datetime64[us]")
    assert fingerprint(days) == fingerprint(days.copy())
    assert fingerprint(days) != fingerprint(days[:1])


def test_other_objects_are_refused():
    with pytest.raises(TypeError, match="cannot fingerprint object"):
        fingerprint(object())


def test_sets_have_no_order():
    words = ["ant", "bee", "cat", "dog"]
    assert fingerprint(set(words)) == fingerprint(frozenset(reversed(words)))
    assert len({fingerprint(set(words)), fingerprint(set(words[1:])), fingerprint(words)}) == 3
    script = f"from clusterby.core.fingerprint import fingerprint; print(fingerprint(set({words})))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": "7"}
    )  # fmt: skip
    assert done.stdout.strip() == fingerprint(set(words))
