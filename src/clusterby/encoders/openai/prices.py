"""What embedding at an endpoint costs, before anything is sent."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from clusterby.core.optional import installed, require
from clusterby.endpoints import count_tokens
from clusterby.endpoints.prices import round_tokens, say_bill, say_dollars

__all__ = ["PRICES", "describe_bill"]

PRICES = {"text-embedding-3-small": 0.02, "text-embedding-3-large": 0.13, "text-embedding-ada-002": 0.10}
"""US dollars per million tokens, from https://developers.openai.com/api/docs/models, standard tier."""

_AS_OF = "May 2026"
_VOCABULARY = "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
"""The name under which tiktoken keeps cl100k_base, the tokenizer of all three models: the SHA-1 of its address."""


def describe_bill(texts: Sequence[str], *, model: str, host: str, local: bool, openai: bool) -> str:
    """Return where texts go, how many tokens they have, and what that costs, as one sentence.

    Parameters
    ----------
    texts : sequence of str
        What would be sent.
    model, host : str
        The model, and the server that runs it.
    local : bool
        Whether that server is this machine.
    openai : bool
        Whether it is OpenAI, whose list prices are known.

    Examples
    --------
    >>> describe_bill(["a cat", "a dog"], model="bge-m3", host="localhost:8080", local=True, openai=False)
    '2 texts, about 3 tokens, go to localhost:8080 on this machine: no price is known'
    """
    price = PRICES.get(model) if openai else None
    tokens = sum(_exact(texts) if price is not None and _can_count() else map(count_tokens, texts))
    noun = "text, about" if len(texts) == 1 else "texts, about"
    verb = "goes" if len(texts) == 1 else "go"
    sent = f"{len(texts):,} {noun} {round_tokens(tokens):,} tokens, {verb} to {host}"
    cost = None
    if price is not None:
        cost = (
            f"{say_dollars(tokens * price / 1e6)} at the list price of {model}, "
            f"${price:.2f} per million tokens ({_AS_OF})"
        )
    return say_bill(sent, cost, local=local)


def _exact(texts: Sequence[str]) -> list[int]:
    encoding = require("tiktoken", purpose="the exact count of tokens").get_encoding("cl100k_base")
    return [len(encoding.encode_ordinary(text)) for text in texts]


def _can_count() -> bool:
    """Whether tiktoken is installed and has its vocabulary: without it, it would download it."""
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR"))
    cache = Path(folder) if folder else Path(tempfile.gettempdir(), "data-gym-cache")
    return installed("tiktoken") and (cache / _VOCABULARY).is_file()
