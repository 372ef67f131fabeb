"""A fit changes its estimator as a whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["whole_fit"]


@contextmanager
def whole_fit(estimator: Any) -> Iterator[None]:
    """Put an estimator's attributes back as they were, if what is inside ends with an error or is interrupted.

    Parameters
    ----------
    estimator : estimator
        Not fitted, and not fitted then; or fitted before, and that fit stays.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> estimator = SimpleNamespace(n_clusters=2)
    >>> with whole_fit(estimator):
    ...     estimator.labels_ = [0]
    ...     raise ValueError("too few rows")
    Traceback (most recent call last):
    ValueError: too few rows
    >>> estimator
    namespace(n_clusters=2)
    """
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise
