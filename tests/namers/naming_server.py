"""A server that names groups by what their members say, and clusters to be named."""

import json
import re
import time
from collections import Counter

import numpy as np

from clusterby.core.modality import Modality
from clusterby.namers.base import Clusters
from tests.servers.chat_server import ChatServer, Reply, refusal, said


class NamingServer(ChatServer):
    """Names a group by the word that most of its members begin with, and groups that are told apart by their last words.

    Parameters
    ----------
    seconds : float
        How long each answer takes.
    every : int
        Of so many requests one fails, with status 500.
    most : int, optional
        After so many answers it answers no more.
    then : Reply
        What comes after those; unless told, it keeps the connections open and says nothing.
    """

    def __init__(self, *replies, seconds=0.0, every=0, most=None, then=None, **options):
        super().__init__(*replies, **options)
        self.every, self.most, self.answered = every, most, []
        self.then = then or Reply(slow=True)
        if seconds:
            self.arrived = Pause(seconds)

    def answer(self, request):
        reply = super().answer(request)
        if reply.status != 200 or self.said is not None:
            return reply
        if self.every and len(self.requests) % self.every == 0:
            return refusal(500, "not this time")
        question = "\n".join(texts_of(request))
        if self.most is not None and len(self.answered) >= self.most:
            return self.then
        self.answered.append(question)
        return said(answer_of(question))

    @property
    def questions(self):
        """What each request asks, the rules left out."""
        return ["\n".join(texts_of(request)) for request in self.requests]


class Pause:
    """Waits for some seconds, in the place of a barrier."""

    def __init__(self, seconds):
        self.seconds = seconds

    def wait(self):
        time.sleep(self.seconds)


def texts_of(request):
    content = request["messages"][1]["content"]
    return [content] if isinstance(content, str) else [part.get("text", "") for part in content]


def members_of(text):
    """The members of each group in a question, by the group's number; of one group 0."""
    found = {}
    for group, member in re.findall(r'^Member \d+(?: of group (\d+))?[^:]*: (".*")$', text, re.MULTILINE):
        found.setdefault(int(group or 0), []).append(json.loads(member))
    return found


def answer_of(text):
    members = members_of(text)
    if list(members) in ([], [0]):
        words = Counter(member.split()[0] for member in members.get(0, ["nothing"]))
        return name_answer(words.most_common(1)[0][0])
    named = [int(n) for n in re.findall(r"^Group (\d+), named", text, re.MULTILINE)]
    return {"names": [" ".join(members[n][0].split()[1:]) for n in named]}


def name_answer(name, description="What they are.", confidence=0.9, mixed=False):
    return {"name": name, "description": description, "confidence": confidence, "mixed": mixed}


def clusters_of(texts, *, names=None, ids=None, show=True, random_state=0, parts=None):
    """Clusters of texts, given as lists of lists: vectors around the cluster's number on a circle."""
    labels = np.repeat(np.arange(len(texts)), [len(group) for group in texts])
    angles = labels * 2 * np.pi / max(len(texts), 2)
    noise = np.random.default_rng(0).normal(scale=0.01, size=(len(labels), 2))
    vectors = (np.column_stack([np.cos(angles), np.sin(angles)]) + noise).astype(np.float32)
    cells = [text for group in texts for text in group]
    chosen = tuple(range(len(texts))) if ids is None else ids
    centers = [vectors[labels == c].mean(axis=0) if (labels == c).any() else np.zeros(2) for c in chosen]
    shown = cells.__getitem__ if show is True else show or None
    return Clusters(
        ids=chosen, labels=labels, centers=np.array(centers, dtype=np.float32), vectors=lambda: vectors, column="notes",
        modality=Modality.TEXT, show=shown, names=names or {}, parts=parts or {}, random_state=random_state,
    )  # fmt: skip
