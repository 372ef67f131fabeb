"""Name clusters by the words of their texts, offline."""

from clusterby.namers.keywords.namer import KeywordNamer

__all__ = ["KeywordNamer"]
