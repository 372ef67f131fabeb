import pytest

from clusterby.kernels.arrays import Doubles, Floats, Ints


@pytest.mark.parametrize(("alias", "kind"), [(Floats, "floating"), (Ints, "integer"), (Doubles, "float64")])
def test_an_alias_stands_for_arrays_of_its_kind(alias, kind):
    assert kind in str(alias)
