"""The polars door: ``import clusterby.polars`` adds ``df.clusterby("image")`` and its kin.

Examples
--------
>>> import polars as pl
>>> import clusterby.polars
>>> df = pl.DataFrame({"v": [[0.0], [0.1], [9.0]], "price": [1.0, 3.0, 10.0]})
>>> sorted(df.clusterby("v", n_clusters=2)["price"].mean()["price"])
[2.0, 10.0]
>>> df["v"].clusterby.cluster(n_clusters=2).shape
(3,)
"""

from __future__ import annotations

from polars.api import register_dataframe_namespace, register_series_namespace

from clusterby.accessors import FRAME_VERBS, ColumnVerbs, frame_verb

__all__: list[str] = []

for name, function in FRAME_VERBS.items():
    register_dataframe_namespace(name)(frame_verb(function))
register_series_namespace("clusterby")(ColumnVerbs)
