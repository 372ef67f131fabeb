"""Latent semantic analysis: text vectors from the corpus alone, without a model to download."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from clusterby.core.column import FloatArray
from clusterby.core.errors import NothingToCluster
from clusterby.core.fingerprint import fingerprint
from clusterby.encoders.base import Items

__all__ = ["LsaEncoder"]

_DIMENSIONS = 128
_WORD_FEATURES, _CHARACTER_FEATURES = 100_000, 50_000
_COMMON = 0.5  # a word in more than half of the texts tells them apart no better than chance
_WORD = r"(?u)\b\w+\b"  # a word may be one letter long, as it often is outside English
_SMALL = 50  # texts, below which document frequencies are too coarse to drop words by


class LsaEncoder:
    """Embeds texts by the words and letter groups they share.

    TF-IDF over words and pairs of words, beside TF-IDF over letter groups of 3 to 5 within words (which
    match inflections and misspellings, in any script), reduced by a truncated singular value
    decomposition and scaled to unit length; a text that shares nothing with the corpus gets the zero
    vector.

    Notes
    -----
    Deerwester et al. (1990), *Indexing by latent semantic analysis*.

    Examples
    --------
    >>> texts = ["the cat sat", "a cat sat down", "stock prices fell", "prices of stock rose"]
    >>> encoder = LsaEncoder().fit(texts)
    >>> similarity = encoder.encode(texts) @ encoder.encode_queries(["cats"]).T
    >>> bool(similarity[:2].min() > similarity[2:].max())
    True
    """

    name = "lsa"
    revision = "1"

    def __init__(self) -> None:
        self._vectorizers: list[Any] = []
        self._svd: Any = None

    def fit(self, items: Items) -> LsaEncoder:
        """Return a new encoder whose space is made from these texts.

        Raises
        ------
        NothingToCluster
            If the texts hold no letter or digit at all.
        """
        from sklearn.feature_extraction.text import TfidfVectorizer

        common: float = _COMMON if len(items) >= _SMALL else 1.0
        rare = 2 if len(items) >= _SMALL else 1
        words = TfidfVectorizer(
            ngram_range=(1, 2), token_pattern=_WORD, sublinear_tf=True, min_df=rare, max_df=common,
            max_features=_WORD_FEATURES, strip_accents="unicode", dtype=np.float32,
        )  # fmt: skip
        letters = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=rare, max_df=common,
            max_features=_CHARACTER_FEATURES, strip_accents="unicode", dtype=np.float32,
        )  # fmt: skip
        fitted = LsaEncoder()
        learned = [(v, counts) for v in (words, letters) if (counts := _learn(v, items)) is not None]
        fitted._vectorizers = [v for v, _ in learned]
        if not fitted._vectorizers:
            raise NothingToCluster(
                "the texts share no words or letters to compare them by: give encoder= a model, or other columns"
            )
        fitted._svd = _decompose(_side_by_side([counts for _, counts in learned]))
        fitted.revision = f"{self.revision}#{fingerprint(items)}"
        return fitted

    def encode(self, items: Items) -> FloatArray:
        """Return unit rows, float32 (m, d)."""
        counts = self._count(items)
        reduced = counts.toarray() if self._svd is None else self._svd.transform(counts)
        vectors = np.asarray(reduced, dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        units: FloatArray = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-9)
        return units

    def encode_queries(self, queries: Sequence[str]) -> FloatArray:
        """Return unit rows, float32 (q, d): a query is a text like any other."""
        return self.encode(queries)

    def _count(self, items: Items) -> Any:
        return _side_by_side([v.transform(items) for v in self._vectorizers])


def _learn(vectorizer: Any, items: Items) -> Any:
    """Return the counts of the texts whose vocabulary the vectorizer learns, or None if there is none."""
    try:
        return vectorizer.fit_transform(items)
    except ValueError:  # scikit-learn's word for a vocabulary that came out empty
        return None


def _side_by_side(counts: Sequence[Any]) -> Any:
    from scipy.sparse import hstack

    return hstack(counts, format="csr")


def _decompose(counts: Any) -> Any:
    from sklearn.decomposition import TruncatedSVD

    if counts.shape[1] < 2:
        return None  # a single word is a dimension already
    width = max(1, min(_DIMENSIONS, min(counts.shape) - 1))
    with warnings.catch_warnings():
        # a corpus of equal texts has no variance to explain
        warnings.filterwarnings("ignore", category=RuntimeWarning, module="sklearn")
        return TruncatedSVD(width, random_state=0).fit(counts)
