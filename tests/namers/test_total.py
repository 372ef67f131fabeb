import pytest

from clusterby.endpoints import find_address
from clusterby.namers import DEFAULT_MODEL
from clusterby.namers.chat import Spent
from clusterby.namers.total import describe_total

OPENAI = find_address(api_key="sk-x")
ELSEWHERE = find_address("https://models.example/v1")


@pytest.mark.parametrize(
    ("spent", "model", "address", "kept", "total"),
    [
        (Spent(50, 1_000_000, 100_000), DEFAULT_MODEL, OPENAI, 0,
         f"50 calls to {DEFAULT_MODEL} took 1,100,000 tokens (1,000,000 sent, 100,000 answered) at api.openai.com: about "
         f"$0.15 at the list price of {DEFAULT_MODEL}"),
        (Spent(1, 10, 1), "another", OPENAI, 0,
         "1 call to another took 11 tokens (10 sent, 1 answered) at api.openai.com: price unknown"),
        (Spent(1, 10, 1), DEFAULT_MODEL, ELSEWHERE, 2,
         f"1 call to {DEFAULT_MODEL} took 11 tokens (10 sent, 1 answered) at models.example: price unknown; 2 answers of "
         f"{DEFAULT_MODEL} kept from before"),
        (Spent(3, 0, 0), DEFAULT_MODEL, OPENAI, 0,
         f"3 calls to {DEFAULT_MODEL} took tokens that were not counted at api.openai.com: price unknown"),
        (Spent(0, 0, 0), "m", OPENAI, 1, "nothing was asked: 1 answer of m kept from before"),
        (Spent(0, 0, 0), "m", OPENAI, 0, "nothing was asked"),
    ],
)  # fmt: skip
def test_a_total_says_calls_tokens_and_cost(spent, model, address, kept, total):
    assert describe_total(spent, model=model, address=address, kept=kept) == total
