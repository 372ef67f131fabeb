"""How a stored result's vectors are made again: by encoders that are named, never by ones that are pickled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache as once
from pathlib import Path
from typing import Any, cast

from clusterby.core.column import FloatArray
from clusterby.core.errors import InvalidParameter, InvalidVectors
from clusterby.core.modality import Modality
from clusterby.encoders import ENCODERS, Encoder, FittableEncoder, choose_encoder
from clusterby.encoders.base import InstructedEncoder
from clusterby.encoders.choose import EncoderChoice
from clusterby.encoders.openai import OpenAIEncoder
from clusterby.encoders.sentence_transformers import SentenceTransformerEncoder
from clusterby.instructions import Box, Boxes, Followed, Polygon
from clusterby.instructions.regions import Region
from clusterby.media import decode
from clusterby.ops.condition import Conditioned
from clusterby.ops.embedder import Embedder, Part
from clusterby.tables.base import Table

__all__ = ["Again", "Recipe", "again", "recipes_of", "region_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recipe:
    """How the vectors of one column were made.

    Parameters
    ----------
    column, modality : str
        The column, and what its cells are.
    encoder : str, optional
        What to ask for to get the encoder: its registered name, a folder, a Hub id or ``"openai:MODEL"``; None where it was an
        object of the caller's.
    name, revision : str
        Of the encoder as it was used; of one that is fitted, with the fingerprint of what it was fitted to.
    reason, weakness : str
        Why it was chosen, and what it is weak at.
    fitted : bool
        Whether it has to be fitted to the rows.
    region : mapping, optional
        The part of each image that was encoded, as plain values.
    prompt : str, optional
        What the encoder was told.
    scale : float
        What the vectors were multiplied with.
    center : float32 (d,), optional
        What was subtracted before; None where the column stands alone.
    conditioned : Conditioned, optional
        What words made of the column's vectors, where there are several columns; of one alone the record keeps it.
    """

    column: str
    modality: str
    encoder: str | None
    name: str
    revision: str
    reason: str
    weakness: str
    fitted: bool
    region: Mapping[str, Any] | None
    prompt: str | None
    scale: float
    center: FloatArray | None
    conditioned: Conditioned | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Again(Embedder):
    """The way from rows to vectors, made again; encoders are fitted, and their revisions compared, when rows come.

    Parameters
    ----------
    parts : tuple of Part
        With their encoders as they are before they are fitted.
    make : callable
        Returns the embedder itself.
    """

    make: Callable[[], Embedder]

    def ready(self) -> Embedder:
        """Return the embedder itself, its encoders fitted.

        Raises
        ------
        InvalidVectors
            If an encoder is not what it was when the result was made.
        """
        return self.make()

    def embed(self, table: Table, **options: Any) -> Any:
        """Return the vectors of a table's rows; see :meth:`~clusterby.ops.embedder.Embedder.embed`.

        Raises
        ------
        InvalidVectors
            If an encoder is not what it was when the result was made.
        """
        return self.ready().embed(table, **options)


def recipes_of(embedder: Embedder | None) -> tuple[Recipe, ...]:
    """Return how an embedder makes each column's vectors; nothing where vectors were given."""
    if embedder is None:
        return ()
    several = len(embedder.parts) > 1
    return tuple(_recipe(part, several) for part in embedder.parts)


def again(
    recipes: Sequence[Recipe],
    seen: Callable[[], Table],
    *,
    conditioned: Conditioned | None = None,
    followed: Sequence[Followed] = (),
    encoder: Any = None,
) -> Again:
    """Return the way from rows to vectors that recipes tell of.

    Parameters
    ----------
    recipes : sequence of Recipe
        One of each column.
    seen : callable
        Returns the rows that the encoders were fitted to, as far as they are there, in the order they had then; called only
        where one is fitted.
    conditioned : Conditioned, optional
        What words made of the vectors of a single column.
    followed : sequence of Followed
        How instructions were carried out.
    encoder : Encoder, str, callable or a mapping of columns to these, optional
        What to take in place of what is recorded.

    Raises
    ------
    InvalidParameter
        If an encoder was an object of the caller's, and is not given.
    ClusterbyError
        If an encoder is not here: as :func:`~clusterby.encoders.choose_encoder`.
    """
    told = {f.column: f for f in followed}
    parts = tuple(
        _part(recipe, recipe.conditioned or (conditioned if len(recipes) == 1 else None), told.get(recipe.column), encoder)
        for recipe in recipes
    )  # fmt: skip

    @once
    def ready() -> Embedder:
        return Embedder(
            parts=tuple(_ready(part, recipe, seen) for part, recipe in zip(parts, recipes, strict=True))
        )

    return Again(parts=parts, make=ready)


def _recipe(part: Part, several: bool) -> Recipe:
    choice = part.choice
    prompt = part.followed.prompt if part.followed is not None and part.followed.method == "prefix" else None
    return Recipe(
        column=choice.column, modality=choice.modality.value, encoder=_asked(choice), name=part.encoder.name,
        revision=part.encoder.revision, reason=choice.reason, weakness=choice.weakness,
        fitted=isinstance(choice.encoder, FittableEncoder),
        region=None if part.region is None else _plain_region(part.region),
        prompt=prompt, scale=float(part.scale), center=part.center,
        conditioned=part.conditioned if several else None,
    )  # fmt: skip


def _asked(choice: EncoderChoice) -> str | None:
    """Return what to ask for to get an encoder again; whether it is the same its revision tells."""
    encoder = choice.encoder
    own = isinstance(encoder, SentenceTransformerEncoder) and not _is_registered(choice.name, encoder.model)
    if choice.name in ENCODERS and not own:
        return choice.name
    if isinstance(encoder, OpenAIEncoder):
        return f"openai:{encoder.model}"
    if isinstance(encoder, SentenceTransformerEncoder):
        return str(Path(encoder.model).absolute()) if Path(encoder.model).exists() else encoder.model
    return None


def _is_registered(name: str, model: str) -> bool:
    return name in ENCODERS and ENCODERS.get(name).hub_id == model


def _part(recipe: Recipe, conditioned: Conditioned | None, followed: Followed | None, encoder: Any) -> Part:
    given = encoder.get(recipe.column) if isinstance(encoder, Mapping) else encoder
    if given is None and recipe.encoder is None:
        raise InvalidParameter(
            f"the vectors of column {recipe.column!r} were made by {recipe.name!r}, which was given as an object: pass it "
            "again with encoder=, or the rows' vectors with embeddings="
        )
    chosen = choose_encoder(
        given if given is not None else recipe.encoder or "", Modality(recipe.modality), column=recipe.column
    )
    choice = EncoderChoice(
        column=recipe.column, modality=chosen.modality, name=chosen.name, reason=recipe.reason,
        weakness=recipe.weakness, encoder=chosen.encoder,
    )  # fmt: skip
    return Part(
        choice=choice, encoder=chosen.encoder, center=recipe.center, scale=recipe.scale, conditioned=conditioned,
        followed=followed, region=None if recipe.region is None else region_of(recipe.region),
    )  # fmt: skip


def _ready(part: Part, recipe: Recipe, seen: Callable[[], Table]) -> Part:
    """Return a part whose encoder is the one of the recipe: told, fitted, and of the same revision."""
    encoder: Encoder | None = part.encoder
    if recipe.prompt is not None:
        encoder = _told(part.encoder, recipe.prompt)
    elif isinstance(encoder, FittableEncoder):
        decoded = decode(seen().column(recipe.column), part.choice.modality)
        encoder = encoder.fit(decoded.values) if len(decoded.rows) else None
    if encoder is None or f"{encoder.name}@{encoder.revision}" != f"{recipe.name}@{recipe.revision}":
        why = (
            f"{recipe.name!r} learns from all rows, and not all of those it learned from are here"
            if recipe.fitted
            else f"{recipe.name!r} is not what it was when they were made (revision {recipe.revision!r})"
        )
        raise InvalidVectors(
            f"the vectors of column {recipe.column!r} cannot be made again: {why}; pass embeddings=, or cluster again"
        )
    return Part(
        choice=part.choice, encoder=encoder, center=part.center, scale=part.scale, region=part.region,
        conditioned=part.conditioned, followed=part.followed,
    )  # fmt: skip


def _told(encoder: Encoder, prompt: str) -> Encoder | None:
    """Return an encoder that is told what was asked; its task is what the prompt has where its form has a place."""
    before, _, after = (getattr(encoder, "instruct", None) or "{}").partition("{}")
    task = prompt.removeprefix(before)
    task = task[: len(task) - len(after)] if after else task
    return encoder.instructed(task) if isinstance(encoder, InstructedEncoder) else None


def _plain_region(region: Region) -> dict[str, Any]:
    plain = {name: value for name, value in asdict(region).items() if value is not None and name != "example"}
    return {"shape": type(region).__name__, **plain}


def region_of(plain: Mapping[str, Any]) -> Region:
    """Return the region that plain values are of; see :attr:`Recipe.region`."""
    said = dict(plain)
    shape = {"Box": Box, "Polygon": Polygon, "Boxes": Boxes}[said.pop("shape")]
    return cast("Region", shape(**{name: _tuples(value) for name, value in said.items()}))


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, (list, tuple)) else value
