"""Fixtures that need FiftyOne and its MongoDB: a database of their own, datasets of real images."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import uuid
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

COLORS = {"red": (220, 40, 30), "green": (40, 180, 60), "blue": (40, 60, 210)}


@pytest.fixture(scope="session")
def mongodb(tmp_path_factory):
    """Start the MongoDB that comes with FiftyOne at the address that conftest.py chose, and stop it in the end."""
    folder = tmp_path_factory.mktemp("mongodb")
    port = urlsplit(os.environ["FIFTYONE_DATABASE_URI"]).port
    package = find_spec("fiftyone").origin  # not imported before its database answers
    program = Path(package).parent / "db" / "bin" / "mongod"
    command = [program, "--dbpath", folder, "--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*map(str, command)], stdout=log, stderr=log)
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            assert process.poll() is None, (folder / "log").read_text()[-2000:]
            assert time.monotonic() < deadline, "MongoDB does not answer"
            time.sleep(0.1)
    yield
    process.terminate()
    process.wait(30)


@pytest.fixture(scope="session")
def fo(mongodb):
    """Return fiftyone, connected to a database that only these tests use."""
    import fiftyone

    fiftyone.config.show_progress_bars = False
    return fiftyone


@pytest.fixture(scope="session")
def image_paths(tmp_path_factory):
    """Return paths of 24 images, eight in each of three colors, with a little noise."""
    folder = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(0)
    paths = []
    for i in range(24):
        color = list(COLORS.values())[i % 3]
        pixels = np.clip(np.array(color) + rng.normal(0, 12, size=(32, 48, 3)), 0, 255).astype(np.uint8)
        path = folder / f"{i:02d}.png"
        Image.fromarray(pixels).save(path)
        paths.append(str(path))
    return paths


def vectors_of(n: int, *, groups: int = 3, d: int = 8, seed: int = 0) -> np.ndarray:
    """Return n vectors in well separated groups, in turn: row i is of group i % groups."""
    rng = np.random.default_rng(seed)
    middles = np.zeros((groups, d))
    middles[np.arange(groups), np.arange(groups)] = 5.0  # equally far from one another
    return (middles[np.arange(n) % groups] + rng.normal(0, 0.1, size=(n, d))).astype(np.float32)


@pytest.fixture
def make_dataset(fo, image_paths):
    """Return what makes a dataset of the images, and deletes it after the test.

    Fields: ``color`` (string), ``weight`` (float, larger for red), ``emb`` (vectors of three groups, by color) and,
    with ``detections=True``, ``objects`` (two detections a sample, each with a vector ``emb``).
    """
    made = []

    def make(
        n: int = 24, *, detections: bool = False, persistent: bool = False, missing: tuple[int, ...] = ()
    ):
        name = f"test-{uuid.uuid4().hex[:12]}"
        dataset = fo.Dataset(name, persistent=persistent)
        made.append(name)
        vectors = vectors_of(n)
        samples = []
        for i in range(n):
            fields = {
                "color": list(COLORS)[i % 3],
                "weight": float(i % 3 == 0) * 10 + i / n,
                "emb": None if i in missing else vectors[i],
            }
            if detections:
                fields["objects"] = fo.Detections(
                    detections=[
                        fo.Detection(label=label, bounding_box=[x, 0.1, 0.4, 0.8], emb=vectors[(i + j) % n])
                        for j, (label, x) in enumerate((("left", 0.0), ("right", 0.5)))
                    ]
                )
            samples.append(fo.Sample(filepath=image_paths[i % len(image_paths)], **fields))
        dataset.add_samples(samples)
        if detections:
            dataset.add_dynamic_sample_fields()
        return dataset

    yield make
    for name in made:
        if fo.dataset_exists(name):
            fo.delete_dataset(name)


@pytest.fixture
def dataset(make_dataset):
    """Return a dataset of 24 images with vectors in three groups."""
    return make_dataset()
