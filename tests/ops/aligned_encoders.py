"""Encoders of images and texts that know a few words, and count what they are asked."""

import copy
import re
import zlib

import numpy as np
from PIL import Image

COLORS, GROUNDS = ["red", "green", "blue"], ["beach", "forest"]
DIMENSION = 40
_AXES = {word: axis for axis, word in enumerate([*COLORS, *GROUNDS])}
_STRENGTH = {"red": 1, "green": 1, "blue": 1, "beach": 3, "forest": 3}
_COMMON = len(_AXES)


class AlignedEncoder:
    """Sees the color and, more strongly, the ground of what :func:`scene` draws, and of texts that name them."""

    name = "aligned"
    dimension = DIMENSION

    def __init__(self, *, revision="1", **facts):
        self.revision = revision
        self.images, self.texts, self.queries = [], [], []
        vars(self).update(facts)

    def encode(self, items):
        seen = self.texts if isinstance(items[0], str) else self.images
        seen.extend(items)
        return np.stack([self._vector(item) for item in items])

    def encode_queries(self, queries):
        self.queries.extend(queries)
        return np.stack([self._vector(query) for query in queries])

    def _vector(self, item):
        found = np.zeros(self.dimension, dtype=np.float32)
        found[_COMMON] = 2
        for word in re.findall(r"\w+", item) if isinstance(item, str) else words_of(item):
            axis = _AXES.get(word.lower())
            if axis is None:
                found[_COMMON + 1 + zlib.crc32(word.encode()) % (self.dimension - _COMMON - 1)] += 0.1
            else:
                found[axis] += self._strength(word.lower())
        return found / np.linalg.norm(found)

    def _strength(self, word):
        return _STRENGTH[word]


class FollowingEncoder(AlignedEncoder):
    """The same, trained to follow an instruction: it sees the color alone when it is told to."""

    prompt = None

    def instructed(self, task):
        told = copy.copy(self)
        told.prompt, told.revision = f"Task: {task}\n", f"{self.revision}+{task}"
        return told

    def encode(self, items):
        return super().encode(
            [f"{self.prompt or ''}{item}" if isinstance(item, str) else item for item in items]
        )

    def _strength(self, word):
        return 0 if self.prompt is not None and word in GROUNDS else super()._strength(word)


def scene(row):
    """Return an image whose color and ground come round every six rows, different from all other rows'."""
    pixels = np.full((8, 8, 3), row, dtype=np.uint8)
    pixels[0, 0, :2] = row % 3, row // 3 % 2
    return Image.fromarray(pixels)


def words_of(image):
    """Return the words that a scene shows, and one that tells it from others."""
    color, ground, number = np.asarray(image)[0, 0]
    return COLORS[color], GROUNDS[ground], f"number{number % 7}"


def scenes(count=24):
    """Return a table of scenes, their captions, colors and grounds."""
    rows = range(count)
    colors, grounds = [COLORS[row % 3] for row in rows], [GROUNDS[row // 3 % 2] for row in rows]
    captions = [
        f"a {color} thing on a {ground} no{row % 7}"
        for row, color, ground in zip(rows, colors, grounds, strict=True)
    ]
    return {"image": [scene(row) for row in rows], "caption": captions, "color": colors, "ground": grounds}
