"""Encoders: what turns cells into vectors. Listing them imports none of them.

Examples
--------
>>> import clusterby as cb
>>> [spec.name for spec in cb.encoders.find(modality="text", domain="general")]
['lsa', 'clip', 'siglip2', 'minilm', 'e5', 'qwen3-embedding', 'clap']
"""

from __future__ import annotations

from clusterby.encoders.base import Encoder, EncoderSpec, FittableEncoder, QueryEncoder
from clusterby.encoders.choose import EncoderChoice, choose_encoder
from clusterby.encoders.fiftyone_model import FiftyOneEncoder
from clusterby.encoders.find import find
from clusterby.encoders.function import FunctionEncoder
from clusterby.encoders.openai import OpenAIEncoder
from clusterby.encoders.registry import ENCODERS
from clusterby.encoders.sentence_transformers import SentenceTransformerEncoder

__all__ = [
    "ENCODERS",
    "Encoder",
    "EncoderChoice",
    "EncoderSpec",
    "FiftyOneEncoder",
    "FittableEncoder",
    "FunctionEncoder",
    "OpenAIEncoder",
    "QueryEncoder",
    "SentenceTransformerEncoder",
    "choose_encoder",
    "find",
    "get",
    "load",
    "names",
    "register",
    "unregister",
]

get = ENCODERS.get
load = ENCODERS.load
names = ENCODERS.names
register = ENCODERS.register
unregister = ENCODERS.unregister
