import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.core.errors import ClusterbyError, EndpointError
from clusterby.endpoints import Garbled, Refused
from clusterby.namers import UnusableAnswer
from clusterby.namers.answer import NoMessage, Unfit, find_object, read_answer

WORDS = {"words": ["red", "blue"]}


def read(found):
    body = found if isinstance(found, bytes) else json.dumps(found).encode()
    return read_answer(body, host="there")


def message(content, **more):
    return {"choices": [{"message": {"role": "assistant", "content": content, **more}}]}


def test_text_end_and_tokens_are_read():
    found = message("hello")
    found["choices"][0]["finish_reason"] = "length"
    found["usage"] = {"prompt_tokens": 7, "completion_tokens": 3}
    answer = read(found)
    assert (answer.text, answer.end, answer.sent, answer.received, answer.refusal) == (
        "hello", "length", 7, 3, "",
    )  # fmt: skip


def test_a_refusal_is_read_in_one_line():
    assert read(message(None, refusal="I can\ud83d not\x1b[0m")).refusal == "I can not[0m"
    assert read(message(None, refusal="I can't\nhelp  with that")).refusal == "I can't help with that"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}, "c", {"type": "x"}], "ab"),
        (7, ""),
    ],
)
def test_a_message_may_be_empty_or_in_pieces(content, text):
    assert read(message(content)).text == text


@pytest.mark.parametrize(
    "usage", [None, [], {"prompt_tokens": None}, {"prompt_tokens": -1}, {"prompt_tokens": True}]
)
def test_tokens_that_are_not_counted_are_none(usage):
    assert read({**message("x"), "usage": usage}).sent == 0


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"choices": [', b"[" * 100_000, b"\xff"])
def test_what_is_not_json_is_an_error(body):
    with pytest.raises(EndpointError) as caught:
        read(body)
    assert str(caught.value) == (
        f"there answered with {len(body):,} bytes that are not JSON: check base_url=, which ends in /v1 as a rule"
    )


@pytest.mark.parametrize(
    "found",
    [{}, [], None, {"choices": []}, {"choices": {}}, {"choices": [None]}, {"choices": [{}]}, {"data": [1]}],
)
def test_json_without_a_message_is_an_error(found):
    with pytest.raises(EndpointError) as caught:
        read(found)
    assert str(caught.value) == (
        "there answered with JSON that holds no message: check base_url= and that the model is one for chat"
    )


@pytest.mark.parametrize(
    "choice", [{"finish_reason": "content_filter"}, {"finish_reason": "content_filter", "message": None}]
)
def test_a_message_that_a_filter_held_back_is_no_error(choice):
    answer = read({"choices": [choice]})
    assert (answer.text, answer.filtered) == ("", True)


@pytest.mark.parametrize(
    ("end", "filtered"), [("content_filter", True), ("content_filter: OTHER", True), ("stop", False)]
)
def test_what_ended_by_a_filter_is_told_from_the_rest(end, filtered):
    assert read({"choices": [{"message": {"content": "x"}, "finish_reason": end}]}).filtered is filtered


@pytest.mark.parametrize(("code", "status"), [(429, 429), ("502", 502), (400, 400), (403, 403)])
def test_an_error_that_a_gateway_passes_on_is_a_refusal_of_that_status(code, status):
    with pytest.raises(Refused) as caught:
        read({"error": {"message": "Provider returned error", "code": code}})
    assert (caught.value.refusal.status, caught.value.refusal.said) == (status, "Provider returned error")


@pytest.mark.parametrize("code", [401, 404, 200, 501, 9999, True, 429.0, "rate_limited", None, "²"])
def test_an_error_of_no_such_status_is_a_body_without_an_answer(code):
    with pytest.raises(NoMessage, match="holds no message but says 'no': check"):
        read({"error": {"message": "no", "code": code}})


def test_a_key_that_the_error_repeats_is_struck_out():
    with pytest.raises(NoMessage, match=r"but says 'bad key \*\*\*': check"):
        read_answer(b'{"error": "bad key sk-1"}', host="there", key="sk-1")


@pytest.mark.parametrize("error", [{"message": "upstream\nis down"}, "upstream is down"])
def test_an_error_that_comes_as_if_it_were_none_is_shown(error):
    with pytest.raises(EndpointError, match="holds no message but says 'upstream is down': check"):
        read({"error": error})


@pytest.mark.parametrize(
    "text",
    [
        '{"words": ["red", "blue"]}',
        '\n```json\n{"words": ["red", "blue"]}\n```\n',
        'Sure! {"words": ["red", "blue"]} Anything else {you} want?',
        '<think>maybe {"words": ["x"]}?</think>{"words": ["red", "blue"]}',
        '{"words": ["draft"]} No, better: {"words": ["red", "blue"]}',
        'with {braces} and "{quotes": {"words": ["red", "blue"]}',
        '{"words": ["red", "blue"]}' + " \n" * 300_000,
    ],
)
def test_the_object_is_found_among_other_words(text):
    assert find_object(text) == WORDS


@pytest.mark.parametrize(
    "text",
    [
        "red, blue",
        '["red", "blue"]',
        "null",
        '"{"',
        '{"words": ["red"',
        "{'words': ['red']}",
        '{"a":' * 30_000,
        "{" * 30_000,
    ],
)
def test_a_text_without_an_object_is_unfit(text):
    with pytest.raises(Unfit, match="^the answer was not a JSON object$"):
        find_object(text)


@pytest.mark.parametrize("text", ["", " \n", "<think>and so on", "<thinking>x</thinking>\n"])
def test_a_text_of_nothing_but_thoughts_is_empty(text):
    with pytest.raises(Unfit, match="^the answer was empty$"):
        find_object(text)


@given(st.text(), st.dictionaries(st.text(), st.integers() | st.text() | st.lists(st.booleans())))
def test_an_object_alone_is_found_whatever_it_holds(before, found):
    written = json.dumps(found)
    if "<think" not in written:
        assert find_object(written) == found
    with contextlib.suppress(Unfit):
        find_object(before)


def test_an_unusable_answer_is_an_error_of_the_endpoint():
    assert issubclass(UnusableAnswer, EndpointError)
    assert issubclass(UnusableAnswer, ClusterbyError)
    assert issubclass(NoMessage, UnusableAnswer)
    assert issubclass(NoMessage, Garbled)
