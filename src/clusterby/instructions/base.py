"""What a user says matters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias, get_args

from clusterby.core.errors import InvalidParameter
from clusterby.instructions.region import Box, Polygon
from clusterby.instructions.regions import Boxes, parse_region

__all__ = ["Candidates", "Instruction", "InstructionArgument", "InstructionMethod", "check_words", "combined"]

InstructionMethod: TypeAlias = Literal["scores", "project", "softmax", "mask", "gradient", "prefix"]
"""How words condition vectors; ``"prefix"`` puts the instruction before each text instead."""

_SHOWN = 6
"""Words that are written out."""

Candidates: TypeAlias = "tuple[str, ...] | Callable[[str], Iterable[str]] | Literal['auto']"


@dataclass(frozen=True, slots=True)
class Instruction:
    """What the groups of a column should be about.

    Parameters
    ----------
    text : str, optional
        A sentence: ``"group images by their background"``. It names the criterion.
    description : str or sequence of str, optional
        One or more templates with ``{}`` where a word goes: ``"photo with a {} background"``. Their vectors are averaged.
    candidates : sequence of str, callable or "auto", optional
        The words that go there; or a function that is given the instruction and returns them; or ``"auto"``, for a language
        model to propose them. None takes the lexicon of the criterion that the text or description names.
    ignore : str or sequence of str
        Words, or names of criteria such as ``"color"``, whose differences should not matter.
    region : Box, Polygon, Boxes or str, optional
        The part of each image that counts; a name is that of a column with a region for each row.
    method : {"scores", "project", "softmax", "mask", "gradient", "prefix"}, optional
        How it is carried out. None takes ``"prefix"`` for texts where the encoder follows instructions and no words are
        given, else ``"scores"``.

    Raises
    ------
    InvalidParameter
        If a template has no place for a word, there are no words, nothing is said at all, or a method is named and nothing
        that it could be applied to.

    Examples
    --------
    >>> Instruction("group by color")
    Instruction('group by color')
    >>> Instruction(description="photo with a {} background", candidates=["beach", "forest"]).candidates
    ('beach', 'forest')
    """

    text: str | None = None
    description: tuple[str, ...] = field(default=(), kw_only=True)
    candidates: Candidates | None = field(default=None, kw_only=True)
    ignore: tuple[str, ...] = field(default=(), kw_only=True)
    region: Box | Polygon | Boxes | None = field(default=None, kw_only=True)
    method: InstructionMethod | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        settle = object.__setattr__  # what was given in a looser form
        if self.text is not None and (not isinstance(self.text, str) or not self.text.strip()):
            raise InvalidParameter(
                f"instruction={self.text!r}: say in words what to group by, as in 'group by color'"
            )
        settle(self, "text", self.text and self.text.strip())
        settle(self, "description", tuple(map(_template, _several("description", self.description))))
        settle(self, "ignore", _several("ignore", self.ignore))
        if self.region is not None:
            settle(self, "region", parse_region(self.region))
        if not (self.candidates is None or _is_auto(self.candidates) or callable(self.candidates)):
            settle(self, "candidates", check_words("candidates", self.candidates))
        if self.method not in (None, *get_args(InstructionMethod)):
            raise InvalidParameter(
                f"instruction method {self.method!r}: choose of {', '.join(get_args(InstructionMethod))}"
            )
        if not self.speaks and self.region is None:
            raise InvalidParameter(
                "an instruction that says nothing: give instruction=, description=, candidates=, ignore= or region="
            )
        if self.method is not None and not self.asks:
            raise InvalidParameter(
                f"method={self.method!r} is for words: give instruction=, description= or candidates= beside it"
            )

    def __repr__(self) -> str:
        said = {
            name: getattr(self, name) for name in ("description", "candidates", "ignore", "region", "method")
        }
        parts = [] if self.text is None else [repr(self.text)]
        parts += [f"{name}={_shown(value)}" for name, value in said.items() if value not in (None, ())]
        return f"Instruction({', '.join(parts)})"

    @property
    def speaks(self) -> bool:
        """Whether it says anything in words, beside which region counts."""
        return bool(self.asks or self.ignore)

    @property
    def asks(self) -> bool:
        """Whether it says what the groups should be about, and not only what they should not."""
        return bool(self.text or self.description or self.candidates is not None)

    @property
    def criterion(self) -> str:
        """What the groups should be about, as far as it is said: the text, else the first description."""
        return self.text or (self.description[0] if self.description else "")


InstructionArgument: TypeAlias = "str | Instruction"


def combined(
    instruction: InstructionArgument | None,
    *,
    description: str | Iterable[str] | None = None,
    candidates: Any = None,
    ignore: str | Iterable[str] | None = None,
    region: Any = None,
) -> Instruction | None:
    """Return what is said in any of the ways there are; None if nothing is.

    Raises
    ------
    InvalidParameter
        If the same thing is said twice.
    """
    said: dict[str, Any] = {
        name: value
        for name, value in (
            ("description", description),
            ("candidates", candidates),
            ("ignore", ignore),
            ("region", region),
        )
        if value is not None
    }
    if instruction is None:
        return Instruction(**said) if said else None
    if not isinstance(instruction, Instruction):
        return Instruction(instruction, **said)
    for name in said:
        if getattr(instruction, name) not in (None, ()):
            raise InvalidParameter(f"{name}= is in the Instruction already: give it once")
    return replace(instruction, **said)


def check_words(name: str, words: Any) -> tuple[str, ...]:
    """Return words as a tuple, each once.

    Raises
    ------
    InvalidParameter
        If there is none, or one is no text.
    """
    found = _several(name, words)
    if not found:
        raise InvalidParameter(f"{name}={words!r}: give two words or more")
    return found


def _several(name: str, values: Any) -> tuple[str, ...]:
    if values is None:
        return ()
    found = (values,) if isinstance(values, str) else tuple(values) if isinstance(values, Iterable) else None
    if found is None:
        raise InvalidParameter(f"{name}={values!r:.80}: give a text or a list of texts")
    for value in found:
        if not isinstance(value, str) or not value.strip():
            raise InvalidParameter(f"{name}: {value!r:.80} is no word; give texts that are not empty")
    if isinstance(values, Set):  # its order is another in every process
        found = tuple(sorted(found))
    return tuple(dict.fromkeys(str(value).strip() for value in found))


def _is_auto(candidates: Any) -> bool:
    return isinstance(candidates, str) and candidates == "auto"


def _shown(value: Any) -> str:
    """Return a value in few characters."""
    if isinstance(value, tuple):
        more = ", …" if len(value) > _SHOWN else ""
        return f"[{', '.join(repr(v) for v in value[:_SHOWN])}{more}]"
    return str(getattr(value, "__name__", type(value).__name__)) if callable(value) else repr(value)


def _template(text: str) -> str:
    if text.count("{}") != 1:
        raise InvalidParameter(
            f"description={text!r:.120}: write {{}} once, where the word goes, as in 'photo with a {{}} background'"
        )
    return text
