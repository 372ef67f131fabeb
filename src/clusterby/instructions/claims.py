"""What is claimed of each row, and what else might be true of it: texts alone, before any vector."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from clusterby.core.errors import InvalidParameter
from clusterby.core.modality import Modality
from clusterby.instructions.base import Instruction
from clusterby.instructions.lexicons import lexicons
from clusterby.instructions.negatives import other_candidates, other_descriptions
from clusterby.instructions.prompts import fill_templates
from clusterby.instructions.texts import check_texts, folded
from clusterby.instructions.words import Words, find_words

__all__ = ["Claim", "Text", "asks_for_words", "candidate_claims", "description_claims"]

_FRAMES = {
    Modality.IMAGE: ("{}", "a photo of {}", "a picture: {}"),
    Modality.AUDIO: ("{}", "the sound of {}", "a recording: {}"),
    Modality.TEXT: ("{}", "a text about {}", "this is about {}"),
}
_NOTHING = {Modality.IMAGE: "a photo", Modality.AUDIO: "a recording", Modality.TEXT: "a text"}
_SOMETHING = "something"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text with the prompts that stand for it.

    Parameters
    ----------
    said : str
        The text.
    prompts : tuple of str
        What the text tower reads; the vectors are averaged.
    """

    said: str
    prompts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What is claimed of each row, and what else might be true of it.

    Parameters
    ----------
    text : Text
        The claim.
    negatives : tuple of Text
        What it is scored against.
    stated : bool
        Whether the user named the negatives; others are left out where the encoder does not tell them from the claim.
    nothing : Text
        What is left to score against where all others are left out.
    left_out : mapping of str to str
        Words of the criterion that are no negatives, with the reason.
    """

    text: Text
    negatives: tuple[Text, ...]
    stated: bool
    nothing: Text
    left_out: Mapping[str, str] = field(default_factory=dict)


def asks_for_words(description: Any, candidates: Any) -> bool:
    """Whether words are to be chosen among: there are some, or a description has a place for them.

    Examples
    --------
    >>> asks_for_words("a {} background", None), asks_for_words("sunny background", None)
    (True, False)
    """
    if candidates is not None:
        return True
    found = [description] if isinstance(description, str) else description
    return isinstance(found, Iterable) and any(isinstance(text, str) and "{}" in text for text in found)


def description_claims(
    description: Any, modality: Modality, *, negatives: Any = None, templates: Any = None
) -> tuple[tuple[Claim, ...], tuple[str, ...]]:
    """Return a claim for each description, and the templates that these are put into.

    Parameters
    ----------
    description : str or list of str
        What may be true of a row, in words.
    modality : Modality
        What the rows are; it decides the default templates.
    negatives : str or list of str, optional
        What else may be true. None puts the other words of a criterion in the place of the one that the description
        mentions; where it mentions none, what any row is: ``"a photo"``.
    templates : str or list of str, optional
        With ``{}`` where the description goes.

    Raises
    ------
    InvalidParameter
        If nothing is described, something twice, or a negative says the same as a description.

    Examples
    --------
    >>> (claim,), _ = description_claims("sunny background", Modality.IMAGE)
    >>> [negative.said for negative in claim.negatives][:3]
    ['partly cloudy background', 'cloudy background', 'overcast background']
    """
    said = check_texts("description", description)
    frames = _frames(templates) or _FRAMES.get(modality, ("{}",))
    against = _checked_negatives(negatives, said)

    def text(words: str) -> Text:
        return Text(said=words, prompts=tuple(fill_templates([words], frames)))

    nothing = text(_NOTHING.get(modality, _SOMETHING))
    claims = []
    for words in said:
        others, left_out = other_descriptions(words) if against is None else (against, {})
        chosen = tuple(map(text, others)) or (nothing,)
        if any(folded(each.said) == folded(words) for each in chosen):
            raise InvalidParameter(
                f"description={words!r} says nothing that {nothing.said!r} does not: give negatives=[…]"
            )
        claims.append(
            Claim(
                text=text(words),
                negatives=chosen,
                stated=against is not None,
                nothing=nothing,
                left_out=left_out,
            )
        )
    return tuple(claims), frames


def candidate_claims(
    candidates: Any,
    modality: Modality,
    *,
    description: Any = None,
    negatives: Any = None,
    templates: Any = None,
    independent: bool = False,
) -> tuple[tuple[Claim, ...], tuple[str, ...]]:
    """Return a claim for each candidate word, and the templates that words are put into.

    Parameters
    ----------
    candidates : list of str or callable, optional
        The words; None takes the lexicon of the criterion that the description names.
    modality : Modality
        What the rows are; it decides the templates where there is no description.
    description : str or list of str, optional
        With ``{}`` where a word goes.
    negatives : str or list of str, optional
        Other words, none of which is an answer.
    templates : str or list of str, optional
        With ``{}`` where the description goes, or the word if there is none.
    independent : bool
        Whether each candidate is scored for itself. Without negatives it has the other words of its criterion then, as far
        as they are no candidates, or ``"something"``.

    Raises
    ------
    InvalidParameter
        If there are no two different words, or a negative is one of them.

    Examples
    --------
    >>> claims, templates = candidate_claims(["red", "blue"], Modality.IMAGE, description="a {} object")
    >>> claims[0].text.prompts, templates
    (('a red object',), ('a {} object',))
    """
    words = _words(candidates, description, modality)
    filled = words.templates
    frames = _frames(templates)
    if frames:
        filled = frames if description is None else tuple(fill_templates(words.templates, frames))
    against = _checked_negatives(negatives, words.words)

    def text(word: str) -> Text:
        return Text(said=word, prompts=tuple(fill_templates([word], filled)))

    nothing = text(_SOMETHING)
    claims = []
    for word in words.words:
        others: Sequence[str] = against or ()
        left_out: Mapping[str, str] = {}
        if independent and against is None:
            others, left_out = other_candidates(word, words.words, lexicons().get(words.about))
            others = others or (_SOMETHING,)
        claims.append(
            Claim(
                text=text(word), negatives=tuple(map(text, others)), stated=against is not None, nothing=nothing,
                left_out=left_out,
            )
        )  # fmt: skip
    return tuple(claims), filled


def _words(candidates: Any, description: Any, modality: Modality) -> Words:
    named = callable(candidates) or (isinstance(candidates, str) and candidates == "auto")
    if candidates is not None and not named:
        candidates = check_texts("candidates", candidates)
    described = () if description is None else check_texts("description", description)
    return find_words(Instruction(description=described, candidates=candidates), modality)


def _frames(templates: Any) -> tuple[str, ...]:
    if templates is None:
        return ()
    found = check_texts("templates", templates)
    for template in found:
        if template.count("{}") != 1:
            raise InvalidParameter(
                f"templates: {template!r:.80}: write {{}} once, where the description goes, as in 'a photo of {{}}'"
            )
    return found


def _checked_negatives(negatives: Any, asked: Sequence[str]) -> tuple[str, ...] | None:
    if negatives is None:
        return None
    found = check_texts("negatives", negatives)
    same = set(map(folded, asked))
    for text in found:
        if folded(text) in same:
            raise InvalidParameter(f"negatives: {text!r:.80} is what is asked for; name what it is not")
    return found
