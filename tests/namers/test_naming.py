import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest

from clusterby.core.errors import EndpointError
from clusterby.core.progress import report_progress
from clusterby.endpoints import refusal as refusals
from clusterby.namers import ChatModel, Question
from clusterby.namers.answer import Unfit
from clusterby.namers.kept import AnswersInMemory
from clusterby.namers.naming import Job, ask_jobs, known_jobs
from tests.servers.chat_server import ChatServer, Reply, refusal, said

SCHEMA = {"type": "object"}


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch):
    monkeypatch.setattr(refusals, "_FIRST_WAIT", 0.001)


class WordServer(ChatServer):
    """Answers with the number of words it was sent; what is wrong is told by the first word."""

    def answer(self, request):
        words = request["messages"][1]["content"].split()
        if words[0] in self.said:
            return self.said[words[0]]
        return said({"words": len(words)})


def number_of(answer):
    if not isinstance(answer.get("words"), int):
        raise Unfit("no number")
    return answer["words"]


def job(number, text):
    return Job(
        name=number,
        shown=text.split(),
        question=lambda words: Question(rules="Answer in JSON.", parts=(" ".join(words),), schema=SCHEMA),
        halved=lambda words: words[: len(words) // 2] or None,
        read=number_of,
    )


def ask(server, texts, answers=None, workers=1, kept=0, **options):
    chat = ChatModel("m", base_url=server.url, **{"max_retries": 2, "timeout": 5, **options})
    jobs = [job(number, text) for number, text in enumerate(texts)]
    return ask_jobs(
        jobs, chat=chat, answers=AnswersInMemory() if answers is None else answers, workers=workers, kept=kept
    )


def test_each_question_gets_its_answer():
    with WordServer(answer={}) as server:
        assert ask(server, ["a", "b b", "c c c"], workers=3) == ({0: 1, 1: 2, 2: 3}, {})


def test_as_many_questions_are_under_way_as_there_are_workers():
    with WordServer(answer={}, together=8) as server:
        answered, failed = ask(server, ["a"] * 16, workers=8)
    assert (len(answered), failed) == (16, {})
    assert server.most_at_once == 8


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (said("nonsense"),
         "model 'm' at HOST gave no usable answer, twice: the answer was not a JSON object; choose another model"),
        (said({"words": "x"}), "model 'm' at HOST gave no usable answer, twice: no number; choose another model"),
        (said(None, refused="No."),
         "model 'm' at HOST refuses to answer: No.: send other examples, or choose another model"),
        (refusal(413, "too much"),
         "HOST takes no question as long as this one, not even with the fewest members (it said: too much): lower "
         "max_tokens=, or choose another model"),
    ],
)  # fmt: skip
def test_what_goes_wrong_with_one_is_no_matter_to_the_others(reply, reason):
    with WordServer(answer={"bad": reply}) as server:
        answered, failed = ask(server, ["bad", "a", "bad bad", "b b"])
    assert answered == {1: 1, 3: 2}
    assert failed == dict.fromkeys([0, 2], reason.replace("HOST", server.host))


def test_a_question_that_is_refused_for_what_is_in_it_fails_alone():
    bad = refusal(400, "rejected by the safety system", code="content_policy_violation")
    with WordServer(answer={"bad": bad}) as server:
        answered, failed = ask(server, ["bad", "a", "bad", "bad", "bad", "b b"])
    assert answered == {1: 1, 5: 2}
    assert "(400): rejected by the safety system" in failed[0]
    assert sorted(failed) == [0, 2, 3, 4]


def test_a_key_that_may_not_use_the_model_ends_the_work_at_the_third_question():
    with (
        WordServer(answer={"bad": refusal(403, "not yours")}) as server,
        pytest.raises(EndpointError, match=r"^\S+ does not let this key use model 'm' \(403\): not yours"),
    ):
        ask(server, ["bad"] * 20)
    assert len(server.requests) == 3


def test_a_server_that_refuses_every_question_ends_the_work():
    with WordServer(answer={"bad": refusal(400, "no such thing")}) as server:
        with pytest.raises(EndpointError, match=r"\(400\): no such thing"):
            ask(server, ["bad"] * 20)
        assert len(server.requests) == 9  # three questions, each in three forms
        with pytest.raises(EndpointError, match=r"\(400\): no such thing"):
            ask(server, ["bad"])


OF_ONE = [
    refusal(500, "failed to process"),
    refusal(429, "slow down", retry_after="0"),
    Reply(slow=True),
    Reply(body={"choices": []}, cut=True),
    Reply(body=b"<html>oops</html>"),
    Reply(body=b""),
    Reply(body={"choices": []}),
    Reply(body={"error": {"message": "Provider returned error", "code": 502}}),
    refusal(403, "your input was flagged"),
    refusal(403, "not yours"),
    refusal(451, "blocked"),
]


@pytest.mark.parametrize("reply", OF_ONE)
@pytest.mark.parametrize("texts", [["bad", "a", "b b"], ["a", "bad", "b b"], ["a", "b b", "bad"]])
def test_a_question_that_fails_each_time_fails_alone_wherever_it_stands(texts, reply):
    place = texts.index("bad")
    with WordServer(answer={"bad": reply}) as server:
        answered, failed = ask(server, texts, max_retries=1, timeout=0.3)
    assert answered == {n: len(text.split()) for n, text in enumerate(texts) if n != place}
    assert list(failed) == [place]
    assert server.host in failed[place]


@pytest.mark.parametrize("reply", [*OF_ONE, refusal(400, "invalid"), refusal(422)])
def test_a_question_alone_may_fail_where_others_were_answered_before(reply):
    with WordServer(answer={"bad": reply}) as server:
        answered, failed = ask(server, ["bad"], kept=7, max_retries=1, timeout=0.3)
    assert answered == {}
    assert list(failed) == [0]


def test_a_filter_that_refuses_every_question_is_no_error():
    with WordServer(answer={"bad": refusal(400, "no", code="content_filter")}) as server:
        answered, failed = ask(server, ["bad"] * 5)
    assert (answered, sorted(failed)) == ({}, [0, 1, 2, 3, 4])
    assert len(server.requests) == 5


@pytest.mark.parametrize("reply", [refusal(500, "boom"), Reply(body=b"<html>"), refusal(403, "not yours")])
def test_a_server_that_fails_three_times_in_a_row_ends_the_work(reply):
    answers = AnswersInMemory()
    with WordServer(answer={"bad": reply}) as server:
        with pytest.raises(EndpointError, match=r"; 1 of 9 answers came before and are kept: run again"):
            ask(server, ["a"] + ["bad"] * 3 + ["b"] * 5, answers, max_retries=0)
        assert len(server.requests) == 4
    assert len(answers._kept) == 1


def test_failures_that_are_not_in_a_row_do_not_end_it():
    with WordServer(answer={"bad": refusal(500), "no": said(None, refused="No.")}) as server:
        answered, failed = ask(
            server, ["bad", "bad", "a", "bad", "bad", "no", "bad", "bad", "b"], max_retries=0
        )
    assert sorted(answered) == [2, 8]
    assert len(failed) == 7


def test_failures_after_which_nothing_is_left_to_ask_end_nothing():
    with WordServer(answer={"bad": refusal(500)}) as server:
        answered, failed = ask(server, ["a"] + ["bad"] * 3, max_retries=0)
        assert (answered, sorted(failed)) == ({0: 1}, [1, 2, 3])
        assert ask(server, ["bad"] * 3, kept=1, max_retries=0) == ({}, dict(enumerate(failed.values())))
        with pytest.raises(EndpointError, match=r"keeps refusing \(500\)"):
            ask(server, ["bad"] * 3, max_retries=0)
        with pytest.raises(EndpointError, match=r"keeps refusing \(500\)"):
            ask(server, ["bad"], max_retries=0)


def test_as_many_may_fail_in_a_row_as_are_asked_at_once():
    done, four = [], threading.Event()

    @contextmanager
    def collect(description, total):
        yield lambda count: (done.append(count), four.set() if len(done) == 4 else None)

    def late(answer):
        assert four.wait(10)
        return number_of(answer)

    with WordServer(answer={"bad": refusal(500)}) as server, report_progress(collect):
        chat = ChatModel("m", base_url=server.url, max_retries=0)
        jobs = [replace(job(n, "bad" if n < 4 else "a"), read=late) for n in range(16)]
        answered, failed = ask_jobs(jobs, chat=chat, answers=AnswersInMemory(), workers=8)
    assert (len(answered), sorted(failed)) == (12, [0, 1, 2, 3])


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (refusal(401, "Incorrect API key"), "asks for a key"),
        (refusal(404, "no model m"), "no model 'm'"),
        (refusal(429, "no credit", code="insufficient_quota"), "has no credit left"),
    ],
)
def test_a_bad_key_an_unknown_model_or_an_empty_account_ends_it_at_once(reply, message):
    with WordServer(answer={"bad": reply}) as server, pytest.raises(EndpointError, match=message) as caught:
        ask(server, ["bad"] * 20)
    assert len(server.requests) == 1
    assert "kept" not in str(caught.value)


def test_what_was_answered_before_the_end_is_kept_and_counted():
    answers = AnswersInMemory()
    with WordServer(answer={"bad": refusal(429, code="insufficient_quota")}) as server:
        with pytest.raises(EndpointError) as caught:
            ask(server, ["a", "b b", "bad", "c"], answers)
        assert str(caught.value).endswith("; 2 of 4 answers came before and are kept: run again for the rest")
        chat = ChatModel("m", base_url=server.url)
        known = known_jobs(
            [job(n, t) for n, t in enumerate(["a", "b b", "bad", "c"])], chat=chat, answers=answers
        )
    assert known == {0: 1, 1: 2}


def test_a_server_that_is_not_there_ends_it():
    with WordServer() as server:
        pass
    with pytest.raises(EndpointError, match="cannot reach"):
        ask(server, ["a"] * 20, workers=4)


def test_a_question_that_is_too_large_is_asked_with_half_of_it_and_kept_as_the_whole():
    class Small(WordServer):
        def answer(self, request):
            if len(request["messages"][1]["content"].split()) > 3:
                return refusal(400, "maximum context length exceeded", code="context_length_exceeded")
            return super().answer(request)

    answers = AnswersInMemory()
    with Small(answer={}) as server:
        assert ask(server, ["a " * 12, "b"], answers) == ({0: 3, 1: 1}, {})
        assert len(server.requests) == 4
        chat = ChatModel("m", base_url=server.url)
        assert known_jobs([job(0, "a " * 12)], chat=chat, answers=answers) == {0: 3}


def test_errors_that_pass_are_tried_again():
    with WordServer(
        refusal(500), refusal(429, retry_after="0"), Reply(body={}, cut=True), said("no"), answer={}
    ) as server:
        assert ask(server, ["a", "b"], max_retries=3) == ({0: 1, 1: 1}, {})
    assert len(server.requests) == 6


def test_a_slow_answer_is_asked_for_again():
    with WordServer(Reply(slow=True), answer={}) as server:
        assert ask(server, ["a"], timeout=0.3) == ({0: 1}, {})
        assert len(server.requests) == 2


def test_an_answer_is_kept_before_its_progress_is_told():
    answers, told = AnswersInMemory(), []

    @contextmanager
    def collect(description, total):
        yield lambda count: told.append((description, total, count, len(answers._kept)))

    with WordServer(answer={"bad": said(None, refused="No")}) as server, report_progress(collect):
        ask(server, ["a", "bad", "b b"], answers)
    assert told == [("name", 3, 1, 1), ("name", 3, 1, 1), ("name", 3, 1, 2)]


def test_who_cancels_by_progress_ends_the_work():
    class Cancelled(Exception):
        pass

    @contextmanager
    def cancel(description, total):
        def advance(count):
            raise Cancelled

        yield advance

    with WordServer(answer={}) as server, report_progress(cancel), pytest.raises(Cancelled):
        ask(server, ["a"] * 20, workers=2)
    assert len(server.requests) <= 4


def test_no_jobs_ask_nothing():
    with WordServer(answer={}) as server:
        assert ask(server, [], workers=4) == ({}, {})
    assert server.requests == []
