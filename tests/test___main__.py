import json
import subprocess
import sys

import pytest

import clusterby


def test_the_command_line_runs_as_a_module():
    done = subprocess.run([sys.executable, "-m", "clusterby", "--version"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"clusterby {clusterby.__version__}\n")


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_letters_that_the_terminal_does_not_have_are_escaped(tmp_path, monkeypatch, encoding):
    monkeypatch.setenv("CLUSTERBY_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    table = {"v": [[0.0], [9.0]]}
    clusterby.clusterby(table, "v", n_clusters=2).renamed({0: "\u00c4pfel", 1: "half \ud83d"}).save("odd")

    def run(*arguments):
        command = [sys.executable, "-m", "clusterby", "runs", *arguments]
        return subprocess.run(command, capture_output=True, text=True, encoding=encoding, check=True).stdout

    assert "half \\ud83d" in run("show", "odd")
    names = json.loads(run("show", "odd", "--json"))["names"]
    assert names["0"]["name"] == "\u00c4pfel"
    assert names["1"]["name"] == "half \ud83d"
    assert "odd" in run("list")
