"""One small table in every kind, with three clear clusters."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

import clusterby as cb
from tests.ops.aligned_encoders import COLORS, AlignedEncoder, scenes

RNG = np.random.default_rng(0)
N = 60
TRUTH = np.repeat([0, 1, 2], N // 3)
VECTORS = (np.eye(3)[TRUTH] * 10 + RNG.normal(size=(N, 3))).astype("float32")
DATA = {
    "v": VECTORS.tolist(),
    "price": np.arange(N, dtype=float).tolist(),
    "count": list(range(N)),
    "kind": [("cat", "dog", "owl")[t] for t in TRUTH],
    "flag": [bool(i % 2) for i in range(N)],
}
MAKERS = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "arrow": pa.table, "dict": dict}


def to_pandas(native):
    """Any kind of result as a pandas frame, for comparing."""
    if isinstance(native, (pd.DataFrame, pd.Series)):
        return native
    if isinstance(native, dict):
        return pd.DataFrame(native)
    return native.to_pandas()


def scenes_by_color():
    """Return scenes that were grouped, and named, by a description with the names of colors."""
    return cb.clusterby(
        scenes(), "image", encoder=AlignedEncoder(), n_clusters=3, cache=False,
        description="a {} thing", candidates=COLORS,
    )  # fmt: skip
