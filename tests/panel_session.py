"""A panel as the App drives it, without the App: events through FiftyOne's executor, and what they ask the App to do."""

from __future__ import annotations

import asyncio
import copy
import itertools
from collections.abc import Iterator
from typing import Any

__all__ = ["PANEL_URI", "PLUGIN", "PanelSession", "parts"]

PLUGIN = "@clusterby/clustering"
PANEL_URI = f"{PLUGIN}/clusters_panel"

_numbers = itertools.count()


class PanelSession:
    """A panel that is open on a dataset.

    Parameters
    ----------
    dataset : Dataset
    uri : str

    Attributes
    ----------
    state, data : dict
        As the App keeps them between events.
    grid : list of dict
        The stages of the view that the grid shows.
    output : dict
        What the panel shows, as the App gets it.
    drawn : int
        How many times it was drawn.
    asked : list of (str, dict)
        What the last event asked the App to do.
    """

    def __init__(self, dataset: Any, uri: str = PANEL_URI) -> None:
        self.dataset = dataset
        self.uri = uri
        self.panel_id = f"panel {next(_numbers)}"
        self.grid: list[dict[str, Any]] = []
        self.state: dict[str, Any] = {}
        self.data: dict[str, Any] = {}
        self.output: dict[str, Any] = {}
        self.drawn = 0
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def do(self, event: str, *, view: Any = None, **params: Any) -> PanelSession:
        """Send an event, do what it asks of the panel, and remember the rest."""
        from fiftyone.operators.executor import execute_or_delegate_operator

        request = {
            "dataset_name": self.dataset.name,
            "view": self.grid if view is None else view._serialize(),
            "params": {
                "__method__": event,
                "panel_id": self.panel_id,
                "panel_state": copy.deepcopy(self.state),
                **params,
            },
        }
        result = asyncio.run(execute_or_delegate_operator(self.uri, request, exhaust=True))
        result.raise_exceptions()
        self.asked = []
        followed = []
        for asked in result.executor._requests:
            self._answer(asked.operator_uri, asked.params, followed)
        asked = self.asked
        for params in followed:
            asked += self.do(params.pop("__method__")).asked
        self.asked = asked
        return self

    def _answer(self, name: str, params: dict[str, Any], followed: list[dict[str, Any]]) -> None:
        import pydash

        if name == "patch_panel_state":
            for path, value in params["state"].items():
                pydash.set_(self.state, path, value)
        elif name == "patch_panel_data":
            for path, value in params["data"].items():
                pydash.set_(self.data, path, value)
        elif name in ("clear_panel_state", "clear_panel_data"):
            setattr(self, name.rpartition("_")[2], {})
        elif name == "show_panel_output":
            output = params["output"]
            self.output = output.to_json() if hasattr(output, "to_json") else output
            self.drawn += 1
        elif name == self.uri:
            followed.append({"__method__": params["__method__"]})
        else:
            self.asked.append((name, params))
            if name in ("set_view", "clear_view"):
                self.grid = (params or {}).get("view", [])

    @property
    def told(self) -> list[str]:
        """What the last event told in notifications."""
        return [params["message"] for name, params in self.asked if name == "notify"]

    def asked_for(self, name: str) -> list[dict[str, Any]]:
        """Return what an operation of the App was asked for with."""
        return [params for asked, params in self.asked if asked == name]

    def view(self) -> Any:
        """Return the view that the grid was set to by the last event."""
        from fiftyone.core.view import DatasetView

        (asked,) = self.asked_for("set_view")
        return DatasetView._build(self.dataset, asked["view"])

    def click(self, part: str, **params: Any) -> PanelSession:
        """Click a button, with the parameters that it bears."""
        shown = self.part(part)["view"]
        return self.do(shown["operator"].partition("#")[2], **{**(shown.get("params") or {}), **params})

    def type_name(self, text: str | None) -> PanelSession:
        """Type into the field for the name of the card's cluster."""
        field = self._name_field().rpartition(".")[2]
        self.state.setdefault("card", {}).setdefault("edit", {})[field] = text
        return self

    def name_shown(self) -> str:
        """Return what stands in the field for the name: what is in the panel's state, or else what the field begins with."""
        import pydash

        path = self._name_field()
        begins = self.part(path)["view"]["componentsProps"]["field"]["defaultValue"]
        return str(pydash.get(self.state, path, begins))

    def _name_field(self) -> str:
        (found,) = [
            path for path, part in parts(self.output)
            if path.startswith("card.edit.") and part["view"]["name"] == "FieldView"
        ]  # fmt: skip
        return found

    def part(self, path: str) -> dict[str, Any]:
        """Return a part of what is shown by its path: ``"card.head.title"``."""
        found = dict(parts(self.output))
        assert path in found, f"{path} is not among {sorted(found)}"
        return found[path]

    def shows(self, path: str) -> bool:
        """Whether a part is shown."""
        return path in dict(parts(self.output))

    def text(self, path: str) -> str:
        """Return the text of a part."""
        return str(self.part(path)["view"]["title"])

    def tables(self) -> list[str]:
        """Return the paths of the tables that are shown."""
        return [path for path, part in parts(self.output) if (part["view"] or {}).get("name") == "TableView"]

    def table_path(self) -> str:
        """Return the path of the table of clusters, which a click on it comes with."""
        (found,) = self.tables()
        return found

    def table(self) -> list[dict[str, Any]]:
        """Return the rows of the table, by column."""
        default = self.part(self.table_path())["default"]
        return [dict(zip(default["columns"], row, strict=True)) for row in default["rows"]]


def parts(output: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the path of every part of what a panel shows, and the part."""
    for name, found in (output.get("type", {}).get("properties") or {}).items():
        at = f"{path}.{name}" if path else name
        yield at, found
        yield from parts(found, at)
