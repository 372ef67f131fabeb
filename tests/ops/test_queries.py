import logging

import numpy as np
import pytest

import clusterby as cb
from clusterby.cache import Cache
from clusterby.core.errors import InvalidParameter, InvalidVectors
from clusterby.encoders.lsa import LsaEncoder
from clusterby.ops.queries import check_tower, embed_queries

from .aligned_encoders import AlignedEncoder
from .counting import CountingEncoder

TEXTS = ["a red car", "a blue car", "a red car", "ünïcødé 東京 🎈"]


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


def embed(encoder, texts=TEXTS, cache=None):
    return embed_queries(encoder, texts, purpose="description=", cache=cache)


def test_every_text_has_the_vector_that_the_text_tower_gives():
    found = embed(AlignedEncoder())
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, AlignedEncoder().encode_queries(TEXTS))


def test_each_text_is_embedded_once():
    encoder = AlignedEncoder()
    embed(encoder)
    assert sorted(encoder.queries) == sorted(set(TEXTS))
    assert encoder.texts == encoder.images == []


def test_the_second_call_embeds_nothing(cache):
    first, again = AlignedEncoder(), AlignedEncoder()
    np.testing.assert_array_equal(embed(first, cache=cache), embed(again, cache=cache))
    assert (len(first.queries), len(again.queries)) == (3, 0)


def test_only_new_texts_are_embedded(cache):
    embed(AlignedEncoder(), cache=cache)
    encoder = AlignedEncoder()
    embed(encoder, ["a green car", *TEXTS], cache)
    assert encoder.queries == ["a green car"]


def test_queries_and_cells_with_the_same_words_are_kept_apart(cache):
    class Prompted(AlignedEncoder):
        def encode_queries(self, queries):
            return super().encode_queries([f"red {query}" for query in queries])

    cells = cb.embed(TEXTS, encoder=Prompted(), modality="text", cache=cache)
    assert (embed(Prompted(), cache=cache) != cells.vectors).any(axis=1).all()
    np.testing.assert_array_equal(embed(Prompted(), cache=cache), Prompted().encode_queries(TEXTS))


@pytest.mark.parametrize("other", [{"revision": "2"}, {"name": "other"}, {"identity": "hub/other"}])
def test_another_encoder_or_revision_has_vectors_of_its_own(cache, other):
    embed(AlignedEncoder(), cache=cache)
    encoder = AlignedEncoder(**other)
    embed(encoder, cache=cache)
    assert len(encoder.queries) == 3


def test_one_encoder_by_two_names_has_its_vectors_once(cache):
    embed(AlignedEncoder(name="a", identity="hub/same"), cache=cache)
    encoder = AlignedEncoder(name="b", identity="hub/same")
    embed(encoder, cache=cache)
    assert encoder.queries == []


def test_an_encoder_that_cannot_name_its_revision_is_asked_every_time(cache):
    for _ in range(2):
        encoder = AlignedEncoder(revision="")
        embed(encoder, cache=cache)
        assert len(encoder.queries) == 3


def test_vectors_of_an_encoder_that_is_fitted_to_a_corpus_are_not_kept(cache):
    fitted = LsaEncoder().fit(["a red car", "a blue car", "wine of the year"])
    np.testing.assert_array_equal(embed(fitted, TEXTS[:3], cache), fitted.encode_queries(TEXTS[:3]))
    assert cache.info() == []


class Billing(AlignedEncoder):
    def estimate(self, items):
        return f"{len(items)} texts cost a cent each"


def test_what_it_costs_is_said_before_anything_is_sent(cache, caplog):
    with caplog.at_level(logging.WARNING):
        embed(Billing(), cache=cache)
    assert [record.message for record in caplog.records] == ["aligned(words): 3 texts cost a cent each"]
    caplog.clear()
    embed(Billing(), cache=cache)
    assert caplog.records == []


def test_the_model_is_loaded_for_texts_that_are_new_and_for_no_others(cache):
    loads = []

    class Loading(AlignedEncoder):
        def load(self):
            loads.append(1)

    embed(Loading(), cache=cache)
    assert loads == [1]
    embed(Loading(), cache=cache)
    assert loads == [1]


def test_as_many_texts_at_a_time_as_the_encoder_likes():
    sizes = []

    class Small(AlignedEncoder):
        def encode_queries(self, queries):
            sizes.append(len(queries))
            return super().encode_queries(queries)

    embed(Small(batch_size=2), [f"text {i}" for i in range(5)])
    assert sorted(sizes) == [1, 2, 2]


def test_lone_surrogates_become_what_can_be_encoded(cache):
    encoder = AlignedEncoder()
    found = embed(encoder, ["a \ud800 car", "a � car"], cache)
    assert encoder.queries == ["a � car"]
    np.testing.assert_array_equal(found[0], found[1])


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_a_text_without_a_word_is_refused(text):
    with pytest.raises(InvalidParameter) as error:
        embed(AlignedEncoder(), ["a red car", text])
    assert str(error.value) == f"description= {text!r} cannot be embedded: empty text"


def test_a_vector_that_is_not_finite_is_refused_with_its_text():
    class Broken(AlignedEncoder):
        def encode_queries(self, queries):
            found = super().encode_queries(queries)
            found[1] = np.nan
            return found

    with pytest.raises(InvalidParameter) as error:
        embed(Broken())
    assert str(error.value) == (
        "description= 'a blue car' cannot be embedded: the encoder gave a vector that is not finite"
    )


def test_a_tower_that_gives_another_number_of_vectors_is_told_so():
    class Short(AlignedEncoder):
        def encode_queries(self, queries):
            return super().encode_queries(queries)[:1]

    with pytest.raises(InvalidVectors, match="encoder 'aligned' gave an array of shape"):
        embed(Short())


@pytest.mark.parametrize("encoder", [CountingEncoder(), AlignedEncoder(aligned=False)])
def test_an_encoder_without_a_text_tower_is_refused(encoder):
    message = (
        f"description= needs an encoder with a text tower, and {encoder.name!r} has none: pass encoder= one that is aligned "
        "with language (clusterby encoders)"
    )
    for refused in (lambda: embed(encoder), lambda: check_tower(encoder, "description=")):
        with pytest.raises(InvalidParameter) as error:
            refused()
        assert str(error.value) == message


def test_an_encoder_with_a_text_tower_passes():
    encoder = AlignedEncoder()
    assert check_tower(encoder, "x") is encoder
