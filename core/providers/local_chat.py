"""The OpenAI wire as llama.cpp's own server speaks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.providers.base import ModelRequest, ProviderSettings
from core.providers.openai_chat import OpenAIChat

LIVELY: Mapping[str, Any] = {
    "repeat_penalty": 1.08,
    "repeat_last_n": 256,
    "dry_multiplier": 0.8,
    "dry_penalty_last_n": 2048,
}
"""Sampling that keeps a very small model from going in circles.

Twelve turns of SmolLM2-135M with itself: with llama.cpp's own defaults they are one sentence
over and over from the fourth turn on, with these they stay on their subject.
"""


class LocalChat(OpenAIChat):
    """An adapter that sends sampling parameters which only llama.cpp has."""

    def __init__(self, settings: ProviderSettings, sampling: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self._sampling = sampling

    def _optional(self, request: ModelRequest) -> dict[str, Any]:
        # While it reads a prompt the server notices that nobody listens any more only when it
        # has something to say, or once a second: so it is made to tell of its progress.
        values = super()._optional(request) | {"return_progress": True}
        # JSON repeats itself by nature: there, the penalties would spoil the answer.
        return values if request.schema is not None else values | dict(self._sampling)
