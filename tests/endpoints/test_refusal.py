from email.utils import formatdate
from time import time

import pytest

from clusterby.core.errors import ClusterbyError, EndpointError
from clusterby.endpoints.refusal import backoff, read_refusal, retry_after


def read(status, body, **headers):
    return read_refusal(status, body, headers, key="sk-1")


@pytest.mark.parametrize(
    "body",
    [
        {"message": "too  many\ntokens"},
        {"detail": "too many tokens"},
        {"error": "too many tokens", "error_type": "Validation"},
        "too many tokens",
    ],
)
def test_the_servers_words_are_found_wherever_it_puts_them(body):
    assert read(400, body).said == "too many tokens"


@pytest.mark.parametrize("body", [None, "<html>no</html>", {"detail": [{"loc": "body"}]}, 7, ["a"]])
def test_what_is_not_meant_for_reading_is_left_out(body):
    assert read(400, body).said == ""


def test_what_cannot_be_shown_is_left_out_of_the_servers_words():
    assert read(400, {"message": "too\x1b[31m many\ud83d \u202etokens"}).said == "too[31m many tokens"


def test_long_words_are_cut_and_the_key_is_struck_out():
    said = read(400, "sk-1 " + "x" * 300).said
    assert len(said) == 200
    assert said.startswith("*** x")
    assert said.endswith("x…")


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (413, "Payload Too Large"),
        (422, "batch size 40 > maximum allowed batch size 32"),
        (400, "Invalid 'input': array too long. Expected an array with maximum length 2048, but got 2049 instead."),
        (400, "This model's maximum context length is 8192 tokens, however you requested 10000 tokens"),
        (400, "batch size is invalid, it should not be larger than 10.: input.contents"),
        (400, "the request exceeds the available context size"),
        (400, "the input length exceeds the context length"),
        (400, "Too many tokens in batch. Max is 16384 got 17555"),
        (500, "input (992 tokens) is too large to process. increase the physical batch size"),
        (500, "input is larger than the max context size. skipping"),
        (429, "Request too large for text-embedding-3-small on tokens per min (TPM): Limit 40000, Requested 250000."),
    ],
)  # fmt: skip
def test_a_servers_word_for_too_much_is_understood(status, message):
    assert read(status, {"message": message}).too_large


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"message": "no such thing"}),
        (400, {"message": "must be at most 1536", "param": "dimensions"}),
        (400, {"message": "dimensions must be at most 1536"}),
        (429, {"message": "Rate limit reached. Limit: maximum 3 per minute"}),
        (500, {"message": "maximum recursion depth exceeded"}),
        (401, {"message": "too many keys"}),
    ],
)
def test_other_words_are_not_taken_for_too_much(status, body):
    assert not read(status, body).too_large


@pytest.mark.parametrize("about", ["messages", "messages[1].content", "messages.[0].content", "input[3]"])
def test_too_much_may_be_said_of_a_part_of_what_was_sent(about):
    assert read(400, {"message": "string too long", "param": about}).too_large


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"message": "no such type", "param": "response_format.type"}),
        (422, {"message": "no such thing", "param": "max_tokens"}),
        (400, {"message": "malformed"}),
    ],
)
def test_a_refusal_may_be_for_a_parameter_that_the_server_does_not_know(status, body):
    assert read(status, body).may_not_know("response_format", "max_tokens")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"message": "no such role", "param": "messages[0].role"}),
        (400, {"message": "too many of them"}),
        (401, {"message": "no key", "param": "response_format"}),
        (500, {"message": "malformed"}),
    ],
)
def test_other_refusals_are_not_for_a_parameter(status, body):
    assert not read(status, body).may_not_know("response_format", "max_tokens")


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_what_may_pass(status):
    assert read(status, {}).passes


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 413, 422, 501])
def test_what_does_not_pass(status):
    assert not read(status, {}).passes


@pytest.mark.parametrize("code", ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active"])
def test_an_empty_account_does_not_pass(code):
    assert not read(429, {"code": code}).passes
    assert not read(429, {"type": code}).passes


def test_the_server_may_say_that_it_does_not_pass():
    assert not read_refusal(500, {}, {"x-should-retry": "false"}, key=None).passes


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "1500", "retry-after": "7"}, 1.5),
        ({"retry-after-ms": "?", "retry-after": "7"}, 7),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
    ],
)
def test_how_long_the_server_asks_to_wait(headers, seconds):
    assert retry_after(headers) == seconds


def test_the_server_may_name_a_time_to_wait_for():
    assert 98 < retry_after({"retry-after": formatdate(time() + 100, usegmt=True)}) <= 100


@pytest.mark.parametrize(("attempt", "longest"), [(0, 0.5), (1, 1), (3, 4), (5, 16), (6, 30), (2000, 30)])
def test_waits_double_up_to_half_a_minute(attempt, longest):
    waits = [backoff(attempt) for _ in range(50)]
    assert longest * 0.75 <= min(waits)
    assert max(waits) <= longest
    assert len(set(waits)) > 1


def test_it_is_an_error_of_clusterby_and_of_the_system():
    assert issubclass(EndpointError, ClusterbyError)
    assert issubclass(EndpointError, OSError)
