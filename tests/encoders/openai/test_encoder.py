import logging
import threading

import numpy as np
import pytest

from clusterby.core.errors import EndpointError, InvalidParameter, InvalidVectors, MissingExtra
from clusterby.core.modality import Modality
from clusterby.encoders import Encoder, QueryEncoder
from clusterby.encoders.base import BillingEncoder
from clusterby.encoders.openai import OpenAIEncoder
from clusterby.endpoints import refusal as refusals
from tests.servers.embeddings_server import EmbeddingsServer, Reply, refusal, vectors_of

TEXTS = ["red apples", "grüne Äpfel", "赤いりんご", "🍏 \x00 \u200d", "red apples", "a\nb"]


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """No settings of the machine's, and no long waits."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(refusals, "_FIRST_WAIT", 0.001)


def encoder_at(server, **options):
    return OpenAIEncoder("some-model", base_url=server.url, **options)


def numbered(count):
    return [f"text {i}" for i in range(count)]


def test_it_is_an_encoder_of_texts_and_queries_that_can_name_its_price():
    encoder = OpenAIEncoder("m")
    assert isinstance(encoder, Encoder)
    assert isinstance(encoder, QueryEncoder)
    assert isinstance(encoder, BillingEncoder)
    assert encoder.modalities == {Modality.TEXT}


@pytest.mark.parametrize("floats_only", [False, True])
def test_each_text_gets_its_vector_and_is_sent_once(floats_only):
    with EmbeddingsServer(floats_only=floats_only) as server:
        vectors = encoder_at(server).encode(TEXTS)
    assert vectors.dtype == np.float32
    assert np.array_equal(vectors, vectors_of(TEXTS))
    assert server.inputs == [list(dict.fromkeys(TEXTS))]
    assert server.requests[0]["model"] == "some-model"
    assert server.requests[0]["encoding_format"] == "base64"
    assert "dimensions" not in server.requests[0]


def test_texts_may_come_as_an_array():
    with EmbeddingsServer() as server:
        vectors = encoder_at(server).encode(np.array(TEXTS, dtype=object))
    assert np.array_equal(vectors, vectors_of(TEXTS))


def test_vectors_that_come_in_another_order_are_put_in_place():
    with EmbeddingsServer(shuffled=True) as server:
        assert np.array_equal(encoder_at(server).encode(TEXTS), vectors_of(TEXTS))


def test_queries_are_embedded_like_texts():
    with EmbeddingsServer() as server:
        assert np.array_equal(encoder_at(server).encode_queries(["apples"]), vectors_of(["apples"]))


def test_no_texts_make_no_request():
    with EmbeddingsServer() as server:
        assert encoder_at(server, dimensions=5).encode([]).shape == (0, 5)
    assert server.requests == []


def test_making_it_and_estimating_send_nothing():
    with EmbeddingsServer() as server:
        encoder_at(server).estimate(TEXTS)
        encoder_at(server).revision  # noqa: B018
    assert server.requests == []


def test_lone_surrogates_are_replaced():
    with EmbeddingsServer() as server:
        encoder_at(server).encode(["a\ud800b"])
    assert server.inputs == [["a?b"]]


def test_dimensions_are_asked_for():
    with EmbeddingsServer() as server:
        assert encoder_at(server, dimensions=3).encode(["a"]).shape == (1, 3)
    assert server.requests[0]["dimensions"] == 3


def test_a_server_that_ignores_dimensions_is_an_error():
    reply = Reply(body={"data": [{"index": 0, "embedding": [1.0, 2.0]}]})
    with EmbeddingsServer(reply) as server, pytest.raises(InvalidVectors) as caught:
        encoder_at(server, dimensions=3).encode(["a"])
    assert str(caught.value) == (
        f"{server.host} sent vectors of 2 dimensions instead of the 3 asked for with dimensions=: "
        "check what model 'some-model' is there"
    )


def test_vectors_of_another_dimension_than_before_are_an_error():
    with EmbeddingsServer() as server:
        encoder = encoder_at(server)
        encoder.encode(["a"])
        server.dimension = 9
        with pytest.raises(InvalidVectors, match=r"9 dimensions instead of the 8 that it sent before: check"):
            encoder.encode(["b"])


def test_a_request_has_at_most_batch_size_texts():
    with EmbeddingsServer() as server:
        encoder = encoder_at(server, batch_size=3, workers=1)
        assert np.array_equal(encoder.encode(numbered(8)), vectors_of(numbered(8)))
    assert server.inputs == [numbered(8)[:3], numbered(8)[3:6], numbered(8)[6:]]


def test_a_request_has_at_most_so_many_tokens():
    texts = [f"{i}" * 30_000 for i in range(9)]  # 7,500 tokens each, by estimate
    with EmbeddingsServer() as server:
        encoder_at(server, workers=1).encode([text + str(i) for i in range(5) for text in texts])
    assert [len(texts) for texts in server.inputs] == [33, 12]


def test_requests_are_made_at_once_as_many_as_there_are_workers():
    texts = numbered(12)
    with EmbeddingsServer(together=3) as server:
        encoder = encoder_at(server, batch_size=2, workers=3)
        assert np.array_equal(encoder.encode(texts), vectors_of(texts))
    assert server.most_at_once == 3
    assert len(server.requests) == 6


def test_many_texts_are_spread_evenly_over_the_workers():
    with EmbeddingsServer() as server:
        encoder_at(server, workers=4).encode(numbered(400))
    assert [len(texts) for texts in server.inputs] == [100] * 4


def test_few_texts_go_in_few_requests():
    with EmbeddingsServer() as server:
        encoder_at(server, workers=4).encode(numbered(70))
    assert sorted(len(texts) for texts in server.inputs) == [6, 64]


@pytest.mark.parametrize(("batch_size", "liked"), [(None, 2048), (32, 128), (1000, 2048), (5000, 5000)])
def test_it_likes_as_many_texts_at_a_time_as_keep_its_workers_busy(batch_size, liked):
    assert OpenAIEncoder("m", batch_size=batch_size).batch_size == liked


def test_a_batch_that_is_too_large_is_halved_and_the_size_is_remembered():
    texts = numbered(16)
    with EmbeddingsServer(most_texts=4) as server:
        encoder = encoder_at(server, workers=1)
        assert np.array_equal(encoder.encode(texts), vectors_of(texts))
        assert [len(sent) for sent in server.inputs] == [16, 8, 4, 4, 4, 4]
        encoder.encode(numbered(26)[16:])
    assert [len(sent) for sent in server.inputs[6:]] == [4, 4, 2]
    assert sorted(server.accepted) == sorted(numbered(26))


@pytest.mark.parametrize(
    "reply",
    [
        refusal(413),
        refusal(422, "batch size 2 > maximum allowed batch size 1"),
        refusal(400, "Requested 309209 tokens, max 300000 tokens per request", code="max_tokens_per_request"),
        refusal(429, "Request too large for m on tokens per min (TPM): Limit 40000, Requested 250000."),
        refusal(500, "input (992 tokens) is too large to process. increase the physical batch size"),
    ],
)
def test_every_servers_word_for_too_much_halves_the_batch(reply):
    with EmbeddingsServer(reply) as server:
        assert np.array_equal(encoder_at(server).encode(["a", "b"]), vectors_of(["a", "b"]))
    assert server.inputs == [["a", "b"], ["a"], ["b"]]


def test_a_text_that_is_too_long_is_cut_with_one_warning(caplog):
    texts = ["a" * 50, "b" * 41, "b" * 99, "c" * 40]
    with EmbeddingsServer() as server, caplog.at_level(logging.WARNING, "clusterby"):
        vectors = encoder_at(server, max_tokens=10).encode(texts)
    sent = ["a" * 40, "b" * 40, "c" * 40]
    assert server.inputs == [sent]
    assert np.array_equal(vectors, vectors_of(sent)[[0, 1, 1, 2]])
    assert [record.getMessage() for record in caplog.records] == [
        "some-model: 3 texts so far were too long for the model and were cut to their beginning (max_tokens=10)"
    ]


def test_cut_texts_are_warned_of_again_only_when_they_have_doubled(caplog):
    with EmbeddingsServer() as server, caplog.at_level(logging.WARNING, "clusterby"):
        encoder = encoder_at(server, max_tokens=10)
        for letter in "abcde":
            encoder.encode([letter * 50])
    assert [record.args[1] for record in caplog.records] == [1, 2, 4]


def test_a_text_that_the_server_finds_too_long_is_halved_until_it_is_taken(caplog):
    texts = ["short", "x" * 100, "tiny", "mini"]
    with EmbeddingsServer(most_characters=30) as server, caplog.at_level(logging.WARNING, "clusterby"):
        vectors = encoder_at(server).encode(texts)
    assert np.array_equal(vectors, vectors_of(["short", "x" * 25, "tiny", "mini"]))
    assert server.accepted == ["short", "x" * 25, "tiny", "mini"]
    assert len(caplog.records) == 1


def test_a_long_text_among_others_does_not_make_later_batches_smaller():
    with EmbeddingsServer(most_characters=30) as server:
        encoder = encoder_at(server, workers=1)
        encoder.encode(["x" * 50, "short"])
        encoder.encode(numbered(100))
    assert len(server.inputs[-1]) == 100


def test_a_server_to_which_everything_is_too_long_is_an_error():
    with EmbeddingsServer(most_characters=0) as server, pytest.raises(EndpointError) as caught:
        encoder_at(server).encode(["y" * 20])
    assert str(caught.value) == (
        f"{server.host} takes no text as long as 20 characters, nor parts of it: lower max_tokens= "
        "(it said: This model's maximum context length is 512 tokens)"
    )
    assert [len(texts[0]) for texts in server.inputs] == [20, 10, 5, 2, 1]


def test_what_came_before_a_failure_is_not_paid_for_again():
    texts = numbered(6)
    with EmbeddingsServer() as server:
        encoder = encoder_at(server, batch_size=2, workers=1, max_retries=0)
        server.answer = fail_at(server, 2)
        with pytest.raises(EndpointError, match="400"):
            encoder.encode(texts)
        server.answer = EmbeddingsServer.answer.__get__(server)
        assert np.array_equal(encoder.encode([*texts, "new"]), vectors_of([*texts, "new"]))
        assert sorted(server.accepted) == sorted([*texts, "new"])
        encoder.encode(texts)  # what has been handed over is not kept: that is the cache's part
    assert sorted(server.accepted) == sorted([*texts, "new", *texts])


def fail_at(server, number):
    """The server's answers, of which one (counted from 1) is a refusal."""

    def answer(request):
        if len(server.requests) == number:
            return refusal(400, "not this one", param="input")
        return EmbeddingsServer.answer(server, request)

    return answer


def test_requests_under_way_when_one_fails_are_kept_too():
    with EmbeddingsServer(refusal(403), together=2) as server:
        encoder = encoder_at(server, batch_size=1, workers=2)
        with pytest.raises(EndpointError, match="403"):
            encoder.encode(["a", "b"])
        server.arrived = threading.Barrier(1)
        assert np.array_equal(encoder.encode(["a", "b"]), vectors_of(["a", "b"]))
    assert sorted(server.accepted) == ["a", "b"]


def test_several_threads_may_use_one_encoder():
    found = {}
    with EmbeddingsServer(together=4) as server:
        encoder = encoder_at(server)
        threads = [
            threading.Thread(target=lambda i=i: found.update({i: encoder.encode([f"{i}", "x"])}))
            for i in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for i in range(4):
        assert np.array_equal(found[i], vectors_of([f"{i}", "x"]))


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("text-embedding-3-small", "text-embedding-3-small"),
        ("BAAI/bge-m3", "bge-m3"),
        ("hf.co/a/B:Q8", "b-q8"),
    ],
)
def test_its_name_is_the_last_part_of_the_models(model, name):
    assert OpenAIEncoder(model).name == name


def test_its_revision_names_what_its_vectors_depend_on():
    base = {"base_url": "http://localhost:8000/v1"}
    revision = OpenAIEncoder("m", **base).revision
    assert revision.startswith("localhost+")
    assert revision == OpenAIEncoder("m", **base, api_key="k", batch_size=7, workers=1, timeout=3).revision
    others = [
        OpenAIEncoder("n", **base),
        OpenAIEncoder("m", base_url="http://localhost:8001/v1"),
        OpenAIEncoder("m", **base, dimensions=8),
        OpenAIEncoder("m", **base, max_tokens=512),
    ]
    assert len({revision, *(other.revision for other in others)}) == 5


def test_it_never_shows_its_key():
    encoder = OpenAIEncoder("m", api_key="sk-secret")
    assert repr(encoder) == "OpenAIEncoder('m', base_url='https://api.openai.com/v1')"
    assert "secret" not in str(vars(encoder)) + encoder.revision + encoder.estimate(["a"])


def test_openai_without_a_key_is_an_error_that_names_both_ways_to_give_one():
    with pytest.raises(InvalidParameter) as caught:
        OpenAIEncoder("text-embedding-3-small").encode(["a"])
    assert str(caught.value) == (
        "no API key for api.openai.com: pass api_key=, or set the environment variable OPENAI_API_KEY"
    )


def test_without_the_client_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "openai", None)
    with pytest.raises(MissingExtra, match=r"pip install 'clusterby\[llm\]'"):
        OpenAIEncoder("m", base_url="http://localhost:1/v1").encode(["a"])


def test_an_estimate_counts_each_text_once_and_as_it_would_be_sent():
    encoder = OpenAIEncoder("text-embedding-3-large", max_tokens=1000)
    assert encoder.estimate(["a" * 80_000, "a" * 4000, "b" * 4000]) == (
        "2 texts, about 2,000 tokens, go to api.openai.com: less than $0.01 at the list price of "
        "text-embedding-3-large, $0.13 per million tokens (May 2026)"
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"model": " "}, "model=' ': give the server's name for the model"),
        ({"dimensions": 0}, "dimensions=0: give a whole number from 1 on"),
        ({"batch_size": 0}, "batch_size=0: give a whole number from 1 on"),
        ({"max_tokens": 1.5}, "max_tokens=1.5: give a whole number from 1 on"),
        ({"workers": True}, "workers=True: give a whole number from 1 on"),
        ({"max_retries": -1}, "max_retries=-1: give a whole number from 0 on"),
        ({"timeout": 0}, "timeout=0: give a number of seconds above 0"),
    ],
)
def test_a_parameter_out_of_range_is_named(given, message):
    with pytest.raises(InvalidParameter) as caught:
        OpenAIEncoder(**{"model": "m", **given})
    assert str(caught.value) == message
