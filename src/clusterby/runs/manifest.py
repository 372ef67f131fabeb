"""A record as what is small, for JSON, and as arrays by name; and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterby.core.modality import Modality
from clusterby.groups.quality import Quality
from clusterby.instructions import Followed, Subspace
from clusterby.namers.base import Name
from clusterby.ops.condition import Conditioned
from clusterby.runs.plain import to_plain
from clusterby.runs.recipe import Recipe, region_of
from clusterby.runs.record import RunRecord

__all__ = ["arrays_of", "facts_from", "manifest_of", "partition_facts"]

Arrays = Mapping[str, NDArray[np.float32]]

_ARRAYS = ("directions", "center", "query_center")
_NUMBERS = ("method", "scale", "explained", "chance")
_PLAIN = tuple(f.name for f in fields(Recipe) if f.name not in ("center", "conditioned"))


def manifest_of(record: RunRecord) -> dict[str, Any]:
    """Return what is small of a record as plain values."""
    manifest = record.manifest()
    manifest["by"] = [[column, weight] for column, weight in record.by.items()]
    manifest["quality"] = None if record.quality is None else to_plain(asdict(record.quality))
    manifest["names"] = {str(c): _plain_name(record, c) for c in record.names}
    manifest["recipes"] = [_plain_recipe(recipe) for recipe in record.recipes]
    manifest["conditioned"] = _plain_conditioned(record.conditioned)
    return manifest


def arrays_of(record: RunRecord) -> dict[str, NDArray[np.float32]]:
    """Return the arrays of a record that are not of its rows, by name."""
    found = {"centers": record.partition.centers}
    if record.made is not None:
        found["made.centers"] = record.made.centers
    found |= _conditioned_arrays(record.conditioned, "conditioned")
    for place, recipe in enumerate(record.recipes):
        found |= {} if recipe.center is None else {f"recipes.{place}.center": recipe.center}
        found |= _conditioned_arrays(recipe.conditioned, f"recipes.{place}.conditioned")
    return found


def facts_from(manifest: Mapping[str, Any], arrays: Arrays) -> dict[str, Any]:
    """Return what a manifest and arrays tell of a record, by the names of its fields; what is of rows is left out.

    Raises
    ------
    KeyError, TypeError, ValueError
        If something is missing, or of another kind.
    """
    followed = tuple(Followed.of_plain(plain) for plain in _list(manifest["followed"]))
    names = {int(c): _name(plain) for c, plain in _dict(manifest["names"]).items()}
    recipes = tuple(
        _recipe(plain, place, arrays, followed) for place, plain in enumerate(_list(manifest["recipes"]))
    )
    return {
        "by": _by(manifest["by"]),
        "column": _text(manifest["column"]),
        "space": _text(manifest["space"]),
        "dimension": _count(manifest["dimension"]),
        "n_rows": _count(manifest["n_rows"]),
        "merged_into": {int(old): int(new) for old, new in _dict(manifest["merged_into"]).items()},
        "noise_reassigned": bool(manifest["noise_reassigned"]),
        "names": {c: name if isinstance(name, str) else name.name for c, name in names.items()},
        "naming": {c: name for c, name in names.items() if isinstance(name, Name)},
        "predicts": _one_of(manifest["predicts"], ("model", "nearest_center", "nearest_neighbors")),
        "quality": _quality(manifest["quality"]),
        "encoder": tuple(_dict(facts) for facts in _list(manifest["encoder"])),
        "followed": followed,
        "conditioned": _conditioned(manifest["conditioned"], "conditioned", arrays, followed[:1]),
        "recipes": recipes,
        "created": _text(manifest["created"]),
        "seconds": None if manifest["seconds"] is None else float(manifest["seconds"]),
        "versions": _dict(manifest["versions"]),
    }


def _by(plain: Any) -> dict[str, float]:
    found = {_text(column): float(weight) for column, weight in _list(plain)}
    if not found:
        raise ValueError("it names no column")
    return found


def partition_facts(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a manifest tells of a partition, as :class:`~clusterby.core.partition.Partition` takes it.

    Raises
    ------
    KeyError, TypeError, ValueError
        If something is missing, or of another kind.
    """
    scores = manifest["k_scores"]
    return {
        "method": _text(manifest["method"]),
        "parameters": _dict(manifest["parameters"]),
        "random_state": manifest["random_state"],
        "k_scores": None if scores is None else {int(k): float(s) for k, s in _dict(scores).items()},
        "k_criterion": manifest["k_criterion"],
    }


def _plain_name(record: RunRecord, cluster: int) -> dict[str, Any]:
    said = record.naming.get(cluster)
    plain: dict[str, Any] = {} if said is None else to_plain(asdict(said))
    return plain | {"name": record.names[cluster]}


def _name(plain: Mapping[str, Any]) -> Name | str:
    name = _text(plain["name"])
    if "by" not in plain:
        return name
    return Name(
        name=name, by=_text(plain["by"]), description=_text(plain["description"]),
        confidence=plain["confidence"], mixed=bool(plain["mixed"]), words=tuple(map(_text, plain["words"])),
    )  # fmt: skip


def _plain_recipe(recipe: Recipe) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain({name: getattr(recipe, name) for name in _PLAIN})
    return plain | {"conditioned": _plain_conditioned(recipe.conditioned)}


def _recipe(plain: Mapping[str, Any], place: int, arrays: Arrays, followed: Sequence[Followed]) -> Recipe:
    prefix = f"recipes.{place}"
    of_column = [f for f in followed if f.column == plain["column"]]
    facts: dict[str, Any] = {name: plain[name] for name in _PLAIN}
    _text(facts["column"]), Modality(facts["modality"])
    if facts["encoder"] is not None:
        _text(facts["encoder"])
    if facts["region"] is not None:
        region_of(_dict(facts["region"]))
    return Recipe(
        **facts, center=arrays.get(f"{prefix}.center"),
        conditioned=_conditioned(plain["conditioned"], f"{prefix}.conditioned", arrays, of_column),
    )  # fmt: skip


def _plain_conditioned(how: Conditioned | None) -> dict[str, Any] | None:
    if how is None:
        return None
    plain: dict[str, Any] = to_plain({name: getattr(how.subspace, name) for name in _NUMBERS})
    return plain


def _conditioned_arrays(how: Conditioned | None, prefix: str) -> dict[str, NDArray[np.float32]]:
    if how is None:
        return {}
    return {f"{prefix}.{name}": getattr(how.subspace, name) for name in _ARRAYS} | {
        f"{prefix}.words": how.words
    }


def _conditioned(
    plain: Mapping[str, Any] | None, prefix: str, arrays: Arrays, followed: Sequence[Followed]
) -> Conditioned | None:
    if plain is None:
        return None
    if not followed:
        raise ValueError("it does not say what the words of its instruction were")
    said: dict[str, Any] = {name: plain[name] for name in _NUMBERS}
    said |= {name: arrays[f"{prefix}.{name}"] for name in _ARRAYS}
    return Conditioned(subspace=Subspace(**said), followed=followed[0], words=arrays[f"{prefix}.words"])


def _quality(plain: Mapping[str, Any] | None) -> Quality | None:
    if plain is None:
        return None
    silhouette = plain["silhouette"]
    return Quality(
        silhouette=float("nan") if silhouette is None else float(silhouette),
        sample=_count(plain["sample"]),
        explained=float(plain["explained"]),
        cohesion={int(c): float(value) for c, value in _dict(plain["cohesion"]).items()},
        noise=float(plain["noise"]),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is no text")
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{value!r:.40} is no count")
    return value


def _dict(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r:.40} is no mapping")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r:.40} is no list")
    return value


def _one_of(value: Any, known: Sequence[str]) -> str:
    if value not in known:
        raise ValueError(f"{value!r:.40} is none of {', '.join(known)}")
    return str(value)
