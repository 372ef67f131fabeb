"""A server on this machine that speaks OpenAI's protocol for chat, well or badly as it is told."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.servers.endpoint_server import EndpointServer, Reply, refusal

__all__ = ["ChatServer", "Reply", "refusal", "said"]


def said(content: Any, *, end: str = "stop", refused: str | None = None, **message: Any) -> Reply:
    """An answer of the model: a text as it is, anything else as JSON."""
    text = content if content is None or isinstance(content, (str, list)) else json.dumps(content)
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text, "refusal": refused, **message},
        "finish_reason": end,
    }
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    return Reply(body={"object": "chat.completion", "choices": [choice], "usage": usage})


class ChatServer(EndpointServer):
    """Answers scripted replies first, then always the same.

    Parameters
    ----------
    replies : sequence of Reply
        What it answers first, one for each request.
    answer : object
        What the model says after that.
    forms : sequence of str
        The types of ``response_format`` that it takes.
    parameters : sequence of str
        The parameters that it takes beside model and messages.
    sees : bool
        Whether the model takes images; if not, it says so as llama.cpp does, with status 500.
    most_images : int, optional
        With more in one request it refuses, as vLLM does.
    key : str, optional
        Without it, it refuses.
    models, together
        As for :class:`EndpointServer`; where models are named, others are unknown.
    """

    def __init__(
        self, *replies: Reply, answer: Any = None, forms: tuple[str, ...] = ("json_schema", "json_object", "text"),
        parameters: tuple[str, ...] = ("response_format", "max_completion_tokens", "max_tokens"), sees: bool = True,
        most_images: int | None = None, key: str | None = None, models: tuple[str, ...] = (), together: int = 1,
    ) -> None:  # fmt: skip
        super().__init__(*replies, models=models, together=together)
        self.said, self.forms, self.parameters = answer, forms, parameters
        self.sees, self.most_images, self.key = sees, most_images, key

    @property
    def texts(self) -> list[str]:
        """All that each request says in words, system message first."""
        return ["\n".join(_texts(request)) for request in self.requests]

    @property
    def images(self) -> list[list[tuple[str, bytes]]]:
        """The images of each request: MIME type and content."""
        return [_images(request) for request in self.requests]

    def answer(self, request: dict[str, Any]) -> Reply:
        """What to answer a request that no reply was scripted for."""
        if self.key is not None and self.headers[-1].get("authorization") != f"Bearer {self.key}":
            return refusal(401, "Incorrect API key provided", code="invalid_api_key")
        if self.models and request["model"] not in self.models:
            return refusal(404, f"model '{request['model']}' not found", code="model_not_found")
        unknown = sorted(set(request) - {"model", "messages", *self.parameters})
        if unknown:
            return refusal(422, f"Extra inputs are not permitted: {unknown[0]}")
        form = request.get("response_format", {"type": "text"})["type"]
        if form not in self.forms:
            return refusal(400, f"'response_format.type' must be one of {', '.join(self.forms)}")
        images = _images(request)
        if images and not self.sees:
            return refusal(500, "image input is not supported - hint: you may need to provide the mmproj")
        if self.most_images is not None and len(images) > self.most_images:
            return refusal(400, f"At most {self.most_images} image(s) may be provided in one prompt.")
        return said(self.said)


def _parts(request: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for message in request["messages"]:
        content = message["content"]
        found += [{"type": "text", "text": content}] if isinstance(content, str) else content
    return found


def _texts(request: dict[str, Any]) -> list[str]:
    return [part["text"] for part in _parts(request) if part["type"] == "text"]


def _images(request: dict[str, Any]) -> list[tuple[str, bytes]]:
    urls = [part["image_url"]["url"] for part in _parts(request) if part["type"] == "image_url"]
    found = []
    for url in urls:
        head, _, content = url.partition(";base64,")
        found.append((head.removeprefix("data:"), base64.b64decode(content, validate=True)))
    return found
