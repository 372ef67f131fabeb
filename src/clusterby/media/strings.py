"""Tell what strings are: paths of media, dates, text, or categories."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from clusterby.core.errors import AmbiguousModality, UnreadableCell
from clusterby.core.modality import Modality
from clusterby.media.formats import is_url, modality_of_path
from clusterby.media.paths import find_file
from clusterby.media.scalars import shorten
from clusterby.media.values import parse_date

__all__ = ["modality_of_strings"]

_NEARLY_ALL = 0.9
_SHORT = 4
"""Words that the name of a category may have."""
_LONG = 8
"""Words that no category's name has."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?", re.DOTALL)
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
"""Letters of scripts that put no space between words: Thai, Lao, kana, Chinese characters."""


def modality_of_strings(name: str, cells: Sequence[str], *, base: Path | None = None) -> Modality:
    """Return what the strings of a column are.

    Nearly all (90 %) must be paths of one medium, or ISO 8601 dates, to be taken for these. Else
    few distinct values of up to four words, each there twice on average, are categories; strings of
    two words or more that are mostly distinct, or of more than eight, are text; anything between is
    left to the caller.

    Parameters
    ----------
    name : str
        The column's name, for messages alone.
    cells : sequence of str
        At least one; none blank.
    base : Path, optional
        The folder against which relative paths are resolved, after the working folder.

    Raises
    ------
    AmbiguousModality
        If they may be more than one thing, or are addresses of media on the web.

    Examples
    --------
    >>> modality_of_strings("note", ["the red car is fast", "a slow blue car"])
    <Modality.TEXT: 'text'>
    >>> modality_of_strings("kind", ["red", "blue"])
    Traceback (most recent call last):
    clusterby.core.errors.AmbiguousModality: column 'kind' may be text or categories
    (2 distinct values among 2, for example 'red'): pass modality="text" or modality="category"
    """
    medium = _medium(name, cells, base)
    if medium is not None:
        return medium
    if sum(map(_is_date, cells)) >= _NEARLY_ALL * len(cells):
        return Modality.DATE
    return _text_or_category(name, cells)


def _medium(name: str, cells: Sequence[str], base: Path | None) -> Modality | None:
    leads = [(cell, modality) for cell in cells if (modality := _leads_to(cell, base)) is not None]
    if not leads:
        return None
    first = leads[0][0]
    if is_url(first):
        raise AmbiguousModality(
            f"column {name!r} holds addresses on the web (for example {shorten(first, 60)}) and nothing is fetched: "
            'download the files and give their paths, or pass modality="text" to group the addresses'
        )
    counts = Counter(modality for _, modality in leads).most_common()
    if len(counts) == 1 and len(leads) >= _NEARLY_ALL * len(cells):
        return counts[0][0]
    if len(counts) == 1 and len(leads) < (1 - _NEARLY_ALL) * len(cells):
        return None
    found = ", ".join(f"{count} of {len(cells)} lead to {modality} files" for modality, count in counts)
    raise AmbiguousModality(
        f"column {name!r} mixes paths ({found}; for example {shorten(first, 60)}): pass modality="
        f'"{counts[0][0]}" to skip the others, or modality="text"'
    )


def _leads_to(cell: str, base: Path | None) -> Modality | None:
    modality = modality_of_path(cell)
    if modality is None or is_url(cell) or not re.search(r"\s", cell) or "/" in cell or "\\" in cell:
        return modality
    # with spaces and no folder it may be a sentence that ends in a file's name: then the file must be there
    return modality if find_file(cell, base=base) is not None else None


def _is_date(cell: str) -> bool:
    if _DATE.fullmatch(cell.strip()) is None:
        return False
    try:
        parse_date(cell)
    except UnreadableCell:
        return False
    return True


def _text_or_category(name: str, cells: Sequence[str]) -> Modality:
    words = statistics.median(map(_count_words, cells))
    distinct = len(set(cells))
    repeated = 2 * distinct <= len(cells)
    if repeated and words <= _SHORT:
        return Modality.CATEGORY
    if words > _LONG or (words >= 2 and not repeated):
        return Modality.TEXT
    numeric = sum(map(_is_number, cells)) >= _NEARLY_ALL * len(cells)
    one, other = ("number", "numbers") if numeric else ("text", "text")
    raise AmbiguousModality(
        f"column {name!r} may be {other} or categories ({distinct} distinct values among {len(cells)}, for example "
        f'{shorten(cells[0])}): pass modality="{one}" or modality="category"'
    )


def _count_words(cell: str) -> int:
    unspaced = len(_UNSPACED.findall(cell))
    return len(_UNSPACED.sub(" ", cell).split()) + unspaced // 2  # two characters to a word, roughly


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
