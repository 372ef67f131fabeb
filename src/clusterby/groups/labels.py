"""What zero-shot labelling found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clusterby.core.column import FloatArray, IntArray, ObjectArray, Skipped
from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import InvalidParameter, InvalidTable
from clusterby.encoders import EncoderChoice
from clusterby.ops.cluster import spread_labels
from clusterby.ops.zero_shot import Scores
from clusterby.tables.base import Table

__all__ = ["Labels"]

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Labels:
    """How well descriptions fit each row, or which candidate fits it best; made by :func:`clusterby.label`.

    ``np.asarray(labels)`` gives the labels where one of several candidates was chosen, else the scores.

    Parameters
    ----------
    table : Table
        The table; never changed.
    by : str
        The column.
    descriptions : tuple of str
        What was scored; empty where there were candidates.
    candidates : tuple of str
        The words; empty where there were none.
    multi : bool
        Whether each candidate was scored for itself.
    templates : tuple of str
        What descriptions or words were put into; the vectors of these prompts are averaged.
    names : tuple of str
        What :meth:`to_frame` calls the new columns.
    scale : float
        What cosines were multiplied with.
    bias : float, optional
        What was added to them, where the model's logits stand alone and no negatives were needed.
    embeddings : Embeddings
        The vectors that were scored.
    scores : Scores
        The scores of the rows that have a vector.
    encoder_choice : EncoderChoice
        Which encoder, why, and what it is weak at.
    """

    table: Table
    by: str
    descriptions: tuple[str, ...]
    candidates: tuple[str, ...]
    multi: bool
    templates: tuple[str, ...]
    names: tuple[str, ...]
    scale: float
    bias: float | None
    embeddings: Embeddings
    scores: Scores
    encoder_choice: EncoderChoice

    def __repr__(self) -> str:
        skipped = f", {len(self.skipped)} skipped" if self.skipped else ""
        if self.labels_ is None:
            values = zip(self.descriptions or self.candidates, self.scores.values.mean(axis=0), strict=True)
            shown = [f"{text!r} {mean:.2f} on average" for text, mean in values]
        else:
            counts = Counter(label for label in self.labels_ if label is not None)
            shown = [f"{word} {count}" for word, count in counts.most_common()]
        more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
        return f"<Labels of {self.by}: {len(self)} rows{skipped}: {', '.join(shown[:_SHOWN])}{more}>"

    def __len__(self) -> int:
        return self.table.n_rows

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        found = np.ma.filled(self.scores_, np.nan) if self.labels_ is None else self.labels_
        return np.array(found, dtype=dtype)

    @property
    def chooses(self) -> bool:
        """Whether one of several candidates was chosen for each row."""
        return bool(self.candidates) and not self.multi

    @property
    def scores_(self) -> FloatArray:
        """From 0 to 1, float32 (n,) of a description, (n, c) of several or of candidates; masked where a row was skipped."""
        values = self.scores.values
        lone = values.shape[1] == 1 and not self.candidates
        found: FloatArray = spread_labels(values[:, 0] if lone else values, self.embeddings)
        return found

    @property
    def labels_(self) -> ObjectArray | None:
        """The best candidate of each row, (n,), None where it was skipped; None where none was chosen."""
        return self._words(0)

    @property
    def probabilities_(self) -> FloatArray | None:
        """The probability of each row's label, float32 (n,), masked where it was skipped; None where there are no labels."""
        return self._probabilities(0)

    @property
    def runner_up_(self) -> ObjectArray | None:
        """The second best candidate of each row, as :attr:`labels_`."""
        return self._words(1)

    @property
    def runner_up_probabilities_(self) -> FloatArray | None:
        """Its probability, as :attr:`probabilities_`."""
        return self._probabilities(1)

    @property
    def negatives(self) -> Mapping[str, tuple[str, ...]]:
        """What each description or candidate was scored against, beside the other candidates where one is chosen."""
        return dict(zip(self._claims, self.scores.negatives, strict=True))

    @property
    def left_out(self) -> Mapping[str, Mapping[str, str]]:
        """For each description or candidate the default negatives that were left out, with the reason."""
        return dict(zip(self._claims, self.scores.left_out, strict=True))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to know before the scores are believed."""
        return self.scores.warnings

    @property
    def meaning(self) -> str:
        """What a score is, in words."""
        if self.bias is not None:
            return (
                f"the model's own probability that it fits: sigmoid of {self.scale:g} × cosine {self.bias:+g}"
            )
        softmax = f"softmax of {self.scale:g} × cosine"
        if not self.chooses:
            return f"the probability that it fits rather than one of its negatives: {softmax}"
        rest = " and the negatives" if any(self.scores.negatives) else ""
        return f"the probability that it fits best of the candidates{rest}: {softmax}"

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """The rows that were left out, each with its reason."""
        return self.embeddings.skipped

    def to_frame(
        self,
        column: str | Sequence[str] | None = None,
        *,
        score_column: str | None = None,
        runner_up_column: str | None = None,
    ) -> Any:
        """Return a copy of the native table with the labels or the scores as columns.

        Parameters
        ----------
        column : str or list of str, optional
            The name of the column of labels, or of each column of scores. None takes what :func:`clusterby.label` was
            given, else ``"label"`` for labels, and for scores the description or the candidate.
        score_column, runner_up_column : str, optional
            Names of columns for each label's probability and for the runner-up.

        Raises
        ------
        InvalidTable
            If the table has a column of one of the names.
        InvalidParameter
            If there are not as many names as columns, two are equal, or a runner-up is asked for where none was chosen.
        """
        new = self.new_columns(column, score_column, runner_up_column)
        for name in new:
            if name in self.table.columns:
                raise InvalidTable(f"the table has a column {name!r} already: choose another name (column=…)")
        return self.table.with_columns(new)

    def new_columns(
        self,
        column: str | Sequence[str] | None = None,
        score_column: str | None = None,
        runner_up_column: str | None = None,
    ) -> dict[str, Any]:
        """Return the columns that :meth:`to_frame` adds, by name; arrays (n,), masked or None where a row was skipped."""
        names = self.names if column is None else check_names(column, len(self.names))
        extra = {"score_column": score_column, "runner_up_column": runner_up_column}
        asked = {name: value for name, value in extra.items() if value is not None}
        if asked and not self.chooses:
            name, value = next(iter(asked.items()))
            raise InvalidParameter(f"{name}={value!r}: no candidate was chosen, the scores are the columns")
        given = [*names, *asked.values()]
        for name in given:
            if given.count(name) > 1:
                raise InvalidParameter(
                    f"two of the new columns would be named {name!r}: give each its own name"
                )
        if not self.chooses:
            return dict(zip(names, spread_labels(self.scores.values, self.embeddings).T, strict=True))
        new: dict[str, Any] = {names[0]: self.labels_}
        if score_column is not None:
            new[score_column] = self.probabilities_
        if runner_up_column is not None:
            new[runner_up_column] = self.runner_up_
        return new

    @property
    def _claims(self) -> tuple[str, ...]:
        return self.candidates or self.descriptions

    def _order(self, place: int) -> IntArray:
        """Return for each vector the candidate at this place by probability; of equal ones the first counts more."""
        return np.argsort(-self.scores.values, axis=1, kind="stable")[:, place]

    def _words(self, place: int) -> ObjectArray | None:
        if not self.chooses:
            return None
        words = np.full(len(self), None, dtype=object)
        words[self.embeddings.rows] = np.array(self.candidates, dtype=object)[self._order(place)]
        return words

    def _probabilities(self, place: int) -> FloatArray | None:
        if not self.chooses:
            return None
        order = self._order(place)[:, None]
        best = np.take_along_axis(self.scores.values, order, axis=1)[:, 0]
        found: FloatArray = spread_labels(best, self.embeddings)
        return found


def check_names(column: Any, count: int) -> tuple[str, ...]:
    """Return the names of new columns.

    Raises
    ------
    InvalidParameter
        If there are more or fewer than columns, or one is no text.
    """
    several = isinstance(column, Sequence) and not isinstance(column, str)
    names = tuple(column) if several else (column,)
    if len(names) != count or not all(isinstance(name, str) and name for name in names):
        raise InvalidParameter(f"column={column!r:.80}: give {count} name{'s' if count > 1 else ''}")
    return names
