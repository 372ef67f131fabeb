"""Content hashes: the same content gives the same fingerprint in every process, on every machine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import xxhash

__all__ = ["fingerprint"]


def fingerprint(*parts: Any) -> str:
    """Return the xxh3-128 hash of the parts as 32 hexadecimal digits.

    Parameters
    ----------
    *parts : str, bytes, bool, int, float, None, ndarray, or an iterable or mapping of these
        Kind, shape and length are hashed beside the content, so that ``("ab", "c")`` and
        ``("a", "bc")`` differ.

    Examples
    --------
    >>> fingerprint("ab", "c") == fingerprint("a", "bc")
    False
    >>> fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    True
    """
    digest = xxhash.xxh3_128()
    for part in parts:
        _feed(digest, part)
    return str(digest.hexdigest())


def _feed(digest: xxhash.xxh3_128, part: Any) -> None:
    if part is None or isinstance(part, (bool, np.bool_)):
        digest.update(f"c:{part};".encode())
    elif isinstance(part, str):
        raw = part.encode("utf-8", "surrogatepass")
        digest.update(b"s:%d:" % len(raw) + raw)
    elif isinstance(part, (bytes, bytearray, memoryview)):
        digest.update(b"b:%d:" % len(part))
        digest.update(part)
    elif isinstance(part, (int, np.integer)):
        digest.update(b"i:%d;" % int(part))
    elif isinstance(part, (float, np.floating)):
        digest.update(f"f:{float(part).hex()};".encode())
    elif isinstance(part, np.ndarray) and part.dtype != object:
        digest.update(f"a:{part.dtype.str}:{part.shape}:".encode())
        digest.update(np.ascontiguousarray(part).data if part.dtype.kind not in "Mm" else part.tobytes())
    elif isinstance(part, dict):
        digest.update(b"m:%d:" % len(part))
        for key in sorted(part, key=str):
            _feed(digest, key)
            _feed(digest, part[key])
    elif isinstance(part, (set, frozenset)):
        digest.update(f"u:{sorted(map(fingerprint, part))}".encode())  # their order differs between processes
    elif isinstance(part, Iterable):
        digest.update(b"[")
        for item in part:
            _feed(digest, item)
        digest.update(b"]")
    else:
        raise TypeError(f"cannot fingerprint {type(part).__name__}: {part!r:.80}")
