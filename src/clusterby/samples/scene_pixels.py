"""The pixels of a procedural scene: a background, and some equal objects on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

__all__ = ["BACKGROUNDS", "COLORS", "COUNTS", "SHAPES", "SIDE", "TEXTURES", "draw_scene"]

SIDE = 64
"""Height and width of a scene, in pixels."""

COLORS = {  # hue in degrees, saturation, value
    "red": (0, 0.85, 0.88),
    "orange": (27, 0.92, 0.98),
    "yellow": (54, 0.88, 0.98),
    "green": (125, 0.78, 0.68),
    "blue": (222, 0.82, 0.92),
    "purple": (276, 0.72, 0.72),
    "pink": (325, 0.48, 1.00),
}
COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}

_RADIUS = (7.4, 8.8)  # in pixels; the same for all counts, so that size says nothing about count
_CELL = SIDE / 3  # objects lie in a grid of 3 × 3 cells, one in a cell at most
_Y, _X = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) + 0.5

Generator = np.random.Generator
Array = np.ndarray[Any, np.dtype[Any]]


def draw_scene(attributes: Mapping[str, str], rng: Generator) -> Array:
    """Return a scene as pixels, with everything that `attributes` leave open drawn by chance.

    That is the objects' positions, sizes and rotations, the textures' scale and tone, a jitter of all colors, the
    lighting and the noise.

    Parameters
    ----------
    attributes : mapping of str to str
        A value for each of ``"shape"``, ``"color"``, ``"texture"``, ``"background"`` and ``"count"``.
    rng : numpy.random.Generator
        Where chance comes from.

    Returns
    -------
    uint8 (64, 64, 3)

    Examples
    --------
    >>> import numpy as np
    >>> scene = {"shape": "ring", "color": "red", "texture": "solid", "background": "snow", "count": "two"}
    >>> draw_scene(scene, np.random.default_rng(0)).shape
    (64, 64, 3)
    """
    pixels = BACKGROUNDS[attributes["background"]](rng)
    x, y, radius = _place(COUNTS[attributes["count"]], rng)
    angle = rng.normal(0, 0.17, (len(x), 1, 1)).astype(np.float32)
    dx, dy = _X - x, _Y - y
    u, v = np.cos(angle) * dx + np.sin(angle) * dy, np.cos(angle) * dy - np.sin(angle) * dx
    distance = SHAPES[attributes["shape"]](u, v, radius)
    tone = TEXTURES[attributes["texture"]](u, v, radius, rng)
    color = _rgb(COLORS[attributes["color"]], rng)
    other = color * 0.2 if rng.random() < 0.5 else 0.2 * color + 0.8
    # Objects touch at their tips at most: they are joined before they are laid over the background.
    edge = np.clip(1.7 - distance, 0, 1).max(axis=0)[..., None]
    body = np.clip(0.5 - distance, 0, 1)
    body /= np.maximum(body.sum(axis=0), 1)
    toned = (body * tone).sum(axis=0)[..., None]
    plain = body.sum(axis=0)[..., None] - toned
    pixels = pixels * (1 - edge) + 0.15 * color * (edge - plain - toned) + color * plain + other * toned
    return _light(pixels, rng)


def _place(count: int, rng: Generator) -> tuple[Array, Array, Array]:
    """Return x, y and radius, each (count, 1, 1), of objects in cells of their own."""
    radius = rng.uniform(*_RADIUS) * rng.uniform(0.95, 1.05, count)
    row, column = np.divmod(rng.permutation(9)[:count], 3)
    shift = rng.uniform(-1, 1, (2, count)) * (_CELL / 2 - 0.5 - radius)
    x, y = (column + 0.5) * _CELL + shift[0], (row + 0.5) * _CELL + shift[1]
    x, y, radius = np.array([x, y, radius], np.float32)[:, :, None, None]
    return x, y, radius


def _rgb(hsv: tuple[float, float, float], rng: Generator) -> Array:
    hue, saturation, value = hsv
    hue = (hue + rng.normal(0, 4)) / 60
    saturation = np.clip(saturation + rng.normal(0, 0.05), 0, 1)
    value = np.clip(value + rng.normal(0, 0.05), 0, 1)
    k = (np.array([5.0, 3.0, 1.0]) + hue) % 6
    rgb: Array = (value - value * saturation * np.clip(np.minimum(k, 4 - k), 0, 1)).astype(np.float32)
    return rgb


def _light(pixels: Array, rng: Generator) -> Array:
    """Return the pixels under a lamp of some strength, color and direction, with a camera's noise."""
    direction = rng.uniform(0, 2 * np.pi)
    slope = rng.uniform(0, 0.18)
    ramp = 1 + slope * (np.cos(direction) * (_X / SIDE - 0.5) + np.sin(direction) * (_Y / SIDE - 0.5)) * 2
    lamp = rng.uniform(0.8, 1.1) * rng.normal(1, 0.025, 3)
    noise = rng.standard_normal(pixels.shape, np.float32) * rng.uniform(0.01, 0.04)
    lit = pixels * ramp[..., None] * lamp.astype(np.float32) + noise
    seen: Array = np.round(np.clip(lit, 0, 1) * 255).astype(np.uint8)
    return seen


# Shapes: the distance from their outline in pixels, less than 0 inside. u and v are the objects' own axes, (n, 64, 64).


def _circle(u: Array, v: Array, r: Array) -> Array:
    return np.hypot(u, v) - 0.95 * r


def _square(u: Array, v: Array, r: Array) -> Array:
    return np.maximum(np.abs(u), np.abs(v)) - 0.85 * r


def _triangle(u: Array, v: Array, r: Array) -> Array:
    v = v - 0.15 * r
    distance: Array = np.maximum(v, np.abs(u) * np.sqrt(0.75) - v * 0.5) - 0.58 * r
    return distance


def _star(u: Array, v: Array, r: Array) -> Array:
    fifth = 2 * np.pi / 5
    angle = np.abs((np.arctan2(u, -v) + fifth / 2) % fifth - fifth / 2)
    rho, tip, notch = np.hypot(u, v), 1.15, 0.48
    run, rise = notch * np.cos(fifth / 2) - tip, notch * np.sin(fifth / 2)
    distance: Array = ((rho * np.cos(angle) - tip * r) * rise - rho * np.sin(angle) * run) / np.hypot(
        run, rise
    )
    return distance


def _cross(u: Array, v: Array, r: Array) -> Array:
    u, v = np.abs(u), np.abs(v)
    distance: Array = np.minimum(np.maximum(u - r, v - 0.34 * r), np.maximum(v - r, u - 0.34 * r))
    return distance


def _ring(u: Array, v: Array, r: Array) -> Array:
    return np.abs(np.hypot(u, v) - 0.71 * r) - 0.3 * r


SHAPES = {
    "circle": _circle,
    "square": _square,
    "triangle": _triangle,
    "star": _star,
    "cross": _cross,
    "ring": _ring,
}


# Textures: how much of the other tone there is, 0 to 1.


def _solid(u: Array, v: Array, r: Array, rng: Generator) -> Array:
    return np.zeros_like(u)


def _striped(u: Array, v: Array, r: Array, rng: Generator) -> Array:
    angle, phase, period = rng.uniform(0, np.pi), rng.uniform(0, 2 * np.pi), rng.uniform(5, 6.5)
    wave = np.sin((u * np.cos(angle) + v * np.sin(angle)) * (2 * np.pi / period) + phase)
    share: Array = np.clip(0.5 + 2 * wave, 0, 1)
    return share


def _dotted(u: Array, v: Array, r: Array, rng: Generator) -> Array:
    step = rng.uniform(4.6, 5.6)
    at_u, at_v = ((axis + rng.uniform(0, step)) % step - step / 2 for axis in (u, v))
    return np.clip(1.9 - np.hypot(at_u, at_v), 0, 1)


def _checkered(u: Array, v: Array, r: Array, rng: Generator) -> Array:
    period = rng.uniform(8, 10)
    wave_u, wave_v = (np.sin((axis + rng.uniform(0, period)) * (2 * np.pi / period)) for axis in (u, v))
    return np.clip(0.5 + 3 * wave_u * wave_v, 0, 1)


def _shaded(u: Array, v: Array, r: Array, rng: Generator) -> Array:
    angle = rng.uniform(0, 2 * np.pi)
    share: Array = np.clip(0.5 + 0.6 * (u * np.cos(angle) + v * np.sin(angle)) / r, 0, 1)
    return share


TEXTURES = {
    "solid": _solid,
    "striped": _striped,
    "dotted": _dotted,
    "checkered": _checkered,
    "shaded": _shaded,
}


# Backgrounds: (64, 64, 3), 0 to 1.


def _tinted(red: float, green: float, blue: float, rng: Generator) -> Array:
    return np.full((SIDE, SIDE, 3), np.array([red, green, blue]) + rng.normal(0, 0.025, 3), np.float32)


def _sky(rng: Generator) -> Array:
    height = np.clip(_Y / SIDE + rng.normal(0, 0.1), 0, 1)[..., None]
    sky: Array = _tinted(0.55, 0.73, 0.90, rng) * (1 - height) + np.array([0.85, 0.92, 0.97]) * height
    return sky


def _grass(rng: Generator) -> Array:
    blades = rng.normal(0, 0.14, (SIDE + 4, SIDE))
    blades = (blades[:-4] + blades[1:-3] + blades[2:-2] + blades[3:-1] + blades[4:]) / 2.5
    return _tinted(0.40, 0.55, 0.28, rng) * (1 + blades[..., None])


def _sand(rng: Generator) -> Array:
    grains = rng.normal(0, 0.07, (SIDE, SIDE, 1))
    return _tinted(0.80, 0.69, 0.50, rng) * (1 + grains)


def _night(rng: Generator) -> Array:
    sky = _tinted(0.07, 0.08, 0.19, rng)
    stars = rng.integers(0, SIDE, (rng.integers(20, 35), 2))
    sky[stars[:, 0], stars[:, 1]] = rng.uniform(0.5, 1, (len(stars), 1))
    return sky


def _snow(rng: Generator) -> Array:
    drifts = rng.normal(0, 0.03, (SIDE // 8, SIDE // 8, 1)).repeat(8, axis=0).repeat(8, axis=1)
    return _tinted(0.92, 0.94, 0.97, rng) + drifts


def _brick(rng: Generator) -> Array:
    y, x = _Y + rng.uniform(0, 8), _X + rng.uniform(0, 16)
    row = np.floor(y / 8)
    mortar = ((y % 8 < 1.5) | ((x + 8 * (row % 2)) % 16 < 1.5))[..., None]
    wall = np.where(mortar, np.array([0.72, 0.68, 0.63]), _tinted(0.55, 0.32, 0.26, rng))
    return wall * (1 + rng.normal(0, 0.04, (SIDE, SIDE, 1)))


def _water(rng: Generator) -> Array:
    bend = 1.5 * np.sin(_X * 2 * np.pi / rng.uniform(18, 30) + rng.uniform(0, 6.28))
    waves = np.sin((_Y + bend) * 2 * np.pi / rng.uniform(7, 10) + rng.uniform(0, 6.28))
    water: Array = _tinted(0.20, 0.45, 0.53, rng) * (1 + 0.18 * waves[..., None])
    return water


BACKGROUNDS = {
    "sky": _sky,
    "grass": _grass,
    "sand": _sand,
    "night": _night,
    "snow": _snow,
    "brick": _brick,
    "water": _water,
}
