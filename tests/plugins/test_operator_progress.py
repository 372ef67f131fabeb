"""Progress, errors and calling off, through the routes that the App calls."""

from __future__ import annotations

import asyncio
import json
import signal
import threading

import numpy as np
import pytest

from clusterby import clusterers
from clusterby.clusterers import ClustererSpec

pytestmark = pytest.mark.fiftyone

URI = "@clusterby/clustering/compute_clusters"
PARAMS = {"run_key": "r1", "method": "kmeans", "embeddings": "emb", "kmeans__n_clusters": 3}
GOES_ON = threading.Event()
WORKS = threading.Event()


class Patient:
    """A method that waits until it is told to go on."""

    def get_params(self, deep=True):
        return {}

    def fit_predict(self, vectors):
        WORKS.set()
        assert GOES_ON.wait(30)
        return np.arange(len(vectors)) % 3


@pytest.fixture
def patient():
    """Register the method that waits, for the time of a test."""
    GOES_ON.clear()
    WORKS.clear()
    spec = ClustererSpec(
        name="patient", target=f"{__name__}:Patient", summary="Waits.", when="Never.", parameters=(),
        n_clusters_parameter=None, predicts="neighbors", finds_noise=False, seeded=False,
        memory="clusterby.clusterers.memory:neighborhoods",
    )  # fmt: skip
    clusterers.register(spec)
    yield {"run_key": "r1", "method": "patient", "embeddings": "emb"}
    clusterers.unregister("patient")


class Request:
    """A request of the App: what it sends, and the lines that come back while it listens."""

    def __init__(self, dataset, params, uri=URI):
        body = {
            "dataset_name": dataset.name,
            "operator_uri": uri,
            "params": params,
            "active_fields": ["color"],
        }
        self._body = json.dumps(body).encode()
        self._sent = False
        self._left = asyncio.Event()
        self.lines = []

    async def _receive(self):
        if not self._sent:
            self._sent = True
            return {"type": "http.request", "body": self._body, "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message):
        text = message.get("body", b"").decode()
        self.lines += [json.loads(line) for line in text.splitlines() if line]
        if self.leaves():
            self._left.set()

    def leaves(self):
        """Whether the reader goes away now."""
        return False

    async def send(self):
        """Send it to FiftyOne's own route."""
        from fiftyone.operators.server import ExecuteOperatorAsGenerator

        scope = {
            "type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b"",
            "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
        }  # fmt: skip
        await ExecuteOperatorAsGenerator(scope, self._receive, self._send)
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)  # as in a server, which stays
        return self.lines

    def asked(self):
        """Return what the App is asked to do."""
        return [(m["body"]["operator_uri"], m["body"]["params"]) for m in self.lines if m.get("body")]


def test_the_app_sees_progress_the_field_the_panel_and_the_result(plugin, dataset):
    request = Request(dataset, PARAMS)
    asyncio.run(request.send())
    asked = request.asked()
    progress = [p for name, p in asked if name == "set_progress"]
    assert progress[0] == {"label": "read the vectors of 24 samples", "progress": 0.0}
    assert progress[-1] == {"label": "write 24 labels", "progress": 1.0}
    assert all(0 <= p["progress"] <= 1 for p in progress)
    names = [name for name, _ in asked]
    after = names[len(progress) :]
    assert after == ["reload_dataset", "set_active_fields", "open_panel", "show_output"]
    told = dict(asked)
    assert told["set_active_fields"] == {"fields": ["color", "r1_cluster"]}
    assert told["open_panel"]["name"] == "clusters_panel"
    assert told["show_output"]["results"]["headline"] == "24 samples in 3 clusters"
    assert "summary" in told["show_output"]["outputs"]["type"]["properties"]


def test_the_panel_that_opens_is_registered(plugin, fo):
    import fiftyone.operators as foo

    assert foo.operator_exists("@clusterby/clustering/clusters_panel")


def test_the_app_is_told_why_a_run_failed_and_nothing_is_left(plugin, make_dataset):
    dataset = make_dataset()
    dataset.set_values("emb", [None] * 24)
    before = set(dataset.get_field_schema())
    request = Request(dataset, PARAMS)
    asyncio.run(request.send())
    reason = "all 24 rows were skipped; row 0, column 'embeddings': missing value"
    assert request.lines[-1]["error"] == reason
    shown = dict(request.asked())["show_output"]["outputs"]["type"]["properties"]["failed"]["view"]
    assert shown["description"] == reason
    assert dataset.list_runs() == []
    assert set(dataset.get_field_schema()) == before


def test_a_reader_who_goes_away_calls_the_run_off_and_nothing_is_left(plugin, dataset, patient):
    before = set(dataset.get_field_schema())

    class Leaving(Request):
        def leaves(self):
            if not WORKS.is_set() and not any("cluster" in str(line) for line in self.lines):
                return False
            threading.Timer(0.5, GOES_ON.set).start()
            return True

    request = Leaving(dataset, patient)
    asyncio.run(request.send())
    assert WORKS.is_set()
    assert [name for name, _ in request.asked() if name != "set_progress"] == []
    assert dataset.list_runs() == []
    assert set(dataset.get_field_schema()) == before


def test_ctrl_c_calls_an_immediate_run_off_and_nothing_is_left(run, dataset, patient):
    before = set(dataset.get_field_schema())

    def interrupt():
        assert WORKS.wait(30)
        threading.Timer(0.3, GOES_ON.set).start()
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    helper = threading.Thread(target=interrupt)
    helper.start()
    with pytest.raises(KeyboardInterrupt):
        run("compute_clusters", dataset, patient)
    helper.join()
    assert dataset.list_runs() == []
    assert set(dataset.get_field_schema()) == before


def test_a_run_that_nobody_calls_off_is_written(run, dataset, patient):
    GOES_ON.set()
    assert run("compute_clusters", dataset, patient)["n_clusters"] == 3


def test_naming_tells_the_app_how_far_it_is(plugin, dataset, cbf):
    cbf.compute_clusters(dataset, "look", n_clusters=3, embeddings="emb")
    request = Request(dataset, {"run_key": "look"}, "@clusterby/clustering/label_clusters")
    asyncio.run(request.send())
    names = [name for name, _ in request.asked()]
    assert names[-2:] == ["reload_dataset", "show_output"]


def test_a_delegated_request_of_the_app_is_queued_instead(plugin, dataset):
    from fiftyone.operators.executor import execute_or_delegate_operator

    request = {
        "dataset_name": dataset.name,
        "operator_uri": URI,
        "params": PARAMS,
        "request_delegation": True,
    }
    result = asyncio.run(execute_or_delegate_operator(URI, request))
    assert result.delegated
    assert dataset.list_runs() == []
