"""Where the candidate words of an instruction come from, and what they are put into."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass

from clusterby.core.errors import InvalidParameter
from clusterby.core.modality import Modality
from clusterby.instructions.base import Instruction, check_words
from clusterby.instructions.criteria import criterion_of
from clusterby.instructions.lexicons import Lexicon, lexicons
from clusterby.instructions.mentions import same, tokenize

__all__ = ["Words", "find_words", "ignored_words", "needs_proposal"]

_TEMPLATES = {
    Modality.IMAGE: ("a photo of {}", "a picture of {}", "{}"),
    Modality.AUDIO: ("the sound of {}", "a recording of {}", "{}"),
    Modality.TEXT: ("a text about {}", "{}"),
}
"""What words are put into where neither a description nor a lexicon says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Candidate words with the templates they are put into.

    Parameters
    ----------
    words, templates : tuple of str
        Each template has one ``{}``.
    source : str
        Where the words came from.
    about : str
        The criterion that they are words of, if it is one of the lexicons'.
    """

    words: tuple[str, ...]
    templates: tuple[str, ...]
    source: str
    about: str = ""


def find_words(
    instruction: Instruction, modality: Modality, *, propose: Callable[[str], Iterable[str]] | None = None
) -> Words:
    """Return the candidate words of an instruction: the user's, a function's, a language model's or a lexicon's.

    Parameters
    ----------
    instruction : Instruction
        What was asked.
    modality : Modality
        What the cells are; it decides the templates where there is no description.
    propose : callable, optional
        Returns words for the criterion, for ``candidates="auto"``; its attribute ``source``, if it has one, says whose they
        are.

    Raises
    ------
    InvalidParameter
        If there are no words, or only one.

    Examples
    --------
    >>> find_words(Instruction("group by season"), Modality.IMAGE).source
    "lexicon 'season'"
    """
    criterion = instruction.criterion
    lexicon = _lexicon(instruction)
    templates = instruction.description or (lexicon.templates if lexicon else _templates(modality))
    given = instruction.candidates
    if given == "auto":
        if not criterion:
            raise InvalidParameter(
                "candidates='auto': say what the words are for, with instruction= or description="
            )
        if propose is None:
            raise InvalidParameter(
                f"candidates='auto' for {criterion!r}: no language model is at hand: set OPENAI_API_KEY, or OPENAI_BASE_URL "
                f"to a server of your own and CLUSTERBY_CHAT_MODEL to a model there; or {_ways(criterion)}"
            )
        words = _returned(propose, criterion, "the language model")
        source = getattr(propose, "source", "proposed by a language model")
    elif callable(given):
        name = getattr(given, "__name__", type(given).__name__)
        words, source = _returned(given, criterion, f"candidates={name}"), f"returned by {name}"
    elif given is not None:
        words, source = given, "given"
    elif lexicon is not None:
        words, source = lexicon.words, f"lexicon {lexicon.name!r}"
    else:
        raise InvalidParameter(f"no candidate words for {criterion!r}: {_ways(criterion)}")
    if len(words) < 2:
        raise InvalidParameter(f"candidates: {words[0]!r} alone tells nothing apart; give two words or more")
    return Words(words=words, templates=templates, source=source, about=lexicon.name if lexicon else "")


def needs_proposal(instruction: Instruction) -> bool:
    """Whether the words are for a language model to propose."""
    return instruction.candidates == "auto"


def ignored_words(instruction: Instruction, modality: Modality) -> list[Words]:
    """Return the words whose differences should not matter, a bank for each criterion named and one for the other words.

    A word names a criterion if it is one of its nouns and nothing else, singular or plural, in any case.

    Examples
    --------
    >>> found = ignored_words(Instruction(ignore=["Colours", "people"]), Modality.IMAGE)
    >>> [(bank.source, bank.words[:2]) for bank in found]
    [("lexicon 'color'", ('red', 'orange')), ('given', ('people',))]
    """
    named = {word: _criterion_named(word) for word in instruction.ignore}
    banks = [
        Words(words=each.words, templates=each.templates, source=f"lexicon {each.name!r}", about=each.name)
        for each in dict.fromkeys(lexicon for lexicon in named.values() if lexicon is not None)
    ]
    others = tuple(word for word, lexicon in named.items() if lexicon is None)
    if others:
        banks.append(Words(words=others, templates=_templates(modality), source="given"))
    return banks


def _criterion_named(word: str) -> Lexicon | None:
    tokens = tokenize(word)
    return next((x for x in lexicons().values() if any(same(tokenize(n), tokens) for n in x.nouns)), None)


def _lexicon(instruction: Instruction) -> Lexicon | None:
    for said in (instruction.text, *instruction.description):
        found = criterion_of(said) if said else None
        if found is not None:
            return found
    return None


def _templates(modality: Modality) -> tuple[str, ...]:
    return _TEMPLATES.get(modality, ("{}",))


def _returned(call: Callable[[str], Iterable[str]], criterion: str, who: str) -> tuple[str, ...]:
    returned = call(criterion)
    if isinstance(returned, str) or not isinstance(returned, Iterable):
        raise InvalidParameter(
            f"{who} returned {returned!r:.80} for {criterion!r}: it must return a list of words"
        )
    words = returned if isinstance(returned, Set) else tuple(returned)
    if not words:
        raise InvalidParameter(f"{who} returned no words for {criterion!r}: it must return two or more")
    return check_words(who, words)


def _ways(criterion: str) -> str:
    known = ", ".join(lexicons())
    return (
        "give candidates=[…], or candidates= a function of the instruction that returns them (one that asks a language model, "
        f"say), or name a criterion that has words of its own: {known}"
    )
