"""`clusterby demo`: the main job on real images."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

import clusterby as cb
from clusterby import samples
from clusterby.cli.console import Debug, Json, Quiet, out, print_json, session
from clusterby.cli.show import cluster_table, document
from clusterby.groups.result import ClusterBy
from clusterby.groups.summary import ClusterSummary
from clusterby.ops.agreement import adjusted_rand_index

__all__ = ["demo"]


def demo(
    folder: Annotated[Path, typer.Option("--out", help="The folder to write to.")] = Path("clusterby-demo"),
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Cluster 1,797 real handwritten digits by what they look like, and write a report."""
    began = time.monotonic()
    with session(quiet=quiet or json, debug=debug):
        images = samples.digits(folder / "digits")
        groups = cb.clusterby(images, "image", n_clusters=10)
        truth = groups.table.column("folder").cells
        agreement = adjusted_rand_index(groups.labels_, truth)
        report = groups.report(folder / "report.html", title="1,797 handwritten digits")
        seconds = time.monotonic() - began
        if json:
            shown = {"adjusted_rand_index": agreement, "seconds": seconds, "report": str(report.resolve())}
            print_json(shown | document(groups))
            return
        out.print(
            f"[bold]{groups.table.n_rows:,} handwritten digits in {groups.n_clusters_} clusters[/bold]\n"
        )
        out.print(cluster_table(groups, {"agreement with the true digit": lambda s: _agreement(groups, s)}))
        out.print(
            f"\nadjusted Rand index against the true digits: [bold]{agreement:.3f}[/bold] (1 is perfect, 0 is chance)"
        )
        out.print(f"report: [bold]{escape(str(report))}[/bold]   ({seconds:.1f} s)", soft_wrap=True)


def _agreement(groups: ClusterBy, summary: ClusterSummary) -> str:
    digits = groups.table.column("folder").cells[groups.rows[summary.cluster]]
    digit, count = Counter(digits.tolist()).most_common(1)[0]
    return f"{digit} ({count / summary.size:.0%})"
