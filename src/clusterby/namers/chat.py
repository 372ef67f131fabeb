"""Ask a chat model a question whose answer has a form."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

from clusterby.endpoints import Barred, Endpoint, Refusal, Refused, Wording, check_settings, find_address
from clusterby.namers.answer import Answer, Unfit, UnusableAnswer, find_object, read_answer
from clusterby.namers.forms import PLAIN, blind, form_options, unknown_form
from clusterby.namers.prices import DEFAULT_MODEL, describe_bill
from clusterby.namers.question import Question, sendable

__all__ = ["ChatModel", "Spent"]

T = TypeVar("T")

_WORDING = Wording(
    purpose="a chat model at an OpenAI-compatible endpoint", asker="model", verb="answer", product="chat answers",
    settings="the model's name (CLUSTERBY_CHAT_MODEL)", sooner=", or send less",
)  # fmt: skip
_SENT_BACK = 10_000
"""Characters of an answer that cannot be used."""


class Spent(NamedTuple):
    """What was answered so far: calls, and tokens sent and received where the server counts them."""

    calls: int
    sent: int
    received: int


class ChatModel:
    """A chat model behind an OpenAI-compatible ``/v1/chat/completions`` endpoint; any number of threads may ask at once.

    Nothing is sent before the first question.

    Parameters
    ----------
    model : str, optional
        The server's name for it; None takes ``CLUSTERBY_CHAT_MODEL``, else :data:`~clusterby.namers.prices.DEFAULT_MODEL`.
    base_url : str, optional
        Where the server is, for example ``"http://localhost:11434/v1"``; None takes ``OPENAI_BASE_URL``, else OpenAI.
    api_key : str, optional
        None takes ``OPENAI_API_KEY``, for OpenAI and for ``OPENAI_BASE_URL``. Other servers get no key but this one.
    max_tokens : int
        How many tokens an answer may have, what the model thinks before among them; servers that cannot be told decide.
    max_retries : int
        How often a request is made again after a rate limit, an error of the server or a lost connection; waits as long as
        the server asks, up to two minutes, else 0.5, 1, 2, … up to 30 seconds.
    timeout : float
        Seconds without an answer after which a request counts as lost.

    Raises
    ------
    InvalidParameter
        If a parameter is out of its range, or OpenAI is asked without a key.

    Notes
    -----
    The first question finds out how the server can be held to a form: by a JSON schema, by JSON mode, or by the rules
    alone. What comes back is checked in any case.

    Examples
    --------
    >>> chat = ChatModel("qwen3-vl:4b", base_url="http://localhost:11434/v1")
    >>> chat.estimate([Question(rules="Answer in JSON.", parts=("What is it?",), schema={})])
    '1 call to qwen3-vl:4b with 0 images, about 7 tokens, goes to localhost:11434 on this machine: no price is known'
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        max_tokens: int = 4096,
        max_retries: int = 8,
        timeout: float = 120.0,
    ) -> None:
        if model is None:
            model = os.environ.get("CLUSTERBY_CHAT_MODEL", "").strip() or DEFAULT_MODEL
        check_settings(model=model, timeout=timeout, max_retries=max_retries, max_tokens=max_tokens)
        self.model, self.max_tokens = model, max_tokens
        self.address = find_address(base_url, api_key)
        self._endpoint = Endpoint(
            model, self.address, wording=_WORDING, max_retries=max_retries, timeout=timeout
        )
        self._form, self._settled, self._sees = 0, False, False
        self._lock = threading.Lock()
        self._spent = Spent(0, 0, 0)

    def __repr__(self) -> str:
        return f"ChatModel({self.model!r}, base_url={self.address.base_url!r})"

    @property
    def spent(self) -> Spent:
        """What was answered so far."""
        return self._spent

    def estimate(self, questions: Sequence[Question]) -> str:
        """Return how much would be sent where, and what that costs at list price; sends nothing."""
        return describe_bill(questions, model=self.model, address=self.address)

    def ask(
        self,
        question: Question,
        read: Callable[[Mapping[str, Any]], T],
        *,
        stop: threading.Event | None = None,
    ) -> T:
        """Return the answer to a question, as it is read.

        An answer that cannot be used is sent back once, with what is wrong with it; a body that holds no answer at all is
        asked for twice more.

        Parameters
        ----------
        question : Question
            What is asked.
        read : callable
            Takes the JSON object of the answer, checks it and returns what it means; raises
            :class:`~clusterby.namers.answer.Unfit` with what is wrong, in words for the model.
        stop : threading.Event, optional
            Ends the wait for another attempt.

        Raises
        ------
        UnusableAnswer
            If the model refuses to answer, its second answer cannot be used either, or no body holds an answer.
        Failed
            If every attempt failed, by what may pass.
        Denied
            If the server refuses the question, maybe for what is in it, or the model takes no images.
        EndpointError
            If the server cannot be reached, does not know key or model, or has no credit left.
        TooLarge
            If the server takes less at a time: a shorter question, or fewer images.
        Stopped
            If `stop` was set.
        MissingExtra
            If the ``openai`` client is not installed.
        """
        stop = stop or threading.Event()
        messages, wrong = question.messages(), ""
        for _ in range(2):
            answer = self._endpoint.ask(partial(self._send, question, messages), stop)
            try:
                return _meaning(answer, read)
            except Unfit as unfit:
                wrong = str(unfit)
            self._check_willing(answer)
            messages = [*messages, *_correction(answer, wrong)]
        advice = (
            "raise max_tokens=, or choose another model" if answer.end == "length" else "choose another model"
        )
        raise UnusableAnswer(
            f"model {self.model!r} at {self.address.host} gave no usable answer, twice: {wrong}; {advice}"
        )

    def _send(self, question: Question, messages: list[dict[str, Any]]) -> Answer:
        form = self._form
        while True:
            try:
                body = self._endpoint.post(
                    "chat.completions", messages=messages, **form_options(question, form, self.max_tokens)
                )
                answer = read_answer(body, host=self.address.host, key=self.address.key)
            except Refused as error:
                refusal = error.refusal
                self._check_sight(refusal, question)
                settled = self._settled and form >= self._form  # not by another thread meanwhile
                if settled or form == PLAIN or refusal.filtered or not unknown_form(refusal):
                    raise
                form += 1
            else:
                break
        with self._lock:
            self._sees |= question.images > 0
            self._form, self._settled = min(form, self._form) if self._settled else form, True
            calls, sent, received = self._spent
            self._spent = Spent(calls + 1, sent + answer.sent, received + answer.received)
        return answer

    def _check_sight(self, refusal: Refusal, question: Question) -> None:
        """Say at once that a model sees no images: some servers report it as if it would pass."""
        if question.images and not self._sees and not refusal.filtered and blind(refusal):
            raise Barred(
                f"{self.address.host} refused the images for model {self.model!r} ({refusal.status}): {refusal.said}: choose a "
                "model that sees (CLUSTERBY_CHAT_MODEL)"
            ) from None

    def _check_willing(self, answer: Answer) -> None:
        said = answer.refusal or ("its content filter" if answer.filtered else "")
        if said:
            raise UnusableAnswer(
                f"model {self.model!r} at {self.address.host} refuses to answer: {said[:200]}: send other examples, or choose "
                "another model"
            )


def _meaning(answer: Answer, read: Callable[[Mapping[str, Any]], T]) -> T:
    try:
        return read(find_object(answer.text))
    except Unfit:
        if answer.end == "length":
            raise Unfit("the answer was cut off because it was too long") from None
        raise


def _correction(answer: Answer, wrong: str) -> list[dict[str, Any]]:
    """Return what is said after an answer that cannot be used."""
    text = sendable(answer.text[:_SENT_BACK]) or "(nothing)"
    return [
        {"role": "assistant", "content": text},
        {
            "role": "user",
            "content": f"This cannot be used: {sendable(wrong)}. Answer again, with the JSON object alone.",
        },
    ]
