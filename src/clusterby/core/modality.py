"""What kind of thing the cells of a column are."""

from __future__ import annotations

from enum import StrEnum

from clusterby.core.errors import InvalidParameter, nearest

__all__ = ["Modality", "parse_modality"]


class Modality(StrEnum):
    """The kinds of cell that encoders tell apart."""

    IMAGE = "image"
    TEXT = "text"
    AUDIO = "audio"
    VIDEO = "video"
    NUMBER = "number"
    CATEGORY = "category"
    DATE = "date"
    VECTOR = "vector"


def parse_modality(value: str | Modality) -> Modality:
    """Return the modality of that name.

    Raises
    ------
    InvalidParameter
        If there is none.

    Examples
    --------
    >>> parse_modality("image")
    <Modality.IMAGE: 'image'>
    """
    try:
        return Modality(value)
    except ValueError:
        near = nearest(str(value), list(Modality))
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise InvalidParameter(f"no modality {value!r}.{hint} One of: {', '.join(Modality)}") from None
