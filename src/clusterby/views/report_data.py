"""What a report shows: plain values, so that drawing it needs neither the table nor the models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from clusterby.core.column import FloatArray, IntArray
from clusterby.core.errors import InvalidParameter, InvalidVectors
from clusterby.core.partition import NOISE

__all__ = ["ClusterCard", "Exemplar", "Mark", "ReportData", "Scatter", "SkippedRow"]

_EMBEDDED_IMAGE = re.compile(r"data:image/(png|jpeg|gif|webp|avif);base64,[A-Za-z0-9+/]+={0,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemplar:
    """A row that stands for its cluster.

    Parameters
    ----------
    kind : {"image", "text", "values"}
        How it is shown: a thumbnail, a quotation, or lines of ``column: value``.
    src : str, optional
        The thumbnail as a ``data:image/…;base64,`` URI, for an image; images at most 32 pixels wide are
        enlarged without smoothing.
    text : str
        The text or the lines; for an image what is read aloud in its place.
    caption : str
        What stands below it, such as its path.
    row : int, optional
        Its position in the table; with it, the card and the map point at each other.

    Raises
    ------
    InvalidParameter
        If an image has no `src`, or one that is not embedded: a report never loads anything.

    Examples
    --------
    >>> Exemplar(kind="image", src="https://example.org/cat.png")
    Traceback (most recent call last):
    clusterby.core.errors.InvalidParameter: src must be a data:image/…;base64, URI, not 'https://example.org/cat.png'
    """

    kind: Literal["image", "text", "values"]
    src: str | None = None
    text: str = ""
    caption: str = ""
    row: int | None = None

    def __post_init__(self) -> None:
        if self.src is None and self.kind != "image":
            return
        if self.src is None or not _EMBEDDED_IMAGE.fullmatch(self.src):
            shown = repr(self.src if self.src is None else self.src[:60])
            raise InvalidParameter(f"src must be a data:image/…;base64, URI, not {shown}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that sets a cluster apart from the whole table.

    Parameters
    ----------
    column : str
        The column it is about.
    text : str
        What it says: ``"folder is 7"``, ``"mean of size"``.
    inside, overall : float or str
        In the cluster and in all rows: a share of the rows, 0 to 1, drawn as a bar, or any other measure
        as it is to be read (``"3.4"``).
    """

    column: str
    text: str
    inside: float | str
    overall: float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterCard:
    """One cluster, or the noise.

    Parameters
    ----------
    id : int
        Its label; −1 for the noise.
    size : int
        How many rows it has.
    share : float
        Its part of all rows that were not skipped, 0 to 1.
    name : str, optional
        Its name, if it has one.
    exemplars : tuple of Exemplar
        The rows that stand for it, the most typical first.
    marks : tuple of Mark
        What sets it apart, the strongest first.
    cohesion : float, optional
        One minus its variance over that of all rows: 1 where all its rows are equal.
    """

    id: int
    size: int
    share: float
    name: str | None = None
    exemplars: tuple[Exemplar, ...] = ()
    marks: tuple[Mark, ...] = ()
    cohesion: float | None = None

    @property
    def title(self) -> str:
        """What it is called: its name, else its number."""
        if self.id == NOISE:
            return self.name or "Noise"
        return self.name or f"Cluster {self.id}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scatter:
    """A place in the plane for every row that was not skipped.

    Parameters
    ----------
    x, y : float32 (m,)
        The places; finite.
    labels : int64 (m,)
        The cluster of each, −1 for noise.
    rows : int64 (m,)
        The positions of the rows in the table, strictly increasing.
    method : str
        How the places were found, as a sentence for the reader.
    captions : sequence of str, optional
        What is shown when the pointer rests on a row. They make up most of the file's size when there are
        many: leave them out beyond some 50,000 rows.

    Raises
    ------
    InvalidVectors
        If the lengths differ, a place is not finite, or the rows do not increase.
    """

    x: FloatArray
    y: FloatArray
    labels: IntArray
    rows: IntArray
    method: str
    captions: Sequence[str] | None = None

    def __post_init__(self) -> None:
        for name, values in (("y", self.y), ("labels", self.labels), ("rows", self.rows)):
            if values.shape != self.x.shape or values.ndim != 1:
                raise InvalidVectors(f"{name} has shape {values.shape}, but x {self.x.shape}")
        if self.captions is not None and len(self.captions) != len(self.x):
            raise InvalidVectors(f"{len(self.captions)} captions for {len(self.x)} rows")
        if not (np.isfinite(self.x).all() and np.isfinite(self.y).all()):
            raise InvalidVectors("the places of a scatter must be finite")
        if np.any(np.diff(self.rows) <= 0):
            raise InvalidVectors("the rows of a scatter must increase strictly")

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedRow:
    """A row that was left out.

    Parameters
    ----------
    row : int
        Its position in the table, from 0.
    column : str
        The column whose cell was at fault.
    reason : str
        What was wrong with it.
    cell : str
        What the cell holds, shortened to what fits a line.
    """

    row: int
    column: str
    reason: str
    cell: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReportData:
    """Everything a report shows.

    Parameters
    ----------
    title : str
        The headline.
    subtitle : str
        One sentence below it.
    facts : tuple of (str, str)
        Labels with what they say: rows, clusters, encoder, method, seed.
    notes : tuple of str
        What the reader should bear in mind: what the encoder is weak at, what was chosen automatically.
    clusters : tuple of ClusterCard
        The clusters, in any order.
    noise : ClusterCard, optional
        The rows that belong to none.
    scatter : Scatter, optional
        The map of all rows.
    skipped : tuple of SkippedRow
        The rows left out.

    Raises
    ------
    InvalidParameter
        If two clusters share an id, or the scatter has a label that no card bears.

    Examples
    --------
    >>> ReportData(title="Digits", clusters=(ClusterCard(id=0, size=2, share=1.0),)).clusters[0].title
    'Cluster 0'
    """

    title: str
    subtitle: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    clusters: tuple[ClusterCard, ...] = ()
    noise: ClusterCard | None = None
    scatter: Scatter | None = None
    skipped: tuple[SkippedRow, ...] = ()

    def __post_init__(self) -> None:
        ids = [card.id for card in self.cards]
        if len(set(ids)) != len(ids):
            twice = next(i for i in ids if ids.count(i) > 1)
            raise InvalidParameter(f"two cards bear the id {twice}: each cluster has one card")
        if self.scatter is not None:
            strange = np.setdiff1d(self.scatter.labels, ids)
            if len(strange):
                raise InvalidParameter(f"the scatter has rows of cluster {strange[0]}, which has no card")

    @property
    def cards(self) -> tuple[ClusterCard, ...]:
        """The clusters from the largest to the smallest, then the noise."""
        ranked = sorted(self.clusters, key=lambda card: (-card.size, card.id))
        return (*ranked, self.noise) if self.noise is not None else tuple(ranked)
