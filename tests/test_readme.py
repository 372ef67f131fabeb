"""What the README shows is what happens."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

NUMBER = re.compile(r"(?<![\w-])\d+(?:\.\d+)?(?!\w)")
README = (Path(__file__).parent.parent / "README.md").read_text()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_example_prints_what_is_printed_below_it(tmp_path):
    code, printed = blocks("python")[0], blocks("text")[0]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stderr == ""
    assert NUMBER.sub("#", done.stdout).split() == NUMBER.sub("#", printed).split()
    # other processors round otherwise, and a row on the border between two clusters may change sides
    assert [float(n) for n in NUMBER.findall(done.stdout)] == pytest.approx(
        [float(n) for n in NUMBER.findall(printed)], rel=0.1
    )
    assert (tmp_path / "digits.html").exists()


def test_the_example_has_ten_lines():
    assert len(blocks("python")[0].strip().splitlines()) == 10


def test_every_file_it_points_to_is_there():
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", README):
        assert (Path(__file__).parent.parent / target).exists(), target


def test_the_two_commands_are_in_the_makefile():
    makefile = (Path(__file__).parent.parent / "Makefile").read_text()
    for command in ("demo", "test", "check"):
        assert f"make {command}" in README
        assert f"\n{command}:" in makefile
