import numpy as np
import pytest
import torch

from clusterby.kernels.neighbors.half_squares import half_squares
from clusterby.kernels.neighbors.neighbors import nearest_neighbors
from clusterby.kernels.neighbors.torch_candidates import lists_on_device


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_neighbors_by_a_torch_device_are_those_of_the_processor(metric, dtype):
    x = np.random.default_rng(0).normal(size=(300, 20)).astype(dtype)
    x[100:110] = x[0]
    here = nearest_neighbors(x, 7, metric=metric)
    there = nearest_neighbors(x, 7, metric=metric, device="cpu")
    assert np.array_equal(here[0], there[0])
    assert np.array_equal(here[1], there[1])


def test_ties_that_a_list_cuts_are_settled():
    grid = np.stack(np.meshgrid(np.arange(12.0), np.arange(12.0)), -1).reshape(-1, 2)
    here, there = nearest_neighbors(grid, 3), nearest_neighbors(grid, 3, device="cpu")
    assert np.array_equal(here[1], there[1])


def test_every_row_is_reported_once_and_the_precision_of_products_is_put_back():
    x = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    told: list[int] = []
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        lists_on_device(half_squares(x, "euclidean"), 3, device="cpu", advance=told.append)
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision(before)
    assert sum(told) == 50
