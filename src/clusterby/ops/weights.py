"""Which columns `by` names, and how much each of them counts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from clusterby.core.errors import InvalidParameter

__all__ = ["By", "column_weights"]

By: TypeAlias = str | Sequence[str] | Mapping[str, float]


def column_weights(by: By) -> dict[str, float]:
    """Return each column's weight; the weights sum to 1.

    Parameters
    ----------
    by : str, sequence of str, or mapping of str to float
        One column, several of equal weight, or columns with weights.

    Raises
    ------
    InvalidParameter
        If no column is named, one is named twice, or a weight is not a positive number.

    Examples
    --------
    >>> column_weights(["image", "caption"])
    {'image': 0.5, 'caption': 0.5}
    >>> column_weights({"image": 3, "caption": 1})
    {'image': 0.75, 'caption': 0.25}
    """
    names = [by] if isinstance(by, str) else list(by)
    if not names or not all(isinstance(name, str) for name in names):
        raise InvalidParameter(
            f"by={by!r}: give a column's name, a list of names, or a dict of names to weights"
        )
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise InvalidParameter(
            f"by names {', '.join(map(repr, sorted(doubled)))} twice: name each column once"
        )
    if not isinstance(by, Mapping):
        return dict.fromkeys(names, 1 / len(names))
    for name, weight in by.items():
        if not isinstance(weight, (int, float)) or not math.isfinite(weight) or weight <= 0:
            raise InvalidParameter(f"by={{{name!r}: {weight!r}}}: a weight must be a number above 0")
    total = sum(by.values())
    return {name: weight / total for name, weight in by.items()}
