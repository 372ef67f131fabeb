"""Data to try things on, made from what is installed: nothing is downloaded."""

from __future__ import annotations

from clusterby.samples.digits import digits
from clusterby.samples.scene_captions import SCENE_WORDS, describe_scene
from clusterby.samples.scenes import Scenes, render_scenes, scenes

__all__ = ["SCENE_WORDS", "Scenes", "describe_scene", "digits", "render_scenes", "scenes"]
