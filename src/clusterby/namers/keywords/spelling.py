"""Which spellings are of one word."""

from __future__ import annotations

import unicodedata

__all__ = ["fold_word"]


def fold_word(word: str) -> str:
    """Return what all spellings of a word have in common: case, width, composition and the dots of Turkish set aside.

    Examples
    --------
    >>> fold_word("ＴＥＳＴ") == fold_word("test"), fold_word("İstanbul") == fold_word("istanbul")
    (True, True)
    """
    if word.isascii():
        return word.casefold()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word.casefold()).casefold())
    return folded.replace("i\u0307", "i").replace("ı", "i")
