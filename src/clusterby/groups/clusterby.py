"""Group a table by what its cells look like or mean."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from numpy.typing import NDArray

from clusterby.cache import CacheArgument
from clusterby.clusterers.fit import check_method, fit
from clusterby.core.column import FloatArray
from clusterby.core.embeddings import Embeddings
from clusterby.encoders.choose import EncoderArgument
from clusterby.groups.first_names import first_names
from clusterby.groups.making import Making
from clusterby.groups.result import ClusterBy
from clusterby.instructions import Followed, InstructionArgument
from clusterby.ops.asked import Asked
from clusterby.ops.condition import Conditioned
from clusterby.ops.embed import fit_embedder
from clusterby.ops.given import condition_given, given_embeddings
from clusterby.ops.kept import usable_cache
from clusterby.ops.weights import By, column_weights
from clusterby.tables import open_table

__all__ = ["clusterby"]


def clusterby(
    table: Any,
    by: By,
    *,
    method: Any = "kmeans",
    n_clusters: int | Literal["auto"] | None = None,
    encoder: EncoderArgument | Mapping[str, EncoderArgument] = "auto",
    modality: str | Mapping[str, str] | None = None,
    embeddings: Embeddings | NDArray[Any] | None = None,
    prefer: Mapping[str, Any] | None = None,
    cache: CacheArgument = True,
    instruction: InstructionArgument | Mapping[str, InstructionArgument] | None = None,
    description: Asked = None,
    candidates: Any = None,
    ignore: Asked = None,
    region: Any = None,
    random_state: int = 0,
    **parameters: Any,
) -> ClusterBy:
    """Return a table's rows grouped by what the cells of `by` look like or mean.

    Parameters
    ----------
    table : frame, dict of lists, or path
        Any table (see :func:`clusterby.tables.open_table`); it is not changed.
    by : str, list of str, or dict of str to float
        The column, or several, or several with weights.
    method : str or object
        A registered name (``clusterby methods``), any scikit-learn cluster class name, or an object with
        ``fit_predict``, of which a copy is fitted.
    n_clusters : int or "auto", optional
        How many clusters. None is ``"auto"`` for a method that takes a number.
    encoder : str, Encoder, callable, or a mapping of columns to these
        ``"auto"`` chooses by modality.
    modality : str or mapping of columns to str, optional
        What the cells are, where they cannot tell by themselves.
    embeddings : Embeddings or array (n, d), optional
        The rows' vectors, where there are some already: nothing is encoded then.
    prefer, cache
        As for :func:`clusterby.embed`.
    instruction, description, candidates, ignore, region
        What the groups should be about, as for :func:`clusterby.embed`. Clusters are named after the words that fit them
        best. Where vectors are given, `encoder` says what made them: its text tower embeds the words.
    random_state : int
        The seed: the same call gives the same labels.
    **parameters
        The method's own, under scikit-learn's names.

    Examples
    --------
    >>> import clusterby as cb
    >>> table = {"v": [[0.0], [0.2], [9.0], [9.2]], "price": [1.0, 3.0, 10.0, 30.0]}
    >>> groups = cb.clusterby(table, "v", n_clusters=2)
    >>> groups
    <ClusterBy identity(v) by kmeans: 4 rows, 2 clusters>
    >>> sorted(groups["price"].mean()["price"])
    [2.0, 20.0]
    """
    check_method(method, n_clusters=n_clusters, parameters=parameters, random_state=random_state)
    weights = column_weights(by)
    opened = open_table(table)
    columns = {name: opened.column(name) for name in weights}
    began, kept = time.monotonic(), usable_cache(cache)
    asked = {
        "instruction": instruction, "description": description, "candidates": candidates, "ignore": ignore, "region": region,
    }  # fmt: skip
    embedder, conditioned = None, None
    if embeddings is None:
        embedder, vectors = fit_embedder(
            columns,
            weights,
            encoder=encoder,
            modality=modality,
            prefer=prefer,
            cache=kept,
            table=opened,
            **asked,
        )
    else:
        vectors = given_embeddings(embeddings, n_rows=opened.n_rows)
        conditioned = condition_given(vectors, columns, encoder, cache=kept, **asked)
        vectors = vectors if conditioned is None else conditioned.apply(vectors)
    fitted = fit(
        method, vectors.vectors, n_clusters=n_clusters, parameters=parameters, random_state=random_state
    )
    blocks: list[tuple[Conditioned | None, FloatArray]] = [(conditioned, fitted.partition.centers)]
    followed: tuple[Followed, ...] = () if conditioned is None else (conditioned.followed,)
    if embedder is not None:
        places = embedder.split(fitted.partition.centers)
        blocks = [(part.conditioned, place) for part, place in zip(embedder.parts, places, strict=True)]
        followed = tuple(part.followed for part in embedder.parts if part.followed is not None)
    making = Making(
        table=opened,
        by=MappingProxyType(weights),
        embedder=embedder,
        embeddings=vectors,
        fitted=fitted,
        cache=kept,
        conditioned=conditioned,
        followed=followed,
        seconds=time.monotonic() - began,
    )
    return ClusterBy(making, fitted.partition, names=first_names(blocks, fitted.partition))
