import numpy as np
import pytest

from clusterby.core.errors import InvalidParameter
from clusterby.instructions.texts import check_texts, folded


@pytest.mark.parametrize("given", ["a ", ["a"], ("a",), np.array(["a"]), iter(["a"])])
def test_one_text_may_be_given_in_many_ways(given):
    assert check_texts("x", given) == ("a",)


@pytest.mark.parametrize("given", [[], "", "  ", [""], [None], 3, {"a": 1}, b"a", ["a", 2.0]])
def test_what_is_no_text_is_refused(given):
    with pytest.raises(InvalidParameter, match="^x"):
        check_texts("x", given)


@pytest.mark.parametrize("given", [["a", "a"], ["A beach", "a  Beach "]])
def test_a_text_that_is_there_twice_is_refused(given):
    with pytest.raises(InvalidParameter, match="is there twice; give each once"):
        check_texts("x", given)


def test_case_and_space_make_no_difference():
    assert folded("  A\tBEACH ") == "a beach"
