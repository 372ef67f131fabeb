"""What a run on a FiftyOne dataset costs beyond its parts: reading the vectors, clustering, and writing one field.

``python benchmarks/fiftyone_runs.py [ROWS]`` makes a dataset in a database of its own, times both in turn and prints the ratio.
"""

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

FOLDER = tempfile.mkdtemp(prefix="clusterby-bench-")
os.environ.update(
    FIFTYONE_DATABASE_DIR=f"{FOLDER}/db",
    FIFTYONE_DATABASE_VALIDATION="false",
    FIFTYONE_DO_NOT_TRACK="true",
    FIFTYONE_SHOW_PROGRESS_BARS="false",
)

import fiftyone as fo  # noqa: E402
import numpy as np  # noqa: E402
from data import embedding_like  # noqa: E402

import clusterby as cb  # noqa: E402
import clusterby.fiftyone as cbf  # noqa: E402

K, D, REPEATS = 50, 512, 3


def make_dataset(n: int) -> fo.Dataset:
    vectors, truth = embedding_like(n, D)
    dataset = fo.Dataset("bench")
    for start in range(0, n, 5_000):
        dataset.add_samples(
            [
                fo.Sample(filepath=f"/none/{i}.png", emb=vectors[i], group=str(truth[i]))
                for i in range(start, min(start + 5_000, n))
            ]
        )
    return dataset


def by_parts(dataset: fo.Dataset) -> dict[str, float]:
    """Read the vectors with their ids, cluster them, write a field by id: the least that anybody would do."""
    began = time.perf_counter()
    ids, cells = dataset.values(["id", "emb"])
    vectors = np.stack(cells).astype(np.float32)
    read = time.perf_counter()
    labels = cb.cluster(vectors, n_clusters=K)
    clustered = time.perf_counter()
    dataset.add_sample_field("parts", fo.StringField)
    dataset.set_values("parts", {i: str(c) for i, c in zip(ids, labels, strict=True)}, key_field="id")
    written = time.perf_counter()
    dataset.delete_sample_field("parts")
    return {"read": read - began, "cluster": clustered - read, "write": written - clustered}


def as_run(dataset: fo.Dataset, key: str) -> float:
    began = time.perf_counter()
    cbf.compute_clusters(dataset, key, n_clusters=K, embeddings="emb")
    took = time.perf_counter() - began
    cbf.delete_clusters(dataset, key)
    return took


def resident() -> float:
    """Return the memory of this process in MB."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def main(n: int) -> None:
    cb.cluster(embedding_like(2_000, D)[0], n_clusters=K)  # compiled before anything is timed
    dataset = make_dataset(n)
    before = resident()
    as_run(dataset, "first")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"peak {peak:,.0f} MB, {peak - before - n * D * 4 / 2**20:,.0f} MB above the vectors and what was there before"
    )
    ratios = []
    for i in range(REPEATS):
        parts, run = by_parts(dataset), as_run(dataset, f"run{i}")
        ratios.append(run / sum(parts.values()))
        listed = ", ".join(f"{name} {seconds:.2f}" for name, seconds in parts.items())
        print(
            f"parts {sum(parts.values()):.2f} s ({listed}); run {run:.2f} s; ratio {ratios[-1]:.2f}",
            flush=True,
        )
    print(f"median ratio {np.median(ratios):.2f}")
    dataset.delete()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
