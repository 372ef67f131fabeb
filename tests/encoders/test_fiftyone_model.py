import subprocess
import sys

import pytest

from clusterby.core.errors import InvalidParameter
from clusterby.encoders import Encoder
from clusterby.encoders.fiftyone_model import FiftyOneEncoder

REAL = """
import numpy as np
import fiftyone.core.models as fom
from PIL import Image
import clusterby as cb
from clusterby.encoders.base import embeds_queries
from clusterby.encoders.fiftyone_model import FiftyOneEncoder

class MeanColor(fom.Model, fom.EmbeddingsMixin, fom.PromptMixin):
    media_type = "image"
    has_embeddings = True
    can_embed_prompts = True
    def predict(self, arg):
        self._last = arg.reshape(-1, 3).mean(axis=0)[None] / 255
        return None
    def get_embeddings(self):
        return self._last
    def embed_prompt(self, arg):
        return np.array({"red": [1, 0, 0], "blue": [0, 0, 1]}[arg], float)
    def embed_prompts(self, args):
        return np.stack([self.embed_prompt(arg) for arg in args])

encoder = FiftyOneEncoder(MeanColor(), revision="1")
images = [Image.new("RGB", (9, 5), color) for color in ("red", "blue", "red", "maroon")]
print(encoder.name, encoder.encode(images[:2]).tolist(), embeds_queries(encoder))
slices = cb.sliceby({"image": images}, "image", queries=["red", "blue"], encoder=encoder, cache=False)
print({name: rows.tolist() for name, rows in slices.rows.items()})
try:
    FiftyOneEncoder("no-such-model").encode(images)
except Exception as error:
    print(type(error).__name__, error)
print(FiftyOneEncoder("clip-vit-base32-torch").revision.startswith("zoo-1."))
"""


def test_a_real_fiftyone_model_embeds_images_and_prompts(tmp_path):
    env = {
        "FIFTYONE_DATABASE_DIR": str(tmp_path),
        "FIFTYONE_DO_NOT_TRACK": "true",
        "HOME": str(tmp_path),
        "PATH": "",
    }
    done = subprocess.run([sys.executable, "-c", REAL], capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "MeanColor [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]] True",
        "{'red': [0, 2, 3], 'blue': [1]}",
        "InvalidParameter the FiftyOne model zoo has no 'no-such-model': list them with "
        "fiftyone.zoo.list_zoo_models('embeddings')",
        "True",
    ]


class WithoutEmbeddings:
    has_embeddings = False


class OfVideo:
    has_embeddings, media_type = True, "video"


@pytest.mark.parametrize("model", [WithoutEmbeddings(), OfVideo(), object()])
def test_a_model_without_embeddings_of_images_is_refused(model):
    with pytest.raises(InvalidParameter, match="exposes no embeddings of images"):
        FiftyOneEncoder(model)


def test_vectors_of_a_model_that_nobody_can_name_are_not_kept():
    class Some:
        has_embeddings, media_type = True, "image"

    encoder = FiftyOneEncoder(Some())
    assert isinstance(encoder, Encoder)
    assert (encoder.name, encoder.revision) == ("Some", "")
    assert FiftyOneEncoder(Some(), name="mine", revision="3").revision == "3"
