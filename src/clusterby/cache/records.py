"""How a row of a space is written in Arrow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterby.cache.keys import KeyArray
from clusterby.core.column import FloatArray

__all__ = ["pack_records", "read_facts", "record_schema", "unpack_keys", "unpack_records", "unpack_vectors"]

_FACTS = b"clusterby"


def record_schema(dimension: int, facts: Mapping[str, Any]) -> Any:
    """Return the Arrow schema of a space's rows, with the space's facts as metadata."""
    import pyarrow as pa

    return pa.schema(
        [
            pa.field("key", pa.binary(16), nullable=False),
            pa.field("vector", pa.list_(pa.float32(), dimension), nullable=False),
            pa.field("check", pa.uint64(), nullable=False),
            pa.field("stored", pa.int64(), nullable=False),  # microseconds, Unix
        ],
        metadata={_FACTS: json.dumps(facts, sort_keys=True).encode()},
    )


def read_facts(schema: Any) -> dict[str, Any]:
    """Return the facts that a schema carries; empty if it is not one of ours."""
    try:
        found = json.loads((schema.metadata or {})[_FACTS])
    except (AttributeError, KeyError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def pack_records(
    schema: Any, keys: KeyArray, vectors: FloatArray, checks: NDArray[np.uint64], stored: float
) -> Any:
    """Return an Arrow table of n rows.

    Parameters
    ----------
    schema : pyarrow.Schema
        See :func:`record_schema`.
    keys, vectors, checks : uint64 (n, 2), float32 (n, d), uint64 (n,)
        The rows.
    stored : float
        The time, Unix, in seconds.
    """
    import pyarrow as pa

    raw = pa.py_buffer(np.ascontiguousarray(keys, dtype="<u8"))
    columns = [
        pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(keys), [None, raw]),
        pa.FixedSizeListArray.from_arrays(
            pa.array(np.ascontiguousarray(vectors).reshape(-1)), type=schema.field("vector").type
        ),
        pa.array(checks),
        pa.array(np.full(len(keys), int(stored * 1e6), dtype=np.int64)),
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def unpack_keys(records: Any) -> KeyArray:
    """Return the keys of a table or batch of rows, uint64 (n, 2)."""
    raw = _joined(records.column("key"))
    start, width = raw.offset * 16, len(raw) * 16
    return np.frombuffer(raw.buffers()[1], dtype="<u8", count=width // 8, offset=start).reshape(-1, 2)


def unpack_vectors(records: Any) -> FloatArray:
    """Return the vectors of a table or batch of rows, float32 (n, d); a view where possible."""
    vectors = _joined(records.column("vector"))
    found: FloatArray = vectors.flatten().to_numpy().reshape(len(vectors), -1)
    return found


def unpack_records(records: Any) -> tuple[KeyArray, FloatArray, NDArray[np.uint64]]:
    """Return keys, vectors and checksums of a table or batch of rows."""
    return unpack_keys(records), unpack_vectors(records), _joined(records.column("check")).to_numpy()


def _joined(column: Any) -> Any:
    return column.combine_chunks() if hasattr(column, "combine_chunks") else column
