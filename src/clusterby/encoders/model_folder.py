"""A model as a folder on this disk: found or downloaded, fingerprinted, its facts read without loading it."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clusterby.core.errors import ClusterbyError, InvalidParameter, UnreadableSource
from clusterby.core.fingerprint import fingerprint
from clusterby.core.modality import Modality
from clusterby.core.optional import require
from clusterby.encoders.downloaded import has_weights, holds_model

__all__ = ["ModelFolder", "find_model", "model_path"]

log = logging.getLogger(__name__)

_WANTED = (
    "*.json",
    "model*.safetensors",
    "*/model*.safetensors",
    "*.txt",
    "*.model",
    "*.jinja",
    "*.tiktoken",
)
"""The files of a repository that loading by safetensors needs: never pickled weights, nor those of other libraries."""
_BACKENDS = {"torch": (), "onnx": ("onnx/*", "*.onnx"), "openvino": ("openvino/*",)}
_UNWANTED = ("*.msgpack", "*.h5", "*.ot", "coreml/*", "openvino/*", "onnx/*")

_MODALITIES = {
    **dict.fromkeys(
        ("clip", "siglip", "siglip2", "chinese_clip", "align", "altclip", "metaclip_2"),
        frozenset({Modality.IMAGE, Modality.TEXT}),
    ),
    **dict.fromkeys(
        ("dinov2", "dinov2_with_registers", "dinov3_vit", "dinov3_convnext", "vit", "beit", "convnextv2"),
        frozenset({Modality.IMAGE}),
    ),
    "clap": frozenset({Modality.AUDIO, Modality.TEXT}),
    **dict.fromkeys(
        ("bert", "roberta", "xlm-roberta", "mpnet", "distilbert", "albert", "modernbert", "qwen3", "deberta-v2"),
        frozenset({Modality.TEXT}),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFolder:
    """A model's files.

    Parameters
    ----------
    path : Path
        Where they are.
    name : str
        The model's short name.
    revision : str
        The commit of the Hub they are from, or the fingerprint of their content.
    """

    path: Path
    name: str
    revision: str

    @property
    def model_type(self) -> str | None:
        """The architecture, in transformers' words; None where the folder does not say at its top."""
        kind = self.read("config.json").get("model_type")
        return kind if isinstance(kind, str) else None

    @property
    def modalities(self) -> frozenset[Modality] | None:
        """The kinds of cell it takes; None where only loading the model can tell."""
        return _MODALITIES.get(self.model_type or "")

    @property
    def composed(self) -> bool:
        """Whether it says itself which modules follow the transformer."""
        return (self.path / "modules.json").exists()

    @property
    def shrink_to(self) -> int | None:
        """The shorter side, in pixels, to which larger images can be decoded without loss to the model."""
        size = self._processor("image_processor").get("size")
        if isinstance(size, int):
            return size
        if not isinstance(size, dict):
            return None
        if isinstance(size.get("shortest_edge"), int):
            return int(size["shortest_edge"])
        sides = [size[side] for side in ("height", "width") if isinstance(size.get(side), int)]
        return 2 * max(sides) if sides else None  # both sides are resized, each by its own factor

    @property
    def fill(self) -> tuple[int, int, int] | None:
        """The color that normalization turns into zeros; None where the folder does not tell."""
        steps = self._processor("image_processor")
        mean = steps.get("image_mean")
        means: list[Any] = mean if isinstance(mean, list) else 3 * [mean]
        known = [float(m) for m in means if isinstance(m, (int, float))]
        if len(known) != 3 or not steps.get("do_normalize", True):
            return None
        factor = float(steps.get("rescale_factor") or 1 / 255) if steps.get("do_rescale", True) else 1.0
        red, green, blue = (min(255, max(0, round(m / factor))) for m in known)
        return red, green, blue

    @property
    def input_side(self) -> int | None:
        """The longer side, in pixels, of what the model looks at."""
        steps = self._processor("image_processor")
        sides = _sides(steps.get("crop_size" if steps.get("do_center_crop") else "size"))
        return max(sides, default=None)

    @property
    def center_crop(self) -> float:
        """The part of a square's side that its center crop leaves."""
        steps = self._processor("image_processor")
        resized = _sides(steps.get("size"))
        part = steps.get("crop_pct")  # of ConvNeXt, which does so with small inputs
        if isinstance(part, float) and max(resized, default=0) < 384:
            return part
        kept = _sides(steps.get("crop_size")) if steps.get("do_center_crop") else []
        return min(1.0, min(kept) / max(resized)) if kept and resized else 1.0

    @property
    def sampling_rate(self) -> int | None:
        """The rate, in hertz, of the sound it takes."""
        rate = self._processor("feature_extractor").get("sampling_rate")
        return rate if isinstance(rate, int) else None

    @property
    def max_seconds(self) -> float | None:
        """How much of a sound it takes; models that cut longer ones at random are given no more."""
        most = self._processor("feature_extractor").get("max_length_s")
        return float(most) if isinstance(most, (int, float)) else None

    def _processor(self, part: str) -> dict[str, Any]:
        """Return how cells are prepared: from a file of its own, or from its part of the whole processor's."""
        return self.read("preprocessor_config.json") or self.read("processor_config.json").get(part) or {}

    def read(self, name: str) -> dict[str, Any]:
        """Return a JSON file of the folder; empty if there is none or it holds something else."""
        try:
            content = json.loads((self.path / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}


def _sides(size: Any) -> list[int]:
    """Return the lengths that a size in a processor's configuration names."""
    lengths = size.values() if isinstance(size, dict) else [size]
    return [length for length in lengths if isinstance(length, int) and length > 0]


def find_model(
    model: str | os.PathLike[str], *, revision: str | None = None, backend: str = "torch"
) -> ModelFolder:
    """Return a model's folder; a model of the Hub is downloaded the first time, and says how large it is.

    Parameters
    ----------
    model : str or PathLike
        A folder, or a Hub id ``"org/name"``.
    revision : str, optional
        The commit, branch or tag of the Hub.
    backend : {"torch", "onnx", "openvino"}
        Which files of a repository are wanted.

    Raises
    ------
    UnreadableSource
        If there is no such folder or repository, the Hub cannot be reached, or there are no safe weights.
    MissingExtra
        If huggingface_hub is not installed.
    """
    path = model_path(model)
    return _from_hub(os.fspath(model), revision, backend) if path is None else _local(path.resolve())


def model_path(model: str | os.PathLike[str]) -> Path | None:
    """Return the local folder that is meant; None if it is an id of the Hub.

    Raises
    ------
    UnreadableSource
        If it is neither, or the folder holds no model.
    """
    path, text = Path(model).expanduser(), os.fspath(model)
    if path.is_dir():
        if not holds_model(path):
            raise UnreadableSource(
                f"{text!r} holds no model: a model folder has a config.json or a modules.json"
            )
        return path
    if text.count("/") != 1 or text.startswith((".", "/", "~")):
        raise UnreadableSource(f"no model folder {text!r}: give an existing folder, or a Hub id as org/name")
    return None


def _local(path: Path) -> ModelFolder:
    files = sorted(
        file for file in path.rglob("*")
        if file.is_file() and file.suffix != ".md" and not any(p.startswith(".") for p in file.relative_to(path).parts)
    )  # fmt: skip
    content = [(file.relative_to(path).as_posix(), file.read_bytes()) for file in files]
    return ModelFolder(path=path, name=path.name, revision=fingerprint(content))


def _from_hub(repo: str, revision: str | None, backend: str) -> ModelFolder:
    hub = require("huggingface_hub", purpose=f"model {repo!r} of the Hugging Face Hub", extra="models")
    wanted = [*_WANTED, *_BACKENDS[backend]]
    unwanted = [pattern for pattern in _UNWANTED if pattern not in _BACKENDS[backend]]
    try:
        path = Path(
            hub.snapshot_download(
                repo,
                revision=revision,
                local_files_only=True,
                allow_patterns=wanted,
                ignore_patterns=unwanted,
            )
        )
    except hub.errors.HFValidationError:
        raise InvalidParameter(f"{repo!r} is no Hub id: give org/name, or an existing folder") from None
    except (hub.errors.LocalEntryNotFoundError, hub.errors.RevisionNotFoundError, OSError):
        path = None
    if path is None or not _complete(path, backend):
        path = _download(hub, repo, revision, wanted, unwanted)
    if not _complete(path, backend):
        raise UnreadableSource(
            f"model {repo!r} has no safetensors weights: clusterby loads no pickled ones; choose another model, or convert it"
        )
    return ModelFolder(path=path, name=repo.split("/")[1].lower(), revision=path.name)


def _complete(path: Path, backend: str) -> bool:
    """Whether all weights are there; a download that was interrupted leaves some of the files."""
    if backend == "torch":
        return has_weights(path)
    return any(path.rglob("*.onnx" if backend == "onnx" else "openvino_model.bin"))


def _download(hub: Any, repo: str, revision: str | None, wanted: list[str], unwanted: list[str]) -> Path:
    try:
        info = hub.HfApi().model_info(repo, revision=revision, files_metadata=True)
        chosen = set(
            hub.utils.filter_repo_objects(
                [file.rfilename for file in info.siblings], allow_patterns=wanted, ignore_patterns=unwanted
            )
        )
        size = sum(file.size or 0 for file in info.siblings if file.rfilename in chosen)
        log.warning("downloading %s (%s) from %s, once", repo, _written(size), hub.constants.ENDPOINT)
        found = hub.snapshot_download(
            repo, revision=revision, allow_patterns=wanted, ignore_patterns=unwanted
        )
    except hub.errors.GatedRepoError:
        raise UnreadableSource(
            f"model {repo!r} is gated: accept its terms on its page, then log in with `hf auth login`"
        ) from None
    except (hub.errors.RepositoryNotFoundError, hub.errors.RevisionNotFoundError):
        at = f" at revision {revision!r}" if revision else ""
        raise UnreadableSource(
            f"no model {repo!r}{at} on the Hugging Face Hub (or it is private: `hf auth login`)"
        ) from None
    except Exception as error:
        if isinstance(error, ClusterbyError):
            raise
        raise UnreadableSource(_offline(hub, repo, error)) from error
    return Path(found)


def _offline(hub: Any, repo: str, error: Exception) -> str:
    why = "HF_HUB_OFFLINE is set" if hub.constants.HF_HUB_OFFLINE else f"{type(error).__name__}"
    return (
        f"model {repo!r} is not on this machine and {hub.constants.ENDPOINT} cannot be asked for it ({why}): go online once, "
        "give a folder that holds it, or use encoder='auto', which takes what is here"
    )


def _written(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{max(1, round(size / 1e6))} MB"
