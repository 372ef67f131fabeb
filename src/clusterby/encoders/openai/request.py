"""Ask an OpenAI-compatible server for vectors, again if need be."""

from __future__ import annotations

import logging
import ssl
import threading
import weakref
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from clusterby.core.column import FloatArray
from clusterby.core.errors import EndpointError, InvalidParameter
from clusterby.core.optional import require
from clusterby.encoders.openai.address import Address
from clusterby.encoders.openai.answer import read_answer
from clusterby.encoders.openai.refusal import (
    Refusal,
    TooLarge,
    backoff,
    read_refusal,
    retry_after,
)
from clusterby.encoders.openai.threads import Stopped

__all__ = ["Endpoint"]

log = logging.getLogger(__name__)

_LONGEST_WAIT = 120.0  # seconds that a server may ask for
_CONNECT = 10.0  # seconds
_FIRST_CONTACTS = 2  # tries again, while the server has never answered


class Endpoint:
    """A model at a server, asked by the ``openai`` client; any number of threads may ask at once.

    Parameters
    ----------
    model : str
        The server's name for it.
    address : Address
        Where the server is.
    dimensions : int, optional
        How many to ask for.
    max_retries : int
        How often a request is made again.
    timeout : float
        Seconds without an answer after which a request counts as lost.

    Notes
    -----
    The client's own retries are off. It would ask again where an account has no credit left, which never
    passes; it does not take ``Retry-After: 0`` for an answer; and its waits cannot be interrupted.
    """

    def __init__(
        self, model: str, address: Address, *, dimensions: int | None, max_retries: int, timeout: float
    ) -> None:
        self.model, self.address = model, address
        self._dimensions, self._max_retries, self._timeout = dimensions, max_retries, timeout
        self._making = threading.Lock()
        self._answered = False
        self._format, self._base64_works = "base64", False

    def ask(self, texts: Sequence[str], stop: threading.Event) -> FloatArray:
        """Return float32 (m, d) for the texts of one request.

        Raises
        ------
        TooLarge
            If the server takes fewer or shorter texts at a time.
        EndpointError
            If it cannot be reached, refuses for good, or still refuses at the last attempt.
        InvalidVectors
            If its answer is not what was asked for.
        Stopped
            If `stop` was set while waiting to try again.
        """
        openai = self._library
        for attempt in range(self._max_retries + 1):
            try:
                body = self._send(texts)
            except openai.APIStatusError as error:
                wait = self._wait_after_refusal(error, attempt)
            except openai.APIConnectionError as error:
                wait = self._wait_after_failure(error, attempt)
            else:
                return read_answer(body, len(texts), host=self.address.host)
            if stop.wait(wait):
                break
        raise Stopped

    def _send(self, texts: Sequence[str]) -> bytes:
        encoding = self._format
        options: dict[str, Any] = {} if self._dimensions is None else {"dimensions": self._dimensions}
        try:
            answer = self._client.embeddings.with_raw_response.create(
                model=self.model, input=list(texts), encoding_format=encoding, **options
            )
        except self._library.APIStatusError as error:
            self._answered = True
            if encoding == "base64" and not self._base64_works and self._refusal(error).malformed:
                self._format = "float"  # some servers know no other
                return self._send(texts)
            raise
        self._answered = True
        self._base64_works |= encoding == "base64"
        body: bytes = answer.http_response.content
        return body

    def _wait_after_refusal(self, error: Any, attempt: int) -> float:
        refusal = self._refusal(error)
        if refusal.too_large:
            raise TooLarge(refusal.said or f"status {refusal.status}") from None
        if not refusal.passes or attempt == self._max_retries:
            known = self._known_models() if refusal.status == 404 else ()
            raise refusal.error(self.model, self.address, known) from None
        asked = retry_after(refusal.headers)
        if asked is not None and asked > _LONGEST_WAIT:
            raise EndpointError(
                f"{self.address.host} refuses ({refusal.status}) and asks to wait for {asked:,.0f} seconds: run again then"
            ) from None
        wait = backoff(attempt) if asked is None else asked
        self._log(f"answered {refusal.status}", wait, attempt)
        return wait

    def _wait_after_failure(self, error: Any, attempt: int) -> float:
        host, cause = self.address.host, type(error.__cause__).__name__
        times = f"{attempt + 1} times in a row" if attempt else "once"
        if not self._answered and cause in {"ConnectError", "ConnectTimeout"}:
            if attempt == min(self._max_retries, _FIRST_CONTACTS):
                raise EndpointError(
                    f"cannot reach {host}: check that the server runs, the network, and base_url={self.address.base_url!r}"
                ) from None
        elif attempt == self._max_retries:
            if isinstance(error, self._library.APITimeoutError):
                raise EndpointError(
                    f"{host} did not answer within {self._timeout:g} seconds, {times}: raise timeout=, or lower batch_size="
                ) from None
            raise EndpointError(
                f"the connection to {host} broke {times} ({cause}): check the network and the server's log, then run again"
            ) from None
        wait = backoff(attempt)
        self._log("did not answer", wait, attempt)
        return wait

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
        return require("openai", purpose="an encoder at an OpenAI-compatible endpoint", extra="llm")

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
        own = {"http_client": _direct_client(openai, address)} if address.local else {}
        client = openai.OpenAI(
            api_key=address.key or "none", base_url=address.base_url, max_retries=0,
            timeout=openai.Timeout(self._timeout, connect=min(self._timeout, _CONNECT)), **own,
        )  # fmt: skip
        weakref.finalize(self, client.close)
        return client


def _direct_client(openai: Any, address: Address) -> Any:
    """Return a client that goes through no proxy: one named in the environment is for the network, not for this machine."""
    encrypted = address.base_url.startswith("https:")
    # plain HTTP needs no certificates, whose loading takes longer than all else here
    trusted = ssl.create_default_context() if encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return openai.DefaultHttpxClient(trust_env=False, verify=trusted)
