"""The views a result can be seen in: registered, because they stand on the floor above."""

from __future__ import annotations

from dataclasses import dataclass

from clusterby.core.errors import UnknownView
from clusterby.core.registry import Registry

__all__ = ["VIEWS", "ViewSpec"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewSpec:
    """A function of a result that shows it.

    Parameters
    ----------
    name : str
        The name it is asked for by.
    target : str
        Import path of the function; its first argument is the result.
    summary : str
        What it shows, in one sentence without a subject.
    aliases : tuple of str
        Other names.
    """

    name: str
    target: str
    summary: str
    aliases: tuple[str, ...] = ()


VIEWS: Registry[ViewSpec] = Registry(
    "view", catalog="clusterby.views.catalog:SPECS", group="clusterby.views", unknown=UnknownView
)
