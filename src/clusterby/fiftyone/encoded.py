"""Vectors from clusterby's own encoders, through the shared cache."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image

from clusterby.cache import CacheArgument
from clusterby.core.column import Column, Skipped
from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import InvalidParameter, NothingToCluster, UnknownColumn, UnreadableCell
from clusterby.core.modality import Modality
from clusterby.core.progress import track
from clusterby.encoders import FittableEncoder, choose_encoder
from clusterby.encoders.choose import EncoderChoice
from clusterby.fiftyone.target import Target
from clusterby.fiftyone.vectors import Source, Vectors
from clusterby.media import decode_image
from clusterby.ops.embed import fit_embedder
from clusterby.ops.kept import usable_cache
from clusterby.tables import as_column

__all__ = ["encoder_vectors"]

_CROPS = 512  # patches in memory at a time


def encoder_vectors(
    target: Target, encoder: Any, *, by: str | None, prefer: Mapping[str, Any] | None, cache: CacheArgument
) -> Vectors:
    """Return the vectors that an encoder gives the items of a target.

    Parameters
    ----------
    target : Target
    encoder : str, Encoder or callable
        As for :func:`clusterby.embed`.
    by : str or None
        The field that it reads; None is the media itself.
    prefer, cache
        As for :func:`clusterby.embed`.

    Raises
    ------
    InvalidParameter
        If the media are neither images nor text.
    UnknownColumn
        If there is no field of that name.
    """
    kept = usable_cache(cache)
    if target.kind == "patches" and by is None:
        embeddings, choice = _patches(target, encoder, prefer, kept)
    else:
        column, modality = _column(target, by)
        embedder, embeddings = fit_embedder(
            {column.name: column},
            {column.name: 1.0},
            encoder=encoder,
            modality=modality,
            prefer=prefer,
            cache=kept,
        )
        choice = embedder.parts[0].choice
    fitted = isinstance(choice.encoder, FittableEncoder)
    source = Source(
        kind="encoder" if isinstance(encoder, str) else "array",
        name=choice.name, by=by or "filepath", revision="" if fitted else choice.encoder.revision,
    )  # fmt: skip
    return Vectors(embeddings=embeddings, source=source, choice=choice)


def _column(target: Target, by: str | None) -> tuple[Column, str | None]:
    """Return the cells that are to be encoded, and what they are where that is known."""
    if by is not None and by != "filepath":
        path = target.local_path(by)
        if target.view.get_field(path) is None:
            raise UnknownColumn(by, sorted(target.view.get_field_schema()))
        return as_column(target.values(path), by), None
    media = "image" if target.kind == "frames" else target.view.media_type
    if media != "image":
        raise InvalidParameter(
            f"media of type {media!r} have no encoder here: give embeddings=, a field of vectors or an array, or model=, a "
            "FiftyOne model"
        )
    return as_column(target.values("filepath"), "filepath"), "image"


def _patches(
    target: Target, encoder: Any, prefer: Mapping[str, Any] | None, cache: Any
) -> tuple[Embeddings, EncoderChoice]:
    """Embed crops, some hundreds at a time: what has been embedded once is found in the cache by its pixels."""
    if target.view.media_type != "image":
        raise InvalidParameter(
            f"patches of media of type {target.view.media_type!r} cannot be cropped: give embeddings="
        )
    field = str(target.patches_field)
    choice = choose_encoder(encoder, Modality.IMAGE, column=field, prefer=prefer)
    if isinstance(choice.encoder, FittableEncoder):
        raise InvalidParameter(
            f"encoder {choice.name!r} is fitted to a corpus and cannot embed patches: choose another one"
        )
    paths, boxes = target.values("filepath"), target.values(f"{field}.bounding_box")
    pieces: list[Embeddings] = []
    skipped: list[Skipped] = []
    rows: list[int] = []
    with track(f"embed {len(target):,} patches of {field}", len(target)) as advance:
        for start in range(0, len(target), _CROPS):
            crops = [
                _crop(p, b)
                for p, b in zip(paths[start : start + _CROPS], boxes[start : start + _CROPS], strict=True)
            ]
            whole = [i for i, crop in enumerate(crops) if isinstance(crop, Image.Image)]
            skipped += [
                Skipped(row=start + i, column=field, reason=str(crop))
                for i, crop in enumerate(crops)
                if isinstance(crop, str)
            ]
            if whole:
                cells = np.empty(len(whole), dtype=object)
                for place, i in enumerate(whole):
                    cells[place] = crops[i]
                column = Column(name=field, cells=cells, type="object")
                piece = fit_embedder(
                    {field: column}, {field: 1.0}, encoder=choice.encoder, modality="image", cache=cache
                )[1]
                pieces.append(piece)
                rows += [start + whole[row] for row in piece.rows.tolist()]
                skipped += [
                    Skipped(row=start + whole[s.row], column=field, reason=s.reason) for s in piece.skipped
                ]
            advance(len(crops))
    if not pieces:
        raise NothingToCluster(f"all {len(target)} patches were skipped; the first: {skipped[0].reason}")
    return Embeddings(
        vectors=np.concatenate([p.vectors for p in pieces]), rows=np.array(rows, dtype=np.int64), n_rows=len(target),
        column=f"{choice.name}({field})", space=pieces[0].space, skipped=tuple(sorted(skipped, key=lambda s: s.row)),
    ), choice  # fmt: skip


@lru_cache(maxsize=2)  # a sample's patches follow one another
def _image(path: str) -> Image.Image:
    return decode_image(path)


def _crop(path: str, box: list[float] | None) -> Image.Image | str:
    """Return the pixels inside a box, or why there are none."""
    if box is None:
        return "no bounding box"
    try:
        image = _image(path)
    except UnreadableCell as error:
        return str(error)
    left, top, width, height = box
    corners = (
        max(0, round(left * image.width)), max(0, round(top * image.height)),
        min(image.width, round((left + width) * image.width)), min(image.height, round((top + height) * image.height)),
    )  # fmt: skip
    if corners[2] <= corners[0] or corners[3] <= corners[1]:
        return f"the box {[round(v, 4) for v in box]} holds no pixel of {image.width} × {image.height}"
    return image.crop(corners)
