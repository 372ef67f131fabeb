from __future__ import annotations

import subprocess
import sys

import pytest

from clusterby import clusterers
from clusterby.core.errors import UnknownMethod


def test_the_methods_are_those_promised():
    assert clusterers.names() == [
        "kmeans", "gmm", "hierarchical", "spectral", "birch", "hdbscan", "dbscan", "bisecting_kmeans", "evoc",
    ]  # fmt: skip


def test_agglomerative_is_hierarchical():
    assert clusterers.get("agglomerative") is clusterers.get("hierarchical")


def test_methods_are_found_by_their_facts():
    assert [spec.name for spec in clusterers.find(finds_noise=True)] == ["hdbscan", "dbscan", "evoc"]
    assert [spec.name for spec in clusterers.find(n_clusters_parameter="n_components")] == ["gmm"]


def test_an_unknown_method_suggests_the_nearest():
    with pytest.raises(UnknownMethod, match=r"no method 'kmean'. Did you mean 'kmeans'.*clusterby methods"):
        clusterers.get("kmean")


def test_loading_gives_the_class():
    assert clusterers.load("birch").__name__ == "Birch"


def test_a_registered_method_runs_by_its_name_until_it_is_taken_out(blobs):
    from clusterby.clusterers.fit import fit

    spec = clusterers.ClustererSpec(
        name="shift", target="sklearn.cluster:MeanShift", summary="Modes.", when="Few dimensions.", parameters=(),
        n_clusters_parameter=None, predicts="model", finds_noise=False, seeded=False,
        memory="clusterby.clusterers.memory:neighborhoods",
    )  # fmt: skip
    clusterers.register(spec)
    try:
        assert fit("shift", blobs.vectors).partition.method == "shift"
    finally:
        clusterers.unregister("shift")
    assert "shift" not in clusterers.names()


def test_listing_and_finding_load_no_scientific_library():
    script = (
        "import sys; from clusterby import clusterers; clusterers.list(); clusterers.find(seeded=True); "
        "print(sorted({'sklearn', 'scipy', 'pandas', 'polars', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
