"""A server on this machine that speaks OpenAI's protocol for embeddings, well or badly as it is told."""

from __future__ import annotations

import base64
import hashlib
import struct
from typing import Any

import numpy as np

from tests.servers.endpoint_server import EndpointServer, Reply, refusal

__all__ = ["DIMENSION", "EmbeddingsServer", "Reply", "refusal", "vector_of", "vectors_of"]

DIMENSION = 8


def vector_of(text: str, dimension: int = DIMENSION) -> list[float]:
    """The vector that the server gives a text: float32 numbers that only this text has."""
    digest = hashlib.shake_128(text.encode()).digest(dimension)
    return [byte / 256 for byte in digest]


def vectors_of(texts: Any) -> Any:
    return np.array([vector_of(text) for text in texts], dtype=np.float32)


class EmbeddingsServer(EndpointServer):
    """Answers scripted replies first, then vectors.

    Parameters
    ----------
    replies : sequence of Reply
        What it answers first, one for each request.
    most_texts : int, optional
        With more in one request it refuses.
    most_characters : int, optional
        With a longer text in a request it refuses.
    floats_only : bool
        Whether it sends lists of numbers, whatever it is asked for.
    refuses_base64 : bool
        Whether it refuses to be asked for base64.
    shuffled : bool
        Whether it sends the vectors in reverse order.
    dimension : int
        Of its vectors, where the request does not say.
    models, together
        As for :class:`EndpointServer`.
    """

    def __init__(
        self, *replies: Reply, most_texts: int | None = None, most_characters: int | None = None,
        floats_only: bool = False, refuses_base64: bool = False, shuffled: bool = False,
        dimension: int = DIMENSION, models: tuple[str, ...] = (), together: int = 1,
    ) -> None:  # fmt: skip
        super().__init__(*replies, models=models, together=together)
        self.most_texts, self.most_characters = most_texts, most_characters
        self.floats_only, self.refuses_base64, self.shuffled = floats_only, refuses_base64, shuffled
        self.dimension = dimension
        self.accepted: list[str] = []

    @property
    def inputs(self) -> list[list[str]]:
        """The texts of each request, in the order of arrival."""
        return [request["input"] for request in self.requests]

    def answer(self, request: dict[str, Any]) -> Reply:
        """What to answer a request that no reply was scripted for."""
        texts = request["input"]
        if self.most_texts is not None and len(texts) > self.most_texts:
            return refusal(400, f"Too many inputs. The max number of inputs is {self.most_texts}.")
        if self.most_characters is not None and max(map(len, texts)) > self.most_characters:
            return refusal(400, "This model's maximum context length is 512 tokens")
        if self.refuses_base64 and request["encoding_format"] == "base64":
            return refusal(400, "the request is malformed")
        dimension = request.get("dimensions", self.dimension)
        as_text = request["encoding_format"] == "base64" and not self.floats_only
        rows = [
            {"object": "embedding", "index": i, "embedding": _encoded(vector_of(text, dimension), as_text)}
            for i, text in enumerate(texts)
        ]
        self.accepted += texts
        return Reply(
            body={"object": "list", "data": rows[::-1] if self.shuffled else rows, "model": request["model"]}
        )


def _encoded(vector: list[float], as_text: bool) -> Any:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode() if as_text else vector
