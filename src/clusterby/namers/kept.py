"""Ask a chat model, but never twice for what it answered before."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar, runtime_checkable

from clusterby.core.fingerprint import fingerprint
from clusterby.namers.answer import Unfit
from clusterby.namers.chat import ChatModel
from clusterby.namers.question import Question

__all__ = ["Answers", "AnswersInMemory", "ask_and_keep", "known_answer", "question_key"]

T = TypeVar("T")


@runtime_checkable
class Answers(Protocol):
    """Where answers are kept; several threads ask and keep at once."""

    def get(self, key: str) -> str | None:
        """Return what was kept under a key; None if nothing was."""

    def keep(self, key: str, text: str) -> None:
        """Keep an answer, so that it outlives whatever happens next."""


class AnswersInMemory:
    """Keeps answers for as long as it lives.

    Examples
    --------
    >>> answers = AnswersInMemory()
    >>> answers.keep("key", "{}")
    >>> answers.get("key"), answers.get("another")
    ('{}', None)
    """

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        """Return what was kept under a key; None if nothing was."""
        return self._kept.get(key)

    def keep(self, key: str, text: str) -> None:
        """Keep an answer."""
        self._kept[key] = text


def question_key(chat: ChatModel, question: Question) -> str:
    """Return what an answer is known by: the model, where it is, and all that it is asked.

    Examples
    --------
    >>> chat = ChatModel("gemma3", base_url="http://localhost:11434/v1")
    >>> len(question_key(chat, Question(rules="Answer in JSON.", parts=("What is it?",), schema={})))
    32
    """
    return fingerprint(
        chat.model, chat.address.base_url, question.rules, question.parts, dict(question.schema)
    )


def known_answer(answers: Answers, key: str, read: Callable[[Mapping[str, Any]], T]) -> T | None:
    """Return what was answered before; None if nothing was, or what is kept is damaged.

    Examples
    --------
    >>> answers = AnswersInMemory()
    >>> answers.keep("damaged", '{"name": "re')
    >>> known_answer(answers, "damaged", dict) is None
    True
    """
    kept = answers.get(key)
    try:
        found = None if kept is None else json.loads(kept)
        return read(found) if isinstance(found, dict) else None
    except (ValueError, RecursionError, Unfit):
        return None


def ask_and_keep(
    chat: ChatModel,
    question: Question,
    read: Callable[[Mapping[str, Any]], T],
    *,
    answers: Answers,
    key: str,
    stop: threading.Event | None = None,
) -> T:
    """Ask a question, and keep the answer before anything else is done with it.

    Parameters
    ----------
    chat : ChatModel
        The model.
    question : Question
        What is asked; where a server takes less at a time, it may be shorter than what `key` was made of.
    read : callable
        As for :meth:`~clusterby.namers.chat.ChatModel.ask`.
    answers : Answers
        Where the answer is kept, once it was read; one that cannot be used is not.
    key : str
        What it is kept under.
    stop : threading.Event, optional
        As for :meth:`~clusterby.namers.chat.ChatModel.ask`.
    """

    def read_and_keep(answer: Mapping[str, Any]) -> T:
        found = read(answer)
        answers.keep(key, json.dumps(dict(answer)))
        return found

    return chat.ask(question, read_and_keep, stop=stop)
