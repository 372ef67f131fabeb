from __future__ import annotations

import pytest

from clusterby.clusterers import get
from clusterby.clusterers.memory import check_memory
from clusterby.core.errors import InvalidParameter


def test_rows_whose_distances_no_machine_holds_are_refused_with_what_to_use():
    message = r"'hierarchical' needs about 4,000,000,000 GB for 1,000,000,000 rows and this machine has .* GB: use kmeans"
    with pytest.raises(InvalidParameter, match=message) as caught:
        check_memory(get("hierarchical"), 1_000_000_000)
    assert "\n" not in str(caught.value)


def test_a_method_that_keeps_no_distances_takes_any_number():
    check_memory(get("kmeans"), 1_000_000_000)
