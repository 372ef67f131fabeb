"""The operators of the plugin; where clusterby is not installed, stand-ins that say so."""

from __future__ import annotations

from .missing import is_missing, stand_ins

__all__ = ["operators"]


def operators() -> list[type]:
    """Return the operator classes that are to be registered."""
    if is_missing():
        return stand_ins()
    from .compute_clusters import ComputeClusters
    from .delete_clustering_run import DeleteClusteringRun
    from .export_clusters import ExportClusters
    from .get_clustering_run_info import GetClusteringRunInfo
    from .label_clusters import LabelClusters, LabelClustersWithGPT4V
    from .label_samples import LabelSamples
    from .load_clustering_view import LoadClusteringView
    from .merge_clusters import MergeClusters
    from .rename_cluster import RenameCluster
    from .rename_clustering_run import RenameClusteringRun

    return [
        ComputeClusters,
        GetClusteringRunInfo,
        LoadClusteringView,
        RenameClusteringRun,
        DeleteClusteringRun,
        LabelClusters,
        LabelClustersWithGPT4V,
        LabelSamples,
        RenameCluster,
        MergeClusters,
        ExportClusters,
    ]
