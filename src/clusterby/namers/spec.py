"""What a namer says of itself, so that it can be listed, chosen and checked without being imported."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from clusterby.core.parameter import Parameter

__all__ = ["NamerSpec"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamerSpec:
    """One way to name clusters, as a row of facts.

    Parameters
    ----------
    name : str
        The name it is asked for by.
    target : str
        Import path of its class: see :class:`~clusterby.namers.base.Namer`.
    summary : str
        One sentence: what names it gives.
    when : str
        One sentence: when to prefer it.
    parameters : tuple of Parameter
        What a user may set. Defaults are the class' own.
    local : bool
        Whether nothing leaves the machine.
    needs : {"texts", "words", "model"}
        What it cannot do without: texts or other columns, an encoder that is aligned with language, a chat model.
    aliases : tuple of str
        Other names it answers to.
    extra : str or None
        The extra of clusterby that installs its library.
    """

    name: str
    target: str
    summary: str
    when: str
    parameters: tuple[Parameter, ...] = field(default=())
    local: bool = True
    needs: Literal["texts", "words", "model"] = "texts"
    aliases: tuple[str, ...] = ()
    extra: str | None = None
