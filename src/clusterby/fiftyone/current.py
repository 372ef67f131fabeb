"""The dataset of a collection, as it is in the database now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fiftyone.core.collections import SampleCollection
from fiftyone.core.odm import get_db_conn
from fiftyone.core.runs import Run

from clusterby.core.errors import InvalidTable

__all__ = ["current_dataset", "read_anew"]

_RESOLUTION = timedelta(milliseconds=1)  # of times in MongoDB


def current_dataset(samples: Any) -> Any:
    """Return the source dataset of a collection; what other processes have changed of it since it was loaded is read again.

    Samples in memory are left alone, edits that are not saved yet among them.

    Parameters
    ----------
    samples : Dataset or DatasetView

    Raises
    ------
    InvalidTable
        If it is no collection, or its dataset has been deleted.
    """
    if not isinstance(samples, SampleCollection):
        raise InvalidTable(f"a {type(samples).__name__} is no FiftyOne collection: give a dataset or a view")
    try:
        dataset = samples._root_dataset  # the only way from a view of patches or frames to its source
    except (
        ValueError
    ) as error:  # FiftyOne's answer to whatever is asked of a dataset that this process deleted
        raise InvalidTable(f"{error}: load or make another one") from None
    stored = get_db_conn().datasets.find_one({"_id": dataset._doc.id}, {"last_modified_at": 1})
    if stored is None:
        raise InvalidTable(f"Dataset {dataset.name!r} is deleted: load or make another one")
    if stored["last_modified_at"] - _RESOLUTION > dataset._doc.last_modified_at:
        read_anew(dataset)
    else:
        for run in Run._get_run_docs(dataset).values():  # their changes leave no trace on the dataset
            run.reload()
    return dataset


def read_anew(dataset: Any) -> None:
    """Read from the database what is known of a dataset: its schema and its runs."""
    dataset._reload()  # by id: it may have another name now
    dataset._reload(hard=True)
