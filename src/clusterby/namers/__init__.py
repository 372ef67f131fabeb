"""Namers: what finds words for things that a machine can only tell apart.

Examples
--------
>>> from clusterby import namers
>>> [spec.name for spec in namers.list()], [spec.name for spec in namers.find(local=True)]
(['keywords', 'zero_shot', 'llm'], ['keywords', 'zero_shot'])
>>> namers.ChatModel("qwen3-vl:4b", base_url="http://localhost:11434/v1")
ChatModel('qwen3-vl:4b', base_url='http://localhost:11434/v1')
"""

from __future__ import annotations

import builtins

from clusterby.namers.answer import UnusableAnswer
from clusterby.namers.base import Clusters, Evidence, Name, Namer, Names
from clusterby.namers.chat import ChatModel
from clusterby.namers.prices import DEFAULT_MODEL
from clusterby.namers.propose import propose_words
from clusterby.namers.question import Question
from clusterby.namers.registry import NAMERS
from clusterby.namers.spec import NamerSpec

__all__ = [
    "DEFAULT_MODEL",
    "ChatModel",
    "Clusters",
    "Evidence",
    "Name",
    "Namer",
    "NamerSpec",
    "Names",
    "Question",
    "UnusableAnswer",
    "find",
    "get",
    "list",
    "load",
    "names",
    "propose_words",
    "register",
    "unregister",
]

names = NAMERS.names
get = NAMERS.get
find = NAMERS.find
load = NAMERS.load
register = NAMERS.register
unregister = NAMERS.unregister


def list() -> builtins.list[NamerSpec]:  # noqa: A001 - read as `namers.list()`, like `clusterers.list()`
    """Return the specs of all registered namers.

    Examples
    --------
    >>> from clusterby import namers
    >>> namers.list()[0].name
    'keywords'
    """
    return [*NAMERS]
