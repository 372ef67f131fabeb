"""Processes that are killed in the middle of their writes: the next process finds the old state or the new one, whole."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.usefixtures("fo"), pytest.mark.fiftyone]

# Of each operation some of its writes to MongoDB, those around its turning point among them. All of them were tried when this
# was written: killing.py takes any.
SOME = {
    "compute": [3, 6, 8, 10, 12],
    "instruct": [4, 11, 20, 21, 23],
    "label": [2, 5, 8, 11, 12],
    "overwrite": [4, 7, 9, 14, 24],
    "overwrite_elsewhere": [6, 13, 20],
    "rename": [4, 6, 8, 14],
    "merge": [4, 8, 12, 18],
    "delete": [1, 2, 5, 9],
}


@pytest.fixture(scope="module")
def found(elsewhere):
    """What the next process found, by the operation and the write before which it was killed; −1 is before all, 0 after it."""
    jobs = [[operation, before] for operation, some in SOME.items() for before in (-1, 0, *some)]
    script = Path(__file__).with_name("killing.py")
    done = subprocess.run(
        [sys.executable, str(script), json.dumps(jobs)],
        capture_output=True,
        text=True,
        env=elsewhere,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {(t["operation"], t["before"]): t for t in told}


@pytest.mark.parametrize("operation", SOME)
def test_nothing_half_written_is_left_of_an_operation_that_is_not_killed(found, operation):
    assert found[operation, 0]["state"]["wrong"] == []
    assert found[operation, 0]["state"] != found[operation, -1]["state"]
    assert found[operation, 0]["done"]["writes"] >= 12


@pytest.mark.parametrize(("operation", "before"), [(o, k) for o, some in SOME.items() for k in some])
def test_a_killed_process_leaves_the_old_state_or_the_new_one_to_the_next(found, operation, before):
    killed = found[operation, before]
    assert killed["done"] is None  # it was killed
    assert killed["state"] in (found[operation, -1]["state"], found[operation, 0]["state"])
    assert killed["state"]["wrong"] == []


@pytest.mark.parametrize("operation", ["overwrite", "rename", "merge", "delete"])
def test_both_outcomes_are_seen(found, operation):
    states = [found[operation, before]["state"] for before in SOME[operation]]
    assert found[operation, 0]["state"] in states
    assert operation == "rename" or found[operation, -1]["state"] in states
