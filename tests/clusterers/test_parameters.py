from __future__ import annotations

import inspect

import pytest

from clusterby import clusterers
from clusterby.clusterers.parameters import LEFT_OUT, N_CLUSTERS
from clusterby.core.registry import import_object


@pytest.mark.parametrize(("given", "parsed"), [(3, 3), ("12", 12), ("auto", "auto"), (None, None)])
def test_a_number_of_clusters_is_a_whole_number_auto_or_open(given, parsed):
    assert N_CLUSTERS.parse(given) == parsed


def test_what_is_left_out_is_a_parameter_of_some_method_and_has_its_reason():
    real = {p for spec in clusterers.list() for p in inspect.signature(import_object(spec.target)).parameters}
    assert set(LEFT_OUT) <= real
    assert all(LEFT_OUT.values())
