"""Procedural scenes: small images with five independent attributes, and captions."""

from __future__ import annotations

import csv
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from clusterby.core.errors import InvalidParameter, UnreadableSource
from clusterby.samples.scene_captions import SCENE_WORDS, describe_scene
from clusterby.samples.scene_pixels import draw_scene

__all__ = ["Scenes", "render_scenes", "scenes"]

_MARKER = ".clusterby-scenes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenes:
    """Scenes in memory, row by row.

    Attributes
    ----------
    images : list of PIL.Image.Image
        64 × 64 pixels, RGB.
    attributes : dict of str to list of str
        The values of ``"shape"``, ``"color"``, ``"texture"``, ``"background"`` and ``"count"``.
    captions : list of str
        What the scene shows in words, with synonyms; sometimes an attribute is left out.
    """

    images: list[Image.Image]
    attributes: dict[str, list[str]]
    captions: list[str]


def render_scenes(n: int, *, seed: int = 0, first: int = 0, skew: float = 0.0) -> Scenes:
    """Return `n` scenes in memory.

    Row i of a seed is the same whatever `n` is. The attributes are independent of each other, and everything
    else (place, size, rotation, lighting, noise, the words of the caption) is independent of them.

    Parameters
    ----------
    n : int
        How many scenes.
    seed : int, default 0
        Another seed gives other scenes.
    first : int, default 0
        The first row.
    skew : float, default 0
        Of an attribute's values, in the order of :data:`SCENE_WORDS`, the r-th comes with a frequency in
        proportion to ``r ** -skew``: all equally often for 0, and for 1 after Zipf.

    Raises
    ------
    InvalidParameter
        If a number is negative.

    Examples
    --------
    >>> found = render_scenes(2, seed=4)
    >>> found.attributes["color"], found.captions[0]
    (['red', 'orange'], 'shown: three striped red squares in a sandy setting')
    >>> found.images[0].size
    (64, 64)
    """
    for name, value in (("n", n), ("seed", seed), ("first", first), ("skew", skew)):
        if value < 0:
            raise InvalidParameter(f"{name} must be 0 or more, not {value!r}")
    drawn = [_draw(seed, row, skew) for row in range(first, first + n)]
    return Scenes(
        images=[image for _, image, _ in drawn],
        attributes={name: [values[name] for values, _, _ in drawn] for name in SCENE_WORDS},
        captions=[caption for _, _, caption in drawn],
    )


def scenes(folder: str | Path, n: int = 2000, *, seed: int = 0, skew: float = 0.0) -> Path:
    """Write scenes as PNG files with a table of attributes and captions, and return the folder.

    The table is ``folder/scenes.csv``. Its columns are ``image`` (``images/00000.png`` and so on), the five
    attributes and ``caption``. The folder appears all at once; one that holds these scenes already is left as it is.

    Parameters
    ----------
    folder : str or Path
        Where to write; made if it is not there.
    n, seed, skew
        As in :func:`render_scenes`.

    Raises
    ------
    UnreadableSource
        If the folder holds other files, or other scenes.
    InvalidParameter
        If a number is negative.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = scenes(folder, 3) / "scenes.csv"
    ...     print(table.read_text().splitlines()[0])
    image,shape,color,texture,background,count,caption
    """
    folder = Path(folder)
    content = json.dumps({"n": n, "seed": seed, "skew": skew})
    marker = folder / _MARKER
    if marker.exists():
        if (there := marker.read_text()) != content:
            raise UnreadableSource(
                f"{folder} holds scenes of {there}, not {content}: name a new or empty folder"
            )
        return folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UnreadableSource(
            f"{folder} is not a folder of scenes: name a new or empty one to write them to"
        )
    drawn = render_scenes(n, seed=seed, skew=skew)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".clusterby-") as parent:
        whole = Path(parent) / "scenes"
        _write(drawn, whole)
        (whole / _MARKER).write_text(content)
        whole.replace(folder)
    return folder


def _draw(seed: int, row: int, skew: float) -> tuple[dict[str, str], Image.Image, str]:
    rng = np.random.default_rng([seed, row, 1])
    values = {name: _choose(list(words), skew, rng) for name, words in SCENE_WORDS.items()}
    image = Image.fromarray(draw_scene(values, rng))
    return values, image, describe_scene(values, np.random.default_rng([seed, row, 2]))


def _choose(values: list[str], skew: float, rng: np.random.Generator) -> str:
    weights = np.arange(1, len(values) + 1) ** -float(skew)
    return values[int(np.searchsorted(np.cumsum(weights / weights.sum())[:-1], rng.random(), side="right"))]


def _write(drawn: Scenes, folder: Path) -> None:
    (folder / "images").mkdir(parents=True)
    with (folder / "scenes.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["image", *drawn.attributes, "caption"])
        for row, values in enumerate(zip(*drawn.attributes.values(), drawn.captions, strict=True)):
            name = f"images/{row:05d}.png"
            drawn.images[row].save(folder / name)
            table.writerow([name, *values])
