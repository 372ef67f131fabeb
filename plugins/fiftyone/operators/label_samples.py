"""Label samples by a description, or by the best of several words."""

from __future__ import annotations

from collections import Counter
from typing import Any

import fiftyone.operators.types as types
import numpy as np

import clusterby.fiftyone as cbf

from .clustering_operator import LongOperator
from .form import Form, given
from .items import chosen
from .label_form import ask_labels, label_settings

__all__ = ["LabelSamples"]


class LabelSamples(LongOperator):
    """Write to a new field how well a description fits each sample, or which of several words fits best."""

    named = "label_samples"
    label = "Label samples by description"
    about = "Write how well a description fits each sample, or which of several words fits best"
    submit = "Label"

    def resolve_run_name(self, ctx: Any) -> str:
        """Return what a delegated run is listed as."""
        return f"Labels {given(ctx.params, 'field', '')}".strip()

    def ask(self, form: Form) -> None:
        """Ask for the words, what is looked at, and the field."""
        ask_labels(form)

    def work(self, ctx: Any) -> dict[str, Any]:
        """Label, and write the field."""
        settings = label_settings(ctx.params)
        field = settings.pop("field", None)
        return _told(cbf.label_samples(chosen(ctx), field, **settings), field)

    def followed_up(self, ctx: Any, results: dict[str, Any]) -> list[Any]:
        """Show the new field in the grid."""
        active = [field for field in ctx.active_fields or [] if field != results["field"]]
        return [ctx.ops.reload_dataset(), ctx.ops.set_active_fields([*active, results["field"]])]

    def show(self, outputs: types.Object, results: dict[str, Any]) -> None:
        """Say how many got which label."""
        super().show(outputs, results)
        if results["labels"]:
            table = types.TableView(columns=[])
            for column, words in (("label", "Label"), ("count", "Count"), ("share", "Share")):
                table.add_column(column, label=words)
            outputs.list("labels", types.Object(), view=table, label="Labels")

    def __call__(self, samples: Any, field: str, **settings: Any) -> Any:
        """Label from Python and return the labels; see :func:`clusterby.fiftyone.label_samples`."""
        return cbf.label_samples(samples, field, **settings)


def _told(found: Any, field: str) -> dict[str, Any]:
    """Return what came of it as plain values."""
    n = len(found.embeddings)
    if found.chooses:
        counts = Counter(word for word in found.labels_ if word is not None).most_common()
        labels = [{"label": word, "count": count, "share": f"{count / n:.1%}"} for word, count in counts]
        headline = f"{n:,} items have one of {len(counts)} labels"
    else:
        scores = np.ma.compressed(found.scores_)
        labels = []
        headline = f"{n:,} items have a score, {float(np.mean(scores)):.2f} on average, {int((scores > 0.5).sum()):,} above 0.5"
    lines = [
        f"**{headline}**, in field `{field}` by `{found.encoder_choice.name}`.",
        f"It is {found.meaning}.",
    ]
    lines += [f"*{warning[0].upper()}{warning[1:]}.*" for warning in found.warnings]
    reasons = Counter(skipped.reason for skipped in found.skipped)
    lines += [f"{count:,} got none: {reason}." for reason, count in reasons.most_common(5)]
    return {
        "field": field, "n_labelled": n, "n_skipped": len(found.skipped), "labels": labels, "headline": headline,
        "summary": "  \n".join(lines),
    }  # fmt: skip
