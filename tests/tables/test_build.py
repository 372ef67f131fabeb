import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from clusterby.tables.build import build_native

COLUMNS = {"cluster": [0, 1], "value": ["cat", None], "z": np.array([3.5, 4.0])}


@pytest.mark.parametrize(
    ("kind", "native"),
    [("pandas", pd.DataFrame), ("polars", pl.DataFrame), ("pyarrow", pa.Table), ("dict", dict)],
)
def test_a_table_of_each_kind_holds_the_values(kind, native):
    built = build_native(COLUMNS, kind=kind)
    assert isinstance(built, native)
    frame = pd.DataFrame(built) if kind == "dict" else built if kind == "pandas" else built.to_pandas()
    assert frame["cluster"].tolist() == [0, 1]
    assert frame["value"].isna().tolist() == [False, True]
    assert frame["z"].tolist() == [3.5, 4.0]


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow", "dict"])
def test_a_table_may_have_no_rows(kind):
    assert len(build_native({"a": []}, kind=kind)["a"]) == 0
