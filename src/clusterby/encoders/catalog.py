"""The encoders that come with clusterby, as rows of facts.

Facts of models are from their cards and files at the commit that is named. Costs are counted by
``torch.utils.flop_counter`` on the architectures, sizes are those of the safetensors files. Speeds are processor time on
one core: of images of 96 × 128 pixels and texts of 100 words, fitting included, for what clusterby computes itself; of
the architecture's main tower in float32, with 128 tokens of text, for models.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clusterby.core.modality import Modality
from clusterby.encoders.base import EncoderSpec

__all__ = ["SPECS"]

_IMAGE, _TEXT, _AUDIO = Modality.IMAGE, Modality.TEXT, Modality.AUDIO

_CORE = "one core of an Intel Xeon at 2.5 GHz"
"""The machine on which speeds were measured."""

_SENTENCEPIECE = ("sentencepiece", "google.protobuf")
"""What transformers reads the tokenizer of SigLIP's first generation with."""


def _model(
    name: str,
    hub_id: str,
    hub_revision: str | None,
    *,
    quality: Mapping[Modality, float],
    speed: float,
    arguments: Mapping[str, Any] | None = None,
    tokenizer: tuple[str, ...] = (),
    **facts: Any,
) -> EncoderSpec:
    """Return the row of a model of the Hugging Face Hub."""
    return EncoderSpec(
        name=name, hub_id=hub_id, hub_revision=hub_revision, quality=quality, modalities=frozenset(quality), fitted=False,
        target="clusterby.encoders.sentence_transformers:SentenceTransformerEncoder",
        arguments={"model": hub_id, "name": name, "revision": hub_revision, **(arguments or {})},
        requires=("sentence_transformers", *tokenizer), extra="models", library="sentence-transformers",
        items_per_second={_CORE: speed}, **facts,
    )  # fmt: skip


SPECS = (
    EncoderSpec(
        name="color-gradient",
        target="clusterby.encoders.color_gradient:ColorGradientEncoder",
        modalities=frozenset({_IMAGE}),
        summary="sees where the colors and edges of an image are",
        weakness=(
            "sees color and edges, not meaning; encoder='clip' sees meaning (pip install 'clusterby[models]', 605 MB once)"
        ),
        fitted=False,
        aligned=False,
        dimension=724,
        quality=0.1,
        library="numpy",
        gflops=0.01,
        items_per_second={_CORE: 755},
        license="Apache-2.0",
    ),
    EncoderSpec(
        name="lsa",
        target="clusterby.encoders.lsa:LsaEncoder",
        modalities=frozenset({_TEXT}),
        summary="sees which words and letter groups texts share",
        weakness=(
            "sees shared words, not synonyms or paraphrase; encoder='minilm' sees meaning, 'e5' in many languages "
            "(pip install 'clusterby[models]', 91 or 471 MB once)"
        ),
        fitted=True,
        aligned=True,
        dimension=None,
        quality=0.2,
        library="scikit-learn",
        gflops=0.0,
        items_per_second={_CORE: 170},
        license="Apache-2.0",
    ),
    EncoderSpec(
        name="tabular",
        target="clusterby.encoders.tabular:TabularEncoder",
        modalities=frozenset({Modality.NUMBER, Modality.CATEGORY, Modality.DATE}),
        summary="sees numbers on a robust scale, categories as equal or not, dates as time and season",
        weakness="sees each column for itself, and no order or likeness among categories",
        fitted=True,
        aligned=False,
        dimension=None,
        quality=0.5,
        library="scikit-learn",
        gflops=0.0,
        license="Apache-2.0",
    ),
    EncoderSpec(
        name="identity",
        target="clusterby.encoders.identity:IdentityEncoder",
        modalities=frozenset({Modality.VECTOR}),
        summary="takes vectors as they are",
        weakness="sees what the model that made the vectors saw, and no more",
        fitted=False,
        aligned=False,
        dimension=None,
        quality=0.5,
        library="numpy",
        gflops=0.0,
        license="Apache-2.0",
    ),
    _model(
        "clip",
        "laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
        "1a25a446712ba5ee05982a381eed697ef9b435cf",
        quality={_IMAGE: 0.6, _TEXT: 0.1},
        summary="sees in an image what its caption on the web would say",
        weakness="sees 224 × 224 pixels in patches of 32: weak at small things, small print, counting and fine kinds",
        aligned=True,
        dimension=512,
        size_mb=605,
        license="MIT",
        languages=("en",),
        gflops=8.8,
        speed=7.6,
        bias=(
            "trained on two billion uncurated captions from the web, disturbing ones among them; its authors rule out any "
            "deployment without tests of its own, and surveillance and face recognition always"
        ),
        aliases=("clip-vit-b-32", "clip-vit-base-patch32"),
    ),
    _model(
        "siglip2",
        "google/siglip2-base-patch16-224",
        "75de2d55ec2d0b4efc50b3e9ad70dba96a7b2fa2",
        quality={_IMAGE: 0.8, _TEXT: 0.1},
        summary="sees in an image what its caption would say, in any of a hundred languages",
        weakness="sees 224 × 224 pixels, whatever the proportions: weak at small print and at long panoramas",
        aligned=True,
        dimension=768,
        size_mb=1501,
        license="Apache-2.0",
        languages=("multilingual",),
        gflops=35.4,
        speed=2.3,
        aliases=("siglip", "siglip2-base"),
    ),
    _model(
        "dinov2",
        "facebook/dinov2-base",
        "f9e44c814b77203eaa57a6bdbbd535f21ede1415",
        quality={_IMAGE: 0.7},
        arguments={"pooling": "cls"},  # its card: the class token stands for the whole image
        summary="sees shapes, parts and textures, learned from images without words",
        weakness="sees what looks alike, not what is called alike, and knows no words: 'clip' and 'siglip2' can be searched",
        aligned=False,
        dimension=768,
        size_mb=346,
        license="Apache-2.0",
        gflops=46.3,
        speed=1.9,
        bias="biased towards rich households of Western countries",
        aliases=("dino", "dinov2-base"),
    ),
    _model(
        "rad-dino",
        "microsoft/rad-dino",
        "110cbc18d5133582e320b43d53bf5c44e410c936",
        quality={_IMAGE: 0.7},
        arguments={"pooling": "cls"},
        summary="sees chest X-rays, learned without reports",
        weakness="sees chest X-rays alone, and knows no words; for research, not for clinical practice",
        aligned=False,
        dimension=768,
        size_mb=346,
        license="MIT",
        domain="medical",
        gflops=303.1,
        speed=0.28,
        bias=(
            "trained on data from three countries, and may be biased towards their populations; what biases the data have "
            "may not be well known"
        ),
    ),
    _model(
        "medsiglip",
        "google/medsiglip-448",
        "9cea28a1a1195f665105faa6e8544c112fd960a4",
        quality={_IMAGE: 0.8, _TEXT: 0.1},
        tokenizer=_SENTENCEPIECE,
        summary="sees X-rays, skin, eyes, tissue, and slices of CT and MRI as their reports would put them",
        weakness="sees single images, not volumes; large and slow without a GPU, and not for clinical use as it is",
        aligned=True,
        dimension=1152,
        size_mb=3513,
        license="Health AI Developer Foundations terms, to be accepted on its page",
        domain="medical",
        languages=("en",),
        gflops=979.2,
        speed=0.085,
        bias="its authors ask that any use be validated on data like its own: age, sex, gender, condition, imaging device",
    ),
    _model(
        "git-rsclip",
        "lcybuaa/Git-RSCLIP",
        None,
        quality={_IMAGE: 0.7, _TEXT: 0.1},
        tokenizer=_SENTENCEPIECE,
        summary="sees satellite and aerial images as their captions would put them",
        weakness="sees color images from above, 256 × 256 pixels, not other spectral bands; 'clip' sees photographs",
        aligned=True,
        dimension=1024,
        size_mb=1304,
        license="Apache-2.0",
        domain="satellite",
        languages=("en",),
        gflops=162.6,
        speed=0.52,
        aliases=("rsclip",),
    ),
    _model(
        "minilm",
        "sentence-transformers/all-MiniLM-L6-v2",
        "1110a243fdf4706b3f48f1d95db1a4f5529b4d41",
        quality={_TEXT: 0.6},
        summary="sees what English sentences and paragraphs mean",
        weakness="sees the first 256 word pieces, in English; for other languages 'e5', for long texts 'qwen3-embedding'",
        aligned=True,
        dimension=384,
        size_mb=91,
        license="Apache-2.0",
        languages=("en",),
        gflops=2.9,
        speed=22,
        aliases=("all-minilm-l6-v2", "all-MiniLM-L6-v2"),
    ),
    _model(
        "e5",
        "intfloat/multilingual-e5-small",
        "614241f622f53c4eeff9890bdc4f31cfecc418b3",
        quality={_TEXT: 0.55},
        arguments={"prompt": "query: "},
        summary="sees what texts mean, in about a hundred languages and across them",
        weakness="sees the first 512 tokens; its similarities all lie above 0.7, so that only their order counts",
        aligned=True,
        dimension=384,
        size_mb=471,
        license="MIT",
        languages=("multilingual",),
        gflops=5.7,
        speed=14,
        prompts="'query: ' before each text, as its card says for clustering and other symmetric tasks",
        aliases=("e5-multilingual", "multilingual-e5", "multilingual-e5-small"),
    ),
    _model(
        "qwen3-embedding",
        "Qwen/Qwen3-Embedding-0.6B",
        "97b0c614be4d77ee51c0cef4e5f07c00f9eb65b3",
        quality={_TEXT: 0.9},
        arguments={
            "query_prompt": "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:",
            "instruct": "Instruct: {}\nQuery:",
        },
        summary="sees what texts and code mean, long ones too, in over a hundred languages; follows an instruction",
        weakness="sees well and slowly: 40 times the work of 'minilm' for each text, so that it wants a GPU",
        aligned=True,
        dimension=1024,
        size_mb=1192,
        license="Apache-2.0",
        languages=("multilingual",),
        gflops=116.5,
        speed=0.73,
        prompts=(
            "queries: 'Instruct: ⟨task⟩\\nQuery:⟨text⟩'; texts take none, or an instruction in the same form that says "
            "what to group by"
        ),
        aliases=("qwen3", "qwen3-embedding-0.6b"),
    ),
    _model(
        "clap",
        "laion/clap-htsat-unfused",
        "79b58ed25fc00386262a2bea4b19fd21dc4310a0",  # main holds pickled weights only; this is their safetensors conversion
        quality={_AUDIO: 0.6, _TEXT: 0.1},
        summary="sees what a recording sounds like: events, animals, machines, music",
        weakness="sees the first ten seconds of a recording, and speech as one more sound, not what is said",
        aligned=True,
        dimension=512,
        size_mb=614,
        license="Apache-2.0",
        languages=("en",),
        gflops=11.8,
        speed=3.3,
        aliases=("laion-clap", "clap-htsat-unfused"),
    ),
)
