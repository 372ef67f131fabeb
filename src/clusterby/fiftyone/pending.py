"""What is about to be done with a run: written down before it is begun, so that it can be finished by whoever comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from clusterby.fiftyone.writer import Writer, writer_of

__all__ = ["Pending", "pending_of", "set_pending"]

Intent = Literal["delete", "rename", "replace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What is to become of a run.

    Parameters
    ----------
    do : {"delete", "rename", "replace"}
        A run that is to replace another is whole before the other is touched.
    writer : Writer or None
        Who does it; None if nobody can tell.
    key, cluster_field, names_field : str
        For ``"rename"``: the new ones.
    """

    do: Intent
    writer: Writer | None
    key: str = ""
    cluster_field: str = ""
    names_field: str = ""

    def plain(self) -> dict[str, Any]:
        """Return it as it is stored."""
        writer = {} if self.writer is None else self.writer.plain()
        return {
            "do": self.do, "key": self.key, "cluster_field": self.cluster_field, "names_field": self.names_field,
        } | writer  # fmt: skip


def pending_of(config: Any) -> Pending | None:
    """Return what is to be done with a run, by its config; None if nothing is."""
    kept = getattr(config, "pending", None)
    if not isinstance(kept, Mapping):
        return None
    return Pending(
        do=kept["do"], writer=writer_of(kept), key=kept["key"],
        cluster_field=kept["cluster_field"], names_field=kept["names_field"],
    )  # fmt: skip


def set_pending(dataset: Any, key: str, pending: Pending | None) -> None:
    """Write down what is to be done with a run, or that nothing is any more."""
    config = dataset.get_run_info(key).config
    if pending is not None:
        config.pending = pending.plain()
    elif hasattr(config, "pending"):
        del config.pending
    dataset.update_run_config(key, config)
