"""A real FiftyOne model that needs no weights."""

import fiftyone.core.models as fom
import numpy as np


class MeanColor(fom.Model, fom.EmbeddingsMixin):
    """Embeds an image as its mean color; fails on images with more blue than `fails_above`."""

    media_type = "image"
    has_embeddings = True

    def __init__(self, *, fails_above=256):
        super().__init__()
        self.fails_above = fails_above

    def predict(self, arg):
        self._last = np.asarray(arg)[..., :3].reshape(-1, 3).mean(axis=0)[None]
        if self._last[0, 2] > self.fails_above:
            raise ValueError("too blue")

    def get_embeddings(self):
        return self._last

    @property
    def transforms(self):
        return None

    @property
    def ragged_batches(self):
        return True
