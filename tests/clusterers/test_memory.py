from __future__ import annotations

import pytest

from clusterby import clusterers
from clusterby.clusterers import memory
from clusterby.clusterers.memory import check_memory, estimated_bytes
from clusterby.core.errors import InvalidParameter


@pytest.fixture
def small_machine(monkeypatch):
    monkeypatch.setattr(memory, "_machine_bytes", lambda: 16 * 10**9)


def test_a_fit_that_cannot_fit_says_so_with_two_that_would(small_machine):
    message = (
        r"^method 'spectral' needs about 64,004 GB for 2,000,000 vectors of 512 and this machine has 16 GB: "
        r"use \w+ \(\d\.\d GB\) or \w+ \(\d\.\d GB\), or cluster a sample and predict the rest$"
    )
    with pytest.raises(InvalidParameter, match=message):
        check_memory(clusterers.get("spectral"), 2_000_000, 512, {"affinity": "rbf"})


def test_where_nothing_fits_a_sample_is_what_is_left(small_machine):
    message = r"'kmeans' needs about 2,\d\d\d,\d\d\d GB .* has 16 GB: cluster a sample and predict the rest$"
    with pytest.raises(InvalidParameter, match=message):
        check_memory(clusterers.get("kmeans"), 10**12, 512, {})


@pytest.mark.parametrize("name", clusterers.names())
def test_every_method_takes_100_000_vectors_of_an_encoder_on_a_machine_of_16_gb(name, small_machine):
    spec = clusterers.get(name)
    check_memory(spec, 100_000, 768, {**spec.overrides, "n_clusters": 50})


@pytest.mark.parametrize("name", clusterers.names())
def test_more_rows_never_need_less(name):
    spec = clusterers.get(name)
    sizes = [estimated_bytes(spec, n, 64, spec.overrides) for n in (10, 1_000, 100_000)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("hierarchical", {"linkage": "average", "metric": "manhattan"}),
        ("hdbscan", {"metric": "chebyshev"}),
        ("spectral", {"affinity": "rbf"}),
    ],
)
def test_what_compares_all_pairs_is_told_apart_from_what_does_not(name, parameters):
    assert estimated_bytes(clusterers.get(name), 1_000_000, 64, parameters) > 1e12


def test_a_machine_that_does_not_tell_its_size_refuses_nothing(monkeypatch):
    monkeypatch.setattr(memory, "_machine_bytes", lambda: None)
    check_memory(clusterers.get("kmeans"), 10**12, 512, {})
