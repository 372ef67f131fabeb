import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.fiftyone


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def started(*arguments, port):
    """Run `clusterby app` as a process of its own until it says where the App is; end it if the test has not."""
    command = [sys.executable, "-m", "clusterby", "app", *arguments, "--port", str(port), "--no-browser"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        process.said = process.stdout.readline()
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def fetched(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.status, answer.read().decode()


def ended(process):
    """Send Ctrl-C as a terminal does; return the exit status and what else was printed, once nothing of it is left."""
    children = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    _, alive = psutil.wait_procs(children, timeout=30)
    assert alive == []
    return process.returncode, out, err


def test_a_dataset_is_served_until_control_c(fo, make_dataset, port):
    dataset = make_dataset()
    with started(f"fiftyone:{dataset.name}", port=port) as process:
        url = f"http://127.0.0.1:{port}/datasets/{dataset.name}"
        assert process.said == f"FiftyOne App: {url}   (Ctrl-C ends it)\n"
        status, page = fetched(url)
        assert (status, "<title>FiftyOne</title>" in page) == (200, True)
        assert json.loads(fetched(f"http://127.0.0.1:{port}/fiftyone")[1])["version"] == fo.__version__
        assert ended(process) == (0, "", "")
    assert fo.dataset_exists(dataset.name)
    assert dataset.count() == 24


def test_a_folder_of_images_is_served_as_a_dataset_that_is_gone_afterwards(fo, images, port):
    before = set(fo.list_datasets())
    with started(str(images), port=port) as process:
        name = process.said.split("/datasets/")[1].split()[0]
        assert name not in before
        shown = fo.load_dataset(name)
        assert shown.persistent is False
        assert shown.count_values("folder") == {"red": 30, "blue": 30}
        assert all(Path(path).is_absolute() and Path(path).exists() for path in shown.values("filepath"))
        assert fetched(f"http://127.0.0.1:{port}/datasets/{name}")[0] == 200
        status, out, err = ended(process)
    assert (status, out) == (0, "")
    assert err.splitlines() == [line for line in err.splitlines() if line.startswith("clusterby: ")]
    assert not fo.dataset_exists(name)


def test_a_port_that_is_taken_is_an_error(run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("app", "fiftyone:any", "--port", taken.getsockname()[1], "--no-browser")
    assert done.status == 1
    assert "cannot listen on 127.0.0.1:" in done.err
    assert "choose another" in done.err


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "things.csv",
            "InvalidTable: the App shows FiftyOne datasets and images: give fiftyone:NAME, or a folder of images",
        ),
        ("nowhere", "UnreadableSource: no file or folder 'nowhere'"),
        ("fiftyone:nowhere", "UnknownName: no FiftyOne dataset 'nowhere'"),
    ],
)
def test_what_cannot_be_shown_is_one_line(fo, run, csv, source, message, port):
    before = set(fo.list_datasets())
    done = run("app", source, "--port", port, "--no-browser")
    assert (done.status, done.out) == (1, "")
    assert message in done.err
    assert len(done.err.splitlines()) == 1
    assert set(fo.list_datasets()) == before


def test_ports_out_of_range_are_refused(run):
    done = run("app", "fiftyone:any", "--port", "70000")
    assert done.status == 1
    assert "--port 70000: cannot listen" in done.err
