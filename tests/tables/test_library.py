from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from clusterby.core.errors import InvalidParameter
from clusterby.tables.library import choose_library


def test_pandas_comes_first():
    assert choose_library(None) == "pandas"


def test_an_unknown_library_suggests_the_nearest():
    with pytest.raises(InvalidParameter, match=r"kind='polar': give one of .*Did you mean 'polars'"):
        choose_library("polar")


def _run(program: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


WORK = """
    import sys
    missing, kind, folder = sys.argv[1].split(","), sys.argv[2], sys.argv[3]
    class NotInstalled:
        def find_spec(self, name, path=None, target=None):
            if name in missing:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    sys.meta_path.insert(0, NotInstalled())
    import datetime, numpy as np
    from clusterby.tables import AGGREGATES, as_column, open_table, write_table
    from clusterby.core.errors import MissingExtra
    for source in (folder, folder + "/t.csv"):
        table = open_table(source)
        assert table.kind == kind, table.kind
        keys = np.ma.array([0, 1], mask=[False, True])
        table.with_columns({"k": keys, "v": np.eye(2, dtype="float32"), "s": np.array(["x", None], object)})
        for how in AGGREGATES:
            table.group_rows({"k": keys}).aggregate(None, how)
        table.group_rows({table.columns[0]: None}).rows()
        [table.column(name) for name in table.columns]
    assert as_column([1.0, None, datetime.date(2024, 1, 1)]).type == "object"
    assert open_table({"a": ["x", None]}).group_rows({"a": None}).size() == {"a": ["x"], "size": [1]}
    write_table(table, folder + "/out.parquet")
    for name in missing:
        try:
            open_table(folder, kind=name)
        except MissingExtra as error:
            assert f"Install it: pip install '{name}'" in str(error)
        else:
            raise AssertionError(name)
    print("done")
"""


@pytest.mark.parametrize(
    ("missing", "kind"), [("pandas", "polars"), ("polars", "pandas"), ("pandas,polars", "pyarrow")]
)
def test_no_library_is_needed_that_is_not_installed(tmp_path, missing, kind):
    (tmp_path / "a.txt").write_text("one")
    (tmp_path / "b.txt").write_text("two")
    (tmp_path / "t.csv").write_text("name,day,n\na,2024-01-01,1\nb,2024-01-02,2\n")
    assert _run(WORK, missing, kind, str(tmp_path)) == "done"


def test_the_package_loads_no_dataframe_library():
    program = """
    import sys
    import clusterby.tables
    print([name for name in ("pandas", "polars", "pyarrow") if name in sys.modules])
    """
    assert _run(program) == "[]"
