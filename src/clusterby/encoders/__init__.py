"""Encoders: what turns cells into vectors. Listing them imports none of them.

Examples
--------
>>> import clusterby as cb
>>> [spec.name for spec in cb.encoders.find(modalities="text")]
['lsa']
"""

from __future__ import annotations

from clusterby.encoders.base import Encoder, EncoderSpec, FittableEncoder, QueryEncoder
from clusterby.encoders.choose import EncoderChoice, choose_encoder
from clusterby.encoders.registry import ENCODERS

__all__ = [
    "ENCODERS",
    "Encoder",
    "EncoderChoice",
    "EncoderSpec",
    "FittableEncoder",
    "QueryEncoder",
    "choose_encoder",
    "find",
    "get",
    "load",
    "names",
    "register",
    "unregister",
]

find = ENCODERS.find
get = ENCODERS.get
load = ENCODERS.load
names = ENCODERS.names
register = ENCODERS.register
unregister = ENCODERS.unregister
