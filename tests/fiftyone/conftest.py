import json
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from tests.fiftyone_database import vectors_of


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/fiftyone/" in item.nodeid and "fo" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.fiftyone)


@pytest.fixture
def state_of(fo):
    """Return what says everything that the database holds of a dataset, times of changes and loads aside."""
    from fiftyone.core.odm import get_db_conn

    def state(dataset):
        database = get_db_conn()
        stored = database.datasets.find_one({"_id": dataset._doc.id})
        del stored["last_modified_at"], stored["last_loaded_at"]
        collections = [dataset._sample_collection_name]
        collections += [dataset._frame_collection_name] if dataset._frame_collection_name else []
        documents = [
            [
                {k: v for k, v in doc.items() if k != "last_modified_at"}
                for doc in database[name].find().sort("_id")
            ]
            for name in collections
        ]
        runs = list(database.runs.find({"_dataset_id": dataset._doc.id}).sort("_id"))
        return stored, documents, runs, sorted(dataset.list_indexes())

    return state


@pytest.fixture
def results_of():
    """Return what is known of a run's clusters, as plain values, from the database."""
    import clusterby.fiftyone as cbf

    def results(dataset, key):
        groups = cbf.load_clusters(dataset, key)
        info = cbf.clustering_info(dataset, key)
        path = f"{info['parent']}." if info["parent"] else ""
        names = path + info["names_field"]
        return (
            groups.labels_.tolist(),
            dict(groups.names_),
            dataset.values(path + info["cluster_field"], unwind=bool(path)),
            dataset.values(names, unwind=bool(path)) if dataset.get_field(names) is not None else None,
            dataset.list_runs(),
        )

    return results


@pytest.fixture
def patches(make_dataset):
    """Return a dataset of six samples with two detections each, every one with a vector."""
    return make_dataset(6, detections=True)


@pytest.fixture
def video(fo, tmp_path):
    """Return a dataset of one real video with its twelve frames as images, in three groups by their brightness."""
    import cv2

    path = str(tmp_path / "film.mp4")
    film = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*"mp4v"), 5, (32, 32))
    for i in range(12):
        film.write(np.full((32, 32, 3), 30 + 90 * (i % 3), np.uint8))
    film.release()
    sample, opened, vectors = fo.Sample(filepath=path), cv2.VideoCapture(path), vectors_of(12)
    for i in range(12):
        there, pixels = opened.read()
        assert there
        cv2.imwrite(str(tmp_path / f"{i}.png"), pixels)
        sample.frames[i + 1] = fo.Frame(filepath=str(tmp_path / f"{i}.png"), emb=vectors[i])
    dataset = fo.Dataset()
    dataset.add_samples([sample])
    yield dataset
    dataset.delete()


@pytest.fixture
def grouped(fo, image_paths):
    """Return a dataset of six groups with slices ``left`` and ``right``, each sample with a vector and a detection."""
    dataset, vectors = fo.Dataset(), vectors_of(12)
    dataset.add_group_field("group", default="left")
    samples = []
    for i in range(6):
        group = fo.Group()
        for j, name in enumerate(("left", "right")):
            detections = [fo.Detection(label=name, bounding_box=[0, 0, 0.5, 0.5], emb=vectors[i])]
            samples.append(
                fo.Sample(
                    filepath=image_paths[2 * i + j], group=group.element(name), emb=vectors[(i + j) % 12],
                    objects=fo.Detections(detections=detections),
                )
            )  # fmt: skip
    dataset.add_samples(samples)
    yield dataset
    dataset.delete()


@pytest.fixture(scope="session")
def elsewhere(fo):
    """Return what the environment of another process must be for it to use the same database."""
    from fiftyone.core.odm import get_db_conn

    host, port = get_db_conn().client.address
    return {**os.environ, "FIFTYONE_DATABASE_URI": f"mongodb://{host}:{port}"}


@pytest.fixture(scope="session")
def fresh(elsewhere):
    """Return what runs code in a fresh process on the same database, and returns what it printed last, from JSON."""

    def run(code, *arguments):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
            capture_output=True, text=True, env=elsewhere, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.strip().splitlines()[-1])

    return run
