"""Ask an OpenAI-compatible server for vectors."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from clusterby.core.column import FloatArray
from clusterby.encoders.openai.answer import read_answer
from clusterby.endpoints import Address, Endpoint, Refused, Wording

__all__ = ["EmbeddingEndpoint"]

_WORDING = Wording(
    purpose="an encoder at an OpenAI-compatible endpoint", asker="encoder", verb="embed", product="embeddings",
    settings="model=, dimensions=", calmer=", or with fewer workers= or a smaller batch_size=",
    sooner=", or lower batch_size=",
)  # fmt: skip


class EmbeddingEndpoint:
    """An embedding model at a server; any number of threads may ask at once.

    Parameters
    ----------
    model, address, max_retries, timeout
        As for :class:`clusterby.endpoints.Endpoint`.
    dimensions : int, optional
        How many to ask for.
    """

    def __init__(
        self, model: str, address: Address, *, dimensions: int | None, max_retries: int, timeout: float
    ) -> None:
        self.address = address
        self._endpoint = Endpoint(model, address, wording=_WORDING, max_retries=max_retries, timeout=timeout)
        self._options: dict[str, Any] = {} if dimensions is None else {"dimensions": dimensions}
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
        body = self._endpoint.ask(lambda: self._send(list(texts)), stop)
        return read_answer(body, len(texts), host=self.address.host)

    def _send(self, texts: list[str]) -> bytes:
        encoding = self._format
        try:
            body = self._endpoint.post("embeddings", input=texts, encoding_format=encoding, **self._options)
        except Refused as error:
            if (
                encoding == "base64"
                and not self._base64_works
                and error.refusal.may_not_know("encoding_format")
            ):
                self._format = "float"  # some servers know no other
                return self._send(texts)
            raise
        self._base64_works |= encoding == "base64"
        return body
