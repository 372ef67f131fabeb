"""Ask the questions of many clusters at once; what goes wrong with one is no matter to the others."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from clusterby.core.errors import EndpointError
from clusterby.core.progress import track
from clusterby.endpoints import Barred, Denied, Failed, Filtered, TooLarge, run_jobs
from clusterby.namers.answer import UnusableAnswer
from clusterby.namers.chat import ChatModel
from clusterby.namers.kept import Answers, ask_and_keep, known_answer, question_key
from clusterby.namers.question import Question

__all__ = ["Job", "ask_jobs", "known_jobs"]

log = logging.getLogger(__name__)

S = TypeVar("S")
T = TypeVar("T")

_PATIENCE = 3
"""Questions that fail in a row, or as many as are under way at once if that is more: then it is not for what is in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Generic[S, T]):
    """A question that may be made shorter.

    Parameters
    ----------
    name : int
        What the answer is for.
    shown : object
        What the question is about.
    question : callable
        Takes what it is about, and returns the question.
    halved : callable
        Takes what it is about, and returns less of it; None if nothing less is left.
    read : callable
        Takes the JSON object of an answer and returns what it means.
    """

    name: int
    shown: S
    question: Callable[[S], Question]
    halved: Callable[[S], S | None]
    read: Callable[[Mapping[str, Any]], T]


def known_jobs(jobs: Sequence[Job[S, T]], *, chat: ChatModel, answers: Answers) -> dict[int, T]:
    """Return what was answered before, by job."""
    found = {
        job.name: known_answer(answers, question_key(chat, job.question(job.shown)), job.read) for job in jobs
    }
    return {name: answer for name, answer in found.items() if answer is not None}


def ask_jobs(
    jobs: Sequence[Job[S, T]], *, chat: ChatModel, answers: Answers, workers: int, kept: int = 0,
    description: str = "name",
) -> tuple[dict[int, T], dict[int, str]]:  # fmt: skip
    """Ask the questions of all jobs, and keep each answer as it comes.

    Parameters
    ----------
    jobs : sequence of Job
        What to ask; a question whose answer is kept is not left out here.
    chat : ChatModel
        The model.
    answers : Answers
        Where answers are kept, each under the whole question, however short the one was that the server took.
    workers : int
        How many questions are under way at once.
    kept : int
        How many other questions the model is known to have answered: a server that did so may refuse one for what is in it.
    description : str
        What the progress is called.

    Returns
    -------
    answered : dict of int to object
        What was answered, by job.
    failed : dict of int to str
        Why there is no answer to the others: the model refuses, answers what cannot be used, or the server does not take
        the question or fails at every attempt.

    Raises
    ------
    EndpointError
        If the server cannot be reached, does not know key or model, has no credit left, fails several times in a row, or
        has failed at every question that there is.
    """
    run: _Run[T] = _Run(len(jobs), known_good=kept > 0, patience=max(_PATIENCE, workers))
    stop = threading.Event()
    with track(description, len(jobs)) as advance:

        def ask(job: Job[S, T]) -> None:
            with run.counting:
                run.begun += 1
            try:
                found = _ask_one(job, chat, answers, stop)
            except EndpointError as error:
                with run.counting:
                    if run.ends_with(job.name, error):
                        raise
            else:
                with run.counting:
                    run.answer(job.name, found)
            with run.counting:
                advance(1)

        try:
            run_jobs(ask, jobs, workers=workers, stop=stop)
        except EndpointError as error:
            if not run.answered:
                raise
            raise EndpointError(
                f"{error}; {len(run.answered):,} of {len(jobs):,} answers came before and are kept: run again for the rest"
            ) from None
    return run.answered, run.failed


class _Run(Generic[T]):
    """How it went so far; whoever looks holds `counting`."""

    def __init__(self, total: int, *, known_good: bool, patience: int) -> None:
        self.counting = threading.Lock()
        self.begun = 0
        self.answered: dict[int, T] = {}
        self.failed: dict[int, str] = {}
        self._total, self._known_good, self._patience = total, known_good, patience
        self._in_a_row = self._by_the_server = 0

    def answer(self, name: int, found: T) -> None:
        """Count an answer."""
        self.answered[name] = found
        self._known_good, self._in_a_row = True, 0

    def ends_with(self, name: int, error: EndpointError) -> bool:
        """Count a question that failed, and return whether the others are not to be asked for it."""
        self.failed[name] = str(error)
        if self._for_what_is_in_it(error):
            self._in_a_row = 0
            return False
        if not isinstance(error, (Failed, Denied)):
            return True
        self._in_a_row += 1
        self._by_the_server += 1
        if self.begun < self._total:
            return self._in_a_row >= self._patience
        return not self._known_good and self._by_the_server == self._total

    def _for_what_is_in_it(self, error: EndpointError) -> bool:
        """Whether it is no matter to other questions: a server that has answered one does not refuse all for the same."""
        if isinstance(error, (Failed, Barred)):
            return False
        denied = isinstance(error, Denied) and self._known_good
        return denied or isinstance(error, (UnusableAnswer, Filtered))


def _ask_one(job: Job[S, T], chat: ChatModel, answers: Answers, stop: threading.Event) -> T:
    shown = job.shown
    key = question_key(chat, job.question(shown))
    while True:
        try:
            return ask_and_keep(chat, job.question(shown), job.read, answers=answers, key=key, stop=stop)
        except TooLarge as refusal:
            less = job.halved(shown)
            if less is None:
                raise UnusableAnswer(
                    f"{chat.address.host} takes no question as long as this one, not even with the fewest members (it said: "
                    f"{refusal}): lower max_tokens=, or choose another model"
                ) from None
            shown = less
            log.info("%s takes fewer members at a time", chat.address.host)
