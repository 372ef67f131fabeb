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


CLIP = str(Path(__file__).parent / "models" / "tiny-clip")


@pytest.fixture(scope="session")
def scenes(tmp_path_factory):
    """Return 140 scenes as dicts: ``path``, ``panel`` (the path of two scenes side by side), their attributes, ``caption``.

    Attributes are of the left panel, ``other_color`` is of the right one.
    """
    from clusterby.samples import render_scenes

    folder, drawn = tmp_path_factory.mktemp("scenes"), render_scenes(140, seed=11)
    found = []
    for i, image in enumerate(drawn.images):
        both = Image.new("RGB", (128, 64))
        both.paste(image, (0, 0))
        both.paste(drawn.images[i - 1], (64, 0))
        for name, pixels in (("scene", image), ("panel", both)):
            pixels.save(folder / f"{name}{i:03d}.png")
        found.append(
            {"path": str(folder / f"scene{i:03d}.png"), "panel": str(folder / f"panel{i:03d}.png")}
            | {name: values[i] for name, values in drawn.attributes.items()}
            | {"caption": drawn.captions[i], "other_color": drawn.attributes["color"][i - 1]}
        )
    return found


def dataset_of_scenes(fo, scenes, n: int = 140, *, panels: bool = False):
    """Return a persistent dataset of scenes with their attributes and captions.

    With ``panels=True`` its images are two scenes side by side; ``half`` is a detection around the left one of even and the
    right one of odd samples, whose color is ``seen``, and ``sides`` are detections of both.
    """
    dataset = fo.Dataset(f"test-{uuid.uuid4().hex[:12]}", persistent=True)
    samples = []
    for i, scene in enumerate(scenes[:n]):
        fields = {name: value for name, value in scene.items() if name not in ("path", "panel")}
        if panels:
            left, right = ([x, 0, 0.5, 1] for x in (0, 0.5))
            fields["half"] = fo.Detection(label="x", bounding_box=(left, right)[i % 2])
            fields["seen"] = scene[("color", "other_color")[i % 2]]
            boxes = [fo.Detection(label="x", bounding_box=box) for box in (left, right)]
            fields["sides"] = fo.Detections(detections=boxes)
        samples.append(fo.Sample(filepath=scene["panel" if panels else "path"], **fields))
    dataset.add_samples(samples)
    return dataset


@pytest.fixture
def make_scenes(fo, scenes):
    """Return :func:`dataset_of_scenes`; what it makes is deleted after the test."""
    made = []

    def make(n: int = 140, *, panels: bool = False):
        made.append(dataset_of_scenes(fo, scenes, n, panels=panels))
        return made[-1]

    yield make
    for dataset in made:
        dataset.delete()


@pytest.fixture
def images_seen(monkeypatch):
    """Return a list to which every image is added that a model is given, from now on."""
    from clusterby.encoders.sentence_transformers import SentenceTransformerEncoder

    seen, prepare = [], SentenceTransformerEncoder.prepare

    def watched(encoder, items):
        seen.extend(item for item in items if not isinstance(item, str))
        return prepare(encoder, items)

    monkeypatch.setattr(SentenceTransformerEncoder, "prepare", watched)
    return seen
