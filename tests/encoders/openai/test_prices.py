import sys
from types import SimpleNamespace

import pytest

from clusterby.encoders.openai import prices
from clusterby.encoders.openai.prices import PRICES, describe_bill


@pytest.fixture(autouse=True)
def vocabulary(monkeypatch, tmp_path):
    """Where tiktoken would keep its vocabulary: an empty folder."""
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    return tmp_path / prices._VOCABULARY


def bill(texts, model="text-embedding-3-small", *, openai=True, local=False):
    host = "api.openai.com" if openai else "example.com:80"
    return describe_bill(texts, model=model, host=host, local=local, openai=openai)


@pytest.mark.parametrize(
    ("model", "cost"),
    [
        ("text-embedding-3-small", "about $0.02 at the list price of text-embedding-3-small, $0.02"),
        ("text-embedding-3-large", "about $0.13 at the list price of text-embedding-3-large, $0.13"),
        ("text-embedding-ada-002", "about $0.10 at the list price of text-embedding-ada-002, $0.10"),
    ],
)
def test_a_known_model_has_its_list_price(model, cost):
    assert bill(["a" * 4_000_000], model) == (
        f"1 text, about 1,000,000 tokens, goes to api.openai.com: {cost} per million tokens (May 2026)"
    )
    assert model in PRICES


def test_less_than_a_cent_is_said_so():
    assert ": less than $0.01 at" in bill(["a"])


def test_many_dollars_are_written_with_commas():
    assert ": about $2,000.00 at" in bill(["a" * 4_000_000] * 100_000)


def test_a_model_elsewhere_has_no_known_price():
    expected = "2 texts, about 2 tokens, go to example.com:80: price unknown"
    assert bill(["abcd", "efgh"], openai=False) == expected
    assert bill(["abcd", "efgh"], "other", openai=False) == expected


def test_an_unknown_model_of_openai_has_no_known_price():
    assert bill(["abcd"], "text-embedding-9") == (
        "1 text, about 1 tokens, goes to api.openai.com: price unknown"
    )


def test_a_server_on_this_machine_has_no_price():
    assert bill(["abcd"], openai=False, local=True).endswith("on this machine: no price is known")


@pytest.mark.parametrize(
    ("characters", "tokens"), [(1, "1"), (4 * 999, "999"), (4 * 1234, "1,230"), (4 * 9_996, "10,000")]
)
def test_three_digits_are_as_many_as_an_estimate_is_good_for(characters, tokens):
    assert f"about {tokens} tokens" in bill(["a" * characters])


def test_no_texts_cost_nothing():
    assert bill([]).startswith("0 texts, about 0 tokens, go to api.openai.com: less than $0.01")


def test_tiktoken_counts_if_it_is_installed_with_its_vocabulary(monkeypatch, vocabulary):
    names = []

    def get_encoding(name):
        names.append(name)
        return SimpleNamespace(encode_ordinary=lambda text: text.split())

    monkeypatch.setitem(sys.modules, "tiktoken", SimpleNamespace(get_encoding=get_encoding))
    texts = ["one two three", "four"]
    assert "about 5 tokens" in bill(texts)
    assert names == []  # the vocabulary is not here, and is not downloaded
    vocabulary.touch()
    assert "about 4 tokens" in bill(texts)
    assert "about 5 tokens" in bill(texts, openai=False)
    assert names == ["cl100k_base"]


def test_without_tiktoken_its_vocabulary_is_of_no_use(monkeypatch, vocabulary):
    monkeypatch.setitem(sys.modules, "tiktoken", None)
    vocabulary.touch()
    assert "about 5 tokens" in bill(["one two three", "four"])
