"""Write RESULTS.md and the plot from what `benchmarks/clusterers.py` measured.

python benchmarks/results.py [measured.json]
"""

import json
import sys
from pathlib import Path

from contenders import OURS
from works import WORKS

HERE = Path(__file__).parent


def table(name: str, rows: list[dict]) -> list[str]:
    """Return the lines of one work's table, at the size that all contenders ran at."""
    work = WORKS[name]
    at = [r for r in rows if r["n"] == work.n] or rows
    ours = next(r for r in at if r["contender"] == OURS)
    lines = [
        f"### {name}: {ours['n']:,} × 512" + (f", k = {work.k}" if work.k else ""), "",
        f"| contender | seconds | times ours | peak memory, MB | {work.quality} |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for r in at:
        if "failed" in r:
            lines.append(f"| {r['contender']} | {r['failed']} | | | |")
            continue
        spread = f" ({r['fastest']:.3g}–{r['slowest']:.3g})" if r["repeats"] > 1 else ""
        ratio = f"{r['seconds'] / ours['seconds']:.1f}" if "seconds" in ours else ""
        lines.append(
            f"| {r['contender']} | {r['seconds']:.3g}{spread} | {ratio} | {memory(r)} | {r['quality']:.6g} |"
        )
    lines += ["", f"Repeats: {ours['repeats']}, medians."]
    others = [r for r in rows if r["n"] != ours["n"] and "failed" not in r]
    if others:
        lines += ["", "| rows | contender | seconds | peak memory, MB | quality |", "|---|---|---|---|---|"]
        lines += [
            f"| {r['n']:,} | {r['contender']} | {r['seconds']:.3g} | {memory(r)} | {r['quality']:.6g} |"
            for r in sorted(others, key=lambda r: (r["n"], r["seconds"]))
        ]
    return [*lines, ""]


def memory(row: dict) -> str:
    return "not measured" if row["peak_mb"] is None else f"{row['peak_mb']:,.0f}"


def compile_table(rows: list[dict]) -> list[str]:
    lines = [
        "### First call in a fresh process", "",
        "After `from clusterby.clusterers import …`, which brings scikit-learn, SciPy and numba.", "",
        "| work | rows | import, s | empty compile cache, s | warm cache, s | second call in the process, s |",
        "|---|---|---|---|---|---|",
    ]  # fmt: skip
    lines += [
        f"| {r['work']} | {r['n']:,} | {r['imports']:.2f} | {r['empty']:.2f} | {r['warm']:.2f} | {r['again']:.2f} |"
        for r in rows
    ]
    return [*lines, ""]


def plot(measured: dict, out: Path) -> None:
    """Draw time and memory against n, one column a work."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "clusterby", "svg.fonttype": "none"})
    import matplotlib.pyplot as plt

    names = [n for n in WORKS if n in measured and len({r["n"] for r in measured[n]["rows"]}) > 1]
    figure, axes = plt.subplots(
        2,
        len(names),
        figsize=(2.9 * len(names), 6.2),
        sharex="col",
        sharey="row",
        squeeze=False,
        layout="constrained",
    )
    kinds = sorted({r["contender"] for n in names for r in measured[n]["rows"]} - {OURS})
    colors = {kind: plt.colormaps["tab20"](i % 20) for i, kind in enumerate(kinds)}
    for column, name in enumerate(names):
        rows = [r for r in measured[name]["rows"] if "failed" not in r]
        for contender in dict.fromkeys(r["contender"] for r in rows):
            mine = sorted((r for r in rows if r["contender"] == contender), key=lambda r: r["n"])
            style = (
                {"color": "black", "linewidth": 2.4, "zorder": 3} if contender == OURS
                else {"color": colors[contender], "linewidth": 1.2}
            )  # fmt: skip
            for axis, fact in zip(axes[:, column], ("seconds", "peak_mb"), strict=True):
                axis.plot(
                    [r["n"] for r in mine],
                    [r[fact] for r in mine],
                    "o-",
                    markersize=4,
                    label=contender,
                    **style,
                )
        axes[0, column].set_title(name)
        axes[1, column].set_xlabel("rows")
        for axis in axes[:, column]:
            axis.set_xscale("log")
            axis.set_yscale("log")
            axis.yaxis.set_major_formatter("{x:,g}")
            axis.yaxis.set_minor_formatter("")
            at = sorted({r["n"] for r in rows})
            axis.set_xticks(at, [f"{n / 1000:g}k" for n in at], rotation=60, fontsize=8)
            axis.minorticks_off()
            axis.grid(visible=True, which="major", alpha=0.3)
        axes[1, column].legend(fontsize=6, loc="upper left")
    axes[0, 0].set_ylabel("seconds")
    axes[1, 0].set_ylabel("peak memory of the process, MB")
    figure.savefig(out, metadata={"Date": None})


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "measured.json"
    measured = json.loads(path.read_text())
    first = next(iter(measured.values()))
    lines = [
        "# Our clusterers beside their peers", "",
        "Written by `benchmarks/results.py` from `benchmarks/measured.json`; measure again with `make bench`. Data,"
        " rules and contenders are described in `data.py`, `clusterers.py` and `contenders.py`.", "",
        f"Machine: {first['machine']['processor']}, {first['machine']['threads']} threads, Python "
        f"{first['machine']['python']}. Shared with others: ratios within one table count, seconds do not.", "",
        "Versions: " + ", ".join(f"{k} {v}" for k, v in first["versions"].items()) + ".", "",
        "![time and memory against the number of rows](results.svg)", "",
    ]  # fmt: skip
    for name in WORKS:
        if name in measured:
            lines += table(name, measured[name]["rows"])
    if "imports" in measured.get("compile", {"rows": [{}]})["rows"][0]:
        lines += compile_table(measured["compile"]["rows"])
    (HERE / "RESULTS.md").write_text("\n".join(lines))
    plot(measured, HERE / "results.svg")


if __name__ == "__main__":
    main()
