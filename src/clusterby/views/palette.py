"""Colors for clusters: one per id, always the same."""

from __future__ import annotations

import math

from clusterby.core.partition import NOISE

__all__ = ["NOISE_COLOR", "color"]

NOISE_COLOR = "#85888e"
"""The color of rows that belong to no cluster."""

# Chosen by hill climbing for the largest least difference (Oklab) between any two, as seen with normal
# vision and with each kind of color blindness (simulated after Machado et al. 2009), at a contrast of at
# least 3:1 to both white and near-black paper.
_FIRST = (
    "#2d63c5", "#da7e00", "#00836d", "#d33a64", "#9d86e1", "#897e00",
    "#519fb0", "#f1619f", "#995534", "#8a5197", "#55a553", "#4682f9",
)  # fmt: skip

_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
_LIGHTNESS = (0.52, 0.64, 0.58)
_CHROMA = 0.12


def color(cluster: int) -> str:
    """Return the color of a cluster as ``#rrggbb``; −1 is gray.

    The first twelve stay apart for readers with any kind of color blindness; further ones walk around the
    color circle by the golden angle, in three lightnesses, so that neighbours in number differ clearly.
    Every color has a contrast of about 3:1 or more to both a white and a near-black page. A color depends
    on nothing but the id. Oklab: Ottosson (2020), *A perceptual color space for image processing*.

    Examples
    --------
    >>> color(0), color(-1)
    ('#2d63c5', '#85888e')
    """
    if cluster == NOISE:
        return NOISE_COLOR
    if 0 <= cluster < len(_FIRST):
        return _FIRST[cluster]
    lightness = _LIGHTNESS[cluster % len(_LIGHTNESS)]
    angle = cluster * _GOLDEN_ANGLE
    chroma = _CHROMA
    while True:
        channels = _oklch_to_rgb(lightness, chroma, angle)
        if all(0 <= c <= 1 for c in channels):
            return "#" + "".join(f"{round(_gamma(c) * 255):02x}" for c in channels)
        chroma *= 0.95  # outside what a screen can show: paler


def _oklch_to_rgb(lightness: float, chroma: float, angle: float) -> tuple[float, float, float]:
    """Convert from Oklab's polar form to linear sRGB, which may leave 0 to 1."""
    a, b = chroma * math.cos(angle), chroma * math.sin(angle)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _gamma(channel: float) -> float:
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055
