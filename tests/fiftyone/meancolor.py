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


class PromptedColor(fom.PromptMixin, MeanColor):
    """Embeds images by their mean color, and prompts by the color they name."""

    can_embed_prompts = True

    def get_embeddings(self):
        return self._last / 255

    def embed_prompt(self, arg):
        return self.embed_prompts([arg])[0]

    def embed_prompts(self, args):
        return (
            np.array([[name in prompt for name in ("red", "green", "blue")] for prompt in args], dtype=float)
            + 0.1
        )
