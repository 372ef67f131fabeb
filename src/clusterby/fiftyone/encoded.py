"""Vectors from clusterby's own encoders, through the shared cache."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
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
from clusterby.fiftyone.instructed import condition_vectors, instruction_of
from clusterby.fiftyone.source import Vectors, source_of_encoder
from clusterby.fiftyone.target import Target
from clusterby.instructions.region_cells import read_regions
from clusterby.instructions.regions import Boxes, Region
from clusterby.media import decode_image
from clusterby.ops.condition import check_condition
from clusterby.ops.embed import fit_embedder
from clusterby.ops.kept import usable_cache
from clusterby.ops.proposed import proposer_of
from clusterby.tables import as_column
from clusterby.tables.fiftyone import FiftyOneTable

__all__ = ["crop_of", "encoder_vectors", "media_modality"]

_TOGETHER = 512  # patches in memory at a time


def encoder_vectors(
    target: Target,
    encoder: Any,
    *,
    by: str | None,
    prefer: Mapping[str, Any] | None,
    cache: CacheArgument,
    modality: str | None = None,
    asked: Mapping[str, Any] = MappingProxyType({}),
) -> Vectors:
    """Return the vectors that an encoder gives the items of a target.

    Parameters
    ----------
    target : Target
    encoder : str, Encoder or callable
        As for :func:`clusterby.embed`.
    by : str or None
        The field that it reads; None and ``"filepath"`` are the media itself.
    prefer, cache
        As for :func:`clusterby.embed`.
    modality : str, optional
        What the cells are; that of the media, or what they look like, unless given.
    asked : mapping
        As for :func:`~clusterby.fiftyone.vectors.resolve_vectors`.

    Raises
    ------
    InvalidParameter
        If the media have no encoder, or what is asked cannot be done.
    UnknownColumn
        If there is no field of that name.
    """
    by = None if by == "filepath" else by
    if target.kind == "patches" and by is None:
        if modality not in (None, "image"):
            raise InvalidParameter(
                f"modality={modality!r}: patches are images; leave it out, or name a field to read"
            )
        return _patches(target, encoder, prefer, cache, asked)
    column, kind = _column(target, by, modality)
    instruction = instruction_of(target, column.name, asked)
    table = None
    if instruction is not None and isinstance(instruction.region, Boxes):
        table = FiftyOneTable(target.view)
    embedder, embeddings = fit_embedder(
        {column.name: column},
        {column.name: 1.0},
        encoder=encoder,
        modality=kind,
        prefer=prefer,
        cache=usable_cache(cache),
        table=table,
        instruction=instruction,
    )
    (part,) = embedder.parts
    told = instruction.text if instruction and part.followed and part.followed.method == "prefix" else None
    source = replace(
        source_of_encoder(encoder, part.choice, by, part.encoder),
        modality=modality or "", region=_known_unit(part.region, table), task=told or "",
    )  # fmt: skip
    return Vectors(
        embeddings=embeddings, source=source, choice=part.choice,
        instruction=instruction, conditioned=part.conditioned, followed=part.followed,
    )  # fmt: skip


def _known_unit(region: Region | None, table: FiftyOneTable | None) -> Region | None:
    """Return a region whose unit is known: of fewer rows another one might be guessed."""
    if not isinstance(region, Boxes) or region.unit is not None or table is None:
        return region
    return replace(region, unit="pixels" if read_regions(table.column(region.column)).pixels else "relative")


def _column(target: Target, by: str | None, modality: str | None) -> tuple[Column, str | None]:
    """Return the cells that are to be encoded, and what they are where that is known."""
    if by is not None:
        path = target.local_path(by)
        if target.view.get_field(path) is None:
            raise UnknownColumn(by, sorted(target.view.get_field_schema()))
        return as_column(target.values(path), by), modality
    return as_column(target.values("filepath"), "filepath"), media_modality(target, modality)


def media_modality(target: Target, modality: str | None) -> str:
    """Return what the media are, or are said to be.

    Raises
    ------
    InvalidParameter
        If they are no images and nothing is said.
    """
    media = "image" if target.kind == "frames" else target.view.media_type
    if modality is None and media != "image":
        raise InvalidParameter(
            f"media of type {media!r} have no encoder here: give embeddings=, a field of vectors or an array, or model=, a "
            "FiftyOne model; or modality='audio', if they are"
        )
    return modality or "image"


def _patches(
    target: Target,
    encoder: Any,
    prefer: Mapping[str, Any] | None,
    cache: CacheArgument,
    asked: Mapping[str, Any],
) -> Vectors:
    """Return the vectors of patches, conditioned by what is asked once all of them are there."""
    field = str(target.patches_field)
    instruction = instruction_of(target, field, asked)
    if instruction is not None and isinstance(encoder, str) and encoder == "auto":
        prefer = {"aligned": True, **(prefer or {})}  # it must know words
    choice = choose_encoder(encoder, Modality.IMAGE, column=field, prefer=prefer)
    kept = usable_cache(cache)
    if instruction is not None:
        propose = proposer_of(instruction, cache=kept)
        check_condition(choice.encoder, Modality.IMAGE, instruction, propose=propose)
    embeddings = _crops(target, choice, kept)
    found = Vectors(
        embeddings=embeddings, source=source_of_encoder(encoder, choice, None, choice.encoder), choice=choice
    )
    return condition_vectors(found, choice.encoder, Modality.IMAGE, instruction, column=field, cache=cache)


def _crops(target: Target, choice: EncoderChoice, cache: Any) -> Embeddings:
    """Embed crops, some hundreds at a time: what has been embedded once is found in the cache by its pixels."""
    if target.view.media_type != "image":
        raise InvalidParameter(
            f"patches of media of type {target.view.media_type!r} cannot be cropped: give embeddings="
        )
    field = str(target.patches_field)
    if isinstance(choice.encoder, FittableEncoder):
        raise InvalidParameter(
            f"encoder {choice.name!r} is fitted to a corpus and cannot embed patches: choose another one"
        )
    paths, boxes = target.values("filepath"), target.values(f"{field}.bounding_box")
    pieces: list[Embeddings] = []
    skipped: list[Skipped] = []
    rows: list[int] = []
    with track(f"embed {len(target):,} patches of {field}", len(target)) as advance:
        for start in range(0, len(target), _TOGETHER):
            crops = [
                crop_of(p, b)
                for p, b in zip(
                    paths[start : start + _TOGETHER], boxes[start : start + _TOGETHER], strict=True
                )
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
    )  # fmt: skip


@lru_cache(maxsize=2)  # a sample's patches follow one another
def _image(path: str) -> Image.Image:
    return decode_image(path)


def crop_of(path: str, box: list[float] | None) -> Image.Image | str:
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
