import numpy as np
import pytest

import clusterby.kernels.torch_copy as module
from clusterby.kernels.torch_copy import copied_to

torch = pytest.importorskip("torch")


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "int64"])
def test_the_tensor_holds_the_same_values_in_memory_of_its_own(dtype):
    array = np.arange(12, dtype=dtype).reshape(4, 3)
    array.flags.writeable = False
    tensor = copied_to(torch, array, "cpu")
    assert np.array_equal(tensor.numpy(), array)
    assert tensor.numpy().dtype == array.dtype
    assert not np.shares_memory(tensor.numpy(), array)


def test_rows_that_do_not_fit_a_block_are_copied_in_several(monkeypatch):
    monkeypatch.setattr(module, "_BLOCK_BYTES", 50)
    array = np.random.default_rng(0).normal(size=(7, 3))
    assert np.array_equal(copied_to(torch, array, "cpu").numpy(), array)


def test_an_array_without_rows_is_copied_too():
    assert copied_to(torch, np.empty((0, 2)), "cpu").shape == (0, 2)
