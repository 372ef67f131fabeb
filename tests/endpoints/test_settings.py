import pytest

from clusterby.core.errors import InvalidParameter
from clusterby.endpoints import check_settings

FINE = {"model": "m", "timeout": 0.1, "max_retries": 0}


def test_the_least_of_each_is_taken():
    check_settings(**FINE, workers=1, dimensions=None)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"model": " "}, "model=' ': give the server's name for the model"),
        ({"workers": 0}, "workers=0: give a whole number from 1 on"),
        ({"workers": True}, "workers=True: give a whole number from 1 on"),
        ({"workers": 1.5}, "workers=1.5: give a whole number from 1 on"),
        ({"max_retries": -1}, "max_retries=-1: give a whole number from 0 on"),
        ({"timeout": 0}, "timeout=0: give a number of seconds above 0"),
        ({"timeout": float("nan")}, "timeout=nan: give a number of seconds above 0"),
    ],
)
def test_what_is_out_of_range_is_named(given, message):
    with pytest.raises(InvalidParameter) as caught:
        check_settings(**{**FINE, **given})
    assert str(caught.value) == message
