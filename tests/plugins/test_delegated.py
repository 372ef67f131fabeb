"""Delegated runs, by the service that FiftyOne launches for them."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.fiftyone

URI = "@clusterby/clustering/compute_clusters"
PARAMS = {"run_key": "later", "method": "kmeans", "embeddings": "emb", "kmeans__n_clusters": 3}
FIFTYONE = Path(sys.executable).parent / "fiftyone"


@pytest.fixture
def service(fo):
    """Return FiftyOne's list of delegated operations, empty."""
    from fiftyone.operators.delegated import DelegatedOperationService

    found = DelegatedOperationService()
    for operation in found.list_operations():
        found.delete_operation(operation.id)
    return found


@contextmanager
def launched():
    """Run ``fiftyone delegated launch`` inside the block; Ctrl-C ends it, as a person would."""
    process = subprocess.Popen(
        [str(FIFTYONE), "delegated", "launch"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def ended(service, *ids, seconds=90):
    """Return the operations once they have ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = [service.get(i) for i in ids]
        if all(operation.run_state in ("completed", "failed") for operation in found):
            return found
        time.sleep(0.3)
    raise AssertionError(f"still {[operation.run_state for operation in found]} after {seconds} s")


def test_a_queued_run_completes_with_progress_and_a_failing_one_says_why(
    operator, plugin, service, make_dataset, cbf
):
    import fiftyone.operators as foo

    good, bad = make_dataset(persistent=True), make_dataset(persistent=True)
    before = set(bad.get_field_schema())
    queued = [
        foo.execute_operator(URI, ctx={"dataset": good, "params": dict(PARAMS)}, request_delegation=True),
        operator("compute_clusters")(good.limit(9), "python", n_clusters=3, embeddings="emb", delegate=True),
        foo.execute_operator(URI, ctx={"dataset": bad, "params": dict(PARAMS)}, request_delegation=True),
    ]
    assert all(result.delegated for result in queued)
    bad.set_values("emb", [None] * len(bad))
    assert cbf.list_clusterings(good) == []

    with launched():
        first, second, failed = ended(service, *(result.result["id"] for result in queued))

    assert (first.run_state, second.run_state, failed.run_state) == ("completed", "completed", "failed")
    assert (first.status.progress, first.status.label) == (1.0, "24 samples in 3 clusters")
    assert first.result.result["headline"] == "24 samples in 3 clusters"
    assert first.metadata["outputs_schema"]["type"]["properties"]["summary"]
    assert first.label == "Clusters later"
    good.reload()
    assert cbf.list_clusterings(good) == ["later", "python"]
    assert cbf.load_clusters(good, "later").n_clusters_ == 3
    assert (good.count("later_cluster"), good.count("python_cluster")) == (24, 9)

    assert failed.result.error.rstrip().endswith(
        "NothingToCluster: all 24 rows were skipped; row 0, column 'embeddings': missing value"
    )
    bad.reload()
    assert bad.list_runs() == []
    assert set(bad.get_field_schema()) == before


def test_a_run_that_cannot_be_is_not_even_queued(plugin, service, dataset):
    import fiftyone.operators as foo
    from fiftyone.operators.executor import ExecutionError

    with pytest.raises(ExecutionError, match="n_clusters=99 is more than the 24 there are"):
        foo.execute_operator(
            URI,
            ctx={"dataset": dataset, "params": PARAMS | {"kmeans__n_clusters": 99}},
            request_delegation=True,
        )
    assert service.list_operations() == []
