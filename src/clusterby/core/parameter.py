"""A parameter, declared once: flags, forms, documentation and run records read it from its spec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from clusterby.core.errors import InvalidParameter, nearest

__all__ = ["Parameter", "check_parameters"]

Kind = Literal["int", "float", "str", "bool", "object"]

_TRUE, _FALSE = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a method or an encoder.

    Parameters
    ----------
    name : str
        As the callee spells it.
    kind : {"int", "float", "str", "bool", "object"}
        How a value is read from text; ``"object"`` values only come from Python.
    help : str
        One sentence, without the default.
    choices : tuple of str
        The words that are allowed; besides a word, an int or float parameter may take a number.
    minimum, maximum : float, optional
        The range a number must lie in, ends included.
    above : float, optional
        A bound that a number must exceed.
    optional : bool
        Whether None is allowed: the callee then chooses.
    """

    name: str
    kind: Kind
    help: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    optional: bool = False

    def parse(self, value: Any) -> Any:
        """Return the value as its kind, from Python or from text.

        Raises
        ------
        InvalidParameter
            If it is of another kind, out of range or none of the choices.

        Examples
        --------
        >>> k = Parameter(name="n_clusters", kind="int", help="How many.", choices=("auto",), minimum=1)
        >>> k.parse("12"), k.parse("auto")
        (12, 'auto')
        >>> k.parse(0)
        Traceback (most recent call last):
        clusterby.core.errors.InvalidParameter: n_clusters=0: give a whole number from 1 up or 'auto'
        """
        if value is None or (self.optional and isinstance(value, str) and value.casefold() == "none"):
            if self.optional:
                return None
            raise self._refusal(value)
        if self.kind == "object":
            return value
        if isinstance(value, str) and value in self.choices:
            return value
        parsed = self._convert(value)
        if parsed is None or not self._in_range(parsed):
            raise self._refusal(value)
        return parsed

    def expects(self) -> str:
        """Say in words what the parameter takes.

        Examples
        --------
        >>> Parameter(name="tol", kind="float", help="When to stop.", above=0).expects()
        'a number above 0'
        """
        words = " or ".join(repr(c) for c in self.choices)
        if self.kind in ("int", "float"):
            number = "a whole number" if self.kind == "int" else "a number"
            if self.minimum is not None and self.maximum is not None:
                number += f" from {self.minimum:g} to {self.maximum:g}"
            elif self.minimum is not None:
                number += f" from {self.minimum:g} up"
            elif self.above is not None:
                number += f" above {self.above:g}"
            words = f"{number} or {words}" if words else number
        elif self.kind == "bool":
            words = "true or false"
        elif not words:
            words = "a word"
        return f"{words} or none" if self.optional else words

    def _convert(self, value: Any) -> Any:
        import numpy as np  # only here, so that listing specs stays light

        if self.kind == "bool":
            if isinstance(value, (bool, np.bool_)):
                return bool(value)
            text = str(value).casefold()
            return True if text in _TRUE else False if text in _FALSE else None
        if self.kind == "str":
            return value if isinstance(value, str) and not self.choices else None
        if isinstance(value, (bool, np.bool_)):
            return None
        try:
            number = float(value)
            if self.kind == "float":
                return number if number == number else None
            return int(number) if number.is_integer() else None
        except (TypeError, ValueError, OverflowError):
            return None

    def _in_range(self, value: Any) -> bool:
        if self.kind not in ("int", "float"):
            return True
        return (
            (self.minimum is None or value >= self.minimum)
            and (self.maximum is None or value <= self.maximum)
            and (self.above is None or value > self.above)
        )

    def _refusal(self, value: Any) -> InvalidParameter:
        return InvalidParameter(f"{self.name}={value!r}: give {self.expects()}")


def check_parameters(owner: str, declared: Sequence[Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given parameters as their declared kinds.

    Parameters
    ----------
    owner : str
        Who takes them, for the error: ``"method 'kmeans'"``.
    declared : sequence of Parameter
        What the owner takes.
    given : mapping of str to object
        What the caller gave.

    Raises
    ------
    InvalidParameter
        If the owner takes no such parameter, naming those it takes, or a value does not fit.
    """
    by_name = {p.name: p for p in declared}
    for name in given:
        if name not in by_name:
            near = nearest(name, by_name)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise InvalidParameter(
                f"{owner} takes no parameter '{name}'.{hint} It takes: {', '.join(by_name)}"
            )
    return {name: by_name[name].parse(value) for name, value in given.items()}
