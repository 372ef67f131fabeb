import logging
import threading

import pytest

from clusterby.core.errors import EndpointError, InvalidParameter, MissingExtra
from clusterby.endpoints import Barred, Denied, Failed, Filtered, Stopped, TooLarge
from clusterby.endpoints import refusal as refusals
from clusterby.namers import DEFAULT_MODEL, ChatModel, Question, UnusableAnswer
from clusterby.namers.answer import Unfit
from tests.servers.chat_server import ChatServer, Reply, refusal, said

KEY = "sk-proj-very-secret"
SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}},
    "required": ["name"],
    "additionalProperties": False,
}
QUESTION = Question(
    rules='Answer in JSON: {"name": "…"}', parts=("Which color?",), schema=SCHEMA, name="color"
)
SEEN = Question(rules="Answer in JSON.", parts=("What is it?", ("image/png", b"\x89PNG")), schema=SCHEMA)
RED = {"name": "red"}


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """No settings of the machine's, and no long waits."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "CLUSTERBY_CHAT_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(refusals, "_FIRST_WAIT", 0.001)


def name_of(answer):
    name = answer.get("name")
    if not isinstance(name, str):
        raise Unfit('"name" must be a string')
    return name


def chat_at(server, model="some-model", **options):
    return ChatModel(
        model, base_url=server.url, **{"api_key": KEY, "max_retries": 2, "timeout": 5, **options}
    )


def ask(server, question=QUESTION, **options):
    return chat_at(server, **options).ask(question, name_of)


def message_of(caught):
    text = str(caught.value)
    assert "\n" not in text
    assert KEY not in text
    return text


def forms_of(server):
    return [request.get("response_format", {"type": "none"})["type"] for request in server.requests]


def test_a_question_is_one_request_that_asks_for_the_schema():
    with ChatServer(answer=RED) as server:
        assert ask(server) == "red"
    assert server.paths == ["/v1/chat/completions"]
    assert server.requests == [
        {
            "model": "some-model",
            "messages": QUESTION.messages(),
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "color", "schema": SCHEMA, "strict": True},
            },
            "max_completion_tokens": 4096,
        }
    ]
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_images_go_as_they_are():
    with ChatServer(answer=RED) as server:
        ask(server, SEEN)
    assert server.images == [[("image/png", b"\x89PNG")]]


def test_making_it_and_estimating_send_nothing():
    with ChatServer() as server:
        assert (
            chat_at(server).estimate([SEEN]).startswith("1 call to some-model with 1 image, about 407 tokens")
        )
    assert server.requests == []


def test_the_model_is_the_one_named_or_that_of_the_environment_or_the_default(monkeypatch):
    assert ChatModel().model == DEFAULT_MODEL
    monkeypatch.setenv("CLUSTERBY_CHAT_MODEL", " qwen3-vl \n")
    assert ChatModel().model == "qwen3-vl"
    assert ChatModel("gemma3").model == "gemma3"


@pytest.mark.parametrize(
    ("forms", "asked"),
    [
        (("json_schema", "text"), ["json_schema"]),
        (("json_object", "text"), ["json_schema", "json_object"]),
        (("text",), ["json_schema", "json_object", "none"]),
    ],
)
def test_a_server_that_does_not_know_a_form_is_asked_for_a_simpler_one_from_then_on(forms, asked):
    with ChatServer(answer='Here: {"name": "red"}', forms=forms) as server:
        chat = chat_at(server)
        assert chat.ask(QUESTION, name_of) == "red"
        assert chat.ask(QUESTION, name_of) == "red"
    assert forms_of(server) == [*asked, asked[-1]]


@pytest.mark.parametrize("parameters", [("response_format", "max_tokens"), ()])
def test_a_server_that_does_not_know_a_parameter_is_asked_without(parameters):
    with ChatServer(answer=RED, parameters=parameters) as server:
        assert ask(server) == "red"
    assert set(server.requests[-1]) == {"model", "messages", *parameters}


@pytest.mark.parametrize(
    "reply",
    [
        refusal(400, "no such parameter", param="response_format"),
        refusal(400, "malformed"),
        refusal(500, "failed to parse grammar"),
        refusal(501, "json_schema is not implemented"),
    ],
)
def test_every_servers_word_for_an_unknown_form_is_understood(reply):
    with ChatServer(reply, answer=RED) as server:
        assert ask(server) == "red"
    assert forms_of(server) == ["json_schema", "json_object"]


def test_a_server_that_took_a_form_before_is_not_asked_for_another():
    with ChatServer(answer=RED) as server:
        chat = chat_at(server)
        chat.ask(QUESTION, name_of)
        server.replies.append(refusal(400, "not this one"))
        with pytest.raises(EndpointError, match="not this one"):
            chat.ask(QUESTION, name_of)
    assert forms_of(server) == ["json_schema"] * 2


def test_a_form_that_another_thread_found_meanwhile_is_taken(monkeypatch):
    with ChatServer(answer=RED, forms=("json_object",)) as server:
        chat = chat_at(server)
        post, found = chat._endpoint.post, []

        def late(*args, **body):
            if not found:
                found.append("")
                found[0] = chat.ask(QUESTION, name_of)
            return post(*args, **body)

        monkeypatch.setattr(chat._endpoint, "post", late)
        assert chat.ask(QUESTION, name_of) == "red"
        assert found == ["red"]
        assert chat.ask(QUESTION, name_of) == "red"
    assert forms_of(server) == ["json_schema", "json_object"] * 2 + ["json_object"]


def test_a_refused_question_does_not_settle_the_form():
    with ChatServer(*[refusal(400, "your request was rejected")] * 3, answer=RED) as server:
        chat = chat_at(server)
        with pytest.raises(EndpointError) as caught:
            chat.ask(QUESTION, name_of)
        assert chat.ask(QUESTION, name_of) == "red"
    assert forms_of(server) == ["json_schema", "json_object", "none", "json_schema"]
    assert message_of(caught) == (
        f"{server.host} refused to answer by model 'some-model' (400): your request was rejected: check the model's name "
        "(CLUSTERBY_CHAT_MODEL) and the server's log"
    )


@pytest.mark.parametrize(
    ("first", "wrong"),
    [
        (said("red"), "the answer was not a JSON object"),
        (said('{"name": "re'), "the answer was not a JSON object"),
        (said('{"name": "re', end="length"), "the answer was cut off because it was too long"),
        (said(None), "the answer was empty"),
        (said(None, reasoning_content="hm"), "the answer was empty"),
        (said({"name": 7}), '"name" must be a string'),
        (said({}), '"name" must be a string'),
    ],
)
def test_an_answer_that_cannot_be_used_is_sent_back_once_with_what_is_wrong(first, wrong):
    with ChatServer(first, answer=RED) as server:
        assert ask(server) == "red"
    _, second = server.requests
    assert second["messages"][:2] == QUESTION.messages()
    answer = first.body["choices"][0]["message"]["content"] or "(nothing)"
    assert second["messages"][2:] == [
        {"role": "assistant", "content": answer},
        {
            "role": "user",
            "content": f"This cannot be used: {wrong}. Answer again, with the JSON object alone.",
        },
    ]


def test_a_whole_answer_is_taken_though_the_limit_was_reached():
    with ChatServer(said('{"name": "red"}' + "\n" * 100, end="length")) as server:
        assert ask(server) == "red"
    assert len(server.requests) == 1


def test_a_long_answer_that_cannot_be_used_is_sent_back_in_part():
    with ChatServer(said("x" * 1_000_000), answer=RED) as server:
        assert ask(server) == "red"
    assert len(server.requests[1]["messages"][2]["content"]) == 10_000


@pytest.mark.parametrize(
    ("reply", "end"),
    [
        (said("red"), "the answer was not a JSON object; choose another model"),
        (said({"name": None}), '"name" must be a string; choose another model'),
        (said("", end="length"),
         "the answer was cut off because it was too long; raise max_tokens=, or choose another model"),
    ],
)  # fmt: skip
def test_a_second_answer_that_cannot_be_used_is_an_error(reply, end):
    with ChatServer(reply, reply) as server, pytest.raises(UnusableAnswer) as caught:
        ask(server)
    assert message_of(caught) == (f"model 'some-model' at {server.host} gave no usable answer, twice: {end}")
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (said(None, refused="I can't help\nwith that."), "I can't help with that."),
        (said(None, end="content_filter"), "its content filter"),
        (Reply(body={"choices": [{"finish_reason": "content_filter", "index": 0}]}), "its content filter"),
        (said("Sorry", refused="No. " * 100), ("No. " * 50)),
    ],
)
def test_a_model_that_refuses_is_not_asked_again(reply, why):
    with ChatServer(reply) as server, pytest.raises(UnusableAnswer) as caught:
        ask(server)
    assert message_of(caught) == (
        f"model 'some-model' at {server.host} refuses to answer: {why}: send other examples, or choose another model"
    )
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        refusal(429, retry_after="0"),
        refusal(429, retry_after_ms="1"),
        refusal(500),
        refusal(503, "Loading model"),
        Reply(status=502, body=b"<html>Bad gateway</html>", headers={"content-type": "text/html"}),
        Reply(body={"choices": []}, cut=True),
        Reply(body={"choices": []}),
        Reply(body=b""),
        Reply(body=b"<html>Sorry</html>"),
        Reply(body=b'{"choices": [{"mess'),
        Reply(body={"error": {"message": "Provider returned error", "code": 429}}),
        Reply(body={"error": {"message": "Provider returned error", "code": 502}}),
    ],
)
def test_what_passes_is_tried_again(reply):
    with ChatServer(reply, answer=RED) as server:
        assert ask(server) == "red"
    assert server.requests[0] == server.requests[1]


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
    with ChatServer(refusal(503, retry_after_ms="250"), refusal(429, retry_after="7"), answer=RED) as server:
        chat_at(server).ask(QUESTION, name_of, stop=waits)
    assert waits.seconds == [0.25, 7]


def test_a_rate_limit_holds_back_every_thread():
    first, second = Waits(), Waits()
    with ChatServer(refusal(429, retry_after="7"), answer=RED) as server:
        chat = chat_at(server)
        chat.ask(QUESTION, name_of, stop=first)
        chat.ask(QUESTION, name_of, stop=second)
    assert first.seconds == [7]
    assert [round(seconds) for seconds in second.seconds] == [7]


def test_a_wait_ends_when_the_work_is_stopped():
    stop = threading.Event()
    stop.set()
    with ChatServer(refusal(429, retry_after="60")) as server, pytest.raises(Stopped):
        chat_at(server).ask(QUESTION, name_of, stop=stop)


def test_a_slow_answer_counts_as_lost_and_is_asked_for_again():
    with ChatServer(Reply(slow=True), answer=RED) as server:
        assert ask(server, timeout=0.3) == "red"
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("reply", "attempts", "message"),
    [
        (refusal(401, f"Incorrect API key provided: {KEY}"), 1,
         "HOST does not know the key (401), asked for model 'some-model': check api_key= or OPENAI_API_KEY"),
        (refusal(429, "You exceeded your quota", code="insufficient_quota"), 1,
         "the account at HOST has no credit left (insufficient_quota): add some there, or choose another model"),
        (refusal(429, "slow down", retry_after="0"), 3, "HOST keeps refusing (429): slow down: run again later"),
        (Reply(body={"choices": []}, cut=True), 3,
         "the connection to HOST broke 3 times in a row (RemoteProtocolError): check the network and the server's log, "
         "then run again"),
        (Reply(body=b"<html>"), 3,
         "HOST answered with 6 bytes that are not JSON: check base_url=, which ends in /v1 as a rule"),
        (Reply(body={"error": {"message": "upstream is down"}}), 3,
         "HOST answered with JSON that holds no message but says 'upstream is down': check base_url= and that the model is "
         "one for chat"),
    ],
)  # fmt: skip
def test_what_does_not_pass_fails_with_the_next_step(reply, attempts, message):
    with ChatServer(*[reply] * attempts) as server, pytest.raises(EndpointError) as caught:
        ask(server)
    assert message_of(caught) == message.replace("HOST", server.host)
    assert len(server.requests) == attempts
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"choices": []}'])
def test_a_body_without_an_answer_is_an_answer_that_cannot_be_used_after_the_third(body):
    with ChatServer(*[Reply(body=body)] * 3, answer=RED) as server, pytest.raises(UnusableAnswer) as caught:
        ask(server, max_retries=8)
    assert isinstance(caught.value, Failed)
    assert len(server.requests) == 3


def test_an_error_that_a_gateway_passes_on_goes_the_way_of_its_status():
    def passed_on(message, code):
        return Reply(body={"error": {"message": message, "code": code}})

    with ChatServer(passed_on("response_format is unknown", 400), answer=RED) as server:
        assert ask(server) == "red"
    assert forms_of(server) == ["json_schema", "json_object"]
    with ChatServer(passed_on("too many tokens", 413)) as server, pytest.raises(TooLarge):
        ask(server)
    with ChatServer(passed_on("your input was flagged", 403)) as server, pytest.raises(Filtered):
        ask(server)


def test_a_question_that_a_filter_refuses_is_not_asked_in_another_form():
    with ChatServer(refusal(400, "no", code="content_filter")) as server, pytest.raises(Filtered) as caught:
        ask(server)
    assert message_of(caught) == (
        f"the content filter of {server.host} refuses this (400): no: send something else, or choose another model"
    )
    assert len(server.requests) == 1


def test_a_lone_surrogate_in_an_answer_is_sent_back_as_what_can_be_sent():
    cut = b'{"choices": [{"message": {"content": "nice \\ud83d group"}, "finish_reason": "stop"}]}'
    with ChatServer(Reply(body=cut), answer=RED) as server:
        assert ask(server) == "red"
    assert server.requests[1]["messages"][2]["content"] == "nice ? group"


def test_what_is_wrong_is_sent_back_without_lone_surrogates():
    def read(answer):
        raise Unfit(answer["name"])

    with ChatServer(answer='{"name": "re\\ud83d"}') as server, pytest.raises(UnusableAnswer):
        chat_at(server).ask(QUESTION, read)
    assert server.requests[1]["messages"][3]["content"].startswith("This cannot be used: re?. Answer")


def test_a_wrong_key_fails_at_once():
    with (
        ChatServer(answer=RED, key="another") as server,
        pytest.raises(EndpointError, match="does not know the key"),
    ):
        ask(server)
    assert len(server.requests) == 1


def test_an_unknown_model_fails_at_once_with_the_nearest_that_is_there():
    with (
        ChatServer(answer=RED, models=("some-mode1", "zzz")) as server,
        pytest.raises(EndpointError) as caught,
    ):
        ask(server)
    assert message_of(caught) == f"{server.host} has no model 'some-model' (404): try 'some-mode1'"
    assert len(server.requests) == 1


def test_a_server_that_is_not_there_is_an_error():
    with ChatServer() as server:
        pass
    with pytest.raises(EndpointError, match=r"^cannot reach 127\.0\.0\.1:\d+: check that the server runs"):
        ask(server)


@pytest.mark.parametrize(
    "reply",
    [
        None,
        refusal(400, "this model does not support image input"),
        refusal(404, "No endpoints found that support image input"),
        refusal(500, 'Unsupported content part type: "image_url"'),
    ],
)
def test_a_model_that_sees_nothing_fails_at_once(reply):
    replies = () if reply is None else (reply,)
    with ChatServer(*replies, sees=False) as server, pytest.raises(EndpointError) as caught:
        ask(server, SEEN)
    assert message_of(caught).startswith(f"{server.host} refused the images for model 'some-model' (")
    assert message_of(caught).endswith(": choose a model that sees (CLUSTERBY_CHAT_MODEL)")
    assert isinstance(caught.value, Barred)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("reply", "kind"),
    [(refusal(500, "failed to process image"), Failed), (refusal(400, "invalid image"), Denied)],
)
def test_a_model_that_saw_an_image_before_is_not_taken_for_a_blind_one(reply, kind):
    with ChatServer(said(RED), *[reply] * 2) as server:
        chat = chat_at(server, max_retries=1)
        chat.ask(SEEN, name_of)
        with pytest.raises(EndpointError) as caught:
            chat.ask(SEEN, name_of)
    assert type(caught.value) is kind


def test_a_word_about_images_is_nothing_special_where_none_was_sent():
    with ChatServer(refusal(500, "the image processor is starting"), answer=RED) as server:
        assert ask(server) == "red"


def test_too_much_at_a_time_is_for_the_caller_to_lessen():
    with ChatServer(most_images=0) as server, pytest.raises(TooLarge, match="At most 0 image"):
        ask(server, SEEN)
    assert len(server.requests) == 1


def test_many_may_ask_at_once():
    found = []
    with ChatServer(answer=RED, together=4) as server:
        chat = chat_at(server)
        threads = [
            threading.Thread(target=lambda: found.append(chat.ask(QUESTION, name_of))) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == ["red"] * 4
    assert chat.spent == (4, 400, 40)


def test_what_was_spent_counts_every_answer():
    with ChatServer(refusal(500), said("no"), answer=RED) as server:
        chat = chat_at(server)
        chat.ask(QUESTION, name_of)
    assert chat.spent == (2, 200, 20)


def test_openai_without_a_key_is_an_error_that_names_both_ways_to_give_one():
    with pytest.raises(InvalidParameter) as caught:
        ChatModel().ask(QUESTION, name_of)
    assert str(caught.value) == (
        "no API key for api.openai.com: pass api_key=, or set the environment variable OPENAI_API_KEY"
    )


def test_without_the_client_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "openai", None)
    with pytest.raises(MissingExtra, match=r"^a chat model at .* pip install 'clusterby\[llm\]'"):
        ChatModel("m", base_url="http://localhost:1/v1").ask(QUESTION, name_of)


def test_it_never_shows_its_key(caplog):
    with ChatServer(refusal(500), answer=RED) as server, caplog.at_level(logging.DEBUG):
        chat = chat_at(server)
        chat.ask(QUESTION, name_of)
    assert repr(chat) == f"ChatModel('some-model', base_url={server.url!r})"
    assert KEY not in caplog.text + str(vars(chat)) + chat.estimate([QUESTION])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"model": ""}, "model='': give the server's name for the model"),
        ({"max_tokens": 0}, "max_tokens=0: give a whole number from 1 on"),
        ({"max_retries": -1}, "max_retries=-1: give a whole number from 0 on"),
        ({"timeout": 0}, "timeout=0: give a number of seconds above 0"),
    ],
)
def test_a_parameter_out_of_range_is_named(given, message):
    with pytest.raises(InvalidParameter) as caught:
        ChatModel(**given)
    assert str(caught.value) == message
