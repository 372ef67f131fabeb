"""A form: labelled properties, each with the reason it is refused for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import fiftyone.core.fields as fof
import fiftyone.operators.types as types

from clusterby import ClusterbyError

__all__ = ["Form", "given", "refusal"]


def given(params: Mapping[str, Any], name: str, default: Any = None) -> Any:
    """Return a parameter, or the default where it was left empty."""
    value = params.get(name)
    return default if value is None or value == "" else value


def refusal(check: Callable[..., Any], *args: Any, **kwargs: Any) -> str | None:
    """Return why a check refuses what it is given, None where it does not."""
    try:
        check(*args, **kwargs)
    except ClusterbyError as error:
        return str(error)
    return None


class Form:
    """What an operator asks for.

    Parameters
    ----------
    ctx : ExecutionContext
        Its parameters are what has been filled in. While the App draws the form, what has never been touched counts as its
        default, and is not refused; once it is sent, nothing may be missing.
    """

    def __init__(self, ctx: Any) -> None:
        self.ctx = ctx
        self.params: Mapping[str, Any] = ctx.params
        self.inputs = types.Object()
        request = ctx.request_params
        self.in_app = "operator_uri" in request and request.get("target") == "inputs"

    @property
    def refused(self) -> bool:
        """Whether anything that was filled in is refused."""
        return any(p.invalid for p in self.inputs.properties.values())

    def value(self, name: str, default: Any = None) -> Any:
        """Return what was filled in; in the App, the default that the form shows where nothing was touched."""
        if name not in self.params:
            return default if self.in_app else None
        return given(self.params, name)

    def texts(self) -> dict[str, str]:
        """Return the fields of text that an encoder may read, as the choices of :meth:`choice`."""
        words = self.ctx.dataset.get_field_schema(ftype=fof.StringField)
        return {path: path for path in words if path not in ("filepath", "id", "media_type")}

    def text(
        self, name: str, label: str, *, error: str | None = None, space: int = 12, rows: int = 1, **shown: Any
    ) -> None:
        """Ask for a word, or for several lines."""
        view = (
            types.View(space=space)
            if rows == 1
            else types.TextFieldView(multiline=True, rows=rows, space=space)
        )
        self.inputs.str(name, label=label, allow_empty=True, view=view, **_refused(error), **shown)

    def number(
        self, name: str, label: str, *, whole: bool, error: str | None = None, space: int = 12, **shown: Any
    ) -> None:
        """Ask for a number."""
        ask = self.inputs.int if whole else self.inputs.float
        ask(name, label=label, view=types.View(space=space), **_refused(error), **shown)

    def flag(self, name: str, label: str, *, error: str | None = None, space: int = 12, **shown: Any) -> None:
        """Ask for yes or no."""
        self.inputs.bool(name, label=label, view=types.CheckboxView(space=space), **_refused(error), **shown)

    def choice(
        self,
        name: str,
        label: str,
        choices: Mapping[str, str],
        *,
        error: str | None = None,
        view: Any = None,
        space: int = 12,
        **shown: Any,
    ) -> None:
        """Ask for one of some values, given with their labels."""
        view = types.DropdownView(space=space) if view is None else view
        for value, words in choices.items():
            view.add_choice(value, label=words)
        self.inputs.enum(name, list(choices), label=label, view=view, **_refused(error), **shown)

    def say(self, name: str, text: str) -> None:
        """Tell something, in Markdown."""
        self.inputs.str(name, default=text, view=types.MarkdownView(read_only=True))

    def notice(self, name: str, label: str, text: str, view: type = types.Notice) -> None:
        """Tell something in a box of its own."""
        self.inputs.view(name, view(label=label, description=text))

    def refuse(self, name: str, label: str, reason: str | None) -> None:
        """Tell why the form cannot be sent, if there is a reason."""
        if reason:
            box = self.inputs.view(name, types.Error(label=label, description=reason))
            box.invalid, box.error_message = True, reason

    def property(self, label: str, *, submit: str | None = None) -> types.Property:
        """Return the form as ``resolve_input`` returns it."""
        view = (
            types.View(label=label)
            if submit is None
            else types.PromptView(label=label, submit_button_label=submit)
        )
        return types.Property(self.inputs, view=view)


def _refused(error: str | None) -> dict[str, Any]:
    return {"invalid": bool(error), "error_message": error or ""}
