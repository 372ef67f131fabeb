"""The encoder of a column that is to be compared with texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clusterby.core.column import Column
from clusterby.core.errors import InvalidParameter, MissingExtra
from clusterby.core.modality import Modality, parse_modality
from clusterby.encoders import EncoderChoice, choose_encoder
from clusterby.encoders.choose import EncoderArgument
from clusterby.media import infer_modality

__all__ = ["choose_aligned"]

_MEDIA = frozenset({Modality.IMAGE, Modality.AUDIO, Modality.TEXT})


def choose_aligned(
    column: Column,
    *,
    encoder: EncoderArgument = "auto",
    modality: str | None = None,
    prefer: Mapping[str, Any] | None = None,
) -> EncoderChoice:
    """Return a column's encoder; where it is to be chosen, one that is aligned with language.

    Parameters
    ----------
    column : Column
        The column.
    encoder, modality, prefer
        As for :func:`clusterby.embed`. An encoder that is given may have no text tower.

    Raises
    ------
    InvalidParameter, MissingExtra, UnknownEncoder, AmbiguousModality
        As :func:`clusterby.encoders.choose_encoder`, and if no aligned encoder is here.

    Examples
    --------
    >>> from clusterby.tables import as_column
    >>> choose_aligned(as_column(["a red bike", "a glass of wine"]), encoder="lsa").modality
    <Modality.TEXT: 'text'>
    """
    kind = infer_modality(column) if modality is None else parse_modality(modality)
    if not (isinstance(encoder, str) and encoder == "auto" and kind in _MEDIA):
        return choose_encoder(encoder, kind, column=column.name, prefer=prefer)
    try:
        return choose_encoder(encoder, kind, column=column.name, prefer={"aligned": True, **(prefer or {})})
    except (InvalidParameter, MissingExtra) as error:
        raise type(error)(f"column {column.name!r} is to be compared with words: {error}") from None
