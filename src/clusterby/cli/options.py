"""What commands that embed have in common: which columns, which encoder, which cache."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Annotated, Any

import typer

from clusterby.core.errors import InvalidParameter
from clusterby.instructions import Box
from clusterby.tables.base import Table
from clusterby.tables.fiftyone import FiftyOneTable

__all__ = [
    "By", "Cache", "Candidates", "Crop", "Description", "Encoder", "Ignore", "Instruction", "Modality", "Prefer",
    "check_target", "parse_asked", "parse_by", "parse_cache", "parse_pairs", "parse_words",
]  # fmt: skip

By = Annotated[
    list[str] | None,
    typer.Option("--by", help="The column; give it again for several, with weights as NAME=WEIGHT."),
]
Encoder = Annotated[
    str, typer.Option("--encoder", "-e", help="A name (`clusterby encoders`), a Hub id, or a model's folder.")
]
Prefer = Annotated[
    list[str] | None,
    typer.Option(
        "--prefer", help="What to choose the encoder by, as NAME=VALUE: speed, quality, domain, max_cost, …"
    ),
]
Modality = Annotated[str | None, typer.Option(help="What the cells are, if they cannot tell.")]
Cache = Annotated[
    str | None,
    typer.Option(
        "--cache",
        help="Where vectors are kept: a folder or URI, readonly, or off.",
        show_default="CLUSTERBY_CACHE",
    ),
]


Instruction = Annotated[
    str | None, typer.Option("--instruction", help="What to group by, in words: 'by the background'.")
]
Description = Annotated[
    list[str] | None,
    typer.Option("--description", help="A template for the words: 'photo with a {} background'; repeatable."),
]
Candidates = Annotated[
    str | None,
    typer.Option(
        "--candidates", help="The words, as beach,forest,studio, or auto.", show_default="a lexicon's"
    ),
]
Ignore = Annotated[
    str | None,
    typer.Option("--ignore", help="Words or criteria whose differences do not count, as color,size."),
]
Crop = Annotated[
    str | None,
    typer.Option(
        "--crop", help="The part that counts: left,top,right,bottom from 0 to 1, or a column of boxes."
    ),
]


def parse_asked(
    instruction: str | None,
    description: list[str] | None,
    candidates: str | None,
    ignore: str | None,
    crop: str | None,
    *,
    by: Any,
) -> dict[str, Any]:
    """Return what the options ask for, as ``clusterby`` takes it: of the first column, where there are several."""
    asked = {
        "instruction": instruction,
        "description": description or None,
        "candidates": candidates if candidates == "auto" else parse_words("--candidates", candidates),
        "ignore": parse_words("--ignore", ignore),
        "region": _region(crop),
    }
    said = {name: value for name, value in asked.items() if value is not None}
    return said if isinstance(by, str) else {name: {next(iter(by)): value} for name, value in said.items()}


def parse_words(option: str, text: str | None) -> list[str] | None:
    """Return the words between commas, as ``--candidates`` takes them.

    Raises
    ------
    InvalidParameter
        If one is empty.

    Examples
    --------
    >>> parse_words("--candidates", "beach, city skyline")
    ['beach', 'city skyline']
    """
    if text is None:
        return None
    words = [word.strip() for word in text.split(",")]
    if not all(words):
        raise InvalidParameter(f"{option} {text}: give words with commas between them, as red,green,blue")
    return words


def _region(text: str | None) -> Any:
    return None if text is None else Box.parse(text) if "," in text else text


def parse_by(by: list[str] | None, table: Table) -> Any:
    """Return the columns that ``--by`` names, with their weights; where it is left out, the files of a folder or dataset."""
    if not by and isinstance(table, FiftyOneTable):
        return "filepath"
    if not by:
        for name in ("image", "text", "audio"):
            if name in table.columns and "path" in table.columns:  # a folder of files
                return name
        raise InvalidParameter(f"--by is missing: name a column. There are: {', '.join(table.columns)}")
    if len(by) == 1 and by[0] in table.columns:
        return by[0]
    weights: dict[str, float] = {}
    for item in by:
        name, found, weight = item.rpartition("=")
        if item in table.columns or not found:
            weights[item] = 1.0
        else:
            weights[name] = _weight(item, weight)
    return weights


def parse_cache(cache: str | None) -> Any:
    """Return what ``--cache`` asks for, as ``cache=`` takes it."""
    if cache is None:
        return True
    return False if cache == "off" else cache


def parse_pairs(option: str, pairs: list[str] | None, *, example: str) -> dict[str, Any]:
    """Return NAME=VALUE pairs; a value is the number or other literal that it is, else text."""
    parsed: dict[str, Any] = {}
    for pair in pairs or []:
        name, found, value = pair.partition("=")
        if not found or not name:
            raise InvalidParameter(f"{option} {pair}: give NAME=VALUE, as in {option} {example}")
        try:
            parsed[name] = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            parsed[name] = value
    return parsed


def check_target(option: str, path: Path, suffixes: tuple[str, ...], *, overwrite: bool) -> None:
    """Refuse a path that cannot be written to, before any work is done.

    Raises
    ------
    InvalidParameter
        If the suffix is not one of these, the folder is missing, or the file is there already.
    """
    if path.suffix.lower() not in suffixes:
        raise InvalidParameter(f"{option} {path}: the name must end in {' or '.join(suffixes)}")
    if not path.parent.is_dir():
        raise InvalidParameter(f"{option} {path}: there is no folder {path.parent}; make it first")
    if path.exists() and not overwrite:
        raise InvalidParameter(
            f"{option} {path}: the file is there already; choose another name, or add --overwrite"
        )


def _weight(item: str, weight: str) -> float:
    try:
        return float(weight)
    except ValueError:
        raise InvalidParameter(f"--by {item}: {weight!r} is not a number; give NAME=WEIGHT") from None
