"""Kills processes in the middle of their writes, and tells what the next process finds.

Run as a script: ``killing.py '[["compute", 7], ...]'`` prints a line of JSON for each pair of an operation and the number of the
write to MongoDB before which it is killed; 0 is none at all. Each operation and each look afterwards is a process of its
own, forked before anything has connected.
"""

import contextlib
import importlib
import json
import os
import signal
import sys

import fiftyone as fo
import numpy as np
from pymongo import monitoring

import clusterby.fiftyone as cbf

WRITES = {"insert", "update", "delete", "findAndModify", "createIndexes", "dropIndexes"}


class Killer(monitoring.CommandListener):
    """Kills this process before its n-th write, counted from when it is armed."""

    left = 0
    seen = 0

    def started(self, event):
        if event.command_name in WRITES:
            self.seen += 1
            if self.seen == self.left:
                os.kill(os.getpid(), signal.SIGKILL)

    def succeeded(self, event):
        pass

    def failed(self, event):
        pass


def vectors():
    middles = np.eye(3, 4) * 5
    return (middles[np.arange(12) % 3] + np.random.default_rng(0).normal(0, 0.1, (12, 4))).astype(np.float32)


def make(name):
    dataset = fo.Dataset(name, persistent=True)
    dataset.add_samples(
        [
            fo.Sample(
                filepath=f"/nowhere/{i}.png", color="rgb"[i % 3], emb=v if i else None,
                objects=fo.Detections(detections=[fo.Detection(label="x", bounding_box=[0, 0, 1, 1], emb=v)]),
            )
            for i, v in enumerate(vectors())
        ]
    )  # fmt: skip
    dataset.add_dynamic_sample_fields()
    return dataset


def clustered(name, **options):
    dataset = make(name)
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3, **options)
    cbf.name_clusters(dataset, "r", names={0: "zero", 1: "one"})
    return dataset


def of_patches(name):
    dataset = make(name)
    cbf.compute_clusters(dataset, "r", embeddings="emb", patches_field="objects", n_clusters=3)
    cbf.name_clusters(dataset, "r", names={0: "zero"})
    return dataset


class Tower:
    """Made the vectors, and knows three words."""

    name, revision = "tower", "1"

    def encode(self, items):
        raise AssertionError

    def encode_queries(self, queries):
        return np.eye(3, 4, dtype=np.float32)[
            [["one", "two", "three"].index(query.split()[-1]) for query in queries]
        ]


class Letters(Tower):
    """Embeds texts by the letters r, g and b, each more the nearer a word is to its end."""

    modalities = frozenset({"text"})

    def encode(self, items):
        return np.array([[text.rfind(letter) + 0.5 for letter in "rgb"] for text in items], dtype=np.float32)

    encode_queries = encode


OPERATIONS = {
    "compute": (make, lambda d: cbf.compute_clusters(d, "r", embeddings="emb", n_clusters=3)),
    "classify": (
        make, lambda d: cbf.compute_clusters(d, "r", embeddings="emb", n_clusters=2, as_classification=True)
    ),
    "label": (
        make,
        lambda d: cbf.label_samples(
            d, "kind", by="color", modality="text", candidates=["r", "g", "b"], templates="{}", encoder=Letters(), cache=False
        ),
    ),
    "instruct": (
        make,
        lambda d: cbf.compute_clusters(
            d, "r", embeddings="emb", encoder=Tower(), candidates=["one", "two", "three"], n_clusters=3, cache=False
        ),
    ),
    "overwrite": (
        clustered,
        lambda d: cbf.compute_clusters(d.skip(4), "r", embeddings="emb", n_clusters=2, overwrite=True),
    ),
    "overwrite_elsewhere": (
        clustered,
        lambda d: cbf.compute_clusters(
            d, "r", embeddings="emb", n_clusters=2, overwrite=True, cluster_field="other", as_classification=True
        ),
    ),
    "overwrite_by_patches": (
        clustered,
        lambda d: cbf.compute_clusters(
            d, "r", embeddings="emb", patches_field="objects", n_clusters=2, overwrite=True
        ),
    ),
    "retype": (
        clustered,
        lambda d: cbf.compute_clusters(
            d, "r", embeddings="emb", n_clusters=2, overwrite=True, as_classification=True
        ),
    ),
    "rename": (clustered, lambda d: cbf.rename_clusters(d, "r", "s")),
    "rename_patches": (of_patches, lambda d: cbf.rename_clusters(d, "r", "s")),
    "name": (clustered, lambda d: cbf.rename_cluster(d, "r", 2, "two")),
    "merge": (clustered, lambda d: cbf.merge_clusters(d, "r", [0, 2])),
    "merge_patches": (of_patches, lambda d: cbf.merge_clusters(d, "r", [0, 2])),
    "delete": (clustered, lambda d: cbf.delete_clusters(d, "r")),
}  # fmt: skip


def state(dataset):
    """Return what is there of runs and their fields, and everything that should not be."""
    wrong, runs = [], {}
    claimed = {}
    for key in dataset.list_runs():
        config = dataset.get_run_info(key).config
        if hasattr(config, "pending") or key.endswith("__writing"):
            wrong.append(f"unfinished {key}")
        info, groups = cbf.clustering_info(dataset, key), cbf.load_clusters(dataset, key)
        prefix = f"{info['parent']}." if info["parent"] else ""
        paths = [prefix + info["cluster_field"], prefix + info["names_field"]]
        written = [dataset.values(paths[0], unwind=bool(prefix))]
        written[0] = [getattr(value, "label", value) for value in written[0]]
        named = dataset.get_field(paths[1]) is not None
        written.append(dataset.values(paths[1], unwind=bool(prefix)) if named else [None] * 12)
        results = dict(zip(groups.table.ids(np.arange(groups.table.n_rows)), groups.labels_, strict=True))
        ids = dataset.values(f"{prefix}id", unwind=bool(prefix))
        told = [results.get(i) for i in ids]
        told = [None if c is None or c is np.ma.masked else int(c) for c in told]
        if written[0] != [None if c is None else str(c) for c in told]:
            wrong.append(f"labels of {key}: {written[0]} and not {told}")
        if written[1] != [None if c is None else groups.names_.get(c) for c in told]:
            wrong.append(f"names of {key}: {written[1]}")
        claimed |= dict.fromkeys(paths, key)
        runs[key] = {
            "labels": told,
            "names": written[1],
            "paths": paths,
            "quality": bool(groups.quality().explained),
            "instruction": str(groups.instruction_),
        }
    fields_there = []
    for path, field in dataset.get_field_schema(flat=True).items():
        mark = (field.info or {}).get("clusterby")
        if mark and mark["role"] == "scores":
            fields_there.append(path)
            if mark["state"] != "done" or [v.label for v in dataset.values(path)] != dataset.values("color"):
                wrong.append(f"scores of {path}: {mark}")
        elif mark:
            fields_there.append(path)
            if mark["run"] != claimed.get(path) or mark["state"] != "done" or mark["path"] != path:
                wrong.append(f"mark of {path}: {mark}")
    wrong += undeclared(dataset)
    color = dataset.app_config.color_scheme
    colored = [] if color is None else [f["path"] for f in color.fields or []]
    indexed = [i for i in dataset.list_indexes() if "cluster" in i or "other" in i or "kind" in i]
    return {
        "runs": runs, "fields": sorted(fields_there), "colored": colored, "indexed": indexed, "wrong": wrong,
        "user": [dataset.values("color"), dataset.values("filepath"), dataset.values("objects.detections.label")],
    }  # fmt: skip


def undeclared(dataset):
    """Return values in the database that no field accounts for."""
    known = {f.db_field or name for name, f in dataset.get_field_schema().items()} | {
        "_id",
        "_media_type",
        "_rand",
    }
    known |= {"_dataset_id"}
    inside = set(dataset.get_field_schema(flat=True))
    found = set()
    for doc in dataset._sample_collection.find():
        found |= set(doc) - known
        for label in doc["objects"]["detections"]:
            found |= {
                f"objects.detections.{k}" for k in label
                if not k.startswith("_") and k != "emb" and f"objects.detections.{k}" not in inside
            }  # fmt: skip
    return [f"undeclared {name}" for name in sorted(found)]


def forked(job):
    """Run a job in a process of its own; return what it printed last, None if it was killed."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        code = 1
        try:
            os.write(write, json.dumps(job()).encode())
            code = 0
        except BaseException as error:  # noqa: BLE001 - told to whoever forked
            os.write(write, json.dumps({"error": repr(error)}).encode())
            import traceback

            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return None
    return json.loads(said)


def act(operation, before, name):
    setup, run = OPERATIONS[operation]
    killer = Killer()
    monitoring.register(killer)
    fo.config.show_progress_bars = False
    dataset = setup(name)
    killer.left, killer.seen = before, 0
    run(dataset)
    killer.left = 0
    return {"writes": killer.seen}


def look(operation, name):
    fo.config.show_progress_bars = False
    dataset = fo.load_dataset(name)
    cbf.list_clusterings(dataset)
    return state(dataset)


def old(operation, name):
    fo.config.show_progress_bars = False
    return state(OPERATIONS[operation][0](name))


def forget(name):
    fo.config.show_progress_bars = False
    if fo.dataset_exists(name):
        fo.delete_dataset(name)


def prepare():
    """Import once what each process would have to import: everything but a connection and a thread."""
    for public in cbf.__all__:
        getattr(cbf, public)
    for module in ("sklearn.cluster", "pandas", "clusterby.kernels.kmeans", "clusterby.clusterers.kmeans"):
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    from clusterby.clusterers.fit import check_method

    check_method("kmeans", n_clusters=2, parameters={})


if __name__ == "__main__":
    prepare()
    names = []
    for operation, before in json.loads(sys.argv[1]):
        # FiftyOne takes names that differ in their dashes alone for one
        name = f"killed-{os.getpid()}-{operation}-{before if before >= 0 else 'old'}"
        if before < 0:
            said = forked(lambda: old(operation, name))  # noqa: B023
            print(
                json.dumps({"operation": operation, "before": before, "done": None, "state": said}),
                flush=True,
            )
        else:
            done = forked(lambda: act(operation, before, name))  # noqa: B023
            said = forked(lambda: look(operation, name))  # noqa: B023
            print(
                json.dumps({"operation": operation, "before": before, "done": done, "state": said}),
                flush=True,
            )
        names.append(name)
    forked(lambda: [forget(name) for name in names])
