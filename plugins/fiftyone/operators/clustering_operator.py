"""What the operators have in common: their looks, and how they run at once, in the App and delegated."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types
from fiftyone.operators.executor import ExecutionResult
from fiftyone.operators.message import GeneratedMessage, MessageType

from clusterby import ClusterbyError

from .form import Form
from .work import Outcome, finish, follow

__all__ = ["ICON", "ClusteringOperator", "LongOperator"]

ICON = "/assets/clusters.svg"


class ClusteringOperator(foo.Operator, ABC):
    """An operator on a dataset's clusterings: a form, a call, and what came of it.

    Subclasses set `named`, `label` and `about`, and give `ask`, `work` and `show`.
    """

    named = ""
    label = ""
    about = ""
    submit: str | None = None
    unlisted = False
    long = False

    @property
    def config(self) -> foo.OperatorConfig:
        """What FiftyOne is told of the operator."""
        return foo.OperatorConfig(
            name=self.named,
            label=self.label,
            description=self.about,
            icon=ICON,
            dynamic=True,
            unlisted=self.unlisted,
            execute_as_generator=self.long,
            allow_immediate_execution=True,
            allow_delegated_execution=True,
            disable_schema_validation=True,  # every value is checked in the form, with a reason
        )

    @abstractmethod
    def ask(self, form: Form) -> None:
        """Fill the form."""

    @abstractmethod
    def work(self, ctx: Any) -> dict[str, Any]:
        """Do it; return what is to be shown, as plain values."""

    def show(self, outputs: types.Object, results: dict[str, Any]) -> None:
        """Say what came of it."""
        outputs.str("summary", view=types.MarkdownView(read_only=True))

    def refresh(self, ctx: Any, results: dict[str, Any]) -> None:
        """Let the App follow, where there is one."""

    def resolve_input(self, ctx: Any) -> types.Property:
        """Return the form, for what has been filled in so far."""
        form = Form(ctx)
        if ctx.dataset is None:
            form.refuse("no_dataset", "No dataset", "open a dataset first")
        else:
            self.ask(form)
        return form.property(self.label, submit=self.submit)

    def execute(self, ctx: Any) -> Any:
        """Do it, and let the App follow."""
        try:
            results = self.work(ctx)
        except ClusterbyError as error:
            raise error.with_traceback(
                None
            ) from None  # FiftyOne shows the traceback: its reason is in one line
        self.refresh(ctx, results)
        return results

    def resolve_output(self, ctx: Any) -> types.Property | None:
        """Return what shows the results; nothing where there are none."""
        return self.output(ctx.results) if ctx.results else None

    def output(self, results: dict[str, Any]) -> types.Property:
        """Return what shows some results."""
        outputs = types.Object()
        self.show(outputs, results)
        return types.Property(outputs, view=types.View(label=self.label))


class LongOperator(ClusteringOperator):
    """An operator that takes its time: it tells how far it is, and can be called off."""

    long = True

    async def execute(self, ctx: Any) -> Any:
        """Return the results; to the App, a generator of messages with progress."""
        if "operator_uri" in ctx.request_params and not ctx.delegated:  # only the App names it in its request
            return self._messages(ctx)
        try:
            results = await finish(lambda: self.work(ctx), _teller(ctx) if ctx.delegated else None)
        except ClusterbyError as error:
            raise error.with_traceback(None) from None  # as above
        if ctx.delegated:
            ctx.set_progress(progress=1.0, label=results.get("headline", "done"))
        return results

    async def _messages(self, ctx: Any) -> AsyncIterator[GeneratedMessage]:
        """Yield progress, and in the same dialog at last the results or why there are none."""
        try:
            async for said in follow(lambda: self.work(ctx)):
                if not isinstance(said, Outcome):
                    yield ctx.ops.set_progress(label=said.description, progress=said.share)
                    continue
                for message in self.followed_up(ctx, said.value):
                    yield message
                yield ctx.ops.show_output(self.output(said.value).to_json(), said.value)
        except ClusterbyError as error:
            form = Form(ctx)
            form.notice("failed", "It did not work, and nothing was changed", str(error), types.Error)
            yield ctx.ops.show_output(form.property(self.label).to_json(), {})
            yield _Failure(str(error))

    def followed_up(self, ctx: Any, results: dict[str, Any]) -> list[GeneratedMessage]:
        """Return what the App is to do after the work."""
        return []


class _Failure(GeneratedMessage):
    """The last message of work that failed: the App reads what stands under ``error``."""

    def __init__(self, reason: str) -> None:
        super().__init__(MessageType.ERROR, cls=ExecutionResult)
        self._reason = reason

    def to_json(self) -> dict[str, Any]:
        return {"type": "ERROR", "cls": "", "body": None, "error": self._reason}


def _teller(ctx: Any) -> Any:
    return lambda description, share: ctx.set_progress(progress=share, label=description)
