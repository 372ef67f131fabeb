"""The lexicons: candidate words of common criteria."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

__all__ = ["Lexicon", "lexicons"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The candidate words of one criterion.

    Parameters
    ----------
    name : str
        The criterion, such as ``"time of day"``.
    nouns : tuple of str
        What users call it, its name first. No two lexicons share a noun.
    templates : tuple of str
        Prompts with one ``{}`` each; every word fits into every template.
    words : tuple of str
        The candidates, 15 to 60.
    """

    name: str
    nouns: tuple[str, ...]
    templates: tuple[str, ...]
    words: tuple[str, ...]


@cache
def lexicons() -> Mapping[str, Lexicon]:
    """Return the lexicons by name, in the order of their file, which is read once; the mapping is read-only.

    Examples
    --------
    >>> lexicons()["season"].nouns[:2], lexicons()["season"].words[0]
    (('season', 'time of year'), 'spring')
    """
    written = files("clusterby.instructions").joinpath("lexicons.toml").read_text(encoding="utf-8")
    read = {}
    for name, table in tomllib.loads(written).items():
        read[name] = Lexicon(name=name, **{key: tuple(listed) for key, listed in table.items()})
    return MappingProxyType(read)
