import numpy as np
import pytest

from clusterby.core.errors import InvalidTable

pytest.importorskip("fiftyone")
from clusterby.fiftyone.packed import pack, unpack


@pytest.mark.parametrize("kind", ["float32", "float64", "int64"])
@pytest.mark.parametrize("shape", [(0,), (5,), (3, 4), (0, 7)])
def test_an_array_comes_back_as_it_was(kind, shape):
    array = np.random.default_rng(0).normal(size=shape).astype(kind)
    back = unpack(pack(array))
    assert back.dtype == array.dtype
    assert back.shape == shape
    assert back.tobytes() == array.tobytes()
    assert back.flags.writeable


def test_what_is_not_finite_and_views_of_other_arrays_come_back():
    array = np.array([[np.nan, np.inf], [-np.inf, -0.0]], dtype="float32").T
    assert unpack(pack(array)).tobytes() == np.ascontiguousarray(array).tobytes()


@pytest.mark.parametrize(
    "damage",
    [
        {"dtype": "object"},
        {"data": "?"},
        {"data": "AAAA"},
        {"shape": [9]},
        {"dtype": None},
        {"shape": None, "data": None},
    ],
)
def test_what_is_damaged_is_an_error(damage):
    packed = pack(np.arange(4)) | damage
    with pytest.raises(InvalidTable, match="the results of the run are damaged"):
        unpack(packed)


def test_what_is_no_array_is_an_error():
    for wrong in ({}, None, 7):
        with pytest.raises(InvalidTable, match="the results of the run are damaged"):
            unpack(wrong)
