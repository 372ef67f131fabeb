"""Results that are kept: what is stored of them, and how they come back."""

from clusterby.runs.record import SCHEMA, RunRecord, record_of
from clusterby.runs.restore import groups_of

__all__ = ["SCHEMA", "RunRecord", "groups_of", "record_of"]
