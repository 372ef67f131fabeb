"""Tell what the cells of a column are, from their values and types and never from the column's name."""

from __future__ import annotations

import datetime
import itertools
import numbers
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from clusterby.core.column import Column, ColumnType
from clusterby.core.errors import AmbiguousModality
from clusterby.core.modality import Modality
from clusterby.core.optional import imported
from clusterby.media.formats import modality_of_bytes, modality_of_path
from clusterby.media.scalars import is_missing
from clusterby.media.strings import modality_of_strings

__all__ = ["infer_modality", "likely_modality"]

_SAMPLE = 200
"""Cells looked at: enough to tell, few enough for a column of any length."""

_BY_TYPE: dict[ColumnType, Modality] = {
    "number": Modality.NUMBER,
    "boolean": Modality.CATEGORY,
    "category": Modality.CATEGORY,
    "date": Modality.DATE,
    "vector": Modality.VECTOR,
}


def infer_modality(column: Column) -> Modality:
    """Return what the cells of a column are.

    The column's type decides where it says something. Strings and objects are told by up to 200
    of their cells: strings as paths of media, ISO 8601 dates, text, or categories; objects by
    their Python types, bytes by their first bytes, arrays by their shape.

    Raises
    ------
    AmbiguousModality
        If the cells may be more than one thing, are of several types, or of none that is known; the
        message shows a cell and says what to pass as ``modality=``.

    Examples
    --------
    >>> import numpy as np
    >>> cells = np.array(["cat", "dog", "dog", "cat", None, "dog"], dtype=object)
    >>> infer_modality(Column(name="kind", cells=cells, type="string"))
    <Modality.CATEGORY: 'category'>
    """
    if column.type in _BY_TYPE:
        return _BY_TYPE[column.type]
    if column.cells.ndim == 2:
        return Modality.VECTOR
    cells = _sample(column)
    if not cells:
        raise AmbiguousModality(
            f"column {column.name!r} has no values to tell its modality from: choose another column, "
            f"or pass modality= one of {', '.join(Modality)}"
        )
    return _one_kind(column, cells)


def likely_modality(column: Column) -> Modality | None:
    """Return what the cells of a column are, as :func:`infer_modality` tells it; None where that is open."""
    try:
        return infer_modality(column)
    except AmbiguousModality:
        return None


def _sample(column: Column) -> list[Any]:
    """Return cells that have a value, drawn from the whole column with a fixed seed, in row order."""
    shuffled = np.random.default_rng(0).permutation(len(column))
    present = (row for row in shuffled if not _blank(column.cells[row]))
    return [column.cells[row] for row in sorted(itertools.islice(present, _SAMPLE))]


def _blank(cell: Any) -> bool:
    return is_missing(cell) or (isinstance(cell, str) and not cell.strip())


def _one_kind(column: Column, cells: Sequence[Any]) -> Modality:
    if all(isinstance(cell, (str, os.PathLike)) for cell in cells):
        return modality_of_strings(column.name, [os.fsdecode(cell) for cell in cells], base=column.base)
    kinds = [_modality_of(cell) for cell in cells]
    found = set(kinds)
    if len(found) == 1 and None not in found:
        return next(kind for kind in kinds if kind is not None)
    counts = Counter(_describe(cell) for cell in cells).most_common()
    if len(counts) == 1:
        raise AmbiguousModality(_unknown(column.name, cells[0], counts[0][0]))
    listed = ", ".join(f"{count} {kind}" for kind, count in counts[:5])
    raise AmbiguousModality(
        f"column {column.name!r} mixes types ({listed}): give it one type, or pass modality= to say "
        "what its cells are; those that are not will be skipped"
    )


def _modality_of(cell: Any) -> Modality | None:
    if isinstance(cell, (bytes, bytearray, memoryview)):
        return modality_of_bytes(bytes(cell[:32]))
    if isinstance(cell, (bool, np.bool_)):
        return Modality.CATEGORY
    if isinstance(cell, (numbers.Real, Decimal, np.number)):
        return Modality.NUMBER
    if isinstance(cell, (datetime.date, np.datetime64)):
        return Modality.DATE
    if isinstance(cell, Mapping):
        return _modality_of_record(cell)
    if _is_pillow_image(cell):
        return Modality.IMAGE
    if isinstance(cell, (list, tuple)) or hasattr(cell, "__array__"):
        return _modality_of_array(cell)
    return None


def _modality_of_record(cell: Mapping[Any, Any]) -> Modality | None:
    """Tell the form in which Hugging Face datasets keep media: bytes, a path, or decoded sound."""
    if cell.get("sampling_rate") is not None and _holds_numbers(cell.get("array")):
        return Modality.AUDIO
    content, path = cell.get("bytes"), cell.get("path")
    if isinstance(content, bytes):
        return modality_of_bytes(content[:32])
    return modality_of_path(path) if isinstance(path, str) else None


def _holds_numbers(array: Any) -> bool:
    """Whether the first number or row of an array or list is one of numbers: cheap for a list of many."""
    try:
        return np.asarray(array[:1]).dtype.kind in "fiu"
    except (TypeError, ValueError, RuntimeError, LookupError):
        return False


def _modality_of_array(cell: Any) -> Modality | None:
    try:
        array = np.asarray(cell)
    except (TypeError, ValueError, RuntimeError):
        return None
    if array.dtype.kind not in "fiub":
        return None
    if array.ndim == 1:
        return Modality.VECTOR
    drawn = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (1, 3, 4))
    return Modality.IMAGE if drawn and isinstance(cell, np.ndarray) and cell.dtype == np.uint8 else None


def _is_pillow_image(cell: Any) -> bool:
    pillow = imported("PIL.Image")
    return pillow is not None and isinstance(cell, pillow.Image)


def _describe(cell: Any) -> str:
    if isinstance(cell, np.ndarray):
        return f"{cell.dtype} array of {cell.ndim} dimensions"
    known = _modality_of(cell) if isinstance(cell, (bytes, bytearray, memoryview)) else None
    return f"{known} in {type(cell).__name__}" if known else type(cell).__name__


def _unknown(name: str, cell: Any, kind: str) -> str:
    if isinstance(cell, (bytes, bytearray, memoryview)):
        return (
            f"column {name!r} holds bytes of no known image or audio format (they start with {bytes(cell[:12])!r}): "
            'if they are text, pass modality="text"'
        )
    if isinstance(cell, np.ndarray) and cell.ndim > 1:
        return (
            f"column {name!r} holds arrays of {cell.dtype} {cell.shape}: images are uint8 of shape (height, width) or "
            "(height, width, 1, 3 or 4), vectors have one dimension"
        )
    return (
        f"column {name!r} holds cells of type {kind}, which tell no modality: turn them into paths, images, "
        "texts, numbers or vectors, or pass modality="
    )
