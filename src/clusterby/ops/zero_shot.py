"""How well texts fit rows: probabilities from cosines, nothing trained."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from clusterby.core.column import FloatArray
from clusterby.core.errors import InvalidParameter
from clusterby.instructions.apart import SAME, same_texts, tell_apart
from clusterby.instructions.claims import Claim, Text
from clusterby.instructions.prompts import mean_directions

__all__ = ["Scores", "VectorsOf", "score_against", "score_alone", "score_among"]

VectorsOf = Callable[[Sequence[str]], FloatArray]
"""Returns the vectors of prompts, float32 (q, d)."""

_LARGEST = 60.0
"""A negative that is ahead by so much leaves nothing; more would overflow float32."""
_ROWS = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """How well each claim fits each row.

    Parameters
    ----------
    values : float32 (n, c)
        From 0 to 1, a column for each claim.
    negatives : tuple of tuple of str
        What each claim was scored against.
    left_out : tuple of mapping of str to str
        For each claim the default negatives that were left out, with the reason.
    warnings : tuple of str
        What to know before the scores are believed.
    """

    values: FloatArray
    negatives: tuple[tuple[str, ...], ...]
    left_out: tuple[Mapping[str, str], ...]
    warnings: tuple[str, ...] = ()


def score_against(
    vectors: FloatArray, claims: Sequence[Claim], vectors_of: VectorsOf, *, scale: float
) -> Scores:
    """Return the probability of each claim that it fits rather than one of its own negatives.

    Parameters
    ----------
    vectors : float32 (n, d)
        The rows', of any length.
    claims : sequence of Claim
        Each for itself.
    vectors_of : callable
        Embeds prompts; called once.
    scale : float
        What cosines are multiplied with before the softmax.

    Raises
    ------
    InvalidParameter
        If the encoder knows nothing of a claim or of all that it is scored against, or does not tell the two apart.
    """
    known = _directions((text for claim in claims for text in _all_texts(claim)), vectors_of)
    values = np.empty((len(vectors), len(claims)), dtype=np.float32)
    used, left_out, warnings = [], [], []
    for place, claim in enumerate(claims):
        asked = _known(claim.text, known)
        negatives, why = _negatives(claim, known)
        against = np.stack([_known(text, known) for text in negatives])
        warnings += _confused(claim, asked, against, known)
        for rows, cosines in _cosines(vectors, np.concatenate([asked[None], against])):
            ahead = np.minimum((cosines[:, 1:] - cosines[:, :1]) * np.float32(scale), _LARGEST)
            values[rows, place] = 1 / (1 + np.exp(ahead).sum(axis=1))
        used.append(tuple(text.said for text in negatives))
        left_out.append(MappingProxyType({**claim.left_out, **why}))
    return Scores(values=values, negatives=tuple(used), left_out=tuple(left_out), warnings=tuple(warnings))


def score_among(
    vectors: FloatArray, claims: Sequence[Claim], vectors_of: VectorsOf, *, scale: float
) -> Scores:
    """Return the probability of each claim that it fits best of all, and better than the negatives that all of them share.

    Parameters
    ----------
    vectors, claims, vectors_of, scale
        As for :func:`score_against`.

    Raises
    ------
    InvalidParameter
        If the encoder tells none of the claims apart, or knows nothing of one.
    """
    texts = (*(claim.text for claim in claims), *claims[0].negatives)
    known = _directions(texts, vectors_of)
    directions = np.stack([_known(text, known) for text in texts])
    same, asked = same_texts(directions), len(claims)
    if all(place in same for place in range(1, asked)):
        raise InvalidParameter(
            f"the encoder tells none of the {asked} candidates apart, {_listed(texts[:asked])}: it does not know them; choose "
            "other words or another encoder"
        )
    values = np.empty((len(vectors), asked), dtype=np.float32)
    for rows, cosines in _cosines(vectors, directions):
        logits = cosines * np.float32(scale)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        values[rows] = powers[:, :asked] / powers.sum(axis=1, keepdims=True)
    return Scores(
        values=values, negatives=(tuple(text.said for text in texts[asked:]),) * asked,
        left_out=(MappingProxyType({}),) * asked,
        warnings=tuple(
            "the encoder takes these for one: "
            + _listed([texts[first], *(texts[i] for i, twin in same.items() if twin == first)])
            for first in dict.fromkeys(same.values())
        ),
    )  # fmt: skip


def score_alone(
    vectors: FloatArray, claims: Sequence[Claim], vectors_of: VectorsOf, *, scale: float, bias: float
) -> Scores:
    """Return the probability of each claim by the model's own measure, without negatives.

    Parameters
    ----------
    vectors, claims, vectors_of
        As for :func:`score_against`.
    scale, bias : float
        Of the model: a logit is a cosine times the scale, plus the bias.

    Notes
    -----
    Zhai et al. (2023), *Sigmoid loss for language image pre-training*.
    """
    known = _directions((claim.text for claim in claims), vectors_of)
    directions = np.stack([_known(claim.text, known) for claim in claims])
    values = np.empty((len(vectors), len(claims)), dtype=np.float32)
    for rows, cosines in _cosines(vectors, directions):
        logits = cosines * np.float32(scale) + np.float32(bias)
        values[rows] = 1 / (1 + np.exp(np.minimum(-logits, _LARGEST)))
    return Scores(
        values=values, negatives=((),) * len(claims), left_out=(MappingProxyType({}),) * len(claims)
    )


def _all_texts(claim: Claim) -> Iterator[Text]:
    yield claim.text
    yield from claim.negatives
    if not claim.stated:
        yield claim.nothing


def _directions(texts: Iterable[Text], vectors_of: VectorsOf) -> dict[Text, FloatArray | None]:
    """Return the unit vector of each text, float32 (d,); None where the encoder knows nothing of it."""
    wanted = list(dict.fromkeys(texts))
    prompts = list(dict.fromkeys(prompt for text in wanted for prompt in text.prompts))
    rows = dict(zip(prompts, vectors_of(prompts), strict=True))
    found: dict[Text, FloatArray | None] = {}
    for text in wanted:
        vectors = np.stack([rows[prompt] for prompt in text.prompts])
        found[text] = mean_directions(vectors, len(vectors))[0] if vectors.any() else None
    return found


def _known(text: Text, known: Mapping[Text, FloatArray | None]) -> FloatArray:
    direction = known[text]
    if direction is None:
        raise InvalidParameter(
            f"the encoder gives {text.said!r:.80} a vector of zeros: it knows none of its letters; choose other words or "
            "another encoder"
        )
    return direction


def _negatives(
    claim: Claim, known: Mapping[Text, FloatArray | None]
) -> tuple[tuple[Text, ...], dict[str, str]]:
    """Return what a claim is scored against, and which of the defaults are left out, with the reason."""
    if claim.stated:
        return claim.negatives, {}
    seen = [(text, known[text]) for text in claim.negatives]
    left_out = {text.said: "the encoder knows none of its letters" for text, found in seen if found is None}
    texts = [text for text, found in seen if found is not None]
    if texts:
        kept, others = tell_apart(_known(claim.text, known), np.stack([f for _, f in seen if f is not None]))
        for place, twin in sorted(others.items()):
            like = "what is asked for, nearly" if twin is None else repr(texts[twin].said)
            left_out[texts[place].said] = f"to the encoder the same as {like}"
        texts = [texts[place] for place in kept]
    return tuple(texts) or (claim.nothing,), left_out


def _confused(
    claim: Claim, asked: FloatArray, against: FloatArray, known: Mapping[Text, FloatArray | None]
) -> list[str]:
    """Return a warning if negatives are the same to the encoder as the claim; an error if all that is left are."""
    seen = [(text, known[text]) for text in claim.negatives]
    same = [text for text, found in seen if found is not None and float(found @ asked) >= SAME]
    if (against @ asked >= SAME).all():
        raise InvalidParameter(
            f"the encoder does not tell {claim.text.said!r:.80} from {_listed(same or [claim.nothing])}: choose other words, "
            "other negatives or another encoder"
        )
    return [f"the encoder takes these for one: {_listed([claim.text, *same])}"] if same else []


def _listed(texts: Sequence[Text], most: int = 4) -> str:
    words = ", ".join(repr(text.said) for text in texts[:most])
    return f"{words} and {len(texts) - most} more" if len(texts) > most else words


def _cosines(vectors: FloatArray, directions: FloatArray) -> Iterator[tuple[slice, FloatArray]]:
    """Return the cosines of vectors and unit rows, some rows at a time; of vectors without a direction 0."""
    for start in range(0, len(vectors), _ROWS):
        rows = slice(start, start + _ROWS)
        lengths = np.linalg.norm(vectors[rows], axis=1, keepdims=True)
        products = vectors[rows] @ directions.T
        yield rows, np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
