"""What stands in the panel's place where clusterby is not installed."""

from __future__ import annotations

from typing import Any

from fiftyone.operators import Panel, PanelConfig, types

__all__ = ["MissingPanel"]


class MissingPanel(Panel):
    """A panel that says how to install clusterby."""

    @property
    def config(self) -> PanelConfig:
        """How the App lists the panel."""
        return PanelConfig(name="clusters_panel", label="Clusters", icon="workspaces", allow_multiple=False)

    def render(self, ctx: Any) -> types.Property:
        """Return what the panel shows."""
        panel = types.Object()
        panel.md(
            "### The clusterby package is not installed\n"
            "Run `pip install 'clusterby[fiftyone]'` in the environment of the App, and start the App again.",
            name="missing",
        )
        return types.Property(panel, view=types.GridView(orientation="vertical", padding=3))
