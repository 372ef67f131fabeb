from itertools import combinations

import pytest

from clusterby.views.palette import NOISE_COLOR, color

WHITE, NEAR_BLACK = "#ffffff", "#15171b"


def luminance(code):
    channels = [int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_a_color_depends_on_nothing_but_the_id():
    assert [color(i) for i in range(50)] == [color(i) for i in reversed(range(50))][::-1]


def test_noise_is_gray():
    assert color(-1) == NOISE_COLOR


def test_a_thousand_clusters_have_valid_colors():
    assert all(len(color(i)) == 7 and int(color(i)[1:], 16) >= 0 for i in range(1_000))


def test_the_first_two_hundred_colors_are_all_different():
    assert len({color(i) for i in range(-1, 200)}) == 201


@pytest.mark.parametrize("paper", [WHITE, NEAR_BLACK])
def test_every_color_is_readable_on_light_and_dark_paper(paper):
    assert min(contrast(color(i), paper) for i in range(-1, 12)) >= 3
    assert min(contrast(color(i), paper) for i in range(500)) >= 2.9


def test_the_first_twelve_differ_in_hue_or_lightness():
    def apart(one, other):
        return sum(abs(int(one[at : at + 2], 16) - int(other[at : at + 2], 16)) for at in (1, 3, 5))

    assert min(apart(a, b) for a, b in combinations(map(color, range(12)), 2)) >= 75
