"""What else might be true of a row: the other words of the criterion that a description speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from clusterby.instructions.criteria import find_value, other_words
from clusterby.instructions.lexicons import Lexicon
from clusterby.instructions.prompts import fill_templates
from clusterby.instructions.texts import folded

__all__ = ["other_candidates", "other_descriptions"]

Others = tuple[tuple[str, ...], Mapping[str, str]]
"""Texts, and those that are left out with the reason."""


def other_descriptions(description: str) -> Others:
    """Return the descriptions that say another word of the criterion, and those that say a kind of the same.

    Examples
    --------
    >>> others, left_out = other_descriptions("a red car")
    >>> others[:2], dict(left_out)
    (('an orange car', 'a yellow car'), {'a dark red car': "a kind of 'red'"})
    >>> other_descriptions("people on their way")[0]
    ()
    """
    found = find_value(description)
    if found is None:
        return (), {}
    others = other_words(found.lexicon, found.word)
    kinds = [word for word in found.lexicon.words if word not in others and word != found.word]
    left_out = dict.fromkeys(fill_templates(kinds, [found.template]), f"a kind of {found.word!r}")
    return tuple(fill_templates(others, [found.template])), MappingProxyType(left_out)


def other_candidates(word: str, candidates: Sequence[str], lexicon: Lexicon | None = None) -> Others:
    """Return the words of a candidate's criterion that are no candidates, and those that are a kind of it.

    Parameters
    ----------
    word : str
        The candidate.
    candidates : sequence of str
        All of them.
    lexicon : Lexicon, optional
        The criterion; None takes the first of which the candidate is a word.

    Examples
    --------
    >>> other_candidates("night", ["night", "noon"])[0][:3]
    ('dawn', 'sunrise', 'early morning')
    >>> other_candidates("a walk in the park", ["a walk in the park", "night"])[0]
    ()
    """
    if lexicon is None:
        found = find_value(word)
        if found is None or found.template != "{}":
            return (), {}
        lexicon = found.lexicon
    taken = set(map(folded, candidates))
    others = [other for other in lexicon.words if folded(other) not in taken]
    apart = set(other_words(lexicon, word))
    left_out = {other: f"a kind of {word!r}" for other in others if other not in apart}
    return tuple(other for other in others if other in apart), MappingProxyType(left_out)
