"""Models of the Hugging Face Hub or a local folder, through sentence-transformers: images, texts and sound."""

from __future__ import annotations

import copy
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cached_property
from typing import Any, Literal

import numpy as np

from clusterby.core.column import FloatArray
from clusterby.core.errors import InvalidParameter, UnreadableSource
from clusterby.core.fingerprint import fingerprint
from clusterby.core.modality import Modality
from clusterby.core.optional import require
from clusterby.encoders.base import Items
from clusterby.encoders.image_steps import ImageSteps
from clusterby.encoders.logits import Logits, read_logits
from clusterby.encoders.model_folder import ModelFolder, find_model

__all__ = ["SentenceTransformerEncoder"]

_FIRST_TOKEN = frozenset({"dinov2", "dinov2_with_registers", "dinov3_vit", "vit", "beit"})
"""Architectures whose cards take the first token for the whole image, where the library would take the mean."""


class SentenceTransformerEncoder:
    """Embeds images, texts or sound by any model that sentence-transformers loads; rows have unit length.

    Nothing is loaded, and no weights are read, before the first cell has to be encoded: with every vector in
    the cache the model stays on the disk. Weights are read from safetensors only.

    Parameters
    ----------
    model : str or PathLike
        A folder, or an id of the Hugging Face Hub, ``"org/name"``; the first use of an id downloads it.
    name : str, optional
        What to call it; the last part of the id or path unless given.
    revision : str, optional
        The commit, branch or tag of the Hub.
    pooling : str, optional
        How token vectors become one (``"cls"``, ``"mean"``, ``"lasttoken"``, …), where the model's folder does not
        say: the first token for ViT and DINO, else sentence-transformers' choice.
    prompt, query_prompt : str, optional
        Put before each text, or each query. None takes what the model's folder says.
    instruct : str, optional
        How the model is told what texts are to be grouped by, with ``{}`` where the task goes, for models that were
        trained to follow one: put before each text in place of `prompt`.
    backend : {"torch", "onnx", "openvino"}
        What runs the model.
    device : str
        ``"auto"`` takes CUDA, then MPS, then the CPU.
    precision : {"auto", "float32", "bfloat16", "float16"}
        Of the arithmetic: ``"auto"`` is mixed on a GPU and float32 elsewhere. It is not part of the revision unless given.
    trust_remote_code : bool
        Whether Python code that lies in the model's repository may be run. Read it before you allow it.
    batch_size : int, optional
        How many items at a time; 32 on a CPU and 256 on a GPU unless given. Halved where memory does not suffice.

    Raises
    ------
    UnreadableSource
        If the model cannot be found, downloaded or loaded.
    MissingExtra
        If sentence-transformers is not installed.

    Notes
    -----
    Reimers & Gurevych (2019), *Sentence-BERT*; the library loads CLIP, SigLIP, DINO and CLAP folders as well.
    """

    def __init__(
        self,
        model: str | os.PathLike[str],
        *,
        name: str | None = None,
        revision: str | None = None,
        pooling: str | None = None,
        prompt: str | None = None,
        query_prompt: str | None = None,
        instruct: str | None = None,
        backend: Literal["torch", "onnx", "openvino"] = "torch",
        device: str = "auto",
        precision: Literal["auto", "float32", "bfloat16", "float16"] = "auto",
        trust_remote_code: bool = False,
        batch_size: int | None = None,
    ) -> None:
        _one_of("backend", backend, ("torch", "onnx", "openvino"))
        _one_of("precision", precision, ("auto", "float32", "bfloat16", "float16"))
        self.model = os.fspath(model)
        self._given_name, self._given_revision = name, revision
        self.pooling, self.prompt, self.query_prompt, self.instruct = pooling, prompt, query_prompt, instruct
        self.backend, self.device, self.precision = backend, device, precision
        self.trust_remote_code = trust_remote_code
        self._batch_size = batch_size
        self._loading, self._tokenizing = threading.Lock(), threading.Lock()
        self.crowded = False
        self._loaded: Any = None
        self._steps: ImageSteps | None = None
        self._same_model: SentenceTransformerEncoder | None = None
        if instruct is not None and instruct.count("{}") != 1:
            raise InvalidParameter(f"instruct={instruct!r:.120}: write {{}} once, where the task goes")

    def __repr__(self) -> str:
        return f"SentenceTransformerEncoder({self.model!r})"

    @property
    def name(self) -> str:
        """What it is called."""
        return self._given_name or self.model.rstrip("/\\").replace("\\", "/").rpartition("/")[2].lower()

    @property
    def identity(self) -> str:
        """What it is called in the cache: the Hub id, whatever name it was given; a folder's content names itself."""
        return self.model if self.folder.revision == self.folder.path.name else "folder"

    @cached_property
    def folder(self) -> ModelFolder:
        """The model's files; the first access to a Hub model that is not here downloads it."""
        return find_model(self.model, revision=self._given_revision, backend=self.backend)

    @cached_property
    def revision(self) -> str:
        """The commit or fingerprint of the model's files, with all that changes its vectors."""
        changed = {
            "pooling": self._pooling, "prompt": self.prompt, "query_prompt": self.query_prompt,
            "precision": None if self.precision == "auto" else self.precision,
            "backend": None if self.backend == "torch" else self.backend,
        }  # fmt: skip
        stated = {key: value for key, value in changed.items() if value is not None}
        return self.folder.revision + (f"+{fingerprint(stated)[:8]}" if stated else "")

    @cached_property
    def modalities(self) -> frozenset[Modality]:
        """The kinds of cell it takes; loads the model where its files do not tell."""
        known = self.folder.modalities
        if known is not None:
            return known
        return frozenset(
            Modality(m) for m in self._model.modalities if m in ("image", "text", "audio", "video")
        )

    @property
    def aligned(self) -> bool:
        """Whether text queries can be put into its space."""
        return Modality.TEXT in self.modalities

    @property
    def logit_scale(self) -> float | None:
        """What the model was trained to multiply cosines with; None where its files do not say."""
        return None if self._logits is None else self._logits.scale

    @property
    def logit_bias(self) -> float | None:
        """What it was trained to add, if its logits stand alone."""
        return None if self._logits is None else self._logits.bias

    @cached_property
    def _logits(self) -> Logits | None:
        return read_logits(self.folder.path)

    def instructed(self, task: str) -> SentenceTransformerEncoder | None:
        """Return an encoder that reads the task before each text, with the same model; None if it follows none."""
        if self.instruct is None:
            return None
        told = copy.copy(self)
        told.__dict__.pop("revision", None)
        told.prompt = self.instruct.replace("{}", task)
        told._same_model, told._loading = self._same_model or self, threading.Lock()
        return told

    @cached_property
    def shrink_to(self) -> int | None:
        """The shorter side, in pixels, to which larger images are decoded."""
        return self.folder.shrink_to

    @cached_property
    def fill(self) -> tuple[int, int, int] | None:
        """The color that says nothing to the model, as red, green and blue; None where its files do not tell."""
        return self.folder.fill

    @cached_property
    def input_side(self) -> int | None:
        """The side, in pixels, of the square it looks at."""
        return self.folder.input_side

    @cached_property
    def center_crop(self) -> float:
        """The part of a square's side that it looks at."""
        return self.folder.center_crop

    @cached_property
    def sampling_rate(self) -> int | None:
        """The rate, in hertz, at which sound is decoded."""
        return self.folder.sampling_rate

    @cached_property
    def max_seconds(self) -> float | None:
        """How much of each sound is decoded, from its beginning."""
        return self.folder.max_seconds

    @property
    def batch_size(self) -> int:
        """How many items it takes at a time."""
        if self._batch_size is not None:
            return self._batch_size
        return 32 if self._loaded is None or self._loaded.device.type == "cpu" else 256

    def load(self) -> None:
        """Load the model now, which the first cell would do otherwise; it may be downloaded first."""
        _ = self._model

    def encode(self, items: Items) -> FloatArray:
        """Return unit rows, float32 (m, d), for images, texts or sound; all items of one kind."""
        return self.encode_prepared(self.prepare(items))

    def encode_queries(self, queries: Sequence[str]) -> FloatArray:
        """Return unit rows, float32 (q, d).

        Raises
        ------
        InvalidParameter
            If the model takes no text.
        """
        if not self.aligned:
            raise InvalidParameter(f"encoder {self.name!r} has no text tower: it cannot embed queries")
        return self.encode_prepared(self._features(list(queries), self.query_prompt or self.prompt))

    def prepare(self, items: Items) -> Any:
        """Return the tensors that the model takes."""
        return self._features(list(items), self.prompt)

    def encode_prepared(self, prepared: Any) -> FloatArray:
        """Return unit rows, float32 (m, d), for what :meth:`prepare` returned."""
        torch = require("torch", purpose=f"encoder {self.name!r}", extra="models")
        model = self._model
        alone = nullcontext() if not self.crowded or model.device.type != "cpu" else _one_thread(torch)
        with alone, torch.inference_mode(), self._autocast(torch, model.device.type):
            moved = {
                key: value.to(model.device) if hasattr(value, "to") else value
                for key, value in prepared.items()
            }
            vectors = model(moved)["sentence_embedding"]
            units = torch.nn.functional.normalize(vectors.float(), dim=1)
        found: FloatArray = np.ascontiguousarray(units.cpu().numpy())
        return found

    def _features(self, items: list[Any], prompt: str | None) -> dict[str, Any]:
        model = self._model
        if self._steps is not None and not isinstance(items[0], (str, np.ndarray)):
            torch = require("torch", purpose=f"encoder {self.name!r}", extra="models")
            return {"pixel_values": torch.from_numpy(self._steps(items)), "modality": "image"}
        named = [_as_input(item, self.sampling_rate, self.max_seconds) for item in items]
        if "text" not in named[0]:
            # without this, CLAP marks a random item of each batch as longer than it takes
            how = {"audio": {"truncation": "rand_trunc"}} if self.folder.model_type == "clap" else None
            signals: dict[str, Any] = model.preprocess(named, processing_kwargs=how)
            return signals
        if prompt is None and model.default_prompt_name is not None:
            prompt = model.prompts.get(model.default_prompt_name)
        with self._tokenizing:  # a fast tokenizer refuses a second thread while it works
            tokens: dict[str, Any] = model.preprocess(named, prompt=prompt)
        return tokens

    def _autocast(self, torch: Any, device: str) -> Any:
        if self.precision == "float32" or (self.precision == "auto" and device == "cpu"):
            return nullcontext()
        if self.precision != "auto":
            kind = getattr(torch, self.precision)
        else:
            kind = torch.bfloat16 if device == "cuda" and torch.cuda.is_bf16_supported() else torch.float16
        return torch.autocast(device, dtype=kind)

    @property
    def _pooling(self) -> str | None:
        if self.pooling is not None:
            return self.pooling
        return "cls" if not self.folder.composed and self.folder.model_type in _FIRST_TOKEN else None

    @property
    def _model(self) -> Any:
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> Any:
        if self._same_model is not None:
            model, self._steps = self._same_model._model, self._same_model._steps
            return model
        library = require("sentence_transformers", purpose=f"encoder {self.name!r}", extra="models")
        folder = self.folder
        try:
            with _without_bars():
                model = library.SentenceTransformer(
                    str(folder.path), device=None if self.device == "auto" else self.device, backend=self.backend,
                    trust_remote_code=self.trust_remote_code, local_files_only=True,
                    model_kwargs={"use_safetensors": True, "dtype": "float32"} if self.backend == "torch" else None,
                )  # fmt: skip
        except Exception as error:
            raise UnreadableSource(_why_not(self.name, str(folder.path), error)) from error
        pooling = self._pooling
        if pooling is not None and len(model) > 1:
            kind = type(model[1])
            model[1] = kind(model[0].get_embedding_dimension(), pooling)
        if folder.model_type in ("siglip", "siglip2"):  # it reads the last of 64 places, padding included
            model[0].processing_kwargs = {"text": {"padding": "max_length", "max_length": 64}}
        processor = getattr(model[0], "processor", None)
        self._steps = ImageSteps.of(getattr(processor, "image_processor", processor))
        return model.eval()


def _as_input(item: Any, sampling_rate: int | None, max_seconds: float | None) -> dict[str, Any]:
    """Return the item under the name of its kind: the library would take a text that looks like a path for a file."""
    if isinstance(item, str):
        return {"text": item}
    if isinstance(item, np.ndarray):
        most = round(max_seconds * sampling_rate) if max_seconds and sampling_rate else None
        return {"audio": {"array": item[:most], "sampling_rate": sampling_rate}}
    return {"image": item}


@contextmanager
def _one_thread(torch: Any) -> Iterator[None]:
    """Let torch work on one core: its threads wait for each other by spinning, which others would pay for."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _without_bars() -> Iterator[None]:
    """Keep transformers from drawing a bar over the caller's own output."""
    logging: Any = require("transformers.utils.logging", purpose="a model", extra="models")
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InvalidParameter(f"{name}={value!r}: choose one of {', '.join(map(repr, known))}")


def _why_not(name: str, path: str, error: Exception) -> str:
    said = " ".join(str(error).split())
    if "trust_remote_code" in said:
        return (
            f"model {name!r} comes with Python code of its own, which is not run unasked: read it, then pass an encoder "
            "made with trust_remote_code=True"
        )
    if "safetensors" in said:
        return f"model {name!r} in {path} has no safetensors weights; pickled ones are not loaded: convert it, or choose another"
    return f"model {name!r} in {path} cannot be loaded: {said[:300]}"
