"""What every namer is shown, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from clusterby.core.column import FloatArray, IntArray
from clusterby.core.modality import Modality
from clusterby.namers.question import Part

__all__ = ["MIXED", "Clusters", "Evidence", "Name", "Namer", "Names"]

MIXED = "mixed: "
"""How a name of words begins where the cluster seems to hold several kinds of things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What a cluster is called.

    Parameters
    ----------
    name : str
        One line.
    by : str
        Who gave it: ``"keywords"``, or ``"gpt-6-luna at api.openai.com"``.
    description : str
        One sentence on what the cluster holds; nothing if the namer writes none.
    confidence : float, optional
        From 0 to 1, as the namer means it; None if it does not say.
    mixed : bool
        Whether the cluster seems to hold several kinds of things.
    words : tuple of str
        The words or values that speak for the name, the best first.

    Examples
    --------
    >>> Name(name="red bikes", by="keywords").mixed
    False
    """

    name: str
    by: str
    description: str = ""
    confidence: float | None = None
    mixed: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a namer gave back.

    Parameters
    ----------
    names : mapping of int to Name
        By cluster; no two are alike.
    failed : mapping of int to str
        For each cluster that got none the reason.
    bill : str
        What it took, in one sentence, or what it would take; nothing where nothing is paid for or sent.
    """

    names: Mapping[int, Name] = field(default_factory=dict)
    failed: Mapping[int, str] = field(default_factory=dict)
    bill: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A value of another column that marks a cluster.

    Parameters
    ----------
    text : str
        The value, or where means are compared ``"high price"``.
    column : str
        The column.
    inside, overall : float
        The value's share of the cluster and of all rows (its support); of numbers the means.
    lift : float
        How many times as common it is in the cluster; of numbers the difference of the means in standard deviations.
    of_means : bool
        Whether means are compared.

    Examples
    --------
    >>> Evidence(text="red", column="color", inside=0.9, overall=0.3, lift=3.0).of_means
    False
    """

    text: str
    column: str
    inside: float
    overall: float
    lift: float
    of_means: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clusters:
    """What a namer is shown of a result. What takes long is a function, and is done when it is called.

    Names must set a cluster apart from all clusters that `labels` tell of, those that are not to be named among them.

    Parameters
    ----------
    ids : tuple of int
        The clusters, increasing, noise left out.
    labels : int64 (m,)
        The cluster of each row that was clustered, noise −1.
    centers : float32 (k, d)
        Those of `ids`.
    vectors : callable
        Returns what was clustered, float32 (m, d).
    column : str
        What the rows were clustered by.
    modality : Modality
        What its cells are.
    texts : callable, optional
        Returns a text of each row, None where there is none; None if the table has no texts.
    show : callable, optional
        Takes the place of a row, from 0 to m − 1, and returns it as a part of a question: a text, or a small image as its
        MIME type and encoded bytes. Raises UnreadableCell. Called from several threads at once.
    marks : callable, optional
        Returns for each cluster the values of other columns that mark it, the strongest first.
    similarities : callable, optional
        Takes places of rows and words, and returns the cosine of each row with each word, float32 (rows, words); None if
        the encoder is not aligned with language.
    compared : Modality, optional
        What the cells are that `similarities` compares, where several columns were clustered; None is `modality`.
    vocabulary : callable
        Returns words for common things and looks, for namers that choose among words.
    parts : mapping of int to tuple of Name
        Of a level of a hierarchy: the names of the clusters that each one is made of.
    names : mapping of int to str
        The names that clusters have already.
    only : tuple of int, optional
        Those of `ids` that are to be named; None is all. The others are what they differ from.
    random_state : int
        What is drawn by chance is drawn from this.
    """

    ids: tuple[int, ...]
    labels: IntArray
    centers: FloatArray
    vectors: Callable[[], FloatArray]
    column: str = "item"
    modality: Modality = Modality.VECTOR
    texts: Callable[[], Sequence[str | None]] | None = None
    show: Callable[[int], Part] | None = None
    marks: Callable[[], Mapping[int, Sequence[Evidence]]] | None = None
    similarities: Callable[[Sequence[int], Sequence[str]], FloatArray] | None = None
    compared: Modality | None = None
    vocabulary: Callable[[], Sequence[str]] = tuple
    parts: Mapping[int, tuple[Name, ...]] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    only: tuple[int, ...] | None = None
    random_state: int = 0

    @property
    def asked(self) -> tuple[int, ...]:
        """The clusters that are to be named."""
        return self.ids if self.only is None else self.only

    @property
    def others(self) -> dict[int, str]:
        """The names of clusters that keep theirs."""
        return {cluster: name for cluster, name in self.names.items() if cluster not in self.asked}


@runtime_checkable
class Namer(Protocol):
    """Names clusters."""

    def name(self, clusters: Clusters) -> Names:
        """Return names, no two alike nor like one that another cluster has, and the reason for each cluster without."""
