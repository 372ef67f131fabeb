import dataclasses

import numpy as np
import pytest

from clusterby.core.column import Column


def test_a_column_is_as_long_as_its_cells_and_cannot_be_changed():
    column = Column(name="v", cells=np.zeros((3, 2)), type="vector")
    assert len(column) == 3
    with pytest.raises(dataclasses.FrozenInstanceError):
        column.name = "w"
