"""All extras must resolve together."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent / "pyproject.toml"


@pytest.mark.network
def test_all_extras_resolve_together():
    command = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "compile",
        str(PROJECT),
        "--all-extras",
        "--python-version",
        "3.11",
        "--quiet",
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    named = {line.partition("==")[0] for line in done.stdout.splitlines() if "==" in line}
    assert {"torch", "fiftyone", "openai", "plotly", "embedding-atlas", "ray", "pytest"} <= named
