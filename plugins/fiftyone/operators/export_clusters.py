"""Write the clusters of a run to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidParameter

from .clustering_operator import ClusteringOperator
from .form import Form, given, refusal
from .runs import ask_run, run_key_of

__all__ = ["ExportClusters"]

_SUFFIXES = (".csv", ".parquet")


class ExportClusters(ClusteringOperator):
    """Write each item's id, file, cluster, name and strength to a file."""

    named = "export_clusters"
    label = "Export clusters"
    about = "Write each item's id, file, cluster, name and strength to a csv or parquet file"
    submit = "Export"

    def ask(self, form: Form) -> None:
        """Ask for the run and the file."""
        if ask_run(form, leave_out=lambda info: "written_by" in info) is None:
            return
        path, replace = form.value("path"), bool(form.value("overwrite"))
        untouched = form.in_app and "path" not in form.params
        error = None if untouched else refusal(_check, path, replace)
        form.text(
            "path", "File", error=error, required=True,
            description="A csv or parquet file on the machine on which the operator runs.",
        )  # fmt: skip
        if replace or (isinstance(path, str) and Path(path).is_file()):
            form.flag("overwrite", "Replace the file", default=False)

    def work(self, ctx: Any) -> dict[str, Any]:
        """Write the file."""
        key, path = run_key_of(ctx), given(ctx.params, "path")
        written = cbf.export_clusters(
            ctx.dataset, key, path, overwrite=bool(given(ctx.params, "overwrite", False))
        )
        size = written.stat().st_size
        return {
            "run_key": key, "path": str(written), "bytes": size,
            "summary": f"Run `{key}` is written to `{written}` ({size / 1e3:,.1f} kB).",
        }  # fmt: skip

    def __call__(self, dataset: Any, run_key: str, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write a run to a file; see :func:`clusterby.fiftyone.export_clusters`."""
        return cbf.export_clusters(dataset, run_key, path, overwrite=overwrite)


def _check(path: Any, replace: bool) -> None:
    if not isinstance(path, str):
        raise InvalidParameter(f"path={path!r}: give the name of a csv or parquet file")
    at = Path(path)
    if at.suffix.lower() not in _SUFFIXES:
        raise InvalidParameter(f"path={path!r}: give a name that ends in {' or '.join(_SUFFIXES)}")
    if not at.parent.is_dir():
        raise InvalidParameter(f"path={path!r}: there is no folder {str(at.parent)!r}")
    if at.is_dir() or (at.exists() and not replace):
        raise InvalidParameter(
            f"path={path!r} is there already: give another name, or tick 'Replace the file' (overwrite=True)"
        )
