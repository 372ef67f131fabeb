"""From what the caller calls a method to an estimator of our own, seeded and not yet fitted."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clusterby.clusterers.base import ClustererSpec
from clusterby.clusterers.combinations import check_combination
from clusterby.clusterers.parameters import LEFT_OUT, N_CLUSTERS
from clusterby.clusterers.registry import METHODS
from clusterby.core.errors import InvalidParameter, UnknownMethod
from clusterby.core.parameter import Parameter, check_parameters
from clusterby.core.registry import import_object

__all__ = ["Resolved", "resolve"]

_SEED = Parameter(name="random_state", kind="int", help="The seed of every random choice.", minimum=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A method, ready to be fitted.

    Parameters
    ----------
    name : str
        Its registered name, or the name of its class.
    spec : ClustererSpec or None
        Its row in the registry, if it was asked for by a registered name.
    estimator : estimator
        Not fitted, and shared with nobody.
    random_state : int or None
        The seed; None where the method makes no random choice.
    n_clusters_parameter : str or None
        What the estimator calls the number of clusters, if it takes one.
    given : frozenset of str
        The parameters that the caller settled, by the estimator's own names; all of an instance's.
    """

    name: str
    spec: ClustererSpec | None
    estimator: Any
    random_state: int | None
    n_clusters_parameter: str | None
    given: frozenset[str]


def resolve(method: object, parameters: Mapping[str, Any], *, random_state: int) -> Resolved:
    """Return the estimator that a method's name, or an instance, stands for.

    Parameters
    ----------
    method : str or estimator
        A registered name or alias; the name of any clustering class of scikit-learn, with scikit-learn's
        own defaults; or an instance with ``fit_predict``, which is copied and never changed.
    parameters : mapping of str to object
        The method's parameters, none beside an instance. ``n_clusters`` also does for ``n_components``
        of a mixture.
    random_state : int
        The seed, where the method takes one; an instance's own integer seed is kept.

    Raises
    ------
    UnknownMethod
        If nothing bears the name; the message suggests the nearest.
    InvalidParameter
        If the method does not take a parameter, or two of them contradict each other.

    Examples
    --------
    >>> resolve("gmm", {"n_clusters": 3}, random_state=0).estimator.n_components
    3
    """
    seed = int(_SEED.parse(random_state))
    if not isinstance(method, str):
        resolved = _from_instance(method, parameters, seed)
    elif method in METHODS:
        resolved = _from_spec(METHODS.get(method), parameters, seed)
    else:
        resolved = _from_class(method, parameters, seed)
    if hasattr(resolved.estimator, "get_params"):
        check_combination(resolved.estimator.get_params())
    return resolved


def _from_spec(spec: ClustererSpec, parameters: Mapping[str, Any], seed: int) -> Resolved:
    given = check_parameters(
        f"method '{spec.name}'", spec.parameters, _rename_k(parameters, spec.n_clusters_parameter)
    )
    method_class = import_object(spec.target)
    settings = {**spec.overrides, **given}
    if "random_state" in inspect.signature(method_class).parameters:
        settings["random_state"] = seed
    return Resolved(
        name=spec.name,
        spec=spec,
        estimator=method_class(**_leave_k(settings, spec.n_clusters_parameter)),
        random_state=seed if spec.seeded else None,
        n_clusters_parameter=spec.n_clusters_parameter,
        given=frozenset(given),
    )


def _from_class(name: str, parameters: Mapping[str, Any], seed: int) -> Resolved:
    classes = _sklearn_classes()
    if name not in classes:
        known = [n for spec in METHODS for n in (spec.name, *spec.aliases)]
        raise UnknownMethod("method", name, [*known, *classes], listing="clusterby methods")
    signature = inspect.signature(classes[name]).parameters
    k_parameter = _k_parameter(classes[name], signature)
    taken = [
        N_CLUSTERS if p == "n_clusters" else Parameter(name=p, kind="object", help="", optional=True)
        for p in signature
        if p not in LEFT_OUT
    ]
    given = check_parameters(f"method '{name}'", taken, _rename_k(parameters, k_parameter))
    settings = {**given, "random_state": seed} if "random_state" in signature else given
    return Resolved(
        name=name,
        spec=None,
        estimator=classes[name](**_leave_k(settings, k_parameter)),
        random_state=seed if "random_state" in signature else None,
        n_clusters_parameter=k_parameter,
        given=frozenset(given),
    )


def _from_instance(method: object, parameters: Mapping[str, Any], seed: int) -> Resolved:
    name = getattr(method, "__name__", type(method).__name__)
    if isinstance(method, type):
        raise InvalidParameter(f"method={name} is a class: give an instance, {name}()")
    if not callable(getattr(method, "fit_predict", None)):
        raise InvalidParameter(
            f"method={method!r:.60} has no fit_predict: give a method's name, or a clusterer"
        )
    if parameters:
        beside = ", ".join(f"{k}={v!r}" for k, v in parameters.items())
        raise InvalidParameter(f"{beside} beside an instance: set it on the instance, {name}({beside})")
    estimator = _own_copy(method)
    settings = estimator.get_params() if hasattr(estimator, "get_params") else {}
    seeds = {k: v for k, v in settings.items() if k == "random_state" or k.endswith("__random_state")}
    unset = [k for k, v in seeds.items() if v is None]
    if unset:
        estimator.set_params(**dict.fromkeys(unset, seed))
    own = next((int(v) for v in seeds.values() if isinstance(v, int)), None)
    return Resolved(
        name=name,
        spec=None,
        estimator=estimator,
        random_state=seed if unset else own,
        n_clusters_parameter=_k_parameter(type(method), settings),
        given=frozenset(settings),
    )


def _rename_k(parameters: Mapping[str, Any], k_parameter: str | None) -> dict[str, Any]:
    """Let n_clusters do for the class' own word."""
    renamed = dict(parameters)
    if k_parameter in (None, "n_clusters") or "n_clusters" not in renamed:
        return renamed
    if k_parameter in renamed:
        raise InvalidParameter(f"n_clusters and {k_parameter} are the same here: give one of them")
    renamed[str(k_parameter)] = N_CLUSTERS.parse(renamed.pop("n_clusters"))
    return renamed


def _leave_k(settings: Mapping[str, Any], k_parameter: str | None) -> dict[str, Any]:
    """Ask for no number of clusters where a distance threshold was given instead."""
    if k_parameter is None or k_parameter in settings or settings.get("distance_threshold") is None:
        return dict(settings)
    return {**settings, k_parameter: None}


def _k_parameter(estimator_class: type, settings: Mapping[str, Any]) -> str | None:
    if "n_clusters" in settings:
        return "n_clusters"
    if "n_components" in settings and estimator_class.__module__.startswith("sklearn.mixture"):
        return "n_components"
    return None


def _own_copy(method: object) -> Any:
    from sklearn.base import clone

    try:
        return clone(method)
    except (TypeError, RuntimeError):  # not built as scikit-learn asks: no get_params, or arguments changed
        return copy.deepcopy(method)


def _sklearn_classes() -> dict[str, Any]:
    """Return scikit-learn's classes that label rows, by name."""
    from sklearn import cluster, mixture

    found = {name: getattr(module, name) for module in (cluster, mixture) for name in module.__all__}
    return {
        name: thing
        for name, thing in found.items()
        if isinstance(thing, type) and callable(getattr(thing, "fit_predict", None))
    }
