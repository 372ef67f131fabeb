import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterby.core.errors import NothingToCluster
from clusterby.encoders.lsa import LsaEncoder

PETS = ["the cat sat on the mat", "a cat and a kitten", "kittens chase cats", "my cat sleeps all day"]
MONEY = ["stock prices fell today", "the price of stocks", "stocks and bonds rose", "bond prices today"]


def test_texts_of_one_topic_are_nearer_than_texts_of_two():
    rng = np.random.default_rng(0)
    topics = [" ".join(PETS).split(), " ".join(MONEY).split()]
    texts = [" ".join(rng.choice(topics[i % 2], 8)) for i in range(100)]
    vectors = LsaEncoder().fit(texts).encode(texts)
    nearest = (vectors @ vectors.T - 2 * np.eye(100)).argmax(axis=1)
    assert (nearest % 2 == np.arange(100) % 2).mean() > 0.95


def test_vectors_are_unit_rows_of_float32():
    vectors = LsaEncoder().fit(PETS).encode(PETS)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)


def test_a_vector_does_not_depend_on_the_batch():
    encoder = LsaEncoder().fit(PETS + MONEY)
    apart = np.concatenate([encoder.encode(PETS), encoder.encode(MONEY)])
    np.testing.assert_allclose(encoder.encode(PETS + MONEY), apart, atol=1e-6)


def test_a_text_that_shares_nothing_is_the_zero_vector():
    assert not LsaEncoder().fit(PETS).encode(["ξψω"]).any()


def test_fitting_leaves_the_encoder_as_it_was_and_names_the_corpus():
    encoder = LsaEncoder()
    one, same, other = encoder.fit(PETS), encoder.fit(PETS), encoder.fit(MONEY)
    assert encoder.revision == "1"
    assert one.revision == same.revision != other.revision


def test_two_fits_give_the_same_vectors():
    np.testing.assert_array_equal(LsaEncoder().fit(PETS).encode(MONEY), LsaEncoder().fit(PETS).encode(MONEY))


def test_queries_live_in_the_space_of_the_texts():
    encoder = LsaEncoder().fit(PETS + MONEY)
    scores = encoder.encode(PETS + MONEY) @ encoder.encode_queries(["cats"])[0]
    assert scores[:4].min() > scores[4:].max()


@pytest.mark.parametrize(
    "texts", [["same"] * 5, ["one text"], ["猫が寝ている", "猫が走る", "株価が下がる"], ["a", "b"]]
)
def test_small_equal_and_foreign_corpora_get_finite_vectors(texts):
    vectors = LsaEncoder().fit(texts).encode(texts)
    assert len(vectors) == len(texts)
    assert np.isfinite(vectors).all()


def test_texts_without_a_letter_are_an_error():
    with pytest.raises(NothingToCluster, match="share no words or letters"):
        LsaEncoder().fit(["", " "])


@settings(deadline=None, max_examples=25)
@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=60))
def test_any_texts_give_one_finite_vector_each_or_a_clear_error(texts):
    try:
        vectors = LsaEncoder().fit(texts).encode(texts)
    except NothingToCluster:
        return
    assert len(vectors) == len(texts)
    assert np.isfinite(vectors).all()
