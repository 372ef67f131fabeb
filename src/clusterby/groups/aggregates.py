"""The aggregates, under pandas' names."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

__all__ = ["Aggregates"]


class Aggregates(ABC):
    """What pandas' groupby offers, computed by the table's own engine; missing values are left out.

    Every method returns what the table's library would: for pandas a Series or frame indexed by group, for
    polars, Arrow and dicts of lists a table whose first column is the group.
    """

    @abstractmethod
    def aggregate(self, how: str) -> Any:
        """Return the aggregate of that name for each group."""

    def mean(self) -> Any:
        """Return each group's mean."""
        return self.aggregate("mean")

    def sum(self) -> Any:
        """Return each group's sum."""
        return self.aggregate("sum")

    def min(self) -> Any:
        """Return each group's smallest value."""
        return self.aggregate("min")

    def max(self) -> Any:
        """Return each group's largest value."""
        return self.aggregate("max")

    def median(self) -> Any:
        """Return each group's median."""
        return self.aggregate("median")

    def std(self) -> Any:
        """Return each group's standard deviation, with n − 1 below the line."""
        return self.aggregate("std")

    def var(self) -> Any:
        """Return each group's variance, with n − 1 below the line."""
        return self.aggregate("var")

    def count(self) -> Any:
        """Return how many values of each group are not missing."""
        return self.aggregate("count")

    def nunique(self) -> Any:
        """Return how many different values each group has."""
        return self.aggregate("nunique")

    def first(self) -> Any:
        """Return each group's first value that is not missing."""
        return self.aggregate("first")

    def last(self) -> Any:
        """Return each group's last value that is not missing."""
        return self.aggregate("last")

    def any(self) -> Any:
        """Return whether any value of each group is true."""
        return self.aggregate("any")

    def all(self) -> Any:
        """Return whether all values of each group are true."""
        return self.aggregate("all")
