"""Our clusterers beside their peers: time, memory and quality, in one process tree.

    python benchmarks/clusterers.py [WORK ...] [--quick] [--repeats 3] [--no-growth]

For each work, contenders run in turn, each run in a process of its own: it loads the same vectors from disk, warms
up on a part of them (compilation, thread pools), then is timed once on all. Reported are the median of the repeats,
the ratio to ours, the peak of the process' memory, and a quality figure that must not be worse than the peer's. The
first call in a fresh process, with an empty and with a warm compile cache, is timed apart (`compile`). What was
measured is kept in `benchmarks/measured.json`, one entry per work, and `benchmarks/results.py` turns it into
`RESULTS.md` and a plot.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from contenders import OURS
from data import embedding_like
from works import WORKS, Work

HERE = Path(__file__).parent
MEASURED = HERE / "measured.json"
PACKAGES = (
    "clusterby", "numpy", "scipy", "scikit-learn", "scikit-learn-intelex", "faiss-cpu", "fastcluster", "hdbscan",
    "fast-hdbscan", "evoc", "genieclust", "numba",
)  # fmt: skip
LIMIT = 1_800  # seconds a single run may take


def megabytes() -> float:
    """Return the most memory this process ever held; what getrusage tells begins with the parent's."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def run_one(work: str, contender: str, vectors: Path, out: Path) -> None:
    """Time one contender in this process and write what it found."""
    x, run, k = np.load(vectors), WORKS[work].contenders[contender], WORKS[work].k
    run(x[: WORKS[work].warm_up].copy(), min(k, WORKS[work].warm_up))
    before = megabytes()
    began = time.perf_counter()
    result = run(x, k)
    seconds = time.perf_counter() - began
    arrays = {
        f"{name}_{i}" if isinstance(value, tuple) else name: part
        for name, value in result.items()
        for i, part in enumerate(value if isinstance(value, tuple) else (value,))
    }
    np.savez(out, **arrays)
    print(json.dumps({"seconds": seconds, "peak_mb": megabytes(), "before_mb": before}))


def measure(work: str, contender: str, vectors: Path, out: Path) -> dict[str, float] | str:
    """Run one contender in a process of its own; what went wrong, if it did."""
    command = [sys.executable, __file__, "--one", work, contender, str(vectors), str(out)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return f"more than {LIMIT:,} s"
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"ended by signal {-done.returncode}"])[-1]
        return f"failed: {last[:80]}"
    return json.loads(done.stdout.strip().splitlines()[-1])


def load(out: Path) -> dict:
    with np.load(out) as stored:
        found = dict(stored)
    if "mixture_0" in found:
        found["mixture"] = tuple(found.pop(f"mixture_{i}") for i in range(3))
    return found


def compare(name: str, n: int, contenders: list[str], *, repeats: int) -> list[dict]:
    """Return one row per contender at one size."""
    work = WORKS[name]
    x, truth = embedding_like(n)
    with tempfile.TemporaryDirectory() as folder:
        vectors = Path(folder) / "vectors.npy"
        np.save(vectors, x)
        runs: dict[str, list] = {c: [] for c in contenders}
        for turn in range(repeats):
            for contender in contenders:
                if runs[contender] and isinstance(runs[contender][-1], str):
                    continue
                got = measure(name, contender, vectors, Path(folder) / f"{contenders.index(contender)}.npz")
                runs[contender].append(got)
                shown = got if isinstance(got, str) else f"{got['seconds']:.2f} s, {got['peak_mb']:,.0f} MB"
                print(f"  {name} {n:,}: {contender}, run {turn + 1}: {shown}", flush=True)
        there = {
            c: load(Path(folder) / f"{i}.npz")
            for i, c in enumerate(contenders)
            if not isinstance(runs[c][-1], str)
        }
    reference = there.get(work.reference) if work.reference else None
    return [row(work, n, c, runs[c], there.get(c), reference, (x, truth)) for c in contenders]


def row(work: Work, n: int, contender: str, runs: list, result, reference, data) -> dict:
    facts = {"n": n, "k": work.k, "contender": contender, "repeats": len(runs)}
    if isinstance(runs[-1], str):
        return {**facts, "failed": runs[-1]}
    judged = work.judge(*data, result, None if contender == work.reference else reference)
    seconds = [r["seconds"] for r in runs]
    return {
        **facts, "seconds": statistics.median(seconds), "fastest": min(seconds), "slowest": max(seconds),
        "peak_mb": max(r["peak_mb"] for r in runs), "before_mb": max(r["before_mb"] for r in runs), "quality": judged,
    }  # fmt: skip


def compile_times(*, quick: bool) -> list[dict]:
    """Time the first call in a fresh process, with an empty and a warm compile cache, beside a second call."""
    rows = []
    for name in ("kmeans", "ward", "average", "complete", "single", "hdbscan", "spectral", "gmm"):
        n = 500 if quick else 2_000
        code = (
            f"import sys, time, numpy as np; sys.path.insert(0, {str(HERE)!r})\n"
            "from data import embedding_like; from works import WORKS\n"
            f"x = embedding_like({n})[0]; work = WORKS[{name!r}]; run = work.contenders[{OURS!r}]\n"
            "t = time.perf_counter(); from clusterby import clusterers\n"
            "[getattr(clusterers, c) for c in clusterers.__all__]; imports = time.perf_counter() - t\n"
            "t = time.perf_counter(); run(x, 20); first = time.perf_counter() - t\n"
            "t = time.perf_counter(); run(x, 20); print(first, time.perf_counter() - t, imports)"
        )
        with tempfile.TemporaryDirectory() as cache:
            environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
            found = {}
            for state in ("empty", "warm"):
                done = subprocess.run(
                    [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
                )
                found[state], found["again"], found["imports"] = (float(s) for s in done.stdout.split())
        rows.append({"work": name, "n": n, **found})
        print(f"  compile, {name}: {found}", flush=True)
    return rows


def installed() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def machine() -> dict[str, str]:
    names = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")] if Path("/proc/cpuinfo").exists() else []  # fmt: skip
    return {
        "processor": names[0] if names else platform.processor(),
        "threads": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "python": platform.python_version(),
    }


def keep(name: str, rows: list[dict], path: Path) -> None:
    """Put what was measured into the file, in the place of what was there for that work."""
    stored = json.loads(path.read_text()) if path.exists() else {}
    stored[name] = {
        "when": time.strftime("%Y-%m-%d", time.gmtime()), "machine": machine(), "versions": installed(), "rows": rows,
    }  # fmt: skip
    path.write_text(json.dumps(stored, indent=1) + "\n")


def sizes(work: Work, *, quick: bool, growth: bool) -> list[tuple[int, list[str]]]:
    every, brisk = list(work.contenders), [c for c in work.contenders if c not in work.slow]
    if quick:
        return [(max(2_000, 10 * work.k), brisk)]
    plan = [(n, every if i == 0 else brisk) for i, n in enumerate(work.growth if growth else ())]
    return [*plan, (work.n, brisk), *((n, [OURS]) for n in (work.ours_beyond if growth else ()))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("works", nargs="*", help=f"of {', '.join(WORKS)} and compile; all by default")
    parser.add_argument("--quick", action="store_true", help="2,000 rows and one repeat: does it run?")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--no-growth", action="store_true", help="the size of the bars only")
    parser.add_argument(
        "--one", nargs=4, metavar=("WORK", "CONTENDER", "VECTORS", "OUT"), help=argparse.SUPPRESS
    )
    options = parser.parse_args()
    if options.one:
        work, contender, vectors, out = options.one
        run_one(work, contender, Path(vectors), Path(out))
        return
    path = Path(tempfile.gettempdir()) / "clusterby-quick.json" if options.quick else MEASURED
    for name in options.works or [*WORKS, "compile"]:
        print(name, flush=True)
        if name == "compile":
            keep(name, compile_times(quick=options.quick), path)
            continue
        rows = []
        for n, contenders in sizes(WORKS[name], quick=options.quick, growth=not options.no_growth):
            alone = contenders == [OURS]
            rows += compare(name, n, contenders, repeats=1 if options.quick or alone else options.repeats)
        keep(name, rows, path)
    print(f"kept in {path}")


if __name__ == "__main__":
    main()
