"""What a result was made from, and what is known of it already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from clusterby.cache import Cache
from clusterby.clusterers.fit import Fitted
from clusterby.core.column import FloatArray, IntArray
from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import ClusterbyError
from clusterby.core.modality import Modality
from clusterby.encoders import Encoder
from clusterby.groups.quality import Quality
from clusterby.instructions import Followed
from clusterby.namers.question import Part
from clusterby.ops.condition import Conditioned
from clusterby.ops.embedder import Embedder
from clusterby.tables.base import Table

__all__ = ["Known", "Making", "Seen"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """How the rows of a result can be looked at that has no embedder: vectors were given, or it was loaded.

    Parameters
    ----------
    modality : Modality
        What the cells are.
    show : callable, optional
        Takes the position of a row in the table and returns a small image or a text of it; raises UnreadableCell.
    encoder : callable, optional
        Returns the encoder that made the vectors; None if that is not known.
    vectors : callable, optional
        Returns the encoder's own vectors, float32 (m, d); None if they are those that were clustered.
    """

    modality: Modality
    show: Callable[[int], Part] | None = None
    encoder: Callable[[], Encoder] | None = None
    vectors: Callable[[], FloatArray] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Making:
    """What a :class:`ClusterBy` was made from; the same for all that are edited from it.

    Parameters
    ----------
    table : Table
        The table.
    by : mapping of str to float
        The columns and their weights.
    embedder : Embedder, optional
        How rows become vectors; None where the vectors were given.
    embeddings : Embeddings
        The table's vectors.
    fitted : Fitted
        The clusterer with its own partition, before any edit.
    cache : Cache, optional
        Where vectors are looked up and kept.
    conditioned : Conditioned, optional
        What an instruction made of vectors that were given; those of columns are in the embedder.
    followed : tuple of Followed
        How instructions were carried out.
    seen : callable, optional
        Returns how rows can be looked at where there is no embedder.
    seconds : float, optional
        How long it took.
    lacking : ClusterbyError, optional
        Why there is no embedder, where vectors were not given: a model that is not here any more.
    """

    table: Table
    by: Mapping[str, float]
    embedder: Embedder | None
    embeddings: Embeddings
    fitted: Fitted
    cache: Cache | None = None
    conditioned: Conditioned | None = None
    followed: tuple[Followed, ...] = ()
    seen: Callable[[], Seen] | None = None
    seconds: float | None = None
    lacking: ClusterbyError | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """What has been measured of a partition already.

    Parameters
    ----------
    quality : Quality, optional
    exemplars : mapping of int to int64 array
        Rows of each cluster, nearest to its center first.
    distances : float32 (m,)
        Of each vector to its cluster's center.
    """

    quality: Quality | None
    exemplars: Mapping[int, IntArray]
    distances: FloatArray
