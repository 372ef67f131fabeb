"""Images with several attributes each, to group by one of them: scenes that are drawn here, and folders that a user may have.

Clevr-4 (Vaze et al. 2023, https://www.robots.ox.ac.uk/~vgg/data/clevr4/): a folder with ``clevr_4_annots.json`` and ``images/``.
Stanford-40 (http://vision.stanford.edu/Datasets/40actions.html): a folder with ``JPEGImages/``, whose file names begin with the
action; location and mood, which IC|TC added (Kwon et al., ICLR 2024), are read from ``location.csv`` and ``mood.csv`` where they
are there, each with the columns ``file`` and ``label``.
"""

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from clusterby.samples import SCENE_WORDS, render_scenes

SCENE_TEMPLATES = {  # none of them is how captions of the scenes are worded
    "shape": ("a photo of {} objects", "things formed like a {}"),
    "color": ("a photo of {} things", "everything here is {}"),
    "texture": ("a photo of {} stuff", "objects whose surface is {}"),
    "background": ("a photo with a {} background", "the place is {}"),
    "count": ("a photo of {} objects", "there are {} of them"),
}
CLEVR_TEMPLATES = {
    "texture": ("a photo of {} objects", "objects made of {}"),
    "color": ("a photo of {} objects", "everything here is {}"),
    "shape": ("a photo of {} shapes", "a photo of a {}"),
    "count": ("a photo of {} objects", "there are {} of them"),
}
NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
STANFORD_TEMPLATES = {
    "action": ("a photo of a person {}", "someone is {}"),
    "location": ("a photo taken in a {}", "the place is a {}"),
    "mood": ("a photo of a {} person", "the mood is {}"),
}


@dataclass(frozen=True, kw_only=True)
class AttributedSet:
    """Images with the value of each attribute.

    `words` are, for each value of an attribute, the words that mean it, the value itself first.
    """

    images: list[Any]
    attributes: dict[str, list[str]]
    words: dict[str, dict[str, tuple[str, ...]]]
    templates: dict[str, tuple[str, ...]]
    captions: list[str] = field(default_factory=list)


def scenes(n: int, seed: int, skew: float = 0.0) -> AttributedSet:
    drawn = render_scenes(n, seed=seed, skew=skew)
    return AttributedSet(
        images=drawn.images, attributes=drawn.attributes, words=SCENE_WORDS, templates=SCENE_TEMPLATES,
        captions=drawn.captions,
    )  # fmt: skip


def clevr4(folder: Path, n: int, seed: int) -> AttributedSet:
    annotations = json.loads((folder / "clevr_4_annots.json").read_text(encoding="utf-8"))
    names = _drawn(sorted(annotations), n, seed)
    values = {name: [str(annotations[key][name]) for key in names] for name in CLEVR_TEMPLATES}
    values["count"] = [NUMBERS[int(value)] for value in values["count"]]
    return AttributedSet(
        images=[str(folder / "images" / f"{name}.png") for name in names],
        attributes=values, words=_plain_words(values), templates=CLEVR_TEMPLATES,
    )  # fmt: skip


def stanford40(folder: Path, n: int, seed: int) -> AttributedSet:
    labels = {"action": {p.name: _action(p) for p in (folder / "JPEGImages").glob("*.jpg")}}
    for name in ("location", "mood"):
        if (folder / f"{name}.csv").exists():
            with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
                labels[name] = {row["file"]: row["label"] for row in csv.DictReader(file)}
    both = set.intersection(*(set(found) for found in labels.values()))
    names = _drawn(sorted(both), n, seed)
    values = {name: [found[file] for file in names] for name, found in labels.items()}
    return AttributedSet(
        images=[str(folder / "JPEGImages" / name) for name in names],
        attributes=values, words=_plain_words(values), templates={a: STANFORD_TEMPLATES[a] for a in values},
    )  # fmt: skip


def _action(path: Path) -> str:
    return path.stem.rpartition("_")[0].replace("_", " ")


def _plain_words(values: dict[str, list[str]]) -> dict[str, dict[str, tuple[str, ...]]]:
    return {name: {value: (value,) for value in sorted(set(column))} for name, column in values.items()}


def _drawn(names: list[str], n: int, seed: int) -> list[str]:
    return sorted(np.random.default_rng(seed).permutation(names)[:n].tolist())
