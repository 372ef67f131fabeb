"""Ask a model behind an OpenAI-compatible server, again if need be."""

from __future__ import annotations

import logging
import ssl
import threading
import time
import weakref
from collections.abc import Callable
from functools import cached_property
from operator import attrgetter
from typing import Any, TypeVar

from clusterby.core.errors import EndpointError, InvalidParameter
from clusterby.core.optional import require
from clusterby.endpoints.address import Address
from clusterby.endpoints.failed import Failed, Garbled
from clusterby.endpoints.refusal import Refusal, Refused, TooLarge, backoff, read_refusal, retry_after
from clusterby.endpoints.threads import Stopped
from clusterby.endpoints.wording import Wording

__all__ = ["Endpoint"]

log = logging.getLogger(__name__)

A = TypeVar("A")

_LONGEST_WAIT = 120.0  # seconds that a server may ask for
_CONNECT = 10.0  # seconds
_FIRST_CONTACTS = 2  # tries again, while the server has never answered
_GARBLED = 2  # tries again, after what is no answer
_NO_CONNECTION = frozenset({"ConnectError", "ConnectTimeout"})


class Endpoint:
    """A model at a server, asked by the ``openai`` client; any number of threads may ask at once.

    Parameters
    ----------
    model : str
        The server's name for it.
    address : Address
        Where the server is.
    wording : Wording
        What errors call the work.
    max_retries : int
        How often a request is made again.
    timeout : float
        Seconds without an answer after which a request counts as lost.

    Notes
    -----
    The client's own retries are off. It would ask again where an account has no credit left, which never
    passes; it does not take ``Retry-After: 0`` for an answer; and its waits cannot be interrupted.

    A rate limit is for the account, not for one request: as long as the server asks to be left alone, no thread asks.

    Redirects are not followed: what is sent goes to the host that the user named, and to no other.
    """

    def __init__(
        self, model: str, address: Address, *, wording: Wording, max_retries: int, timeout: float
    ) -> None:
        self.model, self.address, self.wording = model, address, wording
        self._max_retries, self._timeout = max_retries, timeout
        self._making = threading.Lock()
        self._answered = False
        self._closed_until = 0.0

    def ask(self, send: Callable[[], A], stop: threading.Event) -> A:
        """Return what a function returns that makes a request by :meth:`post`; it is called again where that may help.

        Parameters
        ----------
        send : callable
            Makes the request and reads the answer. What it raises of its own is no reason to call it again, but for
            :class:`Garbled`.
        stop : threading.Event
            Ends the wait for the next attempt.

        Raises
        ------
        TooLarge
            If the server takes less at a time.
        Failed
            If it still refuses, or does not answer, at the last attempt.
        Denied
            If it refuses for good, maybe for what is in this one request.
        EndpointError
            If it cannot be reached, refuses everything for good, or sends requests elsewhere.
        Stopped
            If `stop` was set while waiting to try again.
        """
        openai = self._library
        if self._closed > 0 and stop.wait(self._closed):
            raise Stopped
        garbled = 0
        for attempt in range(self._max_retries + 1):
            try:
                return send()
            except Garbled:
                garbled += 1
                if garbled > _GARBLED or attempt == self._max_retries:
                    raise
                wait = backoff(attempt)
                self._log("sent no answer", wait, attempt)
            except Refused as error:
                wait = self._wait_after_refusal(error.refusal, attempt)
            except openai.APIConnectionError as error:
                wait = self._wait_after_failure(error, attempt)
            if stop.wait(max(wait, self._closed)):
                break
        raise Stopped

    def post(self, resource: str, **body: Any) -> bytes:
        """Return the server's answer to one request, unread.

        Parameters
        ----------
        resource : str
            The client's name for what is asked for: ``"embeddings"`` or ``"chat.completions"``.
        **body
            What is sent beside the model's name.

        Raises
        ------
        Refused
            If the answer is an error.
        InvalidParameter
            If OpenAI is asked without a key.
        """
        create = attrgetter(resource)(self._client).with_raw_response.create
        try:
            answer = create(model=self.model, **body)
        except self._library.APIStatusError as error:
            self._answered = True
            raise Refused(self._refusal(error)) from None
        self._answered = True
        content: bytes = answer.http_response.content
        return content

    def _wait_after_refusal(self, refusal: Refusal, attempt: int) -> float:
        if refusal.too_large:
            raise TooLarge(refusal.said or f"status {refusal.status}") from None
        if not refusal.passes or attempt == self._max_retries:
            known = self._known_models() if refusal.status == 404 else ()
            raise refusal.error(self.model, self.address, self.wording, known) from None
        asked = retry_after(refusal.headers)
        if asked is not None and asked > _LONGEST_WAIT:
            raise EndpointError(
                f"{self.address.host} refuses ({refusal.status}) and asks to wait for {asked:,.0f} seconds: run again then"
            ) from None
        wait = backoff(attempt) if asked is None else asked
        if asked and refusal.status == 429:
            self._closed_until = max(self._closed_until, time.monotonic() + asked)
        self._log(f"answered {refusal.status}", wait, attempt)
        return wait

    def _wait_after_failure(self, error: Any, attempt: int) -> float:
        host, cause = self.address.host, type(error.__cause__).__name__
        times = f"{attempt + 1} times in a row" if attempt else "once"
        if not self._answered and cause in _NO_CONNECTION:
            if attempt == min(self._max_retries, _FIRST_CONTACTS):
                raise EndpointError(
                    f"cannot reach {host}: check that the server runs, the network, and base_url={self.address.base_url!r}"
                ) from None
        elif attempt == self._max_retries:
            kind = EndpointError if cause in _NO_CONNECTION else Failed
            if isinstance(error, self._library.APITimeoutError):
                raise kind(
                    f"{host} did not answer within {self._timeout:g} seconds, {times}: raise timeout={self.wording.sooner}"
                ) from None
            raise kind(
                f"the connection to {host} broke {times} ({cause}): check the network and the server's log, then run again"
            ) from None
        wait = backoff(attempt)
        self._log("did not answer", wait, attempt)
        return wait

    @property
    def _closed(self) -> float:
        """Seconds for which the server still asks to be left alone, by all threads."""
        return self._closed_until - time.monotonic()

    def _log(self, what: str, wait: float, attempt: int) -> None:
        log.info(
            "%s %s; trying again in %.1f seconds (%d of %d)",
            self.address.host, what, wait, attempt + 1, self._max_retries,
        )  # fmt: skip

    def _refusal(self, error: Any) -> Refusal:
        return read_refusal(error.status_code, error.body, error.response.headers, key=self.address.key)

    def _known_models(self) -> list[str]:
        try:
            return [str(model.id) for model in self._client.with_options(timeout=_CONNECT).models.list().data]
        except (self._library.OpenAIError, AttributeError, TypeError, ValueError):
            return []  # not every server lists them

    @cached_property
    def _library(self) -> Any:
        return require("openai", purpose=self.wording.purpose, extra="llm")

    @property
    def _client(self) -> Any:
        with self._making:
            return self._made_client

    @cached_property
    def _made_client(self) -> Any:
        openai, address = self._library, self.address
        if address.openai and address.key is None:
            raise InvalidParameter(
                f"no API key for {address.host}: pass api_key=, or set the environment variable OPENAI_API_KEY"
            )
        client = openai.OpenAI(
            api_key=address.key or "none", base_url=address.base_url, max_retries=0,
            timeout=openai.Timeout(self._timeout, connect=min(self._timeout, _CONNECT)),
            http_client=_http_client(openai, address),
        )  # fmt: skip
        weakref.finalize(self, client.close)
        return client


def _http_client(openai: Any, address: Address) -> Any:
    """Return a client that follows no redirects, and on this machine goes through no proxy: that is for the network."""
    if not address.local:
        return openai.DefaultHttpxClient(follow_redirects=False)
    encrypted = address.base_url.startswith("https:")
    # plain HTTP needs no certificates, whose loading takes longer than all else here
    trusted = ssl.create_default_context() if encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return openai.DefaultHttpxClient(follow_redirects=False, trust_env=False, verify=trusted)
