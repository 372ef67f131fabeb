import threading

import pytest

from clusterby.core.errors import EndpointError, InvalidParameter, MissingExtra
from clusterby.endpoints import Endpoint, Failed, Garbled, Refused, Stopped, TooLarge, Wording, find_address
from clusterby.endpoints import refusal as refusals
from tests.servers.endpoint_server import EndpointServer, Reply, refusal

WORDING = Wording(
    purpose="a poet at an endpoint", asker="poet", verb="rhyme", product="rhymes", settings="the meter",
    calmer=", in prose", sooner=", or write less",
)  # fmt: skip
OK = Reply(body={"fine": True})


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch):
    monkeypatch.setattr(refusals, "_FIRST_WAIT", 0.001)


def endpoint_at(url, *, api_key="sk-1", max_retries=2, timeout=5.0):
    address = find_address(url, api_key)
    return Endpoint("some-model", address, wording=WORDING, max_retries=max_retries, timeout=timeout)


def ask(endpoint, stop=None):
    return endpoint.ask(lambda: endpoint.post("chat.completions", messages=[]), stop or threading.Event())


@pytest.mark.parametrize(
    ("resource", "body", "path"),
    [
        ("chat.completions", {"messages": []}, "/v1/chat/completions"),
        ("embeddings", {"input": ["a"]}, "/v1/embeddings"),
    ],
)
def test_a_request_goes_to_the_resource_with_the_models_name(resource, body, path):
    with EndpointServer(OK) as server:
        endpoint = endpoint_at(server.url)
        answer = endpoint.ask(lambda: endpoint.post(resource, **body), threading.Event())
    assert answer == b'{"fine": true}'
    assert server.paths == [path]
    assert server.requests[0]["model"] == "some-model"
    assert body.items() <= server.requests[0].items()


def test_what_the_function_makes_of_the_answer_is_returned():
    with EndpointServer(refusal(503), OK) as server:
        endpoint = endpoint_at(server.url)
        assert (
            endpoint.ask(lambda: len(endpoint.post("chat.completions", messages=[])), threading.Event()) == 14
        )
    assert len(server.requests) == 2


def test_what_the_function_raises_of_its_own_is_not_tried_again():
    with EndpointServer(OK, OK) as server:
        endpoint = endpoint_at(server.url)

        def send():
            endpoint.post("chat.completions", messages=[])
            raise ValueError("unreadable")

        with pytest.raises(ValueError, match="unreadable"):
            endpoint.ask(send, threading.Event())
    assert len(server.requests) == 1


def test_a_function_may_answer_a_refusal_with_another_request():
    refused = []
    with EndpointServer(refusal(400, "no such thing", param="response_format.type"), OK) as server:
        endpoint = endpoint_at(server.url)

        def send():
            try:
                return endpoint.post("chat.completions", messages=[], response_format={"type": "x"})
            except Refused as error:
                refused.append(error.refusal.about)
                return endpoint.post("chat.completions", messages=[])

        assert endpoint.ask(send, threading.Event()) == b'{"fine": true}'
    assert refused == ["response_format.type"]
    assert ["response_format" in request for request in server.requests] == [True, False]


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (refusal(402), "the account at HOST has no credit left (402): add some there, or choose another poet"),
        (refusal(429, "slow down", retry_after="0"), "HOST keeps refusing (429): slow down: run again later, in prose"),
        (refusal(501, "never"),
         "HOST refused to rhyme by model 'some-model' (501): never: check the meter and the server's log"),
        (Reply(body={}, cut=True),
         "the connection to HOST broke 3 times in a row (RemoteProtocolError): check the network and the server's log, "
         "then run again"),
    ],
)  # fmt: skip
def test_its_errors_are_in_the_words_of_the_work(reply, message):
    with EndpointServer(*[reply] * 3) as server, pytest.raises(EndpointError) as caught:
        ask(endpoint_at(server.url))
    assert str(caught.value) == message.replace("HOST", server.host)
    assert caught.value.__suppress_context__


def test_a_model_that_is_there_for_something_else_is_told_from_one_that_is_not():
    with (
        EndpointServer(refusal(404, "unheard of"), models=("some-model",)) as server,
        pytest.raises(EndpointError) as caught,
    ):
        ask(endpoint_at(server.url))
    assert str(caught.value) == (
        f"model 'some-model' at {server.host} makes no rhymes (404): unheard of: choose another"
    )


def test_a_slow_server_is_an_error_with_what_to_do_about_it():
    with EndpointServer(*[Reply(slow=True)] * 2) as server, pytest.raises(EndpointError) as caught:
        ask(endpoint_at(server.url, max_retries=1, timeout=0.2))
    assert str(caught.value) == (
        f"{server.host} did not answer within 0.2 seconds, 2 times in a row: raise timeout=, or write less"
    )


def test_too_much_at_a_time_is_the_callers_to_halve():
    reply = refusal(400, "maximum context length is 512 tokens", param="messages[0].content")
    with EndpointServer(reply) as server, pytest.raises(TooLarge, match="512"):
        ask(endpoint_at(server.url))
    assert len(server.requests) == 1


def test_a_wait_ends_when_the_work_is_stopped():
    stop = threading.Event()
    stop.set()
    with EndpointServer(refusal(429, retry_after="60")) as server, pytest.raises(Stopped):
        ask(endpoint_at(server.url), stop)
    assert len(server.requests) == 1


def test_openai_without_a_key_is_refused_before_anything_is_sent(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InvalidParameter, match=r"^no API key for api\.openai\.com"):
        ask(endpoint_at(None, api_key=None))


def test_without_the_client_the_error_names_who_needs_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "openai", None)
    with pytest.raises(MissingExtra, match=r"^a poet at an endpoint needs openai\. .*clusterby\[llm\]"):
        ask(endpoint_at("http://127.0.0.1:1/v1"))


def test_an_answer_that_is_none_is_asked_for_again_twice_at_most():
    with EndpointServer(*[OK] * 9) as server:
        endpoint, seen = endpoint_at(server.url, max_retries=8), []

        def send():
            seen.append(endpoint.post("chat.completions", messages=[]))
            if len(seen) < 3:
                raise Garbled("no answer")
            return len(seen)

        assert endpoint.ask(send, threading.Event()) == 3

        def garble():
            endpoint.post("chat.completions", messages=[])
            raise Garbled("no answer")

        with pytest.raises(Garbled, match="^no answer$"):
            endpoint.ask(garble, threading.Event())
    assert len(server.requests) == 6


def test_an_answer_that_is_none_is_asked_for_no_more_often_than_the_user_said():
    with EndpointServer(OK, OK) as server:
        endpoint = endpoint_at(server.url, max_retries=0)

        def garble():
            endpoint.post("chat.completions", messages=[])
            raise Garbled("no answer")

        with pytest.raises(Garbled):
            endpoint.ask(garble, threading.Event())
    assert len(server.requests) == 1


@pytest.mark.parametrize("reply", [refusal(503), Reply(slow=True), Reply(body={}, cut=True)])
def test_what_fails_at_every_attempt_is_told_from_what_fails_for_good(reply):
    with EndpointServer(*[reply] * 2) as server, pytest.raises(Failed):
        ask(endpoint_at(server.url, max_retries=1, timeout=0.2))


def test_a_server_that_went_away_is_no_failure_of_one_request():
    with EndpointServer(OK) as server:
        endpoint = endpoint_at(server.url, max_retries=1)
        ask(endpoint)
    with pytest.raises(EndpointError, match=r"broke 2 times in a row \(ConnectError\)") as caught:
        ask(endpoint)
    assert type(caught.value) is EndpointError


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nothing_goes_where_a_redirect_leads(status):
    with EndpointServer(OK) as other:
        moved = Reply(status=status, headers={"location": f"{other.url}/chat/completions?x=1"}, body={})
        with EndpointServer(moved, OK) as server, pytest.raises(EndpointError) as caught:
            ask(endpoint_at(server.url))
    assert str(caught.value) == (
        f"{server.host} sends requests on to http://{other.host} ({status}), and nothing goes there unless you say so: set "
        "base_url= to the address there"
    )
    assert len(server.requests) == 1
    assert other.requests == []


@pytest.mark.parametrize(
    "url", ["http://localhost:1/v1", "https://localhost:1/v1", "https://models.example/v1"]
)
def test_no_client_follows_redirects(url):
    assert endpoint_at(url)._client._client.follow_redirects is False
