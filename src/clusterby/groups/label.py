"""Say of each row how well a description fits it, or which of several words fits best."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from clusterby.cache import CacheArgument
from clusterby.core.column import Column, FloatArray
from clusterby.core.errors import InvalidParameter
from clusterby.core.modality import Modality
from clusterby.core.optional import imported
from clusterby.encoders.choose import EncoderArgument
from clusterby.groups.labels import Labels, check_names
from clusterby.instructions.claims import Claim, asks_for_words, candidate_claims, description_claims
from clusterby.ops.aligned import choose_aligned
from clusterby.ops.condition import SCALE
from clusterby.ops.embed import fit_embedder
from clusterby.ops.kept import usable_cache
from clusterby.ops.queries import check_tower, embed_queries
from clusterby.ops.zero_shot import score_against, score_alone, score_among
from clusterby.tables import as_column, open_table
from clusterby.tables.base import Table

__all__ = ["label"]

log = logging.getLogger(__name__)


def label(
    data: Any,
    by: str | None = None,
    *,
    description: str | Sequence[str] | None = None,
    candidates: Any = None,
    negatives: str | Sequence[str] | None = None,
    multi: bool = False,
    templates: str | Sequence[str] | None = None,
    column: str | Sequence[str] | None = None,
    region: Any = None,
    encoder: EncoderArgument = "auto",
    modality: str | None = None,
    prefer: Mapping[str, Any] | None = None,
    cache: CacheArgument = True,
) -> Labels:
    """Return how well a description fits each row, or which of several words fits it best; nothing is trained.

    A description's score is the probability, by the model's own temperature, that it fits rather than one of its negatives.
    Cells are embedded once: another description, or other words, take the vectors from the cache.

    Parameters
    ----------
    data : frame, dict of lists, path, or a column
        Any table (see :func:`clusterby.tables.open_table`), or a column alone; it is not changed.
    by : str, optional
        The column, where `data` is a table.
    description : str or list of str, optional
        What may be true of a row: ``"sunny background"``; each of several is scored for itself. With candidates, templates
        with ``{}`` where a word goes: ``"photo with a {} background"``; their prompts are averaged.
    candidates : list of str or callable, optional
        The words to choose among. None takes the lexicon of the criterion that a description with ``{}`` names.
    negatives : str or list of str, optional
        What else may be true: other descriptions, or other words that are no answer. None puts the other words of a
        criterion in the place of the one that the description mentions (``"rainy background"``, ``"cloudy background"``, …),
        and takes ``"a photo"``, ``"a text"`` or ``"a recording"`` where it mentions none.
    multi : bool
        Whether several candidates may be true of a row: each is scored for itself then, against the negatives alone. A
        model whose logits stand alone needs none of these.
    templates : str or list of str, optional
        Prompts with ``{}`` where the description or the word goes; None takes three that fit the modality.
    column : str or list of str, optional
        What :meth:`Labels.to_frame` calls the new column, or columns.
    region : Box, Polygon, Boxes or str, optional
        The part of each image that counts; a name is that of a column with one region a row.
    encoder, modality, prefer, cache
        As for :func:`clusterby.embed`; ``"auto"`` takes an encoder that is aligned with language.

    Raises
    ------
    InvalidParameter
        If nothing is asked, it makes no sense, or the encoder has no text tower or does not know the words.
    UnknownColumn, InvalidTable, AmbiguousModality, UnknownEncoder, NothingToCluster
        Each with the next step.

    Notes
    -----
    Radford et al. (2021), *Learning transferable visual models from natural language supervision*.

    Examples
    --------
    >>> import clusterby as cb
    >>> table = {"title": ["a red bike", "red wine", "a blue bike", "white wine"]}
    >>> cb.label(table, "title", candidates=["bike", "wine"]).labels_.tolist()
    ['bike', 'wine', 'bike', 'wine']
    >>> labels = cb.label(table, "title", description="a bike", negatives=["wine"], column="is_bike")
    >>> [score > 0.5 for score in labels.to_frame()["is_bike"]]
    [True, False, True, False]
    """
    opened, cells = _opened(data, by)
    choice = choose_aligned(cells, encoder=encoder, modality=modality, prefer=prefer)
    claims, filled, chosen = _claims(
        description, candidates, choice.modality, negatives=negatives, multi=multi, templates=templates
    )
    names = _names(column, claims, chosen=chosen and not multi)
    check_tower(choice.encoder, "candidates=" if chosen else "description=")
    kept = usable_cache(cache)
    embedder, embeddings = fit_embedder(
        {cells.name: cells}, {cells.name: 1.0}, encoder=choice.encoder, modality=choice.modality, cache=kept,
        table=opened, region=region,
    )  # fmt: skip
    tower = embedder.parts[0].encoder
    scale = getattr(tower, "logit_scale", None) or SCALE
    bias = getattr(tower, "logit_bias", None) if multi and not claims[0].stated else None

    def vectors_of(texts: Sequence[str]) -> FloatArray:
        return embed_queries(tower, texts, purpose="prompt", cache=kept)

    if chosen and not multi:
        scores = score_among(embeddings.vectors, claims, vectors_of, scale=scale)
    elif bias is not None:
        scores = score_alone(embeddings.vectors, claims, vectors_of, scale=scale, bias=bias)
    else:
        scores = score_against(embeddings.vectors, claims, vectors_of, scale=scale)
    for warning in scores.warnings:
        log.warning("%s: %s", cells.name, warning)
    said = tuple(claim.text.said for claim in claims)
    return Labels(
        table=opened, by=cells.name, descriptions=() if chosen else said, candidates=said if chosen else (),
        multi=multi, templates=filled, names=names, scale=scale, bias=bias, embeddings=embeddings, scores=scores,
        encoder_choice=choice,
    )  # fmt: skip


def _opened(data: Any, by: str | None) -> tuple[Table, Column]:
    if by is None:
        cells = as_column(data)
        kinds = tuple(
            library.Series for name in ("pandas", "polars") if (library := imported(name)) is not None
        )
        return open_table(data.to_frame(cells.name) if isinstance(data, kinds) else {cells.name: data}), cells
    if not isinstance(by, str):
        raise InvalidParameter(f"by={by!r:.80}: labels are of one column; name it")
    table = open_table(data)
    return table, table.column(by)


def _claims(
    description: Any, candidates: Any, modality: Modality, *, multi: bool, **how: Any
) -> tuple[tuple[Claim, ...], tuple[str, ...], bool]:
    """Return the claims, the templates, and whether the claims are words to choose among."""
    if description is None and candidates is None:
        raise InvalidParameter(
            "nothing is asked: give description='sunny background', or candidates=[…] to choose among"
        )
    if asks_for_words(description, candidates):
        claims, filled = candidate_claims(
            candidates, modality, description=description, independent=multi, **how
        )
        return claims, filled, True
    claims, filled = description_claims(description, modality, **how)
    return claims, filled, False


def _names(column: Any, claims: Sequence[Claim], *, chosen: bool) -> tuple[str, ...]:
    names = ("label",) if chosen else tuple(claim.text.said for claim in claims)
    return names if column is None else check_names(column, len(names))
