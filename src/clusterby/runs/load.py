"""Saved results, back on a table that may have changed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from clusterby.cache import Cache, CacheArgument, Memo
from clusterby.core.column import FloatArray, IntArray
from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import ClusterbyError, InvalidParameter, InvalidTable, InvalidVectors
from clusterby.core.modality import Modality
from clusterby.groups import ClusterBy
from clusterby.ops.embedder import Embedder
from clusterby.ops.given import given_embeddings
from clusterby.ops.kept import usable_cache
from clusterby.runs.home import runs_folder
from clusterby.runs.marks import Marks, marks_of, vector_marks
from clusterby.runs.match import Changes, match
from clusterby.runs.over import over
from clusterby.runs.pack import SavedRun
from clusterby.runs.read import read_version
from clusterby.runs.recipe import again
from clusterby.runs.record import RunRecord
from clusterby.runs.restore import Back, Place, back_of, clusters_of, groups_of
from clusterby.runs.some_rows import SomeRows
from clusterby.runs.source import from_project, open_again
from clusterby.tables import open_table
from clusterby.tables.base import Table

__all__ = ["changes", "load"]

log = logging.getLogger(__name__)


def load(
    key: str,
    table: Any = None,
    *,
    embeddings: Any = None,
    encoder: Any = None,
    cache: CacheArgument = True,
) -> ClusterBy:
    """Return a saved result over its table, which may have changed meanwhile.

    Rows are found again by their identity and their content (see :func:`~clusterby.runs.match.match`): a label never moves
    to a row with other cells. New and changed rows are skipped, each with a reason; :meth:`ClusterBy.predict` says where they
    belong, and :func:`changes` which they are. Vectors are not read before something needs them: then they come from the
    cache, or are made again by the encoder that made them.

    Parameters
    ----------
    key : str
        What it was saved under.
    table : frame, dict of lists, path, optional
        The table; None opens the folder or file that it was read from.
    embeddings : Embeddings or array (n, d), optional
        The vectors of the table's rows. Where the result was made of given vectors, they say which rows changed.
    encoder : str, Encoder, callable, or a mapping of columns to these, optional
        What made the vectors, where that was an object; it must be of the same name and revision.
    cache : bool, "readonly", str, PathLike or Cache
        As for :func:`clusterby.embed`.

    Raises
    ------
    UnknownName
        If there is no such run.
    UnreadableSource
        If the run is damaged, or the folder or file is not there any more.
    InvalidTable
        If none of the rows that were clustered is in the table, or a later version of clusterby saved the run.
    InvalidParameter
        If the run does not say where its table was read from, and none is given.
    UnknownColumn
        If the table lacks a column that was clustered by.
    """
    root = runs_folder()
    version, saved = read_version(root, key)
    saved = replace(saved, record=replace(saved.record, recipes=from_project(saved.record.recipes, root)))
    opened = open_again(key, saved, root) if table is None else open_table(table)
    kept = usable_cache(cache)
    given = None if embeddings is None else _given(embeddings, opened, saved.record)
    marks = _marks(opened, saved, given, None if kept is None else kept.memo)
    found = match(saved.marks, marks, labels=_labels(saved.record))
    try:
        record = over(saved.record, found)
    except InvalidTable as error:
        raise _no_row(error, saved, given) from None
    order = np.where(found.origin < 0, -1, saved.order[found.origin])
    how = _embedder(saved, opened, order, encoder)
    read = _reader(record, opened, given, how, kept)
    if found:
        log.info("%s: %s", key, found)
    back = Back(
        record=record, marks=_with_vectors(marks, saved.marks, found), kinds=saved.kinds, changes=found, order=order,
        place=Place(key=key, number=version.number, clusters=clusters_of(saved.record)),
    )  # fmt: skip
    if isinstance(how, Embedder):
        return groups_of(record, opened, read, embedder=how, cache=kept, back=back)
    lacking = how if record.recipes else None
    return groups_of(record, opened, read, lacking=lacking, cache=kept, back=back)


def changes(groups: ClusterBy) -> Changes | None:
    """Return what became of the table since a result was saved; None of a result that was not loaded.

    Examples
    --------
    >>> import clusterby as cb
    >>> changes(cb.clusterby({"v": [[0.0], [9.0]]}, "v", n_clusters=2)) is None
    True
    """
    back = back_of(groups)
    return None if back is None else back.changes


def _no_row(error: InvalidTable, saved: SavedRun, given: Embeddings | None) -> InvalidTable:
    """Return the error with what else may be the reason."""
    if saved.marks.vectors is not None and given is None:
        return InvalidTable(
            f"{error}; it was made of given vectors: pass them with embeddings=, they tell rows apart too"
        )
    if any(Modality(kind) in (Modality.IMAGE, Modality.AUDIO) for kind in saved.kinds.values() if kind):
        return InvalidTable(f"{error}, and look whether its files are there")
    return error


def _given(embeddings: Any, table: Table, record: RunRecord) -> Embeddings:
    """Return vectors that were given as those that were clustered."""
    found = given_embeddings(embeddings, n_rows=table.n_rows)
    if isinstance(embeddings, Embeddings) and record.recipes and found.space != record.space:
        raise InvalidVectors(
            f"these vectors are of the space {found.space!r:.80}, and the clusters were made in {record.space!r:.80}: give those"
        )
    how = record.conditioned
    if how is not None and found.dimension == len(how.subspace.center) and not how.did(found):
        found = how.apply(found)
    return given_embeddings(found, dimension=record.dimension)


def _marks(table: Table, saved: SavedRun, given: Embeddings | None, memo: Memo | None) -> Marks:
    found = marks_of(table, saved.kinds, memo=memo)
    if given is None or saved.marks.vectors is None:
        return found
    return Marks(
        identity=found.identity, names=found.names, contents=found.contents, vectors=vector_marks(given)
    )


def _with_vectors(now: Marks, saved: Marks, found: Changes) -> Marks:
    """Return marks with the hashes of given vectors that are known of rows that stayed the same."""
    if now.vectors is not None or saved.vectors is None:
        return now
    kept = [None if was < 0 else saved.vectors[was] for was in found.origin.tolist()]
    return Marks(identity=now.identity, names=now.names, contents=now.contents, vectors=tuple(kept))


def _labels(record: RunRecord) -> list[int | None]:
    labels: list[int | None] = [None] * record.n_rows
    for row, label in zip(record.rows.tolist(), record.partition.labels.tolist(), strict=True):
        labels[row] = label
    return labels


def _embedder(saved: SavedRun, table: Table, order: IntArray, encoder: Any) -> Embedder | ClusterbyError:
    """Return how rows become vectors, or why that cannot be told."""
    record = saved.record
    if not record.recipes:
        return InvalidParameter(
            "the vectors of this run were given, and are not kept with it: pass them again with embeddings="
        )

    def seen() -> Table:
        return SomeRows(table, np.argsort(order, kind="stable")[np.count_nonzero(order < 0) :])

    try:
        return again(
            record.recipes, seen, conditioned=record.conditioned, followed=record.followed, encoder=encoder
        )
    except ClusterbyError as error:
        if encoder is not None:
            raise
        return error


def _reader(
    record: RunRecord,
    table: Table,
    given: Embeddings | None,
    how: Embedder | ClusterbyError,
    cache: Cache | None,
) -> Callable[[], FloatArray]:
    def read() -> FloatArray:
        if given is not None:
            return _chosen(given, record)
        if isinstance(how, ClusterbyError):
            raise InvalidVectors(str(how))
        found = how.embed(SomeRows(table, record.rows), cache=cache)
        if len(found) < len(record.rows):
            lost = found.skipped[0]
            raise InvalidVectors(
                f"{len(record.rows) - len(found)} of {len(record.rows)} rows have no vector any more; the first is row "
                f"{int(record.rows[lost.row])}: {lost.reason}"
            )
        return found.vectors

    return read


def _chosen(given: Embeddings, record: RunRecord) -> FloatArray:
    if not np.isin(record.rows, given.rows).all():
        raise InvalidVectors(
            "embeddings= has no vector for some of the rows that were clustered: give one for each of them"
        )
    return given.vectors[np.searchsorted(given.rows, record.rows)]
