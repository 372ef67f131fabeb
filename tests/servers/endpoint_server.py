"""A server on this machine that answers as OpenAI's would, well or badly as it is told."""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(kw_only=True)
class Reply:
    """One scripted answer, in place of what the server would answer.

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


class EndpointServer:
    """Answers scripted replies first, then what :meth:`answer` says.

    Parameters
    ----------
    replies : sequence of Reply
        What it answers first, one for each request.
    models : sequence of str
        What it lists as its models.
    together : int
        It answers a request only once that many have arrived.
    """

    def __init__(self, *replies: Reply, models: tuple[str, ...] = (), together: int = 1) -> None:
        self.replies = deque(replies)
        self.models = models
        self.requests: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.at_once = self.most_at_once = 0
        self.arrived = threading.Barrier(together, timeout=10)
        self.lock, self.stopping = threading.Lock(), threading.Event()

    def __enter__(self) -> Self:
        self._http = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"served": self}))
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

    def answer(self, request: dict[str, Any]) -> Reply:
        """What to answer a request that no reply was scripted for."""
        return refusal(404, "nothing is served here")


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for every handler

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of this server."""


class _Handler(BaseHTTPRequestHandler):
    served: EndpointServer
    protocol_version = "HTTP/1.1"
    timeout = 5  # an idle connection must not keep the server from closing

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        rows = [{"id": name, "object": "model"} for name in self.served.models]
        self._write(Reply(body={"object": "list", "data": rows}) if rows else Reply(status=404, body={}))

    def do_POST(self) -> None:
        served = self.served
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with served.lock:
            served.requests.append(request)
            served.paths.append(self.path)
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
