import pytest

from clusterby.endpoints.prices import round_tokens, say_bill, say_dollars


@pytest.mark.parametrize(
    ("cost", "local", "sentence"),
    [
        ("about $1.00", False, "it goes there: about $1.00"),
        (None, False, "it goes there: price unknown"),
        (None, True, "it goes there on this machine: no price is known"),
    ],
)
def test_a_bill_says_what_is_known(cost, local, sentence):
    assert say_bill("it goes there", cost, local=local) == sentence


@pytest.mark.parametrize(("tokens", "rounded"), [(0, 0), (0.2, 1), (999, 999), (1234, 1230), (9_996, 10_000)])
def test_three_digits_are_as_many_as_an_estimate_is_good_for(tokens, rounded):
    assert round_tokens(tokens) == rounded


@pytest.mark.parametrize(
    ("amount", "words"), [(0.0099, "less than $0.01"), (0.01, "about $0.01"), (2000, "about $2,000.00")]
)
def test_amounts_are_said_in_cents(amount, words):
    assert say_dollars(amount) == words
