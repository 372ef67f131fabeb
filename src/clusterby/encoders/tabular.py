"""Vectors for columns of numbers, categories and dates."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import FloatArray
from clusterby.core.fingerprint import fingerprint
from clusterby.encoders.base import Items

__all__ = ["TabularEncoder"]

_MOST_CATEGORIES = 256  # rarer values share one dimension
_CLIP = 3.0  # robust standard scores beyond this are squashed
_FAR = 1e9  # where the squashed score has long reached its bound in float32

# Period in microseconds of each cycle a date is placed on; a year is the mean Gregorian one.
_HOUR = 3_600_000_000
_CYCLES = {"day": 24 * _HOUR, "week": 7 * 24 * _HOUR, "year": int(365.2425 * 24 * _HOUR)}


class TabularEncoder:
    """Embeds the values of one column, scaled to the corpus.

    Numbers become one dimension: centred on the median, scaled by the interquartile range, and
    squashed smoothly beyond three of those, so that an outlier does not make all others look alike.
    Categories become one dimension each (the rarest beyond 255 share one; a value the corpus lacks is
    the zero vector). Dates become time as a number and their places on the cycles of day, week and year, of
    which those are kept that the corpus spans at least once.

    Notes
    -----
    The squashing is the smooth clipping of Holzmüller et al. (2024), *Better by default: strong
    pre-tuned MLPs and boosted trees on tabular data*.

    Examples
    --------
    >>> import numpy as np
    >>> TabularEncoder().fit(np.array([1.0, 2.0, 3.0])).encode(np.array([2.0])).tolist()
    [[0.0]]
    """

    name = "tabular"
    revision = "1"

    def __init__(self) -> None:
        self._scale: tuple[float, float] = (0.0, 1.0)
        self._one_hot: Any = None
        self._cycles: tuple[int, ...] = ()

    def fit(self, items: Items) -> TabularEncoder:
        """Return a new encoder scaled to these values."""
        values = np.asarray(items)
        fitted = TabularEncoder()
        if values.dtype.kind == "M":
            times = _microseconds(values)
            span = int(times.max() - times.min())
            fitted._cycles = tuple(period for period in _CYCLES.values() if span >= period)
            fitted._scale = _robust_scale(times.astype(np.float64))
        elif values.dtype.kind in "fiub":
            fitted._scale = _robust_scale(values.astype(np.float64))
        else:
            fitted._one_hot = _fit_one_hot(values)
        fitted.revision = (
            f"{self.revision}#{fingerprint(values.astype(str) if values.dtype == object else values)}"
        )
        return fitted

    def encode(self, items: Items) -> FloatArray:
        """Return float32 (m, d)."""
        values = np.asarray(items)
        if self._one_hot is not None:
            return np.asarray(self._one_hot.transform(values[:, None].astype(object)), dtype=np.float32)
        if values.dtype.kind != "M":
            return self._squash(values.astype(np.float64))[:, None]
        times = _microseconds(values)
        columns = [self._squash(times.astype(np.float64))]
        for period in self._cycles:
            angle = 2 * np.pi * (times % period) / period
            columns += [np.sin(angle).astype(np.float32), np.cos(angle).astype(np.float32)]
        return np.stack(columns, axis=1)

    def _squash(self, values: NDArray[np.float64]) -> FloatArray:
        middle, spread = self._scale
        with np.errstate(over="ignore"):  # what overflows is squashed to the bound all the same
            scores = np.clip((values - middle) / spread, -_FAR, _FAR)
        squashed: FloatArray = (scores / np.hypot(1, scores / _CLIP)).astype(np.float32)
        return squashed


def _robust_scale(values: NDArray[np.float64]) -> tuple[float, float]:
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    spread = high - low
    if spread <= 0:  # half of the values are equal: the range is all that is left to scale by
        spread = (values.max() - values.min()) / 2
    return float(middle), float(spread) if spread > 0 else 1.0


def _microseconds(values: NDArray[Any]) -> NDArray[np.int64]:
    return values.astype("datetime64[us]").astype(np.int64)


def _fit_one_hot(values: NDArray[Any]) -> Any:
    from sklearn.preprocessing import OneHotEncoder

    encoder = OneHotEncoder(
        handle_unknown="ignore", max_categories=_MOST_CATEGORIES, sparse_output=False, dtype=np.float32
    )
    return encoder.fit(values[:, None].astype(object))
