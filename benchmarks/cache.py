"""The second call: 100,000 cached rows of 512, beside reading the same matrix from a .npy file plus hashing the cells.

    python benchmarks/cache.py [--quick]

Axes: what the cells are (texts; files in an unchanged folder), where the vectors are (in memory, as somebody still holds the
result of the first call, or on the disk alone), and how the rows are asked for (in the order they were stored, shuffled, 1,000 of
them changed). The floor is np.load and the hash of each cell; of a file that did not change only its state is
looked at, so that a call may even stay below that floor. Ratios of medians of calls in turn, in one process.
"""

import argparse
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path

import lance
import numpy as np
import xxhash
from PIL import Image

import clusterby as cb

DIMENSION = 512


class Counting:
    """Gives random vectors by the content's hash, and counts."""

    name, revision = "counting", "1"

    def __init__(self):
        self.encoded = 0

    def encode(self, items):
        self.encoded += len(items)
        seeds = [
            xxhash.xxh3_64_intdigest(item.encode() if isinstance(item, str) else item.tobytes())
            for item in items
        ]
        return np.stack(
            [np.random.default_rng(seed).normal(size=DIMENSION).astype(np.float32) for seed in seeds]
        )


def seconds(function):
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="10,000 rows")
    quick = parser.parse_args().quick
    n, repeats = (10_000, 3) if quick else (100_000, 7)
    print(
        f"{n:,} rows × {DIMENSION}; {platform.processor() or platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, Lance {lance.__version__}, clusterby {cb.__version__}\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        texts(place, n, repeats)
        files(place, n // 5, repeats)


def texts(place, n, repeats):
    rows = [f"the title of row {i}, with a few words more to make it as long as titles are" for i in range(n)]
    encoder = Counting()
    table = {"t": np.array(rows, dtype=object)}

    def embed(data=table):
        return cb.embed(data, "t", modality="text", encoder=encoder, cache=place / "cache")

    np.save(place / "x.npy", embed().vectors)
    shuffled = {"t": table["t"][np.random.default_rng(0).permutation(n)]}

    def floor():
        np.load(place / "x.npy")
        for row in rows:
            xxhash.xxh3_128_digest(row.encode())

    held = []
    calls = {
        "vectors of the first call at hand": lambda: held.__setitem__(slice(None), [embed()]),
        "from disk": lambda: (held.clear(), embed()),
        "from disk, shuffled": lambda: (held.clear(), embed(shuffled)),
    }
    held.append(embed())
    show(f"{n:,} texts", floor, calls, repeats, encoder)
    changed = table["t"].copy()
    changed[:: n // 1_000] = [f"changed {i}" for i in range(1_000)]
    before = encoder.encoded
    spent = seconds(lambda: embed({"t": changed}))
    print(f"  1,000 changed: {encoder.encoded - before:,} encoded, {spent:.2f} s\n")


def files(place, n, repeats):
    (place / "images").mkdir()
    for i in range(n):
        Image.new("RGB", (8, 8), (i % 256, i // 256 % 256, i // 65_536)).save(place / "images" / f"{i}.png")
        os.utime(place / "images" / f"{i}.png", (1, 1))
    time.sleep(2.1)  # a younger file is not remembered
    paths = [str(place / "images" / f"{i}.png") for i in range(n)]
    encoder = Counting()

    def embed():
        return cb.embed({"image": paths}, "image", encoder=encoder, cache=place / "cache2")

    np.save(place / "y.npy", embed().vectors)
    held = []

    def floor():
        np.load(place / "y.npy")
        for path in paths:
            with open(path, "rb") as stream:  # noqa: PTH123 - the cheapest way
                xxhash.xxh3_128_digest(stream.read())

    calls = {
        "vectors of the first call at hand": lambda: held.__setitem__(slice(None), [embed()]),
        "from disk": lambda: (held.clear(), embed()),
    }
    show(f"{n:,} files of an unchanged folder", floor, calls, repeats, encoder)


def show(title, floor, calls, repeats, encoder):
    encoder.encoded = 0
    spent = {"floor": [], **{name: [] for name in calls}}
    for name, call in {"floor": floor, **calls}.items():
        call()
        for _ in range(repeats):
            spent[name].append(seconds(call))
    least = statistics.median(spent["floor"])
    print(f"{title}: floor {least:.3f} s")
    for name in calls:
        median = statistics.median(spent[name])
        print(f"  {name}: {median:.3f} s, {median / least:.2f} of the floor, {encoder.encoded} encoded")


if __name__ == "__main__":
    main()
