"""What a person might write under a procedural scene."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

__all__ = ["SCENE_WORDS", "describe_scene"]

SCENE_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "shape": {
        "circle": ("circle", "disc", "ball"),
        "square": ("square", "box", "block"),
        "triangle": ("triangle", "pyramid", "wedge"),
        "star": ("star", "starburst", "pentagram"),
        "cross": ("cross", "plus", "crucifix"),
        "ring": ("ring", "hoop", "donut"),
    },
    "color": {
        "red": ("red", "crimson", "scarlet"),
        "orange": ("orange", "tangerine", "apricot"),
        "yellow": ("yellow", "golden", "lemon"),
        "green": ("green", "emerald", "jade"),
        "blue": ("blue", "cobalt", "sapphire"),
        "purple": ("purple", "violet", "plum"),
        "pink": ("pink", "rosy", "magenta"),
    },
    "texture": {
        "solid": ("solid", "plain", "flat"),
        "striped": ("striped", "stripy", "banded"),
        "dotted": ("dotted", "spotted", "speckled"),
        "checkered": ("checkered", "chequered", "checked"),
        "shaded": ("shaded", "fading", "gradient"),
    },
    "background": {
        "sky": ("sky", "cloudy", "airy"),
        "grass": ("grass", "grassy", "meadow"),
        "sand": ("sand", "sandy", "beach"),
        "night": ("night", "midnight", "starry"),
        "snow": ("snow", "snowy", "icy"),
        "brick": ("brick", "bricks", "masonry"),
        "water": ("water", "watery", "ocean"),
    },
    "count": {
        "one": ("one", "single", "lone"),
        "two": ("two", "pair", "couple"),
        "three": ("three", "trio", "threesome"),
        "four": ("four", "quartet", "foursome"),
        "five": ("five", "quintet", "fivesome"),
    },
}
"""The attributes of a scene, the values of each, and the words for each value, the value itself first."""

Choice = TypeVar("Choice")

_PLURALS = {"box": "boxes", "cross": "crosses", "plus": "pluses", "crucifix": "crucifixes"}
_NUMERALS = {"one", "two", "three", "four", "five"}
_THINGS = (("object", "objects"), ("thing", "things"), ("figure", "figures"), ("item", "items"))
_OPENINGS = (
    *(
        "",
        "",
        "",
        "a photo of",
        "a picture showing",
        "an image of",
        "there you see",
        "this is",
        "here we have",
    ),
    *("a drawing of", "a close view of", "look at", "shown:", "the camera caught", "a scene with"),
)
_AFTER = (
    *(
        "on a {} background",
        "against a {} backdrop",
        "in a {} setting",
        "over a {} ground",
        "in {} surroundings",
    ),
    *("with a {} scene behind", "and the backdrop is {}", "where everything around is {}"),
)
_BEFORE = ("on a {} ground,", "{} backdrop:", "in front of a {} scenery,", "a {} background and")
_PATTERN = ("with a {} pattern", "with a {} surface", "of a {} texture", "looking {}")
_TINT = ("in {}", "colored {}", "of a {} color", "painted {}")


def describe_scene(attributes: Mapping[str, str], rng: np.random.Generator, *, dropped: float = 0.04) -> str:
    """Return an English caption of a scene, with words and word order drawn by chance.

    Parameters
    ----------
    attributes : mapping of str to str
        A value for each attribute in :data:`SCENE_WORDS`.
    rng : numpy.random.Generator
        Where chance comes from.
    dropped : float, default 0.04
        The chance of each attribute to be left out, 0 to 1.

    Examples
    --------
    >>> import numpy as np
    >>> scene = {"shape": "ring", "color": "red", "texture": "solid", "background": "snow", "count": "two"}
    >>> describe_scene(scene, np.random.default_rng(5), dropped=0)
    'on a snow ground, two scarlet flat rings'
    """
    words = {
        attribute: _pick(SCENE_WORDS[attribute][value], rng) if rng.random() >= dropped else ""
        for attribute, value in attributes.items()
    }
    many = attributes["count"] != "one"
    backdrop, in_front = words["background"], rng.random() < 0.25
    parts = [
        _pick(_BEFORE, rng).format(backdrop) if backdrop and in_front else _pick(_OPENINGS, rng),
        _objects(words, rng, many=many),
        _pick(_AFTER, rng).format(backdrop) if backdrop and not in_front else "",
    ]
    return re.sub(r"\ba(?= [aeiou])", "an", " ".join(part for part in parts if part))


def _objects(words: Mapping[str, str], rng: np.random.Generator, *, many: bool) -> str:
    """Return the phrase that names the objects, such as ``"a pair of striped rings in red"``."""
    before, after = [], []
    for word, phrases in ((words["texture"], _PATTERN), (words["color"], _TINT)):
        if word and rng.random() < 0.3:
            after.append(_pick(phrases, rng).format(word))
        elif word:
            before.append(word)
    if rng.random() < 0.5:
        before.reverse()
    singular, plural = _pick(_THINGS, rng)
    if words["shape"]:
        singular, plural = words["shape"], _PLURALS.get(words["shape"], words["shape"] + "s")
    return " ".join([_amount(words["count"], rng, many=many), *before, plural if many else singular, *after])


def _amount(word: str, rng: np.random.Generator, *, many: bool) -> str:
    if not word:
        return _pick(("some", "several", "the"), rng) if many else "the"
    if word in _NUMERALS:
        return word
    return f"a {word} of" if many else f"a {word}"


def _pick(choices: Sequence[Choice], rng: np.random.Generator) -> Choice:
    return choices[int(rng.integers(len(choices)))]
