"""What an engine does: map a function over batches of items, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

__all__ = ["Engine"]

T = TypeVar("T")
R = TypeVar("R")


class Engine(Protocol):
    """Runs a function over batches."""

    def map_batches(
        self, function: Callable[[Sequence[T]], R], items: Sequence[T], *, batch_size: int, retries: int = 0
    ) -> Iterator[R]:
        """Yield ``function(batch)`` for each run of `batch_size` items, in the order of the items.

        A batch that ends in an OSError, as disks and networks give them in passing, is tried again up to
        `retries` times. What the function raises at last is raised here, and what was not yet begun is then dropped.
        """
