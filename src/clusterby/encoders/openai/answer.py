"""Read the vectors in the answer of an OpenAI-compatible server."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np

from clusterby.core.column import FloatArray
from clusterby.core.errors import InvalidVectors
from clusterby.core.finite import finite_rows

__all__ = ["read_answer"]


def read_answer(body: bytes, count: int, *, host: str) -> FloatArray:
    """Return float32 (count, d), in the order of the texts that were sent.

    Parameters
    ----------
    body : bytes
        The answer's JSON; its vectors are lists of numbers, or float32 in base64.
    count : int
        How many texts were sent.
    host : str
        Who answered, for the error.

    Raises
    ------
    InvalidVectors
        If it is not JSON, or does not hold one finite vector of one length for each text.

    Examples
    --------
    >>> answer = b'{"data": [{"index": 1, "embedding": [3, 4]}, {"index": 0, "embedding": [1, 2]}]}'
    >>> read_answer(answer, 2, host="localhost").tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    try:
        answer = json.loads(body)
    except ValueError:
        raise InvalidVectors(
            f"{host} answered with {len(body):,} bytes that are not JSON: check base_url=, which ends in /v1 as a rule"
        ) from None
    rows = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "embedding" in row for row in rows):
        raise InvalidVectors(
            f"{host} answered with JSON that holds no embeddings: check base_url= and that the model is one for embeddings"
        )
    if len(rows) != count:
        raise InvalidVectors(f"{host} sent {len(rows)} vectors for {count} texts: {_REPORT}")
    vectors = [_vector(row["embedding"], host) for row in _in_order(rows, host)]
    lengths = sorted({len(vector) for vector in vectors})
    if len(lengths) > 1:
        raise InvalidVectors(f"{host} sent vectors of {lengths[0]} and {lengths[-1]} dimensions: {_REPORT}")
    found: FloatArray = np.stack(vectors)
    broken = int((~finite_rows(found)).sum())
    if broken:
        raise InvalidVectors(f"{host} sent {broken} of {count} vectors with NaN or infinity: {_REPORT}")
    return found


_REPORT = "it is the server's fault; update it or choose another model"


def _in_order(rows: list[dict[str, Any]], host: str) -> list[dict[str, Any]]:
    places = [row.get("index") for row in rows]
    if all(place is None for place in places):
        return rows
    placed = {place: row for place, row in zip(places, rows, strict=True) if isinstance(place, int)}
    if sorted(placed) != list(range(len(rows))):
        raise InvalidVectors(f"{host} numbered its {len(rows)} vectors {places!s:.60}: {_REPORT}")
    return [placed[place] for place in range(len(rows))]


def _vector(embedding: Any, host: str) -> FloatArray:
    try:
        if isinstance(embedding, str):
            vector = np.frombuffer(base64.b64decode(embedding, validate=True), dtype="<f4")
        else:
            with np.errstate(over="ignore"):  # infinity is reported with the others
                vector = np.asarray(embedding, dtype=np.float64).astype(np.float32)
    except (TypeError, ValueError):
        raise InvalidVectors(
            f"{host} sent an embedding that is neither numbers nor base64: {_REPORT}"
        ) from None
    if vector.ndim != 1 or not len(vector):
        raise InvalidVectors(
            f"{host} sent an array of shape {vector.shape} for one text, not a vector: start the server with pooling"
        )
    return vector
