import numpy as np
import pytest

from clusterby.core.errors import InvalidParameter
from clusterby.core.parameter import Parameter, check_parameters

K = Parameter(name="n_clusters", kind="int", help="How many.", choices=("auto",), minimum=1)
EPS = Parameter(name="eps", kind="float", help="How far.", above=0)
LINK = Parameter(name="linkage", kind="str", help="Which.", choices=("ward", "average"))
COPY = Parameter(name="copy", kind="bool", help="Whether.")
DEPTH = Parameter(name="depth", kind="int", help="How deep.", optional=True)


@pytest.mark.parametrize(
    ("parameter", "value", "parsed"),
    [
        (K, 3, 3), (K, "3", 3), (K, 3.0, 3), (K, np.int64(3), 3), (K, "auto", "auto"),
        (EPS, "0.5", 0.5), (EPS, 1, 1.0), (EPS, np.float32(0.5), 0.5),
        (LINK, "ward", "ward"), (COPY, "true", True), (COPY, "off", False), (COPY, np.True_, True),
        (DEPTH, None, None), (DEPTH, "none", None), (DEPTH, "4", 4),
    ],
)  # fmt: skip
def test_a_value_is_parsed_as_its_kind(parameter, value, parsed):
    assert parameter.parse(value) == parsed
    assert type(parameter.parse(value)) is type(parsed)


@pytest.mark.parametrize(
    ("parameter", "value", "message"),
    [
        (K, 0, "n_clusters=0: give a whole number from 1 up or 'auto'"),
        (K, "many", "n_clusters='many': give a whole number from 1 up or 'auto'"),
        (K, 2.5, "n_clusters=2.5: give a whole number from 1 up or 'auto'"),
        (K, True, "n_clusters=True: give a whole number from 1 up or 'auto'"),
        (K, None, "n_clusters=None: give a whole number from 1 up or 'auto'"),
        (K, float("inf"), "n_clusters=inf: give a whole number from 1 up or 'auto'"),
        (EPS, 0, "eps=0: give a number above 0"),
        (EPS, float("nan"), "eps=nan: give a number above 0"),
        (LINK, "wards", "linkage='wards': give 'ward' or 'average'"),
        (COPY, "maybe", "copy='maybe': give true or false"),
        (DEPTH, "deep", "depth='deep': give a whole number or none"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_what_would(parameter, value, message):
    with pytest.raises(InvalidParameter) as error:
        parameter.parse(value)
    assert str(error.value) == message


def test_a_parameter_that_is_not_taken_is_an_error_that_names_those_that_are():
    with pytest.raises(InvalidParameter) as error:
        check_parameters("method 'x'", [K, LINK], {"linkag": "ward"})
    assert str(error.value) == (
        "method 'x' takes no parameter 'linkag'. Did you mean 'linkage'? It takes: n_clusters, linkage"
    )


def test_given_parameters_come_back_parsed():
    assert check_parameters("method 'x'", [K, EPS], {"eps": "2"}) == {"eps": 2.0}
