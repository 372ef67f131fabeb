"""The facts of a result's making, which stay what they are whatever is edited."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from clusterby.groups import ClusterBy
from clusterby.ops.condition import Conditioned
from clusterby.runs.plain import to_plain
from clusterby.runs.recipe import recipes_of

__all__ = ["facts_of"]

_LIBRARIES = ("numpy", "scipy", "scikit-learn", "numba")


def facts_of(groups: ClusterBy) -> dict[str, Any]:
    """Return what is known of how a result was made now, by the names of :class:`~clusterby.runs.RunRecord`.

    Examples
    --------
    >>> import clusterby as cb
    >>> facts = facts_of(cb.clusterby({"v": [[0.0], [0.1], [9.0]]}, "v", n_clusters=2))
    >>> facts["encoder"][0]["name"], facts["predicts"], facts["followed"]
    ('identity', 'model', ())
    """
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": _versions(),
        "encoder": _encoder(groups),
        "followed": groups.followed,
        "conditioned": _conditioned(groups),
        "recipes": recipes_of(groups._making.embedder),
        "tree": _tree(groups.clusterer_),
        "predicts": groups.predict_kind_,
    }


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in ("clusterby", *_LIBRARIES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _encoder(groups: ClusterBy) -> tuple[Mapping[str, str], ...]:
    choice = groups.encoder_choice
    choices = choice.values() if isinstance(choice, dict) else [choice] if choice is not None else []
    return tuple(
        {
            "column": c.column, "modality": c.modality.value, "name": c.name, "revision": c.encoder.revision,
            "reason": c.reason, "weakness": c.weakness,
        }
        for c in choices
    )  # fmt: skip


def _conditioned(groups: ClusterBy) -> Conditioned | None:
    """Return what words made of the vectors; of several columns each has its own, which are kept with none of them."""
    making = groups._making
    if making.embedder is None or len(making.embedder.parts) > 1:
        return making.conditioned
    return making.embedder.parts[0].conditioned


def _tree(estimator: Any) -> dict[str, list[Any]] | None:
    tree = getattr(estimator, "condensed_tree_", None)
    if not isinstance(tree, np.ndarray) or tree.dtype.names is None:
        return None
    found: dict[str, list[Any]] = to_plain({name: tree[name] for name in tree.dtype.names})
    return found
