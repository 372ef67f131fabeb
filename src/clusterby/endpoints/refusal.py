"""What a server's refusal means: to try again, to send less, or to tell the user."""

from __future__ import annotations

import math
import random
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from clusterby.core.errors import EndpointError, nearest
from clusterby.endpoints.address import Address
from clusterby.endpoints.failed import Barred, Denied, Failed, Filtered
from clusterby.endpoints.wording import Wording

__all__ = ["Refusal", "Refused", "TooLarge", "backoff", "read_refusal", "retry_after"]

_FIRST_WAIT, _LONGEST_BACKOFF = 0.5, 30.0  # seconds
_NO_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_FOR_NOW = frozenset({408, 409, 425, 429})
_SENT = frozenset({"", "input", "messages"})  # what a complaint of too much may be about
_FOR_GOOD = frozenset({501, 505})  # among 5xx: it will not learn to do this by being asked again
_FOR_WHAT_IS_IN_IT = frozenset({400, 415, 422, 451})  # also for what they take from nobody
_FILTER = re.compile(r"filter|moderation|flagged|safety|content[ _](management|policy)", re.IGNORECASE)
_SIZE = re.compile(
    r"too (many|large|long|big)|at most|no more than|max(imum)?\b|max_tokens|exceed|(larger|less|greater|longer) than|"
    r"batch size|context (length|size)",
    re.IGNORECASE,
)
_ALLOWANCE = re.compile(r"request too large|must be reduced", re.IGNORECASE)  # OpenAI's, for one minute
_ITS_BATCH = re.compile(
    r"too large to process|larger than the max context|exceeds? .*context", re.I
)  # llama.cpp's
_SIZES = {400: _SIZE, 422: _SIZE, 429: _ALLOWANCE, 500: _ITS_BATCH}


class TooLarge(Exception):
    """The server takes less than it was sent; its message is what it said."""


class Refused(Exception):
    """A request was refused; what is not caught is tried again, or told to the user."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"status {refusal.status}")
        self.refusal = refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer with a status of 300 or more.

    Parameters
    ----------
    status : int
        The HTTP status.
    code : str
        The server's word for the kind of error, or nothing.
    about : str
        The parameter it is about, or nothing.
    said : str
        What the server said, in one line.
    headers : mapping of str to str
        The answer's headers.
    """

    status: int
    code: str
    about: str
    said: str
    headers: Mapping[str, str]

    @property
    def too_large(self) -> bool:
        """Whether less at a time would be taken."""
        words = _SIZES.get(self.status)
        if words is None or self._subject not in _SENT or "dimension" in self.said.lower():
            return self.status == 413
        return bool(words.search(f"{self.code} {self.said}"))

    @property
    def passes(self) -> bool:
        """Whether the same request may be taken a little later."""
        if self.code in _NO_CREDIT or self.headers.get("x-should-retry") == "false":
            return False
        return self._may_pass

    @property
    def filtered(self) -> bool:
        """Whether it is for what the request holds, and the server says so."""
        known = self.status == 403 or self.status in _FOR_WHAT_IS_IN_IT
        return known and bool(_FILTER.search(f"{self.code} {self.said}"))

    def may_not_know(self, *parameters: str) -> bool:
        """Whether the server may not know one of these parameters, which others do."""
        return self.status in {400, 422} and self._subject in {"", *parameters} and not self.too_large

    @property
    def _subject(self) -> str:
        """The parameter without the place in it: of ``"messages[1].content"`` the first word."""
        return re.split(r"[.\[]", self.about, maxsplit=1)[0]

    def error(
        self, model: str, address: Address, wording: Wording, known: Iterable[str] = ()
    ) -> EndpointError:
        """Return what to tell the user; of what kind it is says whether another request may do better.

        Parameters
        ----------
        model : str
            The model that was asked for.
        address : Address
            The server.
        wording : Wording
            What the work is called.
        known : iterable of str
            The models that the server has, as far as it says.
        """
        host, status = address.host, self.status
        said = f": {self.said}" if self.said else ""
        if status < 400:
            return EndpointError(
                f"{host} sends requests on to {address.leads_to(self.headers.get('location', ''))} ({status}), and nothing goes "
                "there unless you say so: set base_url= to the address there"
            )
        if status == 401 and address.key is None:
            return EndpointError(
                f"{host} asks for a key (401): pass api_key= (OPENAI_API_KEY goes to OpenAI and OPENAI_BASE_URL only)"
            )
        if status == 401:
            return EndpointError(
                f"{host} does not know the key (401), asked for model {model!r}: check api_key= or OPENAI_API_KEY"
            )
        if self.code in _NO_CREDIT or status == 402:
            return EndpointError(
                f"the account at {host} has no credit left ({self.code or status}): add some there, or choose another "
                f"{wording.asker}"
            )
        if self.filtered:
            return Filtered(
                f"the content filter of {host} refuses this ({status}){said}: send something else, or choose another "
                f"{wording.asker}"
            )
        if status == 403:
            return Barred(
                f"{host} does not let this key use model {model!r} (403){said}: choose another model or key"
            )
        if status == 404:
            return EndpointError(_not_found(model, address, wording, list(known), said))
        if self.passes:
            return Failed(f"{host} keeps refusing ({status}){said}: run again later{wording.calmer}")
        return self._kind(
            f"{host} refused to {wording.verb} by model {model!r} ({status}){said}: check {wording.settings} and the server's "
            "log"
        )

    @property
    def _kind(self) -> type[EndpointError]:
        if self.status in _FOR_WHAT_IS_IN_IT:
            return Denied
        return Failed if self._may_pass else EndpointError

    @property
    def _may_pass(self) -> bool:
        return self.status in _FOR_NOW or (self.status >= 500 and self.status not in _FOR_GOOD)


def _not_found(model: str, address: Address, wording: Wording, known: list[str], said: str) -> str:
    if model in known:
        return f"model {model!r} at {address.host} makes no {wording.product} (404){said}: choose another"
    if known:
        near = " or ".join(repr(name) for name in nearest(model, known)) or f"one of {', '.join(known[:5])}"
        return f"{address.host} has no model {model!r} (404): try {near}"
    return f"no model {model!r} at {address.base_url} (404){said}: check the name, and base_url=, which ends in /v1 as a rule"


def read_refusal(status: int, body: Any, headers: Mapping[str, str], *, key: str | None) -> Refusal:
    """Return what the server meant.

    Parameters
    ----------
    status : int
        The HTTP status.
    body : object
        What JSON the server sent, its ``error`` if it has one; or its text.
    headers : mapping of str to str
        Those of the answer.
    key : str, optional
        Struck out wherever the server repeats it.

    Examples
    --------
    >>> refusal = read_refusal(400, {"message": "Too many inputs. The max is 16."}, {}, key=None)
    >>> refusal.too_large, refusal.passes
    (True, False)
    """
    body = body if isinstance(body, dict) else {"message": body}
    said = next((text for name in ("message", "detail", "error") if (text := body.get(name))), "")
    said = " ".join(said.split()) if isinstance(said, str) else ""
    said = "".join(c for c in said if c.isprintable())
    if said.startswith("<"):
        said = ""  # a web page
    if key:
        said = said.replace(key, "***")
    code = next((word for name in ("code", "type") if isinstance(word := body.get(name), str)), "")
    return Refusal(
        status=status, code=code, about=str(body.get("param") or ""), headers=headers,
        said=said if len(said) <= 200 else f"{said[:199]}…",
    )  # fmt: skip


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return for how many seconds the server asks to be left alone; None if it does not say.

    Examples
    --------
    >>> retry_after({"retry-after": "3"}), retry_after({"retry-after-ms": "250"}), retry_after({})
    (3.0, 0.25, None)
    """
    for name, seconds in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name)
        if value is None:
            continue
        try:
            wait = float(value) * seconds
        except ValueError:
            try:
                wait = parsedate_to_datetime(value).timestamp() - time.time()
            except (ValueError, OverflowError):
                continue
        if math.isfinite(wait):
            return max(0.0, wait)
    return None


def backoff(attempt: int) -> float:
    """Return for how many seconds to wait after an attempt, counted from 0, of which nothing is known but its failure.

    Twice as long each time, up to half a minute, less a random quarter so that many do not come back at once.
    """
    longest: float = min(_FIRST_WAIT * 2 ** min(attempt, 32), _LONGEST_BACKOFF)
    return longest * (1 - random.random() / 4)
