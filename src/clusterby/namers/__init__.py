"""Namers: what finds words for things that a machine can only tell apart.

Examples
--------
>>> from clusterby.namers import ChatModel
>>> ChatModel("qwen3-vl:4b", base_url="http://localhost:11434/v1")
ChatModel('qwen3-vl:4b', base_url='http://localhost:11434/v1')
"""

from __future__ import annotations

from clusterby.namers.answer import UnusableAnswer
from clusterby.namers.chat import ChatModel
from clusterby.namers.prices import DEFAULT_MODEL
from clusterby.namers.propose import propose_words
from clusterby.namers.question import Question

__all__ = ["DEFAULT_MODEL", "ChatModel", "Question", "UnusableAnswer", "propose_words"]
