"""Read what a chat model answered: the text, why it ended, and the JSON in it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from clusterby.core.errors import EndpointError
from clusterby.endpoints import Garbled, Refused, read_refusal
from clusterby.namers.unlike import one_line

__all__ = ["Answer", "NoMessage", "Unfit", "UnusableAnswer", "find_object", "read_answer"]

_LONGEST = 200_000
"""Characters of an answer that are looked at: one that does not end is not read to its end."""

_TRIES = 100
"""Braces at which an object is looked for: of what is nested without end, each try takes long."""

_PASSED_ON = frozenset({400, 403, 408, 409, 413, 422, 425, 429, 451, 500, 502, 503, 504, 529})
"""The status of an error that a gateway passes on under its own of 200, where it is of this one question or may pass."""

_FILTERED = "content_filter"

_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)
"""What some models write before their answer, and servers leave there."""


class UnusableAnswer(EndpointError):
    """A model that gave no usable answer to one question; it may well answer another."""


class NoMessage(UnusableAnswer, Garbled):
    """A body that holds no answer; the next one may."""


class Unfit(Exception):
    """What is wrong with an answer, in words that the model can be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back.

    Parameters
    ----------
    text : str
        What the model wrote; nothing if it wrote nothing.
    refusal : str
        Why it will not answer, in its own words; nothing if it did.
    end : str
        Why it stopped: ``"stop"``, ``"length"``, ``"content_filter"`` or whatever the server says.
    sent, received : int
        Tokens as the server counted them; 0 where it does not.
    """

    text: str
    refusal: str = ""
    end: str = ""
    sent: int = 0
    received: int = 0

    @property
    def filtered(self) -> bool:
        """Whether a content filter held it back."""
        return self.end.startswith(_FILTERED)


def read_answer(body: bytes, *, host: str, key: str | None = None) -> Answer:
    """Return what a server answered to a chat request.

    Parameters
    ----------
    body : bytes
        The answer's JSON.
    host : str
        Who answered, for the error.
    key : str, optional
        Struck out wherever the server repeats it.

    Raises
    ------
    NoMessage
        If it is not JSON, or holds no message.
    Refused
        If it is an error that a gateway passes on.

    Examples
    --------
    >>> read_answer(b'{"choices": [{"message": {"content": "red"}, "finish_reason": "stop"}]}', host="localhost")
    Answer(text='red', refusal='', end='stop', sent=0, received=0)
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NoMessage(
            f"{host} answered with {len(body):,} bytes that are not JSON: check base_url=, which ends in /v1 as a rule"
        ) from None
    choices = found.get("choices") if isinstance(found, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = _message(choice)
    if not isinstance(choice, dict) or message is None:
        raise NoMessage(
            f"{host} answered with JSON that holds no message{_complaint(found, key)}: check base_url= and that the model is "
            "one for chat"
        )
    usage = found.get("usage")
    return Answer(
        text=_text(message.get("content")),
        refusal=one_line(_text(message.get("refusal")), most=_LONGEST),
        end=_text(choice.get("finish_reason")),
        sent=_count(usage, "prompt_tokens"),
        received=_count(usage, "completion_tokens"),
    )


def find_object(text: str) -> dict[str, Any]:
    """Return the JSON object in a text: all of it, or the last one if there are other words around.

    Raises
    ------
    Unfit
        If there is none.

    Examples
    --------
    >>> find_object('Here you are: {"words": ["red", "blue"]}. Anything else?')
    {'words': ['red', 'blue']}
    """
    text = _THOUGHTS.sub("", text[:_LONGEST]).strip()
    if not text:
        raise Unfit("the answer was empty")
    decoder, found, place = json.JSONDecoder(), None, text.find("{")
    for _ in range(_TRIES):
        if place < 0:
            break
        try:
            found, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            end = place + 1
        place = text.find("{", end)
    if not isinstance(found, dict):
        raise Unfit("the answer was not a JSON object")
    return found


def _message(choice: Any) -> dict[str, Any] | None:
    message = choice.get("message") if isinstance(choice, dict) else None
    if isinstance(message, dict):
        return message
    held_back = isinstance(choice, dict) and _text(choice.get("finish_reason")).startswith(_FILTERED)
    return {} if held_back else None


def _text(content: Any) -> str:
    """Return the text of a message, which some servers send in pieces."""
    if isinstance(content, list):
        return "".join(_text(piece.get("text")) for piece in content if isinstance(piece, dict))
    return content if isinstance(content, str) else ""


def _count(usage: Any, name: str) -> int:
    count = usage.get(name) if isinstance(usage, dict) else None
    return count if isinstance(count, int) and not isinstance(count, bool) and count > 0 else 0


def _complaint(found: Any, key: str | None) -> str:
    """Return what a server says that answers with an error as if it were none.

    Raises
    ------
    Refused
        If the error has a status of its own.
    """
    error = found.get("error") if isinstance(found, dict) else None
    status = error.get("code") if isinstance(error, dict) else None
    if isinstance(status, str) and status.isascii() and status.isdigit():
        status = int(status)
    if isinstance(status, int) and status in _PASSED_ON:
        raise Refused(read_refusal(status, error, {}, key=key))
    said = read_refusal(200, error, {}, key=key).said
    return f" but says {said!r}" if said else ""
