"""Cluster vectors, a column or a table into labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from clusterby.cache import CacheArgument
from clusterby.clusterers.fit import check_method, fit
from clusterby.core.column import IntArray
from clusterby.core.embeddings import Embeddings
from clusterby.encoders.choose import EncoderArgument
from clusterby.instructions import InstructionArgument
from clusterby.ops.asked import Asked, check_unasked
from clusterby.ops.embed import embed
from clusterby.ops.weights import By

__all__ = ["cluster", "spread_labels"]


@overload
def cluster(
    data: Any, method: Any = ..., *, by: By | None = ..., n_clusters: int | Literal["auto"] | None = ...,
    encoder: EncoderArgument | Mapping[str, EncoderArgument] = ..., modality: str | Mapping[str, str] | None = ...,
    prefer: Mapping[str, Any] | None = ..., cache: CacheArgument = ...,
    instruction: InstructionArgument | Mapping[str, InstructionArgument] | None = ..., description: Asked = ...,
    candidates: Any = ..., ignore: Asked = ..., region: Any = ..., random_state: int = ...,
    return_clusterer: Literal[False] = ..., **parameters: Any,
) -> IntArray: ...  # fmt: skip
@overload
def cluster(
    data: Any, method: Any = ..., *, by: By | None = ..., n_clusters: int | Literal["auto"] | None = ...,
    encoder: EncoderArgument | Mapping[str, EncoderArgument] = ..., modality: str | Mapping[str, str] | None = ...,
    prefer: Mapping[str, Any] | None = ..., cache: CacheArgument = ...,
    instruction: InstructionArgument | Mapping[str, InstructionArgument] | None = ..., description: Asked = ...,
    candidates: Any = ..., ignore: Asked = ..., region: Any = ..., random_state: int = ...,
    return_clusterer: Literal[True], **parameters: Any,
) -> tuple[IntArray, Any]: ...  # fmt: skip
def cluster(
    data: Any,
    method: Any = "kmeans",
    *,
    by: By | None = None,
    n_clusters: int | Literal["auto"] | None = None,
    encoder: EncoderArgument | Mapping[str, EncoderArgument] = "auto",
    modality: str | Mapping[str, str] | None = None,
    prefer: Mapping[str, Any] | None = None,
    cache: CacheArgument = True,
    instruction: InstructionArgument | Mapping[str, InstructionArgument] | None = None,
    description: Asked = None,
    candidates: Any = None,
    ignore: Asked = None,
    region: Any = None,
    random_state: int = 0,
    return_clusterer: bool = False,
    **parameters: Any,
) -> IntArray | tuple[IntArray, Any]:
    """Return the cluster of every row.

    Parameters
    ----------
    data : array (n, d), Embeddings, a column, or a table with `by`
        What to cluster; it is not changed.
    method : str or object
        A registered name (``clusterby methods``), any scikit-learn cluster class name, or an object with
        ``fit_predict``, of which a copy is fitted.
    by : str, list of str, or dict of str to float, optional
        The columns, where `data` is a table.
    n_clusters : int or "auto", optional
        How many clusters. None is ``"auto"`` for a method that takes a number.
    encoder, modality, prefer, cache, instruction, description, candidates, ignore, region
        As for :func:`clusterby.embed`.
    random_state : int
        The seed: the same call gives the same labels.
    return_clusterer : bool
        Whether to return the fitted estimator beside the labels.
    **parameters
        The method's own, under scikit-learn's names.

    Returns
    -------
    labels : int64 (n,)
        −1 is noise. Where rows had to be skipped, a masked array in which these are masked.
    clusterer : estimator
        Only with ``return_clusterer=True``.

    Examples
    --------
    >>> import clusterby as cb
    >>> cb.cluster([[0.0, 0.0], [0.1, 0.0], [9.0, 9.0]], n_clusters=2).tolist() in ([0, 0, 1], [1, 1, 0])
    True
    >>> labels, clusterer = cb.cluster(["red"] * 3 + ["blue"] * 2, n_clusters=2, return_clusterer=True)
    >>> type(clusterer).__name__
    'KMeans'
    """
    check_method(method, n_clusters=n_clusters, parameters=parameters, random_state=random_state)
    if isinstance(data, Embeddings):
        check_unasked(
            instruction=instruction,
            description=description,
            candidates=candidates,
            ignore=ignore,
            region=region,
        )
        embeddings = data
    else:
        embeddings = embed(
            data, by, encoder=encoder, modality=modality, prefer=prefer, cache=cache, instruction=instruction,
            description=description, candidates=candidates, ignore=ignore, region=region,
        )  # fmt: skip
    fitted = fit(
        method, embeddings.vectors, n_clusters=n_clusters, parameters=parameters, random_state=random_state
    )
    labels = spread_labels(fitted.partition.labels, embeddings)
    return (labels, fitted.estimator) if return_clusterer else labels


def spread_labels(values: NDArray[Any], embeddings: Embeddings) -> Any:
    """Return per-vector values as per-row values, (n_rows,): masked where a row was skipped.

    A table whose every row has a vector gets a plain array.
    """
    if len(embeddings) == embeddings.n_rows:
        return values.copy()
    spread = np.ma.MaskedArray(
        np.zeros((embeddings.n_rows, *values.shape[1:]), dtype=values.dtype), mask=True
    )
    spread[embeddings.rows] = values
    return spread
