"""How an instruction was carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

__all__ = ["Followed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How an instruction was carried out on a column.

    Parameters
    ----------
    column : str
        The column.
    method : str
        ``"scores"`` and so on; ``"prefix"`` where the encoder was told; ``"ignore"`` where only
        differences to ignore were named; ``"region"`` where nothing but a region was given.
    about : str
        What the groups are about, in few words: a lexicon's criterion, or the beginning of what was asked.
    words : tuple of str
        The candidate words.
    templates : tuple of str
        What they were put into.
    source : str
        Where the words came from.
    ignored : tuple of str
        The words whose differences were projected out.
    prompt : str, optional
        What was put before each text.
    region : str, optional
        The part of each image that was encoded, in words.
    explained, chance : float, optional
        The share of the vectors' variance that the words hold, and the share as many random directions would hold.
    warnings : tuple of str
        What to know before the groups are believed.
    """

    column: str
    method: str
    about: str = ""
    words: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    source: str = ""
    ignored: tuple[str, ...] = ()
    prompt: str | None = None
    region: str | None = None
    explained: float | None = None
    chance: float | None = None
    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [f"{self.column}: {self.method}"]
        if self.words:
            shown = ", ".join(self.words[:6]) + (
                f" and {len(self.words) - 6} more" if len(self.words) > 6 else ""
            )
            parts.append(f"{len(self.words)} words ({self.source}): {shown}")
        if self.prompt is not None:
            parts.append(f"prompt {self.prompt!r}")
        if self.region is not None:
            parts.append(self.region)
        if self.ignored:
            parts.append(f"without {len(self.ignored)} ignored word{'s' if len(self.ignored) > 1 else ''}")
        if self.explained is not None and self.chance is not None:
            parts.append(f"{self.explained:.0%} of the variance, {self.chance:.0%} by chance")
        return "; ".join(parts)

    def plain(self) -> dict[str, Any]:
        """Return it as plain values, for JSON; what is not said is left out."""
        said = {f.name: value for f in fields(self) if (value := getattr(self, f.name)) != f.default}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in said.items()}

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> Followed:
        """Return what :meth:`plain` was called on."""
        known = {f.name for f in fields(cls)}
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in plain.items()
            if name in known
        }
        return cls(**values)
