from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.namers.keywords import phrases as module
from clusterby.namers.keywords.phrases import count_phrases
from clusterby.namers.keywords.tokens import BREAK, Tokens, read_tokens

TEXTS = st.lists(
    st.tuples(st.lists(st.integers(-1, 4), max_size=9), st.integers(-1, 3)), min_size=1, max_size=12
)


def tokens_of(rows):
    """Tokens of rows of numbers, each ended by a break."""
    numbers = [n for row in rows for n in [*row, BREAK]]
    texts = [place for place, row in enumerate(rows) for _ in range(len(row) + 1)]
    return Tokens(words=tuple("abcde"), numbers=np.array(numbers, np.int64), texts=np.array(texts, np.int64))


def naive(rows, clusters, k, fewest):
    """In how many texts of each cluster each phrase is, by plain Python."""
    found = {}
    for row, cluster in zip(rows, clusters, strict=True):
        runs = {tuple(row[i : i + n]) for n in (1, 2, 3) for i in range(len(row) - n + 1)}
        for phrase in runs:
            stutters = any(a == b for a, b in pairwise(phrase))
            if BREAK not in phrase and not stutters and cluster >= 0:
                found.setdefault(phrase, Counter())[cluster] += 1
    small = {c for c in range(k) if clusters.count(c) < fewest}
    return {p: [c[i] for i in range(k)] for p, c in found.items() if c.total() >= fewest or small & set(c)}


def as_dict(found):
    return {
        tuple(n for n in numbers if n != BREAK): counts
        for numbers, counts in zip(found.numbers.tolist(), found.counts.tolist(), strict=True)
    }


@given(TEXTS, st.integers(1, 3))
def test_counts_are_those_of_plain_python(drawn, fewest):
    rows, clusters = [row for row, _ in drawn], [cluster for _, cluster in drawn]
    found = count_phrases(tokens_of(rows), np.array(clusters), 4, fewest=fewest)
    assert as_dict(found) == naive(rows, clusters, 4, fewest)
    assert len(as_dict(found)) == len(found.numbers)
    assert found.sizes.tolist() == [clusters.count(c) for c in range(4)]
    assert found.lengths.tolist() == [sum(n != BREAK for n in numbers) for numbers in found.numbers.tolist()]


def test_a_phrase_does_not_go_on_in_the_next_text():
    tokens = read_tokens(["red bike", "red wine"])
    found = count_phrases(tokens, np.array([0, 0]), 1, fewest=1)
    assert sorted(as_dict(found)) == [(0,), (0, 1), (0, 2), (1,), (2,)]


def test_with_many_clusters_the_rarer_phrases_are_left_out(monkeypatch):
    monkeypatch.setattr(module, "_CELLS", 6)
    rows = [[0], [0], [0], [1], [1], [2], [3], [4]]
    found = count_phrases(tokens_of(rows), np.arange(8) % 2, 2, fewest=1)
    assert as_dict(found) == {
        (0,): [2, 1],
        (1,): [1, 1],
        (2,): [0, 1],
    }  # of those that are as rare, the first


@pytest.mark.parametrize("k", [1, 7, 1_000])
def test_no_more_counts_are_kept_of_a_length_than_fit(k, monkeypatch):
    monkeypatch.setattr(module, "_CELLS", 2_000)
    rng = np.random.default_rng(0)
    tokens = Tokens(
        words=tuple(map(str, range(500))),
        numbers=rng.integers(0, 500, 6_000),
        texts=np.repeat(np.arange(1_000), 6),
    )
    found = count_phrases(tokens, np.arange(1_000) % k, k, fewest=1)
    assert max(np.bincount(found.lengths)) * k <= max(2_000, k)


def test_without_texts_or_clusters_there_are_no_phrases():
    found = count_phrases(read_tokens([]), np.empty(0, np.int64), 0)
    assert (found.numbers.shape, found.counts.shape, found.sizes.shape) == ((0, 3), (0, 0), (0,))
    found = count_phrases(read_tokens(["the", None]), np.array([0, 1]), 2, fewest=1)
    assert (found.numbers.shape, found.counts.shape) == ((0, 3), (0, 2))
    assert found.sizes.tolist() == [1, 1]
