"""A user who has one frame library never needs another."""

import subprocess
import sys

import pytest

SCRIPT = """
import sys

class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, NotInstalled())
import {library} as frames
import clusterby as cb
df = frames.DataFrame({{"v": [[0.0], [0.2], [9.0], [9.2]], "kind": ["a", "a", "b", "b"], "price": [1.0, 3.0, 10.0, 30.0]}})
groups = cb.clusterby(df, "v", n_clusters=2)
assert isinstance(groups["price"].mean(), (frames.DataFrame, frames.Series))
assert isinstance(groups.to_frame(name_column="name"), frames.DataFrame)
assert isinstance(groups.describe(), frames.DataFrame)
assert isinstance(cb.groupby(df, "kind").agg({{"price": ["min", "max"]}}), frames.DataFrame)
assert groups.predict(df).tolist() == groups.labels_.tolist()
digits = cb.clusterby(cb.samples.digits({folder!r}), "image", n_clusters=10)
assert isinstance(digits.to_frame(), frames.DataFrame)
print("done")
"""


@pytest.mark.parametrize(("library", "blocked"), [("polars", "pandas"), ("pandas", "polars")])
def test_one_library_is_enough(library, blocked, tmp_path):
    code = SCRIPT.format(library=library, blocked=blocked, folder=str(tmp_path / "digits"))
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("done", "")
