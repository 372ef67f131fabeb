"""How the items of a run can be looked at and compared with words."""

from __future__ import annotations

from collections.abc import Callable

from clusterby.core.column import FloatArray
from clusterby.core.errors import ClusterbyError, UnreadableCell
from clusterby.core.modality import Modality, parse_modality
from clusterby.encoders import Encoder, choose_encoder
from clusterby.encoders.base import embeds_queries
from clusterby.fiftyone.encoded import crop_of
from clusterby.fiftyone.source import Source
from clusterby.fiftyone.stored_vectors import brain_encoder
from clusterby.fiftyone.target import Target
from clusterby.groups.making import Seen
from clusterby.media import likely_modality
from clusterby.media.thumbnail import thumbnail
from clusterby.namers.question import Part
from clusterby.tables import as_column

__all__ = ["seen_of"]

_PIXELS = 512


def seen_of(target: Target, source: Source, vectors: Callable[[], FloatArray] | None = None) -> Seen:
    """Return how the items of a run can be looked at.

    Parameters
    ----------
    target : Target
        The items.
    source : Source
        Where their vectors came from.
    vectors : callable, optional
        Returns the vectors as they came from there; None if those are what was clustered.
    """
    if source.by != "filepath":
        return _of_field(target, source)
    if target.kind != "frames" and target.view.media_type != "image":
        return Seen(modality=Modality.VECTOR)
    made_by = _encoder(target, source)
    return Seen(
        modality=Modality.IMAGE,
        show=_show(target),
        encoder=None if made_by is None else lambda: made_by,
        vectors=vectors,
    )


def _of_field(target: Target, source: Source) -> Seen:
    """Return how the values of a field can be looked at; where they are images, as such."""
    path = target.local_path(source.by)
    if target.view.get_field(path) is None:  # deleted since
        return Seen(modality=Modality.VECTOR)
    cells = as_column(target.values(path), source.by)
    modality = parse_modality(source.modality) if source.modality else likely_modality(cells)
    if modality is None:  # what is no text could not have been encoded without a word on what it is
        modality = Modality.TEXT
    if modality is not Modality.IMAGE:
        return Seen(modality=modality)
    return Seen(modality=modality, show=lambda row: thumbnail(cells.cells[row], pixels=_PIXELS))


def _show(target: Target) -> Callable[[int], Part]:
    paths = target.values("filepath")
    boxes = target.values(f"{target.patches_field}.bounding_box") if target.kind == "patches" else None

    def show(row: int) -> Part:
        if boxes is None:
            return thumbnail(paths[row], pixels=_PIXELS)
        crop = crop_of(paths[row], boxes[row])
        if isinstance(crop, str):
            raise UnreadableCell(crop)
        return thumbnail(crop, pixels=_PIXELS)

    return show


def _encoder(target: Target, source: Source) -> Encoder | None:
    """Return the encoder that the vectors are of, if it is known and has a text tower; none is loaded for that."""
    if source.kind == "brain":
        return brain_encoder(target.dataset, source.name)
    if source.kind != "encoder":
        return None
    try:
        encoder = choose_encoder(source.encoder or source.name, Modality.IMAGE, column=source.by).encoder
        return encoder if embeds_queries(encoder) else None
    except ClusterbyError:  # not here any more: names come from elsewhere
        return None
