"""Encoders behind an OpenAI-compatible ``/v1/embeddings`` endpoint."""

from __future__ import annotations

from clusterby.encoders.openai.encoder import OpenAIEncoder

__all__ = ["OpenAIEncoder"]
