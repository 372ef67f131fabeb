"""What answers took, in one sentence."""

from __future__ import annotations

from clusterby.endpoints import Address
from clusterby.endpoints.prices import say_bill, say_dollars
from clusterby.namers.chat import Spent
from clusterby.namers.prices import PRICES

__all__ = ["describe_total"]


def describe_total(spent: Spent, *, model: str, address: Address, kept: int = 0) -> str:
    """Return how many calls and tokens were answered, and what that costs.

    Parameters
    ----------
    spent : Spent
        Calls, and tokens as the server counted them.
    model : str
        The model.
    address : Address
        The server.
    kept : int
        How many answers were known before.

    Examples
    --------
    >>> from clusterby.endpoints import find_address
    >>> describe_total(Spent(2, 800, 60), model="gemma3", address=find_address("http://localhost:11434/v1"))
    '2 calls to gemma3 took 860 tokens (800 sent, 60 answered) at localhost:11434 on this machine: no price is known'
    """
    known = f"{kept:,} answer{'' if kept == 1 else 's'} of {model} kept from before" if kept else ""
    if not spent.calls:
        return f"nothing was asked: {known}" if known else "nothing was asked"
    calls = f"{spent.calls:,} call{'' if spent.calls == 1 else 's'} to {model}"
    tokens = spent.sent + spent.received
    counted = f"took {tokens:,} tokens ({spent.sent:,} sent, {spent.received:,} answered)"
    took = f"{calls} {counted if tokens else 'took tokens that were not counted'} at {address.host}"
    price, cost = PRICES.get(model) if address.openai and tokens else None, None
    if price is not None:
        there, back = price
        cost = (
            f"{say_dollars((spent.sent * there + spent.received * back) / 1e6)} at the list price of {model}"
        )
    total = say_bill(took, cost, local=address.local)
    return f"{total}; {known}" if known else total
