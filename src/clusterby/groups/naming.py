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
from clusterby.namers.registry import NAMERS
from clusterby.namers.unlike import one_line, same_name, unlike

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
    """Return the names that a namer gives; why a cluster got none is logged, too.

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
        If there is no such namer, it takes no such parameter, or it returns something else than names.
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
    return "zero_shot" if clusters.modality is Modality.IMAGE and aligned else "keywords"


def _of_registered(name: str, clusters: Clusters, cache: Cache | None, options: dict[str, Any]) -> Names:
    spec = NAMERS.get(name)
    checked = check_parameters(f"namer '{spec.name}'", spec.parameters, options)
    if spec.needs == "model" and cache is not None:
        checked["answers"] = KeptAnswers(cache)
    found = _checked(NAMERS.load(spec.name)(**checked).name(clusters), f"namer {spec.name!r}")
    return _unlike_those_kept(found, clusters.names)


def _of_object(namer: Any, clusters: Clusters) -> Names:
    by = getattr(namer, "__name__", type(namer).__name__)
    if isinstance(namer, type):
        raise InvalidParameter(f"namer={by} is a class: give an object of it")
    if isinstance(namer, Namer) and callable(namer.name):
        return _checked(namer.name(clusters), f"namer {by}")
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
    missing = [cluster for cluster in clusters.ids if cluster not in names]
    return _checked(Names(names=names, failed=dict.fromkeys(missing, f"{by} gave it none")), f"namer {by}")


def _checked(found: Any, namer: str) -> Names:
    """Return names that are one line each."""
    if not isinstance(found, Names):
        raise InvalidParameter(
            f"{namer} returned {type(found).__name__}: let it return clusterby.namers.Names"
        )
    names: dict[int, Name] = {}
    for cluster, name in found.names.items():
        line = one_line(name.name, most=_LONGEST) if isinstance(name.name, str) else ""
        if not line:
            raise InvalidParameter(
                f"{namer} named cluster {cluster!r} {name.name!r:.80}: let it give a word or two, or none at all"
            )
        names[cluster] = replace(name, name=line)
    return replace(found, names=names)


def _unlike_those_kept(found: Names, before: Mapping[int, str]) -> Names:
    """Return names with a number where a cluster has the same that got no new one, and keeps it."""
    kept = {same_name(name) for cluster, name in before.items() if cluster not in found.names}
    taken = kept | {same_name(name.name) for name in found.names.values()}
    names = dict(found.names)
    for cluster, name in found.names.items():
        if same_name(name.name) in kept:
            names[cluster] = replace(name, name=unlike([name.name], taken))
            taken.add(same_name(names[cluster].name))
    return replace(found, names=names)


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
