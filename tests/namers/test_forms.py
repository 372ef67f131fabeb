import pytest

from clusterby.endpoints.refusal import read_refusal
from clusterby.namers import Question
from clusterby.namers.forms import PLAIN, blind, form_options, unknown_form

QUESTION = Question(rules="Answer in JSON.", parts=(), schema={"type": "object"}, name="words")


def read(status, message, param=None):
    return read_refusal(status, {"message": message, "param": param}, {}, key=None)


def test_the_first_form_is_a_schema_the_last_is_none():
    first, second, last = (form_options(QUESTION, form, 9) for form in range(PLAIN + 1))
    assert first == {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "words", "schema": {"type": "object"}, "strict": True},
        },
        "max_completion_tokens": 9,
    }
    assert second == {"response_format": {"type": "json_object"}, "max_tokens": 9}
    assert last == {}


@pytest.mark.parametrize(
    ("status", "message", "param"),
    [
        (400, "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model", "response_format"),
        (400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", "max_tokens"),
        (400, "'response_format.type' must be 'json_schema' or 'text'", None),
        (422, "Extra inputs are not permitted: max_completion_tokens", None),
        (400, "This response_format type is unavailable now", None),
        (500, "failed to parse grammar", None),
        (501, "structured outputs are not implemented", None),
        (400, "", None),
    ],
)  # fmt: skip
def test_every_servers_word_for_an_unknown_option_is_understood(status, message, param):
    assert unknown_form(read(status, message, param))


@pytest.mark.parametrize(
    ("status", "message", "param"),
    [
        (400, "Invalid role", "messages[0].role"),
        (400, "This model's maximum context length is 4096 tokens", None),
        (401, "Incorrect API key provided", None),
        (404, "no such model", None),
        (429, "slow down: response_format requests are limited", None),
        (500, "unexpected end of the world", None),
    ],
)
def test_other_refusals_are_not_for_the_form(status, message, param):
    assert not unknown_form(read(status, message, param))


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (500, "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj"),
        (400, "this model does not support image input"),
        (404, "No endpoints found that support image input"),
        (400, "gemma3-1b is not a multimodal model"),
        (500, 'Failed to parse messages: Unsupported content part type: "image_url"'),
    ],
)  # fmt: skip
def test_every_servers_word_for_a_model_that_sees_nothing_is_understood(status, message):
    assert blind(read(status, message))


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "At most 1 image(s) may be provided in one prompt."),
        (413, "image too large"),
        (429, "Rate limit reached for images per minute"),
        (503, "the vision model is loading"),
        (400, "json_schema is not supported together with images"),
        (500, "out of memory"),
    ],
)
def test_other_words_about_images_are_not_taken_for_that(status, message):
    assert not blind(read(status, message))
