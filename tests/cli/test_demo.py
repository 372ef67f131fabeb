from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    import subprocess
    import sys

    folder = tmp_path_factory.mktemp("demo")

    def call(*arguments):
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "clusterby", "demo", *arguments],
            capture_output=True, text=True, cwd=folder, check=True,
        )  # fmt: skip

    return folder, call


def test_it_finds_the_digits_and_writes_a_report(demo):
    import json

    folder, call = demo
    done = call("--json")
    shown = json.loads(done.stdout)
    assert done.stderr == ""
    assert shown["adjusted_rand_index"] >= 0.70
    assert (shown["n_clusters"], shown["n_rows"]) == (10, 1797)
    assert shown["seconds"] > 0
    assert Path(shown["report"]) == folder / "clusterby-demo" / "report.html"
    assert "handwritten digits" in Path(shown["report"]).read_text()


def test_it_shows_a_table_of_clusters(demo):
    _, call = demo
    done = call()
    assert "1,797 handwritten digits in 10 clusters" in done.stdout
    assert "agreement with the true digit" in done.stdout
    assert "adjusted Rand index against the true digits: 0.7" in done.stdout
    assert sum(".png" in line and "%" in line for line in done.stdout.splitlines()) == 10
    assert "sees color and edges, not meaning" in done.stderr
    assert "\x1b" not in done.stderr
