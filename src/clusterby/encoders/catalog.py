"""The encoders that come with clusterby, as rows of facts."""

from __future__ import annotations

from clusterby.core.modality import Modality
from clusterby.encoders.base import EncoderSpec

__all__ = ["SPECS"]

SPECS = (
    EncoderSpec(
        name="color-gradient",
        target="clusterby.encoders.color_gradient:ColorGradientEncoder",
        modalities=frozenset({Modality.IMAGE}),
        summary="sees where the colors and edges of an image are",
        weakness="sees color and edges, not meaning; for meaning pass encoder= a model of your own",
        fitted=False,
        aligned=False,
        dimension=724,
        rank=10,
    ),
    EncoderSpec(
        name="lsa",
        target="clusterby.encoders.lsa:LsaEncoder",
        modalities=frozenset({Modality.TEXT}),
        summary="sees which words and letter groups texts share",
        weakness="sees shared words, not synonyms or paraphrase; for meaning pass encoder= a model of your own",
        fitted=True,
        aligned=True,
        dimension=None,
        rank=10,
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
        rank=10,
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
        rank=10,
    ),
)
