"""Streaming a text that is known beforehand, as if a model were writing it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from core.errors import ProviderError, ProviderErrorKind
from core.messages import Params, Usage
from core.providers.base import Chunk, Completion, FinishReason, ModelRequest, StreamPart
from core.providers.tokens import estimate_messages, estimate_tokens

_PIECE = re.compile(r"\s*\S{1,24}\s*|\s+")
"""About what a model sends at a time: a word and the space around it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer and how it is to be told."""

    text: str
    chunks: tuple[str, ...] | None = None
    """The pieces to send it in; `None`: word by word."""
    usage: Usage | None = None
    """`None`: estimated."""
    finish: FinishReason = "stop"
    model: str = ""
    tokens_per_second: float | None = None
    """Pieces a second; `None`: all at once."""


async def replay(answer: Answer, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
    """Stream an answer, cut short where `max_tokens` or `stop` ask for it."""
    pieces, finish = _limited(answer, request.params)
    began = time.monotonic()
    for place, piece in enumerate(pieces):
        due = place / answer.tokens_per_second if answer.tokens_per_second else 0.0
        await asyncio.sleep(began + due - time.monotonic())
        yield Chunk(piece)
    text = "".join(pieces)
    usage = answer.usage or Usage(
        input_tokens=estimate_messages(request.messages),
        output_tokens=estimate_tokens(text),
        estimated=True,
    )
    yield Completion(text, usage, finish, answer.model)


def read_pace(value: object) -> float | None:
    """Read a setting `tokens_per_second`; 0 or nothing means without delay.

    Raises:
        ProviderError: it is no number, or negative.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ProviderError(
            ProviderErrorKind.UNAVAILABLE,
            f"tokens_per_second is {value!r}.",
            "Give a number of at least 0.",
        )
    return float(value) or None


def _limited(answer: Answer, params: Params) -> tuple[Sequence[str], FinishReason]:
    pieces = answer.chunks
    end = min((at for stop in params.stop or () if (at := answer.text.find(stop)) >= 0), default=-1)
    if end >= 0:
        pieces = None
    text = answer.text if end < 0 else answer.text[:end]
    chosen = _PIECE.findall(text) if pieces is None else [piece for piece in pieces if piece]
    if params.max_tokens is not None and len(chosen) > params.max_tokens:
        return chosen[: params.max_tokens], "length"
    return chosen, answer.finish
