"""Means of a million rows by cluster: ours beside pandas' own groupby, as a ratio of medians.

    python benchmarks/aggregate.py [--quick]

Axes: the column (five of float64), and whether the groups were aggregated before ("again") or the call is the first one
on a new result ("first"), which has to find the rows of each group.
"""

import argparse
import platform
import statistics
import time

import numpy as np
import pandas as pd

import clusterby as cb


def measure(aggregate, column, prepare=None, repeats=15):
    seconds = []
    for _ in range(repeats + 1):
        given = prepare() if prepare else None
        began = time.perf_counter()
        aggregate(given, column)
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds[1:])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="100,000 rows")
    n = 100_000 if parser.parse_args().quick else 1_000_000
    rng = np.random.default_rng(0)
    df = pd.DataFrame({name: rng.normal(size=n) for name in "abcde"})
    vectors = rng.normal(size=(n, 2)).astype("float32")
    groups = cb.clusterby(df, "a", embeddings=vectors, n_clusters=50, n_init=1, max_iter=3)
    df["cluster"] = groups.labels_

    print(
        f"{n:,} rows, {groups.n_clusters_} clusters; {platform.processor() or platform.machine()}, "
        f"Python {platform.python_version()}, pandas {pd.__version__}, clusterby {cb.__version__}\n"
    )
    print("column      pandas     again  ratio     first  ratio")
    for name in "abcde":
        theirs = measure(lambda _, column: df.groupby("cluster")[column].mean(), name)
        again = measure(lambda _, column: groups[column].mean(), name)
        first = measure(lambda fresh, column: fresh[column].mean(), name, prepare=lambda: groups.renamed({}))
        print(f"{name:6s} {theirs * 1e3:8.1f} ms {again * 1e3:6.1f} ms  {again / theirs:4.2f} "
              f"{first * 1e3:6.1f} ms   {first / theirs:4.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
