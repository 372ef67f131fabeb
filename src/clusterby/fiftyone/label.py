"""Say of each item how well a description fits it, or which word fits best, in a new field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import fiftyone as fo
import numpy as np

from clusterby.cache import CacheArgument
from clusterby.core.errors import InvalidParameter
from clusterby.core.progress import track
from clusterby.encoders.choose import EncoderArgument
from clusterby.fiftyone import fields
from clusterby.fiftyone.alone import alone
from clusterby.fiftyone.clean import clean_up
from clusterby.fiftyone.encoded import media_modality
from clusterby.fiftyone.target import Target, resolve_target
from clusterby.fiftyone.writer import writing
from clusterby.groups import Labels, label
from clusterby.instructions.claims import asks_for_words
from clusterby.tables.fiftyone import FiftyOneTable

__all__ = ["check_label_field", "label_samples"]


def label_samples(
    samples: Any,
    field: str,
    *,
    description: str | Sequence[str] | None = None,
    candidates: Any = None,
    negatives: str | Sequence[str] | None = None,
    templates: str | Sequence[str] | None = None,
    by: str | None = None,
    modality: str | None = None,
    region: Any = None,
    patches_field: str | None = None,
    encoder: EncoderArgument = "auto",
    prefer: Mapping[str, Any] | None = None,
    cache: CacheArgument = True,
) -> Labels:
    """Write to a new field how well a description fits each item, or which of several words fits best.

    A score is a number from 0 to 1; a word is a ``Classification`` with its probability as confidence. An exception, an
    interrupt or a killed process leaves no field behind. Items without a score keep an empty field.

    Parameters
    ----------
    samples : Dataset or DatasetView
        A dataset, a view, a patches view, a frames view, or a slice of a grouped dataset.
    field : str
        The new field. One that is there is refused.
    description, candidates, negatives, templates
        As for :func:`clusterby.label`; of descriptions without candidates, one.
    by : str, optional
        The field that is read: the media by default, or a field of text.
    modality : str, optional
        What its cells are, where they cannot tell by themselves.
    region : Box, Polygon, Boxes or str, optional
        The part of each image that counts; a name is that of a field with one box, detection or polyline a sample.
    patches_field : str, optional
        Label the patches of this field instead of the samples.
    encoder, prefer, cache
        As for :func:`clusterby.label`.

    Returns
    -------
    Labels
        As from any other table.

    Raises
    ------
    InvalidTable, InvalidParameter, UnknownColumn, NothingToCluster
        Each before anything is written.
    """
    target, by = resolve_target(samples, patches_field=patches_field), None if by == "filepath" else by
    check_label_field(target, field)
    if not asks_for_words(description, candidates) and not isinstance(description, (str, type(None))):
        raise InvalidParameter(
            f"description={description!r:.80}: a field holds one score; give one description, or candidates to choose among"
        )
    found = label(
        FiftyOneTable(target.view),
        "filepath" if by is None else target.local_path(by),
        description=description, candidates=candidates, negatives=negatives, templates=templates,
        modality=media_modality(target, modality) if by is None else modality,
        region=_region(target, region, by), encoder=encoder, prefer=prefer, cache=cache,
    )  # fmt: skip
    with alone(target.dataset):
        check_label_field(target, field)  # again: labels may have taken hours
        _write(target, field, found)
    return found


def check_label_field(target: Target, field: Any) -> None:
    """Refuse a field that is not a name, is reserved, or is there.

    Raises
    ------
    InvalidParameter
    """
    if not isinstance(field, str) or "." in field:
        raise InvalidParameter(
            f"field={field!r}: give a word of letters, digits and _ that begins with a letter"
        )
    clean_up(target.dataset)
    fields.check_field(target.dataset, target.path_of(field), run="", role="scores")


def _region(target: Target, region: Any, by: str | None) -> Any:
    """Return the part of each image that counts: of a patch the patch."""
    if target.kind != "patches" or by is not None:
        return region
    if region is not None:
        raise InvalidParameter(
            "region= with patches: the patches are the regions; leave region out, or label samples"
        )
    return target.patches_field


def _write(target: Target, field: str, found: Labels) -> None:
    """Make the field and set it; what fails is taken back."""
    dataset, path = target.dataset, target.path_of(field)
    values = _values(target, found)
    with writing() as writer:
        try:
            fields.declare(
                dataset, path, run="", role="scores", writer=writer, holds="classifications" if found.chooses else "numbers",
                description=_description(found), info={"labels": _facts(found)},
            )  # fmt: skip
            with track(f"write {len(values):,} labels", len(values)) as advance:
                target.write(field, values, advance)
            if target.kind != "patches":  # an index over a list of labels serves no sidebar
                dataset.create_index(f"{path}.label" if found.chooses else path)
            fields.remark(dataset, path, state="done")
        except BaseException:
            fields.drop(dataset, path)
            raise


def _values(target: Target, found: Labels) -> dict[str, Any]:
    """Return what each item gets that has a score, by id."""
    ids = [target.ids[row] for row in found.embeddings.rows.tolist()]
    words, chances = found.labels_, found.probabilities_
    if words is None or chances is None:
        return dict(zip(ids, np.ma.compressed(found.scores_).astype(float).tolist(), strict=True))
    pairs = zip(
        ids, words[found.embeddings.rows], np.ma.compressed(chances).astype(float).tolist(), strict=True
    )
    return {i: fo.Classification(label=word, confidence=chance) for i, word, chance in pairs}


def _description(found: Labels) -> str:
    asked = ", ".join(found.candidates) if found.chooses else repr(found.descriptions[0])
    return f"{'Best of' if found.chooses else 'Score of'} {asked:.200} by {found.encoder_choice.name}: {found.meaning}"


def _facts(found: Labels) -> dict[str, Any]:
    """Return what the field was made with, as plain values."""
    return {
        "by": found.by,
        "descriptions": list(found.descriptions),
        "candidates": list(found.candidates),
        "templates": list(found.templates),
        "negatives": list(next(iter(found.negatives.values()), ())),
        "encoder": found.encoder_choice.name,
        "space": found.embeddings.space,
        "meaning": found.meaning,
        "warnings": list(found.warnings),
        "skipped": len(found.skipped),
    }
