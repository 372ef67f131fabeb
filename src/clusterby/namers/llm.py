"""Let a chat model name clusters by some of their members."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from clusterby.core.errors import EndpointError, InvalidParameter
from clusterby.namers.ask_for_name import Asked, Group, ask_for_name, read_name
from clusterby.namers.base import Clusters, Name, Names
from clusterby.namers.chat import ChatModel, Spent
from clusterby.namers.distinct import (
    Namesake,
    ask_to_tell_apart,
    find_namesakes,
    halved,
    number_names,
    read_names,
)
from clusterby.namers.gallery import Gallery
from clusterby.namers.kept import Answers, AnswersInMemory
from clusterby.namers.naming import Job, ask_jobs, known_jobs
from clusterby.namers.total import describe_total

__all__ = ["LLMNamer"]

log = logging.getLogger(__name__)

_LONGEST_WISH = 2000  # characters
_MOST_OTHERS = 100  # names of other clusters in a question
_TOGETHER = 24
"""Rows in a question that tells clusters apart."""


class LLMNamer:
    """Names clusters by a chat model behind an OpenAI-compatible endpoint.

    Of each cluster the model is shown some rows of its center, different ones, and some of its border, beside rows of the
    nearest clusters. Clusters of the same name are shown side by side once more, to be told apart; names that are still
    alike get numbers. Nothing is sent before :meth:`name` is called.

    Parameters
    ----------
    model, base_url, api_key, max_tokens, max_retries, timeout
        As for :class:`~clusterby.namers.chat.ChatModel`.
    prompt : str, optional
        What else the model is asked for: ``"in German"``.
    criterion : str, optional
        What names are about: ``"mood"``; None takes what the members have in common.
    samples : int
        Rows of each cluster that are sent, if it has as many different ones.
    contrast : int
        Rows of the nearest clusters that are sent beside them.
    workers : int
        How many questions are under way at once; `show` of the clusters is called from as many threads.
    answers : Answers, optional
        Where answers are kept as they come, so that what was asked before is never asked again; None keeps them in this
        object.
    dry_run : bool
        Whether to send nothing, and return what it would take. That needs no key.

    Raises
    ------
    InvalidParameter
        If a parameter is out of its range.

    Examples
    --------
    >>> import numpy as np
    >>> clusters = Clusters(
    ...     ids=(0, 1), labels=np.array([0, 1]), centers=np.float32([[1], [9]]), vectors=lambda: np.float32([[1], [9]]),
    ...     show=["a cat", "a dog"].__getitem__,
    ... )
    >>> LLMNamer("gemma3", base_url="http://localhost:11434/v1", dry_run=True).name(clusters).bill  # doctest: +ELLIPSIS
    '2 calls to gemma3 with 0 images, about ... tokens, go to localhost:11434 on this machine: no price is known'
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        prompt: str | None = None,
        criterion: str | None = None,
        samples: int = 12,
        contrast: int = 4,
        workers: int = 8,
        max_tokens: int = 4096,
        max_retries: int = 8,
        timeout: float = 120.0,
        answers: Answers | None = None,
        dry_run: bool = False,
    ) -> None:
        self.chat = ChatModel(
            model, base_url=base_url, api_key=api_key, max_tokens=max_tokens, max_retries=max_retries, timeout=timeout
        )  # fmt: skip
        _check_whole(samples=(samples, 1), contrast=(contrast, 0), workers=(workers, 1))
        _check_words(prompt=prompt, criterion=criterion)
        if answers is not None and not isinstance(answers, Answers):
            raise InvalidParameter(
                f"answers={answers!r:.80}: give an object with get(key) and keep(key, text)"
            )
        self.asked = Asked(criterion=criterion, prompt=prompt)
        self.samples, self.contrast, self.workers, self.dry_run = samples, contrast, workers, dry_run
        self._answers = AnswersInMemory() if answers is None else answers

    def __repr__(self) -> str:
        return f"LLMNamer({self.chat.model!r}, base_url={self.chat.address.base_url!r})"

    @property
    def by(self) -> str:
        """Who gives the names: ``"MODEL at HOST"``."""
        return f"{self.chat.model} at {self.chat.address.host}"

    def name(self, clusters: Clusters) -> Names:
        """Return the names of clusters, no two alike; an answer that was kept is not asked for again.

        Raises
        ------
        EndpointError
            If the server cannot be reached, does not know key or model, has no credit left, or fails several times in a row.
            What was answered until then is kept.
        InvalidParameter
            If OpenAI is asked without a key.
        MissingExtra
            If the ``openai`` client is not installed.
        """
        before, gallery = self.chat.spent, Gallery(clusters, samples=self.samples, contrast=self.contrast)
        gallery.look(workers=self.workers, stop=threading.Event())
        groups = {cluster: gallery.group(cluster) for cluster in clusters.asked}
        failed = {c: gallery.reason(c) for c, group in groups.items() if not (group.members or group.parts)}
        jobs = [self._naming(cluster, group) for cluster, group in groups.items() if cluster not in failed]
        names = known_jobs(jobs, chat=self.chat, answers=self._answers)
        new, kept = [job for job in jobs if job.name not in names], len(names)
        if self.dry_run:
            return Names(bill=self._estimate(new, kept))
        if new:
            log.warning("%s: %s", clusters.column, self._estimate(new, kept))
        answered, refused = ask_jobs(
            new, chat=self.chat, answers=self._answers, workers=self.workers,
            kept=kept + before.calls + self._parts_named(clusters), description=f"name {clusters.column}",
        )  # fmt: skip
        names |= answered
        others = {c: name for c, name in clusters.names.items() if c not in names}
        names |= self._tell_apart(names, others, gallery)
        numbered = number_names({c: name.name for c, name in names.items()}, others.values())
        spent = Spent(*(now - then for now, then in zip(self.chat.spent, before, strict=True)))
        total = describe_total(spent, model=self.chat.model, address=self.chat.address, kept=kept)
        log.info("%s: %s", clusters.column, total)
        return Names(
            names={c: replace(names[c], name=numbered[c]) for c in sorted(names)},
            failed=dict(sorted((failed | refused).items())),
            bill=total,
        )

    def _parts_named(self, clusters: Clusters) -> int:
        return sum(part.by == self.by for parts in clusters.parts.values() for part in parts)

    def _naming(self, cluster: int, group: Group) -> Job[Group, Name]:
        return Job(
            name=cluster, shown=group, question=partial(ask_for_name, asked=self.asked), halved=Group.halved,
            read=partial(read_name, by=self.by),
        )  # fmt: skip

    def _estimate(self, jobs: Iterable[Job[Group, Name]], kept: int) -> str:
        bill = self.chat.estimate([job.question(job.shown) for job in jobs])
        return f"{bill}; {kept:,} answer{'' if kept == 1 else 's'} kept from before" if kept else bill

    def _tell_apart(
        self, names: Mapping[int, Name], others: Mapping[int, str], gallery: Gallery
    ) -> dict[int, Name]:
        """Return new names of clusters whose names are alike; none where the model does not find any."""
        plain = {cluster: name.name for cluster, name in names.items()}
        sets = [_with_rows(same, gallery) for same in find_namesakes(plain, others)]
        jobs = [self._telling(number, same, plain | dict(others)) for number, same in enumerate(sets)]
        known = known_jobs(jobs, chat=self.chat, answers=self._answers)
        new = [job for job in jobs if job.name not in known]
        if new:
            log.warning(
                "to tell names apart: %s", self.chat.estimate([job.question(job.shown) for job in new])
            )
            known |= self._told(new, kept=len(names))
        return {
            namesake.cluster: replace(names[namesake.cluster], name=name)
            for number, told in known.items()
            for namesake, name in zip((n for n in sets[number] if not n.keeps), told, strict=True)
        }

    def _told(
        self, jobs: list[Job[tuple[Namesake, ...], tuple[str, ...]]], *, kept: int
    ) -> dict[int, tuple[str, ...]]:
        try:
            told, failed = ask_jobs(
                jobs, chat=self.chat, answers=self._answers, workers=self.workers, kept=kept,
                description="tell names apart",
            )  # fmt: skip
        except EndpointError as error:  # the names are there: better numbered than lost
            log.warning("names that are alike are numbered: %s", error)
            return {}
        for reason in failed.values():
            log.warning("names that are alike are numbered: %s", reason)
        return told

    def _telling(
        self, number: int, same: tuple[Namesake, ...], names: Mapping[int, str]
    ) -> Job[tuple[Namesake, ...], tuple[str, ...]]:
        new = {namesake.cluster for namesake in same if not namesake.keeps}
        taken = [name for cluster, name in names.items() if cluster not in new]
        others = [name for name in dict.fromkeys(taken) if name not in {n.name for n in same}][:_MOST_OTHERS]
        return Job(
            name=number, shown=same, question=partial(ask_to_tell_apart, others=others, asked=self.asked),
            halved=halved, read=partial(read_names, count=len(new), taken=taken),
        )  # fmt: skip


def _with_rows(same: tuple[Namesake, ...], gallery: Gallery) -> tuple[Namesake, ...]:
    most = max(2, _TOGETHER // len(same))
    return tuple(replace(namesake, members=gallery.shown(namesake.cluster)[:most]) for namesake in same)


def _check_whole(**given: tuple[int, int]) -> None:
    for name, (value, least) in given.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise InvalidParameter(f"{name}={value!r}: give a whole number from {least} on")


def _check_words(**given: str | None) -> None:
    for name, words in given.items():
        if words is None:
            continue
        if not isinstance(words, str) or not words.strip():
            raise InvalidParameter(f"{name}={words!r:.80}: say it in words, or leave it out")
        if len(words) > _LONGEST_WISH:
            raise InvalidParameter(
                f"{name}= has {len(words):,} characters: say it in {_LONGEST_WISH:,} at most"
            )
