"""Name clusters by the values of other columns that mark them."""

from __future__ import annotations

from collections.abc import Mapping

from clusterby.namers.base import Clusters, Evidence, Name, Names
from clusterby.namers.unlike import one_line, same_name, unlike

__all__ = ["name_by_values"]

_MOST = 6
_LEAST_INSIDE = 0.1
"""A value that fewer of the cluster's rows have, though it marks it, is not what the cluster is."""


def name_by_values(clusters: Clusters, *, by: str) -> Names:
    """Return a name for each cluster that values of other columns mark: ``"red"``, or where two are red ``"red, small"``.

    A value that fewer than a tenth of the cluster's rows have gives no name, however rare it is elsewhere. The confidence is
    the share of the cluster's rows that have the first value; of a mean it is not known.

    Parameters
    ----------
    clusters : Clusters
        Its `marks` are used.
    by : str
        Who gives the names.

    Examples
    --------
    >>> import numpy as np
    >>> red = Evidence(text="red", column="color", inside=0.9, overall=0.3, lift=3.0)
    >>> clusters = Clusters(
    ...     ids=(0, 1), labels=np.array([0, 1]), centers=np.zeros((2, 1), np.float32),
    ...     vectors=lambda: np.zeros((2, 1), np.float32), marks=lambda: {0: [red], 1: []},
    ... )
    >>> names = name_by_values(clusters, by="keywords")
    >>> names.names[0].name, names.failed[1]
    ('red', 'no value of another column marks it: name it yourself, or by a model')
    """
    marks = clusters.marks() if clusters.marks is not None else {}
    return _named({c: list(marks.get(c, ())) for c in clusters.asked}, clusters.others, by)


def _named(marks: Mapping[int, list[Evidence]], others: Mapping[int, str], by: str) -> Names:
    names: dict[int, Name] = {}
    failed: dict[int, str] = {}
    taken = {same_name(name) for name in others.values()}
    for cluster, found in marks.items():
        telling = [
            mark for mark in found if (mark.of_means or mark.inside >= _LEAST_INSIDE) and one_line(mark.text)
        ]
        if not telling:
            failed[cluster] = "no value of another column marks it: name it yourself, or by a model"
            continue
        words = tuple(dict.fromkeys(one_line(mark.text) for mark in telling))
        name = unlike([", ".join(words[:most]) for most in range(1, min(len(words), _MOST) + 1)], taken)
        taken.add(same_name(name))
        confidence = None if telling[0].of_means else telling[0].inside
        names[cluster] = Name(name=name, by=by, confidence=confidence, words=words)
    return Names(names=names, failed=failed)
