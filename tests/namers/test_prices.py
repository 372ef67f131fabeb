import pytest

from clusterby.endpoints import find_address
from clusterby.namers import Question
from clusterby.namers.prices import DEFAULT_MODEL, PRICES, describe_bill

PNG = ("image/png", b"x")


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def bill(*questions, model=DEFAULT_MODEL, base_url=None):
    return describe_bill(questions, model=model, address=find_address(base_url))


def asked(*parts):
    return Question(rules="", parts=parts, schema={})


def test_a_question_to_the_default_model_has_its_list_price():
    assert bill(asked(*[PNG] * 16)) == (
        f"1 call to {DEFAULT_MODEL} with 16 images, about 6,400 tokens, goes to api.openai.com: less than $0.01 at the list "
        f"price of {DEFAULT_MODEL}, $0.10 per million tokens sent and $0.50 per million answered (November 2026)"
    )


def test_answers_are_paid_for_too():
    there, back = PRICES[DEFAULT_MODEL]
    amount = (1000 * 4000 * there + 1000 * 1000 * back) / 1e6
    assert f": about ${amount:.2f} at the list price" in bill(*[asked(*[PNG] * 10)] * 1000)
    assert bill(*[asked(PNG)] * 1000).startswith(
        f"1,000 calls to {DEFAULT_MODEL} with 1,000 images, about 400,000 tokens, go to"
    )


def test_another_model_or_server_has_no_known_price():
    assert bill(asked("abcd"), model="gpt-0") == (
        "1 call to gpt-0 with 0 images, about 1 tokens, goes to api.openai.com: price unknown"
    )
    assert bill(asked(PNG), base_url="https://api.example.com/v1").endswith(
        "1 image, about 400 tokens, goes to api.example.com: price unknown"
    )


def test_a_server_on_this_machine_has_no_price():
    assert bill(asked(PNG), base_url="http://localhost:1/v1").endswith("on this machine: no price is known")
