import pandas as pd
import pytest

import clusterby as cb
from clusterby.groups.aggregates import Aggregates
from clusterby.tables import AGGREGATES

from .sample import DATA, MAKERS, to_pandas


@pytest.mark.parametrize("how", AGGREGATES)
@pytest.mark.parametrize("kind", MAKERS)
def test_every_aggregate_agrees_with_pandas(how, kind):
    grouped = cb.groupby(MAKERS[kind](DATA), "kind")
    expected = getattr(pd.DataFrame(DATA).groupby("kind")["count"], how)()
    found = to_pandas(getattr(grouped["count"], how)())
    values = found if kind == "pandas" else found.set_index("kind")["count"]
    pd.testing.assert_series_equal(values, expected, check_dtype=kind == "pandas")


def test_there_is_a_method_for_every_aggregate():
    methods = {name for name in vars(Aggregates) if not name.startswith("_")}
    assert methods == {"aggregate", *AGGREGATES}
