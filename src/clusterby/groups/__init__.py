"""Results: rows in groups, which aggregate like pandas groups."""

from __future__ import annotations

from clusterby.groups.clusterby import clusterby
from clusterby.groups.groupby import GroupBy, groupby
from clusterby.groups.label import label
from clusterby.groups.labels import Labels
from clusterby.groups.result import ClusterBy
from clusterby.groups.sliceby import SliceBy, sliceby

__all__ = ["ClusterBy", "GroupBy", "Labels", "SliceBy", "clusterby", "groupby", "label", "sliceby"]
