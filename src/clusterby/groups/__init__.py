"""Results: rows in groups, which aggregate like pandas groups."""

from __future__ import annotations

from clusterby.groups.clusterby import ClusterBy, clusterby
from clusterby.groups.groupby import GroupBy, groupby
from clusterby.groups.sliceby import SliceBy, sliceby

__all__ = ["ClusterBy", "GroupBy", "SliceBy", "clusterby", "groupby", "sliceby"]
