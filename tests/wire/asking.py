"""Asks an adapter for one answer and keeps all that comes of it."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from core.errors import ProviderError
from core.messages import Message, Params
from core.providers.base import Chunk, Completion, ModelRequest, Provider, Reasoning, Retraction


@dataclass
class Outcome:
    """What came of a request."""

    text: str = ""
    reasoning: str = ""
    completion: Completion | None = None
    error: ProviderError | None = None


async def ask(adapter: Provider, params: Params | None = None, **values: Any) -> Outcome:
    """Ask for one answer and collect what comes."""
    request = ModelRequest("m-1", (Message("user", "Hello"),), params or Params(), **values)
    found = Outcome()
    try:
        async with aclosing(adapter.stream(request)) as parts:
            async for part in parts:
                if isinstance(part, Chunk):
                    found.text += part.text
                elif isinstance(part, Reasoning):
                    found.reasoning += part.text
                elif isinstance(part, Retraction):
                    found.reasoning, found.text = found.reasoning + found.text, ""
                elif isinstance(part, Completion):
                    found.completion = part
    except ProviderError as error:
        found.error = error
    return found
