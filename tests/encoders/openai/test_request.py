import logging
import threading

import numpy as np
import pytest

from clusterby.core.errors import EndpointError, InvalidVectors
from clusterby.encoders.openai.request import EmbeddingEndpoint
from clusterby.endpoints import refusal as refusals
from clusterby.endpoints.address import find_address
from clusterby.endpoints.refusal import TooLarge
from clusterby.endpoints.threads import Stopped
from tests.servers.embeddings_server import EmbeddingsServer, Reply, refusal, vectors_of

KEY = "sk-proj-very-secret"


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch):
    monkeypatch.setattr(refusals, "_FIRST_WAIT", 0.001)


def endpoint_at(url, *, api_key=KEY, dimensions=None, max_retries=3, timeout=5.0):
    return EmbeddingEndpoint(
        "some-model", find_address(url, api_key),
        dimensions=dimensions, max_retries=max_retries, timeout=timeout,
    )  # fmt: skip


def ask(server, **options):
    return endpoint_at(server.url, **options).ask(["a", "b"], threading.Event())


def message_of(caught):
    text = str(caught.value)
    assert "\n" not in text
    assert KEY not in text
    return text


@pytest.mark.parametrize(
    "reply",
    [
        refusal(429, retry_after="0"),
        refusal(429, retry_after_ms="1"),
        refusal(429, "no date", retry_after="Thu, 01 Jan 1970 00:00:00 GMT"),
        refusal(500),
        refusal(503, "Loading model"),
        refusal(408),
        Reply(
            status=502, body=b"<html><body>Bad gateway</body></html>", headers={"content-type": "text/html"}
        ),
        Reply(body={"data": []}, cut=True),
    ],
)
def test_what_passes_is_tried_again(reply):
    with EmbeddingsServer(reply) as server:
        assert np.array_equal(ask(server), vectors_of(["a", "b"]))
    assert server.inputs == [["a", "b"], ["a", "b"]]
    assert server.accepted == ["a", "b"]


def test_a_slow_answer_counts_as_lost_and_is_asked_for_again():
    with EmbeddingsServer(Reply(slow=True)) as server:
        assert np.array_equal(ask(server, timeout=0.3), vectors_of(["a", "b"]))
        assert len(server.requests) == 2


class Waits(threading.Event):
    """Notes how long it should wait, and does not."""

    def __init__(self):
        super().__init__()
        self.seconds = []

    def wait(self, timeout=None):
        self.seconds.append(timeout)
        return False


def test_it_waits_as_long_as_the_server_asks():
    waits = Waits()
    with EmbeddingsServer(refusal(503, retry_after_ms="250"), refusal(429, retry_after="7")) as server:
        endpoint_at(server.url).ask(["a"], waits)
    assert waits.seconds == [0.25, 7]


def test_it_waits_longer_each_time_where_the_server_says_nothing(monkeypatch):
    monkeypatch.setattr(refusals, "_FIRST_WAIT", 0.5)
    waits = Waits()
    with EmbeddingsServer(refusal(429), Reply(cut=True, body={}), refusal(500)) as server:
        endpoint_at(server.url).ask(["a"], waits)
    first, second, third = waits.seconds
    assert 0.375 <= first <= 0.5
    assert 0.75 <= second <= 1
    assert 1.5 <= third <= 2


def test_a_wait_is_logged(caplog):
    with (
        EmbeddingsServer(refusal(429, retry_after="0")) as server,
        caplog.at_level(logging.INFO, "clusterby"),
    ):
        ask(server)
    messages = [r.getMessage() for r in caplog.records if r.name.startswith("clusterby")]
    assert messages == [f"{server.host} answered 429; trying again in 0.0 seconds (1 of 3)"]


def test_a_wait_ends_when_the_work_is_stopped():
    stop = threading.Event()
    stop.set()
    with EmbeddingsServer(refusal(429, retry_after="60")) as server, pytest.raises(Stopped):
        endpoint_at(server.url).ask(["a"], stop)
    assert len(server.requests) == 1


def test_a_wait_of_more_than_two_minutes_is_left_to_the_user():
    with EmbeddingsServer(refusal(429, retry_after="3600")) as server, pytest.raises(EndpointError) as caught:
        ask(server)
    assert message_of(caught) == (
        f"{server.host} refuses (429) and asks to wait for 3,600 seconds: run again then"
    )
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("reply", "attempts", "message"),
    [
        (refusal(429, "slow down", retry_after="0"), 4,
         "HOST keeps refusing (429): slow down: run again later, or with fewer workers= or a smaller batch_size="),
        (refusal(500, "boom"), 4,
         "HOST keeps refusing (500): boom: run again later, or with fewer workers= or a smaller batch_size="),
        (Reply(body={"data": []}, cut=True), 4,
         "the connection to HOST broke 4 times in a row (RemoteProtocolError): "
         "check the network and the server's log, then run again"),
        (refusal(401, f"Incorrect API key provided: {KEY}"), 1,
         "HOST does not know the key (401), asked for model 'some-model': check api_key= or OPENAI_API_KEY"),
        (refusal(403, f"the key {KEY} is not\nfor this"), 1,
         "HOST does not let this key use model 'some-model' (403): the key *** is not for this: "
         "choose another model or key"),
        (refusal(429, "You exceeded your quota", code="insufficient_quota"), 1,
         "the account at HOST has no credit left (insufficient_quota): add some there, or choose another encoder"),
        (refusal(402, "pay first"), 1,
         "the account at HOST has no credit left (402): add some there, or choose another encoder"),
        (refusal(501, "This server does not support embeddings. Start it with `--embeddings`"), 1,
         "HOST refused to embed by model 'some-model' (501): This server does not support embeddings. Start it with "
         "`--embeddings`: check model=, dimensions= and the server's log"),
        (refusal(400, "Invalid value for dimensions: at most 1536", param="dimensions"), 1,
         "HOST refused to embed by model 'some-model' (400): Invalid value for dimensions: at most 1536: "
         "check model=, dimensions= and the server's log"),
        (refusal(500, "broken", x_should_retry="false"), 1,
         "HOST refused to embed by model 'some-model' (500): broken: check model=, dimensions= and the server's log"),
    ],
)  # fmt: skip
def test_what_does_not_pass_fails_with_the_next_step(reply, attempts, message):
    with EmbeddingsServer(*[reply] * attempts) as server, pytest.raises(EndpointError) as caught:
        ask(server)
    assert message_of(caught) == message.replace("HOST", server.host)
    assert len(server.requests) == attempts
    assert caught.value.__suppress_context__


def test_a_server_that_never_answers_in_time_is_an_error():
    with EmbeddingsServer(*[Reply(slow=True)] * 2) as server, pytest.raises(EndpointError) as caught:
        ask(server, timeout=0.2, max_retries=1)
    assert message_of(caught) == (
        f"{server.host} did not answer within 0.2 seconds, 2 times in a row: raise timeout=, or lower batch_size="
    )


def test_a_server_that_asks_for_a_key_it_was_not_given_says_how_to_give_one():
    with EmbeddingsServer(refusal(401)) as server, pytest.raises(EndpointError) as caught:
        ask(server, api_key=None)
    assert message_of(caught) == (
        f"{server.host} asks for a key (401): pass api_key= (OPENAI_API_KEY goes to OpenAI and OPENAI_BASE_URL only)"
    )


@pytest.mark.parametrize(
    ("models", "message"),
    [
        (("some-mode1", "zzz"), "HOST has no model 'some-model' (404): try 'some-mode1'"),
        (("zzz", "yyy"), "HOST has no model 'some-model' (404): try one of zzz, yyy"),
        (("some-model",), "model 'some-model' at HOST makes no embeddings (404): unheard of: choose another"),
        ((), "no model 'some-model' at http://HOST/v1 (404): unheard of: check the name, and base_url=, "
             "which ends in /v1 as a rule"),
    ],
)  # fmt: skip
def test_an_unknown_model_is_named_with_the_nearest_that_the_server_has(models, message):
    with (
        EmbeddingsServer(refusal(404, "unheard of"), models=models) as server,
        pytest.raises(EndpointError) as caught,
    ):
        ask(server)
    assert message_of(caught) == message.replace("HOST", server.host)
    assert len(server.requests) == 1


def test_a_server_that_is_not_there_is_an_error_after_three_tries(caplog):
    with EmbeddingsServer() as server:
        url = server.url
    with pytest.raises(EndpointError) as caught, caplog.at_level(logging.INFO, "clusterby"):
        endpoint_at(url, max_retries=8).ask(["a"], threading.Event())
    assert message_of(caught) == (
        f"cannot reach {url[7:-3]}: check that the server runs, the network, and base_url={url!r}"
    )
    assert sum(r.name.startswith("clusterby") for r in caplog.records) == 2


def test_a_server_that_went_away_is_waited_for_longer():
    waits = Waits()
    with EmbeddingsServer() as server:
        endpoint = endpoint_at(server.url, max_retries=5)
        endpoint.ask(["a"], waits)
    with pytest.raises(EndpointError) as caught:
        endpoint.ask(["b"], waits)
    assert message_of(caught) == (
        f"the connection to {endpoint.address.host} broke 6 times in a row (ConnectError): "
        "check the network and the server's log, then run again"
    )
    assert len(waits.seconds) == 5


@pytest.mark.parametrize("status", [400, 413])
def test_too_much_at_a_time_is_for_the_caller_to_halve(status):
    with EmbeddingsServer(refusal(status, "Too many inputs")) as server, pytest.raises(TooLarge):
        ask(server)
    assert len(server.requests) == 1


def test_a_server_that_refuses_base64_is_asked_for_numbers_from_then_on():
    with EmbeddingsServer(refuses_base64=True) as server:
        endpoint = endpoint_at(server.url)
        assert np.array_equal(endpoint.ask(["a"], threading.Event()), vectors_of(["a"]))
        assert np.array_equal(endpoint.ask(["b"], threading.Event()), vectors_of(["b"]))
    assert [request["encoding_format"] for request in server.requests] == ["base64", "float", "float"]


def test_a_server_that_took_base64_before_is_not_asked_for_numbers():
    with EmbeddingsServer() as server:
        endpoint = endpoint_at(server.url)
        endpoint.ask(["a"], threading.Event())
        server.replies.append(refusal(400, "not this"))
        with pytest.raises(EndpointError):
            endpoint.ask(["b"], threading.Event())
    assert [request["encoding_format"] for request in server.requests] == ["base64", "base64"]


def test_an_answer_that_is_not_what_was_asked_for_is_not_paid_for_again():
    with (
        EmbeddingsServer(Reply(body=b'{"data": [')) as server,
        pytest.raises(InvalidVectors, match="not JSON"),
    ):
        ask(server)
    assert len(server.requests) == 1


def test_the_key_goes_to_the_server_and_nowhere_else(caplog):
    with EmbeddingsServer(refusal(500)) as server, caplog.at_level(logging.DEBUG):
        ask(server)
    assert [headers["authorization"] for headers in server.headers] == [f"Bearer {KEY}"] * 2
    assert KEY not in caplog.text


def test_the_environments_key_does_not_go_to_a_server_given_by_the_caller(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with EmbeddingsServer() as server:
        ask(server, api_key=None)
    assert KEY not in str(server.headers)


def test_what_stays_on_this_machine_goes_through_no_proxy(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with EmbeddingsServer() as server:
        assert np.array_equal(ask(server), vectors_of(["a", "b"]))


def test_texts_go_nowhere_a_redirect_leads():
    with EmbeddingsServer() as other:
        moved = Reply(status=307, headers={"location": f"{other.url}/embeddings"}, body={})
        with EmbeddingsServer(moved) as server, pytest.raises(EndpointError) as caught:
            ask(server)
    assert message_of(caught).startswith(
        f"{server.host} sends requests on to http://{other.host} (307), and nothing"
    )
    assert other.requests == []
