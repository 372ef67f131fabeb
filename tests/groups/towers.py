"""An encoder with a text tower that knows a few words, and counts what it is asked."""

import numpy as np

WORDS = ("red", "green", "blue", "ring", "star", "sunny", "rainy", "photo", "something")


class WordTower:
    """Embeds texts by the words they hold, and images by their color; a text without a known word has no direction."""

    name = "words"
    revision = "1"
    logit_scale = 4.0

    def __init__(self, *, bias=None, scale=4.0):
        self.logit_scale, self.logit_bias = scale, bias
        self.cells, self.queries = [], []

    def encode(self, items):
        self.cells += list(items)
        return self._vectors(items)

    def encode_queries(self, queries):
        self.queries += list(queries)
        return self._vectors(queries)

    def _vectors(self, items):
        return np.array([vector_of(item) for item in items], dtype=np.float32).reshape(-1, len(WORDS))


class BlindTower:
    """Embeds cells, and no text."""

    name = "blind"
    revision = "1"

    def __init__(self):
        self.cells = []

    def encode(self, items):
        self.cells += list(items)
        return np.ones((len(items), 2), dtype=np.float32)


def vector_of(item):
    if isinstance(item, str):
        said = item.lower().replace(",", " ").split()
        return [float(word in said) for word in WORDS]
    color = np.asarray(item).mean(axis=(0, 1)).argmax()
    return [float(place == color) for place in range(len(WORDS))]
