"""Reading the body of a response under limits of silence, as JSON values."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from core.providers.answer import Answer
from core.providers.base import ProviderSettings
from core.providers.error_bodies import ErrorBody
from core.providers.event_stream import Malformed, Value, ValueReader
from core.providers.faults import Silence, StatedFault

_AFTER_THE_END = 5.0
"""Longest wait for what may follow the end of an answer (its usage), in seconds."""


class SilenceLimits:
    """How long a server may be silent, depending on how far its answer has come."""

    def __init__(self, settings: ProviderSettings, answer: Answer) -> None:
        self._settings, self._answer = settings, answer
        self._now = asyncio.get_running_loop().time
        self._moved, self._seen = self._now(), 0

    def wait(self) -> tuple[float, str]:
        """Return the seconds in which something has to come, and the setting that says so.

        Until the first word a server may be reading the prompt, which takes minutes on a
        small machine; so may one that keeps the connection alive with nothing but comments.
        """
        answer, settings = self._answer, self._settings
        if answer.progress != self._seen:
            self._seen, self._moved = answer.progress, self._now()
        if answer.ended:
            return min(settings.read_timeout, _AFTER_THE_END), "read_timeout"
        patience = max(settings.prompt_timeout, settings.read_timeout)
        left = max(0.0, self._moved + patience - self._now())
        if answer.spoken and settings.read_timeout < left:
            return settings.read_timeout, "read_timeout"
        return left, "prompt_timeout"


async def read_values(
    response: Any, settings: ProviderSettings, answer: Answer
) -> AsyncGenerator[Value, None]:
    """Yield the JSON values of a response.

    Raises:
        Silence: nothing came for too long.
        StatedFault: the body is words that are no answer.
        Malformed, WebPage: it cannot be read.
    """
    reader, limits = ValueReader(), SilenceLimits(settings, answer)
    pieces = aiter(response.aiter_bytes())
    while True:
        seconds, setting = limits.wait()
        try:
            async with asyncio.timeout(seconds):
                piece = await anext(pieces, None)
        except TimeoutError:
            limit = settings.read_timeout if setting == "read_timeout" else settings.prompt_timeout
            raise Silence(limit, setting) from None
        if piece is None:
            break
        for value in reader.feed(piece):
            yield value
    for value in reader.finish():
        yield value
    if reader.began:
        body = ErrorBody.parse(reader.began)
        if body.message and not answer.heard:
            raise StatedFault(body) if _is_told(reader.began) else Malformed(reader.began)


def _is_told(text: str) -> bool:
    """Whether a body that is no stream is words for a person to read."""
    return not text.startswith((":", "data", "event", "{", "["))
