"""Name the clusters of a result by a namer."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from clusterby.cache import Cache
from clusterby.core.errors import InvalidParameter
from clusterby.core.modality import Modality
from clusterby.core.parameter import check_parameters
from clusterby.core.partition import NOISE
from clusterby.namers.base import Clusters, Name, Namer, Names
from clusterby.namers.distinct import number_names
from clusterby.namers.registry import NAMERS
from clusterby.namers.unlike import one_line

__all__ = ["KeptAnswers", "name_clusters", "renamed"]

log = logging.getLogger(__name__)

_LONGEST = 500  # characters of a name


class KeptAnswers:
    """Answers that a model was paid for, in the cache."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def get(self, key: str) -> str | None:
        """Return what was answered; None if that is not known."""
        return self._cache.memo.answer(key)

    def keep(self, key: str, text: str) -> None:
        """Keep an answer."""
        if not self._cache.read_only:
            self._cache.memo.keep_answer(key, text)


def name_clusters(
    clusters: Clusters, namer: Any, *, cache: Cache | None = None, options: Mapping[str, Any] | None = None
) -> Names:
    """Return the names that a namer gives, those that are alike with a number; why a cluster got none is logged, too.

    A name for a cluster that keeps its own is left out.

    Parameters
    ----------
    clusters : Clusters
        What is shown.
    namer : str, Namer or callable
        A registered name, ``"auto"``, an object with ``name(clusters)``, or a function that takes the clusters and returns
        names by cluster, strings or :class:`~clusterby.namers.Name`.
    cache : Cache, optional
        Where answers that are paid for are kept.
    options : mapping, optional
        The parameters of a registered namer.

    Raises
    ------
    UnknownNamer, InvalidParameter
        If there is no such namer, it takes no such parameter, it returns something else than names, or it names a cluster
        that there is not.
    """
    options = dict(options or {})
    if isinstance(namer, str):
        found = _of_registered(_auto(clusters) if namer == "auto" else namer, clusters, cache, options)
    elif options:
        raise InvalidParameter(
            f"{next(iter(options))}=: a namer that is given as an object has its own settings already"
        )
    else:
        found = _of_object(namer, clusters)
    for cluster, reason in found.failed.items():
        log.warning("cluster %d has no name: %s", cluster, reason)
    return found


def _auto(clusters: Clusters) -> str:
    """Return the namer that suits what was clustered, and sends nothing anywhere."""
    several = len(np.unique(clusters.labels[clusters.labels != NOISE])) > 1
    aligned = clusters.similarities is not None and several
    what = clusters.compared or clusters.modality
    return "zero_shot" if what is Modality.IMAGE and aligned else "keywords"


def _of_registered(name: str, clusters: Clusters, cache: Cache | None, options: dict[str, Any]) -> Names:
    spec = NAMERS.get(name)
    checked = check_parameters(f"namer '{spec.name}'", spec.parameters, options)
    if spec.needs == "model" and cache is not None:
        checked["answers"] = KeptAnswers(cache)
    return _checked(NAMERS.load(spec.name)(**checked).name(clusters), f"namer {spec.name!r}", clusters)


def _of_object(namer: Any, clusters: Clusters) -> Names:
    by = getattr(namer, "__name__", type(namer).__name__)
    if isinstance(namer, type):
        raise InvalidParameter(f"namer={by} is a class: give an object of it")
    if isinstance(namer, Namer) and callable(namer.name):
        return _checked(namer.name(clusters), f"namer {by}", clusters)
    if not callable(namer):
        raise InvalidParameter(
            f"namer={namer!r:.80}: give one of {', '.join(NAMERS.names())}, an object with name(clusters), or a function"
        )
    given = namer(clusters)
    if not isinstance(given, Mapping):
        raise InvalidParameter(f"namer {by} returned {type(given).__name__}: let it return names by cluster")
    names = {
        c: name if isinstance(name, Name) else Name(name=name, by=by)
        for c, name in given.items()
        if name is not None
    }
    missing = [cluster for cluster in clusters.asked if cluster not in names]
    found = Names(names=names, failed=dict.fromkeys(missing, f"{by} gave it none"))
    return _checked(found, f"namer {by}", clusters)


def _checked(found: Any, namer: str, clusters: Clusters) -> Names:
    """Return names of one line each, no two alike, for those clusters alone that are to be named."""
    if not isinstance(found, Names):
        raise InvalidParameter(
            f"{namer} returned {type(found).__name__}: let it return clusterby.namers.Names"
        )
    known = {*clusters.ids, *clusters.labels[clusters.labels != NOISE].tolist()}
    names: dict[int, Name] = {}
    for cluster, name in found.names.items():
        if cluster not in known:
            there = ", ".join(map(str, sorted(clusters.asked)))
            raise InvalidParameter(
                f"{namer} named cluster {cluster!r}, which there is not: let it name {there or 'none'}"
            )
        line = one_line(name.name, most=_LONGEST) if isinstance(name.name, str) else ""
        if not line:
            raise InvalidParameter(
                f"{namer} named cluster {cluster!r} {name.name!r:.80}: let it give a word or two, or none at all"
            )
        if cluster in clusters.asked:
            names[int(cluster)] = replace(name, name=line)
    kept = [name for cluster, name in clusters.names.items() if cluster not in names]
    numbered = number_names({cluster: name.name for cluster, name in names.items()}, kept)
    failed = {cluster: reason for cluster, reason in found.failed.items() if cluster in clusters.asked}
    return replace(
        found, names={c: replace(names[c], name=name) for c, name in numbered.items()}, failed=failed
    )


def renamed(before: Names, given: Names | Mapping[int, Name]) -> Names:
    """Return what is known of names after some were given: earlier ones stay as far as they were not replaced.

    Parameters
    ----------
    before : Names
        What was known.
    given : Names, or mapping of int to Name
        What a namer gave, or the names that a person gave, after which the reasons stay why others have none.

    Examples
    --------
    >>> before = Names(names={0: Name(name="red", by="keywords")}, failed={1: "no texts", 2: "no texts"}, bill="nothing")
    >>> after = renamed(before, {1: Name(name="blue", by="you")})
    >>> sorted(after.names), after.failed, after.bill
    ([0, 1], {2: 'no texts'}, '')
    """
    if isinstance(given, Names):
        return replace(given, names=dict(sorted({**before.names, **given.names}.items())))
    failed = {cluster: reason for cluster, reason in before.failed.items() if cluster not in given}
    return Names(names=dict(sorted({**before.names, **given}.items())), failed=failed)
