"""Which models of the Hugging Face Hub are on this disk already: asked of the file system alone."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from clusterby.core.optional import imported

__all__ = ["downloaded", "has_weights", "holds_model", "hub_cache"]

_COMMIT = re.compile(r"[0-9a-f]{40}")


def downloaded(hub_id: str, revision: str | None = None) -> Path | None:
    """Return the folder of a model that was downloaded completely, else None; imports nothing, asks nobody.

    Parameters
    ----------
    hub_id : str
        ``"org/name"``.
    revision : str, optional
        A commit, branch or tag; the main branch as it was when last asked for unless given.

    Examples
    --------
    >>> downloaded("nobody/nothing") is None
    True
    """
    folder = hub_cache() / f"models--{hub_id.replace('/', '--')}"
    commit = _commit(folder, revision or "main")
    if commit is None:
        return None
    snapshot = folder / "snapshots" / commit
    return snapshot if has_weights(snapshot) else None


def hub_cache() -> Path:
    """Return the folder in which huggingface_hub keeps what it downloads.

    The variables are its own: ``HF_HUB_CACHE``, else ``HF_HOME``/hub, else ``XDG_CACHE_HOME``/huggingface/hub. It reads
    them once, when it is imported; from then on its word counts.
    """
    constants = imported("huggingface_hub.constants")
    if constants is not None:
        return Path(constants.HF_HUB_CACHE)
    home = os.getenv("HF_HOME", f"{os.getenv('XDG_CACHE_HOME', '~/.cache')}/huggingface")
    cache = os.getenv("HF_HUB_CACHE", os.getenv("HUGGINGFACE_HUB_CACHE", f"{home}/hub"))
    return Path(os.path.expandvars(cache)).expanduser()


def holds_model(folder: Path) -> bool:
    """Whether a folder says of itself that it is a model."""
    return any((folder / name).is_file() for name in ("config.json", "modules.json"))


def has_weights(folder: Path) -> bool:
    """Whether a folder holds a model with all of its weights, as safetensors.

    A download that was interrupted leaves some of the shards, or links that lead nowhere; other libraries leave weights
    of their own format under other names.
    """
    if not holds_model(folder):
        return False
    shards = [shard for index in folder.rglob("model*.safetensors.index.json") for shard in _shards(index)]
    whole = [weights.exists() for weights in (*shards, *folder.rglob("model*.safetensors"))]
    return bool(whole) and all(whole)


def _shards(index: Path) -> set[Path]:
    """Return the files that an index names; the index itself, which is no weights, if it cannot be read."""
    try:
        return {
            index.parent / name
            for name in json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {index / "unreadable"}


def _commit(folder: Path, revision: str) -> str | None:
    if _COMMIT.fullmatch(revision):
        return revision
    try:
        return (folder / "refs" / revision).read_text(encoding="utf-8").strip()
    except OSError:
        return None
