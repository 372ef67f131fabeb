"""How a bill is worded: where things go, how many tokens they have, and what that costs."""

from __future__ import annotations

import math

__all__ = ["round_tokens", "say_bill", "say_dollars"]


def say_bill(sent: str, cost: str | None, *, local: bool) -> str:
    """Return one sentence of what is sent and what it costs.

    Parameters
    ----------
    sent : str
        What goes where.
    cost : str, optional
        What it costs, where that is known.
    local : bool
        Whether the server is this machine.

    Examples
    --------
    >>> say_bill("2 texts go to localhost:8080", None, local=True)
    '2 texts go to localhost:8080 on this machine: no price is known'
    """
    if cost is None:
        return f"{sent} on this machine: no price is known" if local else f"{sent}: price unknown"
    return f"{sent}: {cost}"


def round_tokens(tokens: float) -> int:
    """Return at most three digits and zeros: more would claim more than is known.

    Examples
    --------
    >>> round_tokens(1234.5)
    1240
    """
    whole = math.ceil(tokens)
    return round(whole, min(0, 3 - len(str(whole))))


def say_dollars(amount: float) -> str:
    """Return an amount of US dollars in words.

    Examples
    --------
    >>> say_dollars(0.001), say_dollars(2000)
    ('less than $0.01', 'about $2,000.00')
    """
    return "less than $0.01" if amount < 0.01 else f"about ${amount:,.2f}"
