"""What a computation was asked for: the parameters of the form as arguments of ``compute_clusters``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clusterby import clusterers
from clusterby.core.errors import InvalidParameter, nearest
from clusterby.core.parameter import Parameter

from .asked_settings import ASKED_NAMES, WORD_NAMES, asked_of, plain_asked
from .form import given
from .method_form import method_parameters, parse

__all__ = ["MODEL_PARAMETERS", "RANDOM_STATE", "SOURCES", "as_params", "check_names", "settings_of"]

SOURCES = {
    "embeddings": "Vectors in the dataset",
    "model": "A model of FiftyOne's zoo",
    "encoder": "An encoder of clusterby",
}
"""Where vectors come from; each is also the name of the parameter that says which."""

MODEL_PARAMETERS = (
    Parameter(
        name="batch_size",
        kind="int",
        help="How many items the model takes at a time.",
        minimum=1,
        optional=True,
    ),
    Parameter(
        name="num_workers",
        kind="int",
        help="How many processes load media for the model.",
        minimum=0,
        optional=True,
    ),
    Parameter(
        name="skip_failures",
        kind="bool",
        help="Leave out what the model fails on, instead of stopping at it.",
    ),
)
RANDOM_STATE = Parameter(
    name="random_state", kind="int", help="The seed: the same one gives the same clusters.", minimum=0
)

_FLAGS = tuple(Parameter(name=name, kind="bool", help="") for name in ("as_classification", "overwrite"))
_WORDS = ("run_key", "patches_field", "cluster_field")
_NAMES = {
    *_WORDS, *SOURCES, *ASKED_NAMES, "method", "source", "by", "modality", "n_clusters", "random_state",
    *(p.name for p in (*MODEL_PARAMETERS, *_FLAGS)),
}  # fmt: skip
_OF_FIFTYONE = {
    "delegate", "target", "view_target", "custom_view_target", "delegation_target", "panel_id", "panel_state",
}  # fmt: skip
"""Parameters that FiftyOne, or callers of the original plugin, add: none of them is needed."""


def settings_of(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments of ``compute_clusters`` that were asked for, the method's own among them.

    Raises
    ------
    InvalidParameter
        If a value does not fit.
    """
    method = str(given(params, "method", clusterers.names()[0]))
    found: dict[str, Any] = {"method": method}
    found |= {name: given(params, name) for name in _WORDS if given(params, name) is not None}
    found |= vectors_of(params) | asked_of(params)
    for parameter in (*MODEL_PARAMETERS, *_FLAGS, RANDOM_STATE):
        if given(params, parameter.name) is not None:
            found[parameter.name] = parse(parameter, given(params, parameter.name))
    if given(params, "n_clusters") is not None:
        found["n_clusters"] = given(params, "n_clusters")
    own = method_parameters(params, method)
    if "n_clusters" in found and "n_clusters" in own:
        raise InvalidParameter(f"n_clusters and {method}__n_clusters: give one of them")
    return found | own


def vectors_of(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return where vectors are to come from; of what was filled in, only the source that was chosen counts.

    Beside vectors in the dataset stands what made them, if anything is asked for in words.
    """
    source = given(params, "source")
    if source is not None and source not in SOURCES:
        raise InvalidParameter(f"source={source!r}: give one of {', '.join(map(repr, SOURCES))}")
    names = SOURCES if source is None else (source,)
    found = {name: given(params, name) for name in names if given(params, name) is not None}
    if source is not None and not found and source != "encoder":
        raise InvalidParameter(f"{source}: choose one, or another source of vectors")
    if source in (None, "encoder"):
        found |= {name: given(params, name) for name in ("by", "modality") if given(params, name) is not None}
    tower = given(params, "text_encoder")
    asked = any(given(params, name) is not None for name in WORD_NAMES)
    if asked and tower is not None and "embeddings" in found and "encoder" not in found:
        found["encoder"] = tower
    return found


def check_names(params: Mapping[str, Any], method: str) -> None:
    """Refuse parameters that nothing takes.

    Raises
    ------
    InvalidParameter
        Naming the nearest that exists.
    """
    others = tuple(f"{n}__" for spec in clusterers.list() for n in (spec.name, *spec.aliases))
    for name in params:
        if name not in _NAMES | _OF_FIFTYONE and not name.startswith((f"{method}__", *others)):
            near = nearest(name, _NAMES)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise InvalidParameter(
                f"there is no parameter '{name}'.{hint} A method's own are METHOD__PARAMETER"
            )


def as_params(run_key: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call from Python as parameters of the operator, for a process that runs later.

    Raises
    ------
    InvalidParameter
        If an argument cannot travel: an array or a model, say.
    """
    method = settings.get("method", clusterers.names()[0])
    found: dict[str, Any] = {"run_key": run_key}
    for name, value in settings.items():
        if value is None:
            continue
        value = plain_asked(name, value)
        if name in ("prefer", "cache") or not _is_plain(value):
            raise InvalidParameter(
                f"{name}: a {type(value).__name__} cannot wait in a queue; give its name, or leave delegate= out"
            )
        found[name if name in _NAMES and name != "n_clusters" else f"{method}__{name}"] = value
    return found


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(k, str) and _is_plain(v) for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    return isinstance(value, (str, bool, int, float))
