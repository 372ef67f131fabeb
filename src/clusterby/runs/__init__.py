"""Results that are kept: what is stored of them, and how they come back.

Examples
--------
>>> import os, tempfile
>>> import clusterby as cb
>>> from clusterby import runs
>>> os.environ["CLUSTERBY_HOME"] = tempfile.mkdtemp()
>>> table = {"v": [[0.0], [0.2], [9.0]], "price": [1, 3, 10]}
>>> _ = runs.save(cb.clusterby(table, "v", n_clusters=2), "halves")
>>> [(run.key, run.n_clusters) for run in runs.list()]
[('halves', 2)]
>>> sorted(runs.load("halves", table)["price"].mean()["price"])
[2.0, 10.0]
>>> runs.delete("halves")
>>> del os.environ["CLUSTERBY_HOME"]
"""

from __future__ import annotations

import builtins

from clusterby.runs.compare import compare
from clusterby.runs.comparison import Comparison
from clusterby.runs.home import find_home
from clusterby.runs.load import changes, load
from clusterby.runs.manage import RunFacts, delete, info, list_runs, rename
from clusterby.runs.match import Changes
from clusterby.runs.record import SCHEMA, RunRecord, record_of
from clusterby.runs.restore import groups_of
from clusterby.runs.save import save
from clusterby.runs.save_names import save_names

__all__ = [
    "SCHEMA",
    "Changes",
    "Comparison",
    "RunFacts",
    "RunRecord",
    "changes",
    "compare",
    "delete",
    "find_home",
    "groups_of",
    "info",
    "list",
    "load",
    "record_of",
    "rename",
    "save",
    "save_names",
]


def list() -> builtins.list[RunFacts]:  # noqa: A001 - read as `runs.list()`, like `clusterers.list()`
    """Return the facts of every run of the project, by key; of one that is damaged, why."""
    return list_runs()
