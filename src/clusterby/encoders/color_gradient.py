"""An image descriptor of color and gradient orientation; nothing to download, nothing to fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clusterby.core.column import FloatArray

__all__ = ["ColorGradientEncoder"]

_SIDE = 64
"""Working size: pixels on each side."""
_CHUNK = 8
"""Images at a time: their orientation planes, 2 MB, stay in a processor's cache."""

_CELLS = 4
"""Cells on each side, for gradients and for colors."""
_ORIENTATIONS = 16
"""Over the full turn: dark on light differs from light on dark."""
_USUAL_LENGTH = 6.0
"""The length of the gradient part before it is scaled, in most images; divided out, so that weights compare."""
_FAINT = 4.0
"""The length of a block's histogram below which it fades: noise of about 1 % of the range gives as much."""

_LIGHTNESS_LEVELS = 4
_CHROMA_LEVELS = 5
_CHROMA_REACH = 0.2
"""The chroma, either way, at which the outermost levels lie; only the purest colors go beyond."""
_COLOR_WEIGHT = 0.7
"""Of the color layout and of the histogram, beside the gradients' 1."""

_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    dtype=np.float32,
)
_TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    dtype=np.float32,
)


class ColorGradientEncoder:
    """Sees where the edges of an image run and what colors lie where.

    Three parts, side by side, then scaled to unit length:

    - gradients: histograms of oriented gradients [1]_ of the strongest channel, 16 signed
      orientations in 4 × 4 cells, votes shared linearly among the nearest orientations and cells,
      blocks of 2 × 2 cells normalised for local contrast and square-rooted [2]_;
    - color layout: the mean color of 4 × 4 cells in Oklab [3]_;
    - colors: a soft histogram in Oklab of 4 levels of lightness × 5 × 5 of chroma, square-rooted.

    A gray image has zero chroma: its color parts say how light it is, and where, and no more.

    Attributes
    ----------
    name, revision : str
        Together they name the space.
    dimension : int
        Of the vectors.
    shrink_to : int
        The shorter side, in pixels, at which images are best decoded; larger ones gain nothing.

    References
    ----------
    .. [1] N. Dalal and B. Triggs, "Histograms of oriented gradients for human detection", CVPR 2005.
    .. [2] R. Arandjelović and A. Zisserman, "Three things everyone should know to improve object
       retrieval", CVPR 2012.
    .. [3] B. Ottosson, "A perceptual color space for image processing", 2020.

    Examples
    --------
    >>> from PIL import Image
    >>> red, blue = Image.new("RGB", (32, 32), "red"), Image.new("RGB", (32, 32), "blue")
    >>> vectors = ColorGradientEncoder().encode([red, red, blue])
    >>> vectors.shape
    (3, 724)
    >>> print((vectors @ vectors[0]).round(2))
    [1.   1.   0.17]
    """

    name = "color-gradient"
    revision = "1"
    shrink_to = 2 * _SIDE
    dimension = (_CELLS - 1) ** 2 * 4 * _ORIENTATIONS + 3 * _CELLS**2 + _LIGHTNESS_LEVELS * _CHROMA_LEVELS**2

    def encode(self, items: Sequence[Image.Image]) -> FloatArray:
        """Return float32 (m, 724): one vector of unit length per image.

        Parameters
        ----------
        items : sequence of PIL.Image.Image
            Of any size and mode; they are not changed.
        """
        vectors = np.empty((len(items), self.dimension), dtype=np.float32)
        for start in range(0, len(items), _CHUNK):
            chunk = slice(start, start + _CHUNK)
            vectors[chunk] = _describe(np.stack([_pixels(image) for image in items[chunk]]))
        return vectors


def _pixels(image: Image.Image) -> NDArray[np.uint8]:
    rgb = image if image.mode == "RGB" else image.convert("RGB")
    return np.asarray(rgb.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC))


def _describe(pixels: NDArray[np.uint8]) -> FloatArray:
    """Return float32 (n, d), unit rows, of uint8 (n, 64, 64, 3)."""
    channels = np.ascontiguousarray(np.moveaxis(pixels, -1, 0), dtype=np.float32) / np.float32(255)
    lab = _oklab(channels)
    parts = (
        _edges(*_strongest_gradient(channels)),
        np.float32(_COLOR_WEIGHT) * _layout(lab),
        np.float32(_COLOR_WEIGHT) * _histogram(lab),
    )
    vectors = np.concatenate(parts, axis=1)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)  # never 0: a histogram has length 1
    return vectors


def _strongest_gradient(channels: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the gradient across, down, and its length (n, s, s), of the channel that changes most at each pixel."""
    best_across, best_down, best = _gradient(channels[0])
    for channel in channels[1:]:
        across, down, squared = _gradient(channel)
        stronger = (squared > best).astype(np.float32)
        best_across += stronger * (across - best_across)  # four times as fast as np.where
        best_down += stronger * (down - best_down)
        np.maximum(best, squared, out=best)
    return best_across, best_down, np.sqrt(best)


def _gradient(channel: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return central differences across and down, 0 at the border, and the squared length of the two."""
    across, down = np.zeros_like(channel), np.zeros_like(channel)
    np.subtract(channel[:, :, 2:], channel[:, :, :-2], out=across[:, :, 1:-1])
    np.subtract(channel[:, 2:], channel[:, :-2], out=down[:, 1:-1])
    return across, down, across * across + down * down


def _edges(across: FloatArray, down: FloatArray, length: FloatArray) -> FloatArray:
    """Return the block-normalised orientation histograms (n, blocks × 4 × orientations), of length near 1."""
    n = len(length)
    turn = (np.arctan2(down, across) + np.float32(np.pi)) * np.float32(_ORIENTATIONS / (2 * np.pi))
    turn = turn.clip(0, _ORIENTATIONS)  # rounding may step over either end
    lower = np.minimum(turn.astype(np.intp), _ORIENTATIONS - 1)
    share = length * (turn - lower.astype(np.float32))
    # the last plane is the first, one turn later
    planes = np.zeros((n, _ORIENTATIONS + 1, _SIDE, _SIDE), dtype=np.float32)
    pixel = np.arange(_SIDE**2).reshape(_SIDE, _SIDE) + np.arange(n)[:, None, None] * planes[0].size
    place = lower * _SIDE**2 + pixel
    votes = planes.reshape(-1)
    votes[place] = length - share
    votes[place + _SIDE**2] = share
    weights = _cell_weights(_SIDE)
    cells: FloatArray = np.matmul(np.matmul(weights.T, planes), weights)
    cells[:, 0] += cells[:, -1]
    corners = [cells[:, :-1, r : r + _CELLS - 1, c : c + _CELLS - 1] for r in (0, 1) for c in (0, 1)]
    blocks = np.concatenate(corners, axis=1)
    blocks /= np.sqrt((blocks**2).sum(axis=1, keepdims=True) + np.float32(_FAINT**2))
    np.sqrt(blocks, out=blocks)
    blocks /= np.float32(_USUAL_LENGTH)
    return blocks.reshape(n, -1)


def _oklab(channels: FloatArray) -> FloatArray:
    """Return Oklab (3, n, s/4, s/4) of sRGB (3, n, s, s), each pixel the mean of 4 × 4."""
    boxes = np.repeat(np.eye(_SIDE // 4, dtype=np.float32) / 4, 4, axis=0)
    means = boxes.T @ (channels @ boxes)
    linear = np.where(means <= 0.04045, means / 12.92, ((means + 0.055) / 1.055) ** 2.4)
    cones = np.cbrt(np.tensordot(_TO_CONES, linear, axes=1))
    return np.tensordot(_TO_OKLAB, cones, axes=1).astype(np.float32, copy=False)


def _layout(lab: FloatArray) -> FloatArray:
    """Return the mean color of each cell (n, 3 × cells), of length at most about 1."""
    weights = _cell_weights(lab.shape[-1])
    weights = weights / weights.sum(axis=0)
    cells: FloatArray = np.matmul(np.matmul(weights.T, lab), weights)
    cells /= np.float32(_CELLS)
    return cells.transpose(1, 0, 2, 3).reshape(lab.shape[1], -1)


def _histogram(lab: FloatArray) -> FloatArray:
    """Return the square root of the share of pixels at each level of color (n, levels), of length near 1."""
    lightness, green_red, blue_yellow = lab.reshape(3, lab.shape[1], 1, -1)
    light = _levels(lightness, 0.0, 1.0, _LIGHTNESS_LEVELS)
    red = _levels(green_red, -_CHROMA_REACH, _CHROMA_REACH, _CHROMA_LEVELS)
    yellow = _levels(blue_yellow, -_CHROMA_REACH, _CHROMA_REACH, _CHROMA_LEVELS)
    chroma = (red[:, :, None] * yellow[:, None]).reshape(len(red), -1, red.shape[-1])
    shares = light @ chroma.transpose(0, 2, 1)
    shares /= np.float32(red.shape[-1])
    return np.sqrt(shares, out=shares).reshape(len(shares), -1)


def _levels(values: FloatArray, low: float, high: float, count: int) -> FloatArray:
    """Return how much each value (n, 1, p) belongs to each level (n, levels, p), shared linearly, summing to 1."""
    place = ((values - np.float32(low)) * np.float32((count - 1) / (high - low))).clip(0, count - 1)
    levels = np.arange(count, dtype=np.float32)[:, None]
    shares: FloatArray = np.maximum(np.float32(0), 1 - np.abs(place - levels))
    return shares


def _cell_weights(side: int) -> FloatArray:
    """Return how much each pixel along a side counts in each cell (side, cells); votes fall off at the border."""
    place = (np.arange(side) + 0.5) * _CELLS / side - 0.5
    weights: FloatArray = np.maximum(0, 1 - np.abs(place[:, None] - np.arange(_CELLS))).astype(np.float32)
    return weights
