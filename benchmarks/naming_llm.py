"""Seconds to name clusters by a chat model, with a server on this machine that takes its time for each answer.

    python benchmarks/naming_llm.py [--quick]

Axes: questions in flight (1, 4, 8, 16), for 50 clusters of 20,000 rows of 384 dimensions, with 200 ms an answer. "at
best" is what the answers alone take. The first call also loads the client; it is shown apart. "again" names
with all answers kept. The server is the one that the tests use.
"""

import argparse
import logging
import math
import platform
import sys
import time
from pathlib import Path

import numpy as np

import clusterby as cb

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.namers.naming_server import NamingServer

from clusterby.namers.base import Clusters
from clusterby.namers.llm import LLMNamer

SECONDS = 0.2


def made_clusters(rows, count):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, count, rows)
    centers = rng.normal(size=(count, 384)).astype("float32")
    vectors = centers[labels] + rng.normal(scale=0.5, size=(rows, 384)).astype("float32")
    texts = [
        f"topic{label} " + "some words of a longer text " * 8 + str(row) for row, label in enumerate(labels)
    ]
    return Clusters(
        ids=tuple(range(count)), labels=labels, centers=centers, vectors=lambda: vectors, column="text",
        show=texts.__getitem__,
    )  # fmt: skip


def seconds_to_name(namer, clusters):
    began = time.perf_counter()
    found = namer.name(clusters)
    seconds = time.perf_counter() - began
    assert len(found.names) == len(clusters.ids)
    return seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="8 in flight alone")
    quick = parser.parse_args().quick
    logging.getLogger("clusterby").setLevel(logging.ERROR)
    clusters = made_clusters(20_000, 50)
    print(
        f"20,000 rows, 50 clusters, {SECONDS * 1e3:.0f} ms an answer; {platform.processor() or platform.machine()}, "
        f"Python {platform.python_version()}, clusterby {cb.__version__}\n"
    )
    with NamingServer(seconds=SECONDS) as server:
        first = seconds_to_name(LLMNamer("m", base_url=server.url), clusters)
        print(f"first call, 8 in flight: {first:.2f} s\n")
        print("in flight    named   again   at best  most at once")
        for workers in (8,) if quick else (1, 4, 8, 16):
            server.most_at_once = 0
            namer = LLMNamer("m", base_url=server.url, workers=workers)
            seconds, again = seconds_to_name(namer, clusters), seconds_to_name(namer, clusters)
            best = math.ceil(50 / workers) * SECONDS
            print(f"{workers:9d} {seconds:6.2f} s {again:5.2f} s {best:7.2f} s {server.most_at_once:13d}")


if __name__ == "__main__":
    main()
