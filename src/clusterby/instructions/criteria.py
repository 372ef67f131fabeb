"""Which criterion a text speaks of, and which word of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from clusterby.instructions.lexicons import Lexicon
from clusterby.instructions.mentions import (
    Mention,
    forms,
    holds,
    mentions,
    normalized,
    token_spans,
    tokenize,
)

__all__ = ["Value", "criterion_of", "find_value", "other_words", "value_in"]

_GROUPING = re.compile("group|cluster|sort|split|separat|partition|divid|order|arrang|organi|classif|categor")
_CUES = re.compile(r"(by|according to|based on|depending on|in terms of|with respect to) ")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NEGATIONS = _set(
    "not never ignore ignores ignoring disregard disregarding regardless irrespective independent except excluding "
    "without instead than"
)
_OUTSIDE = _NEGATIONS | _set(
    "a an the this that these those its their his her our my your each every all any some no what which who whose "
    "whom where when why how and or nor but so if of in on at with within by for from to into onto over under behind "
    "near per as through about around during between among across against according based depending terms respect is "
    "are was were be been being am do does did has have had can could will would should may might must it they them "
    "he she we you i there here show shows showing shown see seen take takes taking taken look looks looking appear "
    "appears seem seems depict depicts happen happens happening"
)
"""Words that stand outside of noun phrases."""
_GENERIC = _set(
    "photo photograph picture image shot view snapshot object thing item one text sentence sound recording clip"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """The candidate word that a description mentions.

    Parameters
    ----------
    lexicon : Lexicon
        Whose word it is.
    word : str
        The word, as the lexicon spells it.
    template : str
        The description with ``{}`` in its place.
    """

    lexicon: Lexicon
    word: str
    template: str


def criterion_of(text: str) -> Lexicon | None:
    """Return the lexicon of the criterion that an instruction or a description speaks of, or None.

    The nouns of the lexicons are looked for as whole words, in any case, singular or plural; of those that overlap the
    longest counts, and one inside a longer candidate word (``"room"`` in ``"living room"``) does not. Then:

    1. With a ``{}``, the noun phrase that it opens decides: ``"a {} dog on a wall in the background"`` is not about the
       background, and gives None. A phrase that is empty or as general as "photo" leaves it to the rest of the text.
    2. What comes after "by", "according to", "based on", "depending on", "in terms of" or "with respect to" wins over what
       comes before. After "group … by" (or sort, split, and so on) it is all that counts.
    3. What comes after "not", "ignoring", "regardless of" and the like does not count, up to the next comma, "but" or "by".
    4. Of several noun phrases the first wins, so "mood" in ``"the mood of the scene"``.
    5. Within a noun phrase the last noun wins, so "color" in ``"background color"``.

    Examples
    --------
    >>> criterion_of("group images by their background").name, criterion_of("what colour are the cars").name
    ('background', 'color')
    >>> criterion_of("photo with a {} background").name, criterion_of("the background's colors").name
    ('background', 'color')
    >>> criterion_of("group by whatever") is None
    True
    """
    tokens = tokenize(text)
    mentioned = mentions(tokens)
    nouns = [(mention.start, mention.noun) for mention in mentioned if mention.noun is not None]
    phrases = _phrases(tokens, mentioned)
    if "{}" in tokens:
        braces = phrases[tokens.index("{}")]
        opened = [lexicon for start, lexicon in nouns if phrases[start] == braces]
        if opened:
            return opened[-1]
        phrase = [token for token, number in zip(tokens, phrases, strict=True) if number == braces]
        if any(_GENERIC.isdisjoint(forms(token)) for token in phrase[1:]):
            return None
    denied = _denied(tokens)
    nouns = [(start, lexicon) for start, lexicon in nouns if not denied[start]]
    cue = _cue(tokens, denied)
    if cue is not None:
        cued = [(start, lexicon) for start, lexicon in nouns if start > cue]
        nouns = cued if cued or any(map(_GROUPING.match, tokens[:cue])) else nouns
    first = [lexicon for start, lexicon in nouns if phrases[start] == phrases[nouns[0][0]]]
    return first[-1] if first else None


def value_in(text: str) -> tuple[Lexicon, str] | None:
    """Return the candidate word that a description mentions, with its lexicon, or None; see :func:`find_value`.

    Examples
    --------
    >>> [(lexicon.name, word) for lexicon, word in map(value_in, ["sunny background", "a red car", "night background"])]
    [('weather', 'sunny'), ('color', 'red'), ('background', 'night')]
    >>> value_in("the color of the background") is None
    True
    """
    found = find_value(text)
    return None if found is None else (found.lexicon, found.word)


def find_value(text: str) -> Value | None:
    """Return the candidate word that a description mentions, and where, or None.

    The other words of the lexicon are what the description does not say. They make the default negatives of zero-shot
    labels: "sunny background" is scored against "rainy background", "cloudy background" and so on.

    Words are whole, in any case, singular or plural; of those that overlap the longest counts, so "hot dog" is food. A
    criterion's noun is no value, except for another criterion that the text names (``"topic: food"``). Of several words,
    those of a criterion that the text names come first, then the leftmost, then the first in the order of the lexicons.

    Examples
    --------
    >>> found = find_value("photo with a Sunny background")
    >>> found.word, found.template
    ('sunny', 'photo with a {} background')
    """
    tokens = tokenize(text)
    mentioned = mentions(tokens)
    named = {mention.noun.name for mention in mentioned if mention.noun is not None}
    found = [
        (lexicon, word, mention)
        for mention in mentioned
        for lexicon, word in mention.words
        if mention.noun is None or lexicon.name in named - {mention.noun.name}
    ]
    best = min(found, key=lambda each: each[0].name not in named, default=None)
    if best is None:
        return None
    lexicon, word, mention = best
    first = mention.start
    if word.startswith("a ") and first and tokens[first - 1] == "a":
        first -= 1  # "a few people" is a word with its article
    spans, letters = token_spans(text), normalized(text)
    template = f"{letters[: spans[first][0]]}{{}}{letters[spans[mention.stop - 1][1] :]}"
    return Value(lexicon=lexicon, word=word, template=template)


def other_words(lexicon: Lexicon, word: str) -> tuple[str, ...]:
    """Return the words of a lexicon that say something else than one of them: neither it nor a kind of it.

    Examples
    --------
    >>> from clusterby.instructions.lexicons import lexicons
    >>> others = other_words(lexicons()["color"], "red")
    >>> "blue" in others, "dark red" in others
    (True, False)
    """
    return tuple(other for other in lexicon.words if not holds(word, other))


def _phrases(tokens: Sequence[str], mentioned: Iterable[Mention]) -> list[int]:
    """Return, for each token, the number of its noun phrase; what stands outside opens the next one."""
    inside = {i for mention in mentioned for i in range(mention.start, mention.stop)}
    opens = (i not in inside and (token in _OUTSIDE or not token.isalnum()) for i, token in enumerate(tokens))
    return list(accumulate(opens, initial=0))[1:]


def _denied(tokens: Sequence[str]) -> list[bool]:
    """Return, for each token, whether a negation reaches it."""
    denied, now, before = [], False, ""
    for word in tokens:
        if word in _NEGATIONS:
            now = True
        elif word == "but":
            now = before in {"anything", "everything", "all"}
        elif not word.isalnum() or (word == "by" and before not in _NEGATIONS):
            now = False
        denied.append(now)
        before = word
    return denied


def _cue(tokens: Sequence[str], denied: Sequence[bool]) -> int | None:
    """Return where the first words stand that announce a criterion."""
    ahead = (" ".join([*tokens[i : i + 3], ""]) for i in range(len(tokens)))
    return next((i for i, words in enumerate(ahead) if not denied[i] and _CUES.match(words)), None)
