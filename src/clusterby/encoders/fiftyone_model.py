"""Models of the FiftyOne model zoo, and any other FiftyOne model with embeddings."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

from clusterby.core.column import FloatArray
from clusterby.core.errors import InvalidParameter
from clusterby.core.modality import Modality
from clusterby.core.optional import require
from clusterby.encoders.base import Items

__all__ = ["FiftyOneEncoder"]

log = logging.getLogger(__name__)


class FiftyOneEncoder:
    """Embeds images by a FiftyOne model; rows are as the model gives them.

    Parameters
    ----------
    model : str or fiftyone.core.models.Model
        A name of the zoo, or a model that exposes embeddings.
    name : str, optional
        What to call it; the zoo's name or the model's class unless given.
    revision : str, optional
        Changes whenever the model gives other vectors. A model of the zoo is told by its name and FiftyOne's version;
        vectors of a model that is given as an object are kept in the cache only if this says what it is.
    batch_size : int, optional
        How many images at a time.

    Raises
    ------
    InvalidParameter
        If the zoo has no such model, or the model exposes no embeddings of images.
    MissingExtra
        If FiftyOne is not installed.
    """

    modalities = frozenset({Modality.IMAGE})

    def __init__(
        self,
        model: Any,
        *,
        name: str | None = None,
        revision: str | None = None,
        batch_size: int | None = None,
    ) -> None:
        self._given = model
        self._loaded: Any = None if isinstance(model, str) else _checked(model)
        self.name = name or (model if isinstance(model, str) else type(model).__name__)
        self._revision = revision
        self.batch_size = batch_size

    def __repr__(self) -> str:
        return f"FiftyOneEncoder({self.name!r})"

    @property
    def revision(self) -> str:
        """What tells that vectors are the same; empty if nothing does."""
        if self._revision is not None or not isinstance(self._given, str):
            return self._revision or ""
        return f"zoo-{_fiftyone('fiftyone').__version__}"

    @property
    def aligned(self) -> bool:
        """Whether the model embeds text prompts into the space of its images."""
        return bool(getattr(self._model, "can_embed_prompts", False))

    def load(self) -> None:
        """Load the model now; one of the zoo may be downloaded first."""
        _ = self._model

    def encode(self, items: Items) -> FloatArray:
        """Return float32 (m, d)."""
        pixels = [np.asarray(image) for image in items]
        with self._model as model:
            found = model.embed_all(pixels)
        return np.stack([np.asarray(vector, dtype=np.float32).reshape(-1) for vector in found])

    def encode_queries(self, queries: Sequence[str]) -> FloatArray:
        """Return float32 (q, d).

        Raises
        ------
        InvalidParameter
            If the model embeds no prompts.
        """
        if not self.aligned:
            raise InvalidParameter(f"encoder {self.name!r} has no text tower: it cannot embed queries")
        with self._model as model:
            found = model.embed_prompts(list(queries))
        return np.asarray(found, dtype=np.float32).reshape(len(queries), -1)

    @property
    def _model(self) -> Any:
        if self._loaded is None:
            zoo = _fiftyone("fiftyone.zoo")
            if self._given not in zoo.list_zoo_models():
                raise InvalidParameter(
                    f"the FiftyOne model zoo has no {self._given!r}: list them with fiftyone.zoo.list_zoo_models('embeddings')"
                )
            if self._given not in zoo.list_downloaded_zoo_models():
                log.warning("downloading %s from the FiftyOne model zoo, once", self._given)
            self._loaded = _checked(zoo.load_zoo_model(self._given))
        return self._loaded


def _fiftyone(module: str) -> Any:
    return require(module, purpose="a FiftyOne model", extra="fiftyone")


def _checked(model: Any) -> Any:
    if not getattr(model, "has_embeddings", False) or getattr(model, "media_type", "image") != "image":
        raise InvalidParameter(
            f"the FiftyOne model {type(model).__name__} exposes no embeddings of images: choose one that does, as listed by "
            "fiftyone.zoo.list_zoo_models('embeddings')"
        )
    return model
