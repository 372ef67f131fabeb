"""What most vision models do to an image before they look at it, for a whole batch at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from clusterby.core.column import FloatArray

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["ImageSteps"]

_STOCK = "transformers.image_processing_backends"
"""Where transformers' own steps are defined; a processor that has others is left to itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSteps:
    """Resize, crop from the center, scale and shift.

    The result is that of transformers' Pillow back end, which takes each image and step by itself and needs six times
    as long.

    Parameters
    ----------
    shortest : int, optional
        The length of the shorter side; None where `size` is given.
    size : (int, int), optional
        Height and width, whatever the proportions were.
    resample : int
        Pillow's number for how pixels are interpolated.
    crop : (int, int), optional
        Height and width of what is kept of the middle.
    scale, shift : float32 (3,)
        What each channel is multiplied by, and what is added.
    """

    shortest: int | None
    size: tuple[int, int] | None
    resample: int
    crop: tuple[int, int] | None
    scale: FloatArray
    shift: FloatArray

    @classmethod
    def of(cls, processor: Any) -> ImageSteps | None:
        """Return the steps of a transformers image processor; None if it takes others than these."""
        own = getattr(type(processor), "_preprocess", None)
        if getattr(own, "__module__", "") != _STOCK or getattr(processor, "do_pad", None):
            return None
        size, crop = processor.size, processor.crop_size if processor.do_center_crop else None
        if (
            not processor.do_resize
            or getattr(size, "longest_edge", None)
            or getattr(size, "max_height", None)
        ):
            return None
        shortest, sides = size.shortest_edge, (size.height, size.width)
        kept = None if crop is None else (crop.height, crop.width)
        if shortest is None:
            if None in sides or (kept is not None and (kept[0] > sides[0] or kept[1] > sides[1])):
                return None
        elif kept is None or None in kept or max(kept) > shortest:
            return None
        factor = processor.rescale_factor if processor.do_rescale else 1.0
        mean, deviation = (
            (processor.image_mean, processor.image_std) if processor.do_normalize else (0.0, 1.0)
        )
        mean, deviation = (
            np.broadcast_to(mean, 3).astype(np.float64),
            np.broadcast_to(deviation, 3).astype(np.float64),
        )
        return cls(
            shortest=shortest, size=None if shortest else sides, resample=int(processor.resample), crop=kept,
            scale=(factor / deviation).astype(np.float32), shift=(-mean / deviation).astype(np.float32),
        )  # fmt: skip

    def __call__(self, images: Sequence[Image.Image]) -> FloatArray:
        """Return RGB images as the model takes them, float32 (m, 3, height, width)."""
        pixels = np.stack([np.asarray(self._fit(image)) for image in images])
        channels = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)).astype(np.float32)
        channels *= self.scale[:, None, None]
        channels += self.shift[:, None, None]
        return channels

    def _fit(self, image: Image.Image) -> Image.Image:
        if image.mode != "RGB":
            image = image.convert("RGB")
        width, height = self._target(*image.size)
        if (width, height) != image.size:
            image = image.resize((width, height), self.resample)
        if self.crop is None or self.crop == (height, width):
            return image
        top, left = (height - self.crop[0]) // 2, (width - self.crop[1]) // 2
        return image.crop((left, top, left + self.crop[1], top + self.crop[0]))

    def _target(self, width: int, height: int) -> tuple[int, int]:
        if self.size is not None:
            return self.size[1], self.size[0]
        shortest = self.shortest or min(width, height)
        if width <= height:
            return shortest, int(shortest * height / width)
        return int(shortest * width / height), shortest
