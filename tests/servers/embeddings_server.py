"""A server on this machine that speaks OpenAI's protocol for embeddings, well or badly as it is told."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import struct
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

DIMENSION = 8


def vector_of(text: str, dimension: int = DIMENSION) -> list[float]:
    """The vector that the server gives a text: float32 numbers that only this text has."""
    digest = hashlib.shake_128(text.encode()).digest(dimension)
    return [byte / 256 for byte in digest]


def vectors_of(texts: Any) -> Any:
    return np.array([vector_of(text) for text in texts], dtype=np.float32)


@dataclass(kw_only=True)
class Reply:
    """One scripted answer, in place of the vectors.

    `slow` makes the server wait until it is stopped, `cut` closes the connection in the midst of the answer.
    """

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    slow: bool = False


def refusal(
    status: int, message: str = "no", *, code: str | None = None, param: str | None = None, **headers: str
) -> Reply:
    """An answer with an error as OpenAI words it; header names are written with underscores."""
    error = {"message": message, "type": code, "code": code, "param": param}
    return Reply(
        status=status, body={"error": error}, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


class EmbeddingsServer:
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
    models : sequence of str
        What it lists as its models.
    together : int
        It answers a request only once that many have arrived.
    """

    def __init__(
        self, *replies: Reply, most_texts: int | None = None, most_characters: int | None = None,
        floats_only: bool = False, refuses_base64: bool = False, shuffled: bool = False,
        dimension: int = DIMENSION, models: tuple[str, ...] = (), together: int = 1,
    ) -> None:  # fmt: skip
        self.replies = deque(replies)
        self.most_texts, self.most_characters = most_texts, most_characters
        self.floats_only, self.refuses_base64, self.shuffled = floats_only, refuses_base64, shuffled
        self.dimension, self.models = dimension, models
        self.requests: list[dict[str, Any]] = []
        self.accepted: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.at_once = self.most_at_once = 0
        self.arrived = threading.Barrier(together, timeout=10)
        self.lock, self.stopping = threading.Lock(), threading.Event()

    def __enter__(self) -> EmbeddingsServer:
        server = self
        self._http = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"embeddings": server}))
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._http.server_port}"

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


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for every handler

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of this server."""


class _Handler(BaseHTTPRequestHandler):
    embeddings: EmbeddingsServer
    protocol_version = "HTTP/1.1"
    timeout = 5  # an idle connection must not keep the server from closing

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        rows = [{"id": name, "object": "model"} for name in self.embeddings.models]
        self._write(Reply(body={"object": "list", "data": rows}) if rows else Reply(status=404, body={}))

    def do_POST(self) -> None:
        served = self.embeddings
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with served.lock:
            served.requests.append(request)
            served.headers.append({name.lower(): value for name, value in self.headers.items()})
            served.at_once += 1
            served.most_at_once = max(served.most_at_once, served.at_once)
            reply = served.replies.popleft() if served.replies else served.answer(request)
        served.arrived.wait()
        if reply.slow:
            served.stopping.wait(10)
        with served.lock:
            served.at_once -= 1
        self._write(reply)

    def _write(self, reply: Reply) -> None:
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in {
            "content-type": "application/json",
            "content-length": str(len(body)),
            **reply.headers,
        }.items():
            self.send_header(name, value)
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if reply.cut else body)
        if reply.cut:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True
