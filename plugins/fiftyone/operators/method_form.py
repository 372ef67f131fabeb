"""The form of a clustering method, generated from what it declares."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from clusterby import clusterers
from clusterby.clusterers import ClustererSpec
from clusterby.core.errors import InvalidParameter
from clusterby.core.parameter import Parameter

from .form import Form, given, refusal

__all__ = ["ask_method", "ask_parameter", "method_parameters", "parse"]


def ask_method(form: Form, *, most: int | None = None) -> str:
    """Ask for a method and its parameters, each as ``METHOD__PARAMETER``; return the method.

    Parameters
    ----------
    form : Form
    most : int, optional
        How many clusters there can be.
    """
    method = str(form.value("method") or clusterers.names()[0])
    error = refusal(clusterers.get, method) if not _is_class(method) else None
    form.choice(
        "method",
        "Method",
        {spec.name: spec.name for spec in clusterers.list()},
        default=clusterers.names()[0],
        error=error,
        required=True,
    )
    if error is None and not _is_class(method):
        spec = clusterers.get(method)
        form.say("about_method", f"{spec.summary} *{spec.when}*")
        for parameter in spec.parameters:
            name = f"{method}__{parameter.name}"
            default = _defaults(spec.name).get(parameter.name)
            of_k = parameter.name in ("n_clusters", spec.n_clusters_parameter)
            ask_parameter(form, name, parameter, default=default, most=most if of_k else None)
    return method


def ask_parameter(
    form: Form,
    name: str,
    parameter: Parameter,
    *,
    default: Any = None,
    label: str | None = None,
    most: int | None = None,
) -> None:
    """Ask for a parameter; what is left empty is the callee's own default."""
    error = refusal(_check, parameter, given(form.params, name), most)
    shown: dict[str, Any] = {"error": error, "space": 6}
    words = parameter.help if default is None else f"{parameter.help} Default: {default}."
    shown["description"] = words
    label = label or parameter.name
    if parameter.kind == "bool" and not parameter.choices:
        form.flag(name, label, default=default if isinstance(default, bool) else None, **shown)
    elif parameter.kind in ("int", "float"):
        form.number(name, label, whole=parameter.kind == "int", **shown)
    elif parameter.choices:
        choices = [*parameter.choices, *(["true", "false"] if parameter.kind == "bool" else [])]
        form.choice(name, label, {choice: choice for choice in choices}, **shown)
    else:
        form.text(name, label, **shown)


def method_parameters(params: Mapping[str, Any], method: str) -> dict[str, Any]:
    """Return what was filled in for a method, by the method's own names; what was left empty is not among it.

    Raises
    ------
    InvalidParameter
        If a value that only Python has is given as text that is no JSON.
    """
    prefixes = [f"{method}__"]
    declared: dict[str, Parameter] = {}
    if not _is_class(method) and refusal(clusterers.get, method) is None:
        spec = clusterers.get(method)
        prefixes = [f"{name}__" for name in dict.fromkeys((method, spec.name, *spec.aliases))]
        declared = {p.name: p for p in spec.parameters}
    found: dict[str, Any] = {}
    for prefix in prefixes:
        for name, value in params.items():
            key = name.removeprefix(prefix)
            if name.startswith(prefix) and value is not None and value != "" and key not in found:
                found[key] = parse(declared[key], value) if key in declared else value
    return found


def parse(parameter: Parameter, value: Any) -> Any:
    """Return a parameter's value from what a form holds; values that only Python has are written as JSON."""
    if parameter.kind == "object" and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            raise InvalidParameter(f'{parameter.name}={value!r}: give JSON, {{"p": 3}} say') from None
    return parameter.parse(value)


def _check(parameter: Parameter, value: Any, most: int | None) -> None:
    parsed = None if value is None else parse(parameter, value)
    if most is not None and isinstance(parsed, int) and parsed > most:
        raise InvalidParameter(
            f"{parameter.name}={parsed} is more than the {most:,} there are: give at most {most}"
        )


def _is_class(method: str) -> bool:
    """Whether it is the name of a class of scikit-learn, which declares nothing of its parameters."""
    return refusal(clusterers.get, method) is not None and method[:1].isupper()


@lru_cache(maxsize=64)
def _defaults(name: str) -> Mapping[str, Any]:
    """Return what a method takes where nothing is given, in words that a form shows."""
    spec: ClustererSpec = clusterers.get(name)
    try:
        signature = inspect.signature(clusterers.load(name)).parameters
    except ImportError:  # of an extra that is not installed: checking the method says so
        signature = {}
    own = {n: p.default for n, p in signature.items() if p.default is not inspect.Parameter.empty}
    if spec.n_clusters_parameter is not None:
        own[spec.n_clusters_parameter] = "chosen from the data"
    found = {**own, **spec.overrides, **dict.fromkeys(spec.from_data, "chosen from the data")}
    return {n: value for n, value in found.items() if value is not None}
