import subprocess
import sys

import pytest

from clusterby.cli.source import open_frame, open_source, silenced
from clusterby.core.errors import UnknownName


def test_paths_are_arrow(csv):
    table = open_source(str(csv))
    assert (table.kind, table.columns) == ("pyarrow", ("title", "price"))
    assert open_frame(table) is table


@pytest.mark.fiftyone
def test_a_dataset_is_opened_by_its_name_and_a_frame_of_it_has_ids(dataset):
    table = open_source(f"fiftyone:{dataset.name}")
    assert table.native is dataset
    frame = open_frame(table)
    assert frame.native.index.tolist() == dataset.values("id")
    assert "emb" not in frame.columns


@pytest.mark.fiftyone
@pytest.mark.parametrize("name", ["", "no such", "a:b"])
def test_an_unknown_dataset_is_an_error(fo, name):
    with pytest.raises(UnknownName, match=f"no FiftyOne dataset '{name}'"):
        open_source(f"fiftyone:{name}")


def test_nothing_that_is_printed_inside_reaches_the_terminal():
    code = """
import os, subprocess, sys
from clusterby.cli.source import silenced
print("before")
with silenced():
    print("printed"); print("said", file=sys.stderr); os.write(1, b"written")
    subprocess.run([sys.executable, "-c", "print('child')"])
print("after"); print("error", file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("before\nafter\n", "error\n")


def test_an_error_inside_leaves_the_terminal_as_it_was(capfd):
    with pytest.raises(ZeroDivisionError), silenced():
        print(1 / 0)
    print("heard")
    assert capfd.readouterr().out == "heard\n"


def test_without_fiftyone_the_error_says_how_to_install_it():
    code = """
import sys
sys.modules["fiftyone"] = None
from clusterby.cli import main
sys.argv = ["clusterby", "group", "fiftyone:photos"]
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "clusterby: error: MissingExtra: source 'fiftyone:photos' needs fiftyone. Install it: pip install 'clusterby[fiftyone]'\n"
    )


@pytest.mark.fiftyone
def test_fiftyone_says_nothing_on_either_stream(dataset):
    done = subprocess.run(
        [sys.executable, "-m", "clusterby", "group", f"fiftyone:{dataset.name}", "-k", "3", "--json", "--quiet"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("{\n")
    assert done.stdout.endswith("}\n")
    assert done.stderr == ""
