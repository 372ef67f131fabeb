import json
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image

from clusterby.cli import app


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command as a user would, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        try:
            app([str(a) for a in arguments], prog_name="clusterby")
            status = 0
        except SystemExit as ended:
            status = ended.code or 0
        shown = capsys.readouterr()
        return Result(status, shown.out, shown.err)

    return call


@pytest.fixture
def images(tmp_path):
    """A folder of 30 red and 30 blue images in two sub-folders, one of them damaged."""
    rng = np.random.default_rng(0)
    for name, color in (("red", (200, 20, 20)), ("blue", (20, 20, 200))):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for i in range(30):
            pixels = np.clip(rng.normal(color, 12, size=(40, 40, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / name / f"{i}.png")
    (tmp_path / "photos" / "red" / "7.png").write_text("not an image")
    return tmp_path / "photos"


@pytest.fixture
def csv(tmp_path):
    path = tmp_path / "things.csv"
    rows = ["title,price", *(f"a red bike number {i},{100 + i}" for i in range(9))]
    path.write_text("\n".join([*rows, *(f"a bottle of wine from {1990 + i},{i}" for i in range(9))]))
    return path
