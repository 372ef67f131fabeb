"""Text vectors from a server that speaks OpenAI's protocol for embeddings: OpenAI itself, or one of your own."""

from __future__ import annotations

import logging
import math
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from clusterby.core.column import FloatArray
from clusterby.core.errors import EndpointError, InvalidVectors
from clusterby.core.fingerprint import fingerprint
from clusterby.core.modality import Modality
from clusterby.encoders.base import Items
from clusterby.encoders.openai.prices import describe_bill
from clusterby.encoders.openai.request import EmbeddingEndpoint
from clusterby.endpoints import TooLarge, check_settings, count_tokens, cut_text, find_address, run_jobs

__all__ = ["OpenAIEncoder"]

log = logging.getLogger(__name__)

_MOST_TEXTS = 2048  # that OpenAI takes in one request
_MOST_TOKENS = 250_000  # OpenAI takes 300,000 in one request; ours are estimated
_FEWEST_TEXTS = 64  # that are worth a request of their own
_MOST_CUTS = 6


class OpenAIEncoder:
    """Embeds texts by a model behind an OpenAI-compatible ``/v1/embeddings`` endpoint.

    Nothing is sent before the first text has to be encoded. A text is sent once in a call however often it occurs, and
    what was received before a call failed is not asked for again by the same encoder.

    Parameters
    ----------
    model : str
        The server's name for it, for example ``"text-embedding-3-small"``.
    base_url : str, optional
        Where the server is, for example ``"http://localhost:11434/v1"``; None takes ``OPENAI_BASE_URL``, else OpenAI.
    api_key : str, optional
        None takes ``OPENAI_API_KEY``, for OpenAI and for ``OPENAI_BASE_URL``. Other servers get no key but this one.
    dimensions : int, optional
        How many the model should give, where it has a choice.
    batch_size : int, optional
        How many texts go in one request; 2,048 at most unless given. Halved where the server takes fewer.
    max_tokens : int
        How many tokens of a text are sent, by estimate; the rest of a longer text is left out, with a warning. A server
        that takes still less gets half of the text, and so on.
    workers : int
        How many requests are made at once.
    max_retries : int
        How often a request is made again after a rate limit, an error of the server or a lost connection; waits as long as
        the server asks, else 0.5, 1, 2, … up to 30 seconds. Where an answer was lost on its way, the server may bill twice.
    timeout : float
        Seconds without an answer after which a request counts as lost.

    Attributes
    ----------
    batch_size : int
        How many texts it likes at a time: enough for all workers.

    Raises
    ------
    InvalidParameter
        If a parameter is out of its range, or OpenAI is asked without a key.
    EndpointError
        If the server cannot be reached, does not know key or model, or keeps refusing.
    InvalidVectors
        If what the server sends is not one finite vector per text, all of the same length.
    MissingExtra
        If the ``openai`` client is not installed.

    Notes
    -----
    The revision names server, model, dimensions and `max_tokens`. A server that serves another model under the same name
    cannot be told from here: choose another cache then.

    Examples
    --------
    >>> encoder = OpenAIEncoder("nomic-embed-text", base_url="http://localhost:11434/v1")
    >>> encoder.estimate(["a cat", "a dog"])
    '2 texts, about 3 tokens, go to localhost:11434 on this machine: no price is known'
    """

    modalities = frozenset({Modality.TEXT})

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        dimensions: int | None = None,
        batch_size: int | None = None,
        max_tokens: int = 8191,
        workers: int = 4,
        max_retries: int = 8,
        timeout: float = 120.0,
    ) -> None:
        check_settings(
            model=model, timeout=timeout, max_retries=max_retries,
            dimensions=dimensions, batch_size=batch_size, max_tokens=max_tokens, workers=workers,
        )  # fmt: skip
        self.model, self.dimensions, self.max_tokens, self.workers = model, dimensions, max_tokens, workers
        self._address = find_address(base_url, api_key)
        self._endpoint = EmbeddingEndpoint(
            model, self._address, dimensions=dimensions, max_retries=max_retries, timeout=timeout
        )
        self._most = batch_size or _MOST_TEXTS
        self.batch_size = max(self._most, min(_MOST_TEXTS, self._most * workers))
        self._lock = threading.Lock()
        self._kept: dict[str, FloatArray] = {}  # received in calls that failed later
        self._dimension = dimensions
        self._shortened = self._reported = 0

    def __repr__(self) -> str:
        return f"OpenAIEncoder({self.model!r}, base_url={self._address.base_url!r})"

    @property
    def name(self) -> str:
        """The last part of the model's name."""
        return re.sub(r"[^\w.-]+", "-", self.model.rstrip("/").rpartition("/")[2]).strip("-").lower()

    @property
    def revision(self) -> str:
        """The server's host with a fingerprint of address, model, dimensions and the length at which texts are cut."""
        made_by = (self._address.base_url, self.model, self.dimensions, self.max_tokens)
        return f"{self._address.name}+{fingerprint(made_by)[:16]}"

    def estimate(self, items: Items) -> str:
        """Return how much would be sent where, and what that costs at list price; sends nothing."""
        texts = list(dict.fromkeys(cut_text(str(item), self.max_tokens) for item in items))
        address = self._address
        return describe_bill(
            texts, model=self.model, host=address.host, local=address.local, openai=address.openai
        )

    def encode_queries(self, queries: Sequence[str]) -> FloatArray:
        """Return float32 (q, d): a query is a text like any other."""
        return self.encode(queries)

    def encode(self, items: Items) -> FloatArray:
        """Return float32 (m, d), as long as the server makes them."""
        texts = [str(item).encode("utf-8", "replace").decode() for item in items]
        sent = [cut_text(text, self.max_tokens) for text in texts]
        wanted = dict.fromkeys(sent)
        call = _Call()
        with self._lock:
            self._shortened += len({text for text, cut in zip(texts, sent, strict=True) if text != cut})
            kept = {text: self._kept[text] for text in wanted if text in self._kept}
        try:
            requests = self._requests([text for text in wanted if text not in kept])
            run_jobs(
                lambda request: self._send(request, call), requests, workers=self.workers, stop=call.stop
            )
        except BaseException:
            with self._lock:
                self._kept.update(call.received)
            raise
        with self._lock:
            for text in kept:
                self._kept.pop(text, None)
        self._report_cuts()
        found = kept | call.received
        return np.stack([found[text] for text in sent]) if sent else self._none()

    def _requests(self, texts: Sequence[str]) -> list[list[str]]:
        """Return the texts of each request: as many as there are workers, if that is not too few or too much for one."""
        most = min(self._most, max(_FEWEST_TEXTS, math.ceil(len(texts) / self.workers)))
        requests: list[list[str]] = []
        room = 0.0
        for text in texts:
            tokens = count_tokens(text)
            if not requests or len(requests[-1]) == most or tokens > room:
                requests.append([])
                room = _MOST_TOKENS
            requests[-1].append(text)
            room -= tokens
        return requests

    def _send(self, texts: Sequence[str], call: _Call) -> bool:
        """Send texts in as many requests as the server wants; return whether it took them in one."""
        most = self._most
        if len(texts) > most:
            for start in range(0, len(texts), most):
                self._send(texts[start : start + most], call)
            return False
        try:
            vectors = self._endpoint.ask(texts, call.stop)
        except TooLarge as refusal:
            if len(texts) == 1:
                self._send_shortened(texts[0], call, refusal)
                return False
            middle = (len(texts) + 1) // 2
            if all([self._send(texts[:middle], call), self._send(texts[middle:], call)]):
                self._most = min(self._most, middle)  # the server takes that many, and not twice as many
            return False
        self._receive(texts, vectors, call)
        return True

    def _send_shortened(self, text: str, call: _Call, refusal: TooLarge) -> None:
        short = text
        for _ in range(_MOST_CUTS):
            short = short[: len(short) // 2]
            if not short.strip():
                break
            try:
                vectors = self._endpoint.ask([short], call.stop)
            except TooLarge:
                continue
            self._receive([text], vectors, call)
            with self._lock:
                self._shortened += 1
            return
        raise EndpointError(
            f"{self._address.host} takes no text as long as {len(text):,} characters, nor parts of it: lower max_tokens= "
            f"(it said: {refusal})"
        ) from None

    def _receive(self, texts: Sequence[str], vectors: FloatArray, call: _Call) -> None:
        with self._lock:
            if self._dimension is None:
                self._dimension = vectors.shape[1]
        if vectors.shape[1] != self._dimension:
            asked = "asked for with dimensions=" if self.dimensions else "that it sent before"
            raise InvalidVectors(
                f"{self._address.host} sent vectors of {vectors.shape[1]} dimensions instead of the {self._dimension} {asked}: "
                f"check what model {self.model!r} is there"
            )
        call.received.update(zip(texts, vectors, strict=True))

    def _report_cuts(self) -> None:
        """Warn of texts that were cut: the first time, and whenever they have doubled."""
        with self._lock:
            if self._shortened < max(1, 2 * self._reported):
                return
            self._reported = self._shortened
        log.warning(
            "%s: %d texts so far were too long for the model and were cut to their beginning (max_tokens=%d)",
            self.name, self._reported, self.max_tokens,
        )  # fmt: skip

    def _none(self) -> FloatArray:
        return np.empty((0, self._dimension or 1), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class _Call:
    """What one call of `encode` has received so far."""

    received: dict[str, FloatArray] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)
