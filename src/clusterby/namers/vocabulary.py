"""Words for common things that pictures show."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

__all__ = ["things"]


@cache
def things() -> tuple[str, ...]:
    """Return over 300 common things, each as it stands in "a photo of {}".

    Examples
    --------
    >>> len(things()) > 300, things()[:2]
    (True, ('a baby', 'a child'))
    """
    written = files("clusterby.namers").joinpath("vocabulary.toml").read_text(encoding="utf-8")
    return tuple(dict.fromkeys(word for words in tomllib.loads(written).values() for word in words))
