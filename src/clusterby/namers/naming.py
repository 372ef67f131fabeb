"""Ask the questions of many clusters at once; what goes wrong with one is no matter to the others."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from clusterby.core.errors import EndpointError
from clusterby.core.progress import track
from clusterby.endpoints import Refused, TooLarge, run_jobs
from clusterby.namers.answer import UnusableAnswer
from clusterby.namers.chat import ChatModel
from clusterby.namers.kept import Answers, ask_and_keep, known_answer, question_key
from clusterby.namers.question import Question

__all__ = ["Job", "ask_jobs", "known_jobs"]

log = logging.getLogger(__name__)

S = TypeVar("S")
T = TypeVar("T")

_ONE_QUESTION = frozenset({400, 422})
"""With what servers refuse a question for what is in it; but also one that they take from nobody."""

_PATIENCE = 3
"""Questions that are refused before any is answered: then it is not for what is in them."""


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
    jobs: Sequence[Job[S, T]], *, chat: ChatModel, answers: Answers, workers: int, description: str = "name"
) -> tuple[dict[int, T], dict[int, str]]:
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
    description : str
        What the progress is called.

    Returns
    -------
    answered : dict of int to object
        What was answered, by job.
    failed : dict of int to str
        Why there is no answer to the others: the model refuses, answers what cannot be used, or the server does not take
        the question.

    Raises
    ------
    EndpointError
        If the server cannot be reached, does not know key or model, has no credit left, or refuses all questions.
    """
    answered: dict[int, T] = {}
    failed: dict[int, str] = {}
    stop, counting = threading.Event(), threading.Lock()

    def give_up(error: EndpointError) -> bool:
        if isinstance(error, UnusableAnswer):
            return False
        refused = len(failed) + 1
        return not _for_what_is_in_it(error) or (not answered and refused >= min(_PATIENCE, len(jobs)))

    with track(description, len(jobs)) as advance:

        def ask(job: Job[S, T]) -> None:
            try:
                found = _ask_one(job, chat, answers, stop)
            except EndpointError as error:
                with counting:
                    if give_up(error):
                        raise
                    failed[job.name] = str(error)
            else:
                with counting:
                    answered[job.name] = found
            with counting:
                advance(1)

        try:
            run_jobs(ask, jobs, workers=workers, stop=stop)
        except EndpointError as error:
            if not answered:
                raise
            raise EndpointError(
                f"{error}; {len(answered):,} of {len(jobs):,} answers came before and are kept: run again for the rest"
            ) from None
    return answered, failed


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


def _for_what_is_in_it(error: EndpointError) -> bool:
    """Whether a server may have refused a question for what is in it, as some do by their content filters."""
    cause = error.__context__
    return isinstance(cause, Refused) and cause.refusal.status in _ONE_QUESTION
