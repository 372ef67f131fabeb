import json

import pytest

from clusterby.cache import Cache
from clusterby.namers import ChatModel, Question, UnusableAnswer
from clusterby.namers.answer import Unfit
from clusterby.namers.kept import Answers, AnswersInMemory, ask_and_keep, known_answer, question_key
from tests.servers.chat_server import ChatServer, said

QUESTION = Question(
    rules="Answer in JSON.", parts=("Which?", ("image/png", b"\x89PNG")), schema={"type": "object"}
)


def color_of(answer):
    if answer.get("color") not in ("red", "blue"):
        raise Unfit("no color")
    return answer["color"]


def key_of(model="m", base_url="http://localhost:1/v1", **changes):
    given = {"rules": QUESTION.rules, "parts": QUESTION.parts, "schema": QUESTION.schema} | changes
    return question_key(ChatModel(model, base_url=base_url), Question(**given))


def test_a_key_holds_all_that_changes_the_answer():
    keys = [
        key_of(),
        key_of(model="n"),
        key_of(base_url="http://localhost:2/v1"),
        key_of(rules="Answer in JSON!"),
        key_of(parts=("Which?",)),
        key_of(parts=("Which?", ("image/png", b"\x89PNg"))),
        key_of(parts=("Which?", ("image/jpeg", b"\x89PNG"))),
        key_of(schema={}),
    ]
    assert len(set(keys)) == len(keys)
    assert key_of() == keys[0]


def test_an_answer_is_kept_once_it_was_read():
    answers = AnswersInMemory()
    with ChatServer(said({"color": "green"}), answer={"color": "red"}) as server:
        chat = ChatModel("m", base_url=server.url)
        assert ask_and_keep(chat, QUESTION, color_of, answers=answers, key="k") == "red"
    assert json.loads(answers.get("k")) == {"color": "red"}
    assert known_answer(answers, "k", color_of) == "red"


def test_an_answer_that_cannot_be_used_is_not_kept():
    answers = AnswersInMemory()
    with ChatServer(answer={"color": "green"}) as server, pytest.raises(UnusableAnswer):
        ask_and_keep(ChatModel("m", base_url=server.url), QUESTION, color_of, answers=answers, key="k")
    assert answers.get("k") is None


@pytest.mark.parametrize("kept", [None, "", "{", "[]", "7", '{"color": "green"}', "{}", "[" * 100_000])
def test_what_is_missing_or_damaged_is_not_known(kept):
    answers = AnswersInMemory()
    if kept is not None:
        answers.keep("k", kept)
    assert known_answer(answers, "k", color_of) is None


def test_the_protocol_is_two_methods():
    assert isinstance(AnswersInMemory(), Answers)
    assert not isinstance({}, Answers)


def test_the_caches_memo_can_keep_answers(tmp_path):
    memo = Cache(tmp_path).memo
    memo.keep_answer("k", '{"color": "blue"}')

    class InCache:
        get, keep = memo.answer, memo.keep_answer

    assert known_answer(InCache, "k", color_of) == "blue"
