"""The views that come with clusterby, as rows of facts."""

from __future__ import annotations

from clusterby.groups.views import ViewSpec

__all__ = ["SPECS"]

SPECS = (
    ViewSpec(
        name="report",
        target="clusterby.views.compose:report",
        summary="writes one HTML file with a card per cluster and a map of all rows",
    ),
)
