"""Parameters that are right by themselves and wrong together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clusterby.core.errors import InvalidParameter

__all__ = ["check_combination"]


def check_combination(parameters: Mapping[str, Any]) -> None:
    """Refuse what scikit-learn would refuse later, and say what to do instead.

    Parameters
    ----------
    parameters : mapping of str to object
        All parameters of an estimator, defaults included.

    Raises
    ------
    InvalidParameter
        If two of them contradict each other, or one asks for distances instead of vectors.

    Examples
    --------
    >>> check_combination({"linkage": "ward", "metric": "cosine"})
    Traceback (most recent call last):
    clusterby.core.errors.InvalidParameter: metric='cosine' does not go with linkage='ward', which needs
    euclidean distances: give linkage='average', or metric='euclidean'
    """
    of = parameters.get
    if of("linkage") == "ward" and of("metric") not in ("euclidean", None):
        raise InvalidParameter(
            f"metric={of('metric')!r} does not go with linkage='ward', which needs euclidean distances: "
            "give linkage='average', or metric='euclidean'"
        )
    if of("distance_threshold") is not None:
        if of("n_clusters") is not None:
            raise InvalidParameter(
                f"distance_threshold={of('distance_threshold')!r} and n_clusters={of('n_clusters')!r} "
                "contradict each other: give one of them"
            )
        if of("compute_full_tree") is False:
            raise InvalidParameter(
                "compute_full_tree=False does not go with distance_threshold=, which needs the whole tree: "
                "leave it out"
            )
    least, most = of("min_cluster_size"), of("max_cluster_size")
    if least is not None and most is not None and most < least:
        raise InvalidParameter(
            f"max_cluster_size={most} is below min_cluster_size={least}: raise it, or leave it out"
        )
    if of("metric") == "cosine" and of("algorithm") in ("kd_tree", "ball_tree"):
        raise InvalidParameter(
            f"algorithm={of('algorithm')!r} does not go with metric='cosine': give algorithm='brute', or leave it out"
        )
    for name in ("metric", "affinity"):
        if str(of(name)).startswith("precomputed"):
            raise InvalidParameter(
                f"{name}={of(name)!r} needs distances, but what is clustered is vectors: leave it out"
            )
