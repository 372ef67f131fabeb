"""Makes the kept example of the schema in which runs are written now: ``python -m tests.runs.data.make``.

An example is made once, by the version that brings its schema, and never again.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import clusterby as cb
from clusterby import runs
from clusterby.namers.base import Name
from clusterby.runs.migrate import SCHEMA

TABLE = {
    "v": [[0.0, 0.1], [0.2, 0.0], [10.0, 0.0], [10.0, 0.3], [0.0, 10.0], [0.1, 10.2], None],
    "size": [1, 2, 10, 11, 20, 21, 0],
}
EXPECTED = {
    "labels": [1, 1, 0, 0, 1, 1, -9],
    "names": {0: "blue", 1: "red and green"},
    "silhouette": 0.603,
    "predicted": [1, 0],
}


def make(folder):
    os.environ["CLUSTERBY_HOME"] = tempfile.mkdtemp()
    groups = cb.clusterby(TABLE, "v", n_clusters=3, modality="vector")
    first, second, third = (int(groups.labels_[row]) for row in (0, 2, 4))
    given = {min(first, third): Name(name="red and green", by="keywords", words=("red", "green"))}
    groups = groups.merged([first, third]).name(lambda clusters: given).renamed({second: "blue"})
    print(groups.labels_, groups.names_, groups.quality(), groups.predict({"v": [[0.0, 0.0], [10.0, 0.0]]}))
    target = Path(folder) / f"schema_{SCHEMA}@1"
    shutil.copytree(runs.save(groups, "kept"), target)
    print(target)


if __name__ == "__main__":
    make(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
