import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.core.errors import InvalidParameter
from clusterby.ops.weights import column_weights


def test_one_column_weighs_one():
    assert column_weights("image") == {"image": 1.0}
    assert column_weights(["image"]) == {"image": 1.0}


@given(st.dictionaries(st.text(min_size=1), st.floats(1e-3, 1e3), min_size=1, max_size=6))
def test_weights_sum_to_one_and_keep_their_ratios(given_weights):
    weights = column_weights(given_weights)
    assert sum(weights.values()) == pytest.approx(1)
    first = next(iter(weights))
    for name, weight in weights.items():
        assert weight / weights[first] == pytest.approx(given_weights[name] / given_weights[first])


@pytest.mark.parametrize(
    ("by", "message"),
    [
        ([], "by=\\[\\]: give a column's name"),
        ([3], "by=\\[3\\]: give a column's name"),
        (["a", "b", "a"], "by names 'a' twice"),
        ({"a": 0}, "'a': 0}: a weight must be a number above 0"),
        ({"a": -1.0}, "a weight must be a number above 0"),
        ({"a": float("inf")}, "a weight must be a number above 0"),
        ({"a": "heavy"}, "a weight must be a number above 0"),
    ],
)
def test_what_is_not_columns_with_weights_is_refused(by, message):
    with pytest.raises(InvalidParameter, match=message):
        column_weights(by)
