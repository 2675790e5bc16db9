"""A provider that answers from a script: for demonstrations and tests."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from core.errors import ProviderError, ProviderErrorKind
from core.providers.base import (
    Completion,
    ModelInfo,
    ModelRequest,
    ProviderSettings,
    Readiness,
    StreamPart,
)
from core.providers.local_replay import Answer, read_pace, replay
from core.providers.script import Reply, Script, load_script, unreadable

Answering = Callable[[ModelRequest], "str | Reply"]


class Scripted:
    """Answers in the order of a script, whatever is said.

    The model's name is the path of a script or one of the names in the option `models`,
    which maps names to paths or to scripts; `tokens_per_second` is the default pace.
    """

    native_schema = False
    continues = False

    def __init__(self, settings: ProviderSettings) -> None:
        self.name = settings.name
        self.requests: list[ModelRequest] = []
        """Everything that was asked, oldest first; kept where the script is given in code."""
        self._kept = False
        self._settings = settings
        self._pace = read_pace(settings.options.get("tokens_per_second"))
        self._scripts: dict[str, Script] = {}
        self._answering: Answering | None = None
        self._asked: Counter[str] = Counter()
        self._failed: Counter[tuple[str, str, int]] = Counter()

    @classmethod
    def of(
        cls,
        script: Answering | Sequence[str | Reply | Mapping[str, Any]] | Mapping[str, Any],
        *,
        loop: bool = False,
        name: str = "scripted",
    ) -> Self:
        """Build a provider that answers every model name from one script or function."""
        provider = cls(ProviderSettings(name, "scripted"))
        provider._kept = True
        if callable(script):
            provider._answering = script
        else:
            read = Script.read(script)
            provider._scripts[""] = replace(read, loop=read.loop or loop)
        return provider

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
        if self._kept:
            self.requests.append(request)
        reply = await self._reply(request)
        await asyncio.sleep(reply.delay)
        pace = reply.tokens_per_second
        answer = Answer(
            reply.text,
            reply.chunks,
            reply.usage,
            reply.finish,
            tokens_per_second=self._pace if pace is None else pace or None,
        )
        async with aclosing(replay(answer, request)) as parts:
            async for part in parts:
                if reply.error is not None and isinstance(part, Completion):
                    raise reply.error.error()
                yield part

    async def models(self) -> list[ModelInfo]:
        return [ModelInfo(name) for name in self._named]

    def check(self, model: str) -> None:
        if self._answering is None and not {model, ""} & self._scripts.keys():
            source = self._source(model)
            if isinstance(source, str) and not Path(source).expanduser().is_file():
                raise unreadable(source, "there is no such file")

    async def readiness(self) -> Readiness:
        return Readiness(True)

    async def aclose(self) -> None:
        """Nothing is held."""

    @property
    def _named(self) -> Mapping[str, Any]:
        named: Mapping[str, Any] = self._settings.options.get("models") or {}
        return named

    async def _reply(self, request: ModelRequest) -> Reply:
        ordinal = request.origin.ordinal if request.origin else self._asked[request.model]
        if request.origin is None:
            self._asked[request.model] += 1
        if self._answering is not None:
            return Reply.read(self._answering(request))
        reply = (await self._script(request.model)).reply(request, ordinal)
        return self._survived(request, ordinal, reply)

    def _survived(self, request: ModelRequest, ordinal: int, reply: Reply) -> Reply:
        """Return the reply without its error once that has happened often enough."""
        if reply.error is None or reply.error.times is None:
            return reply
        key = (request.model, request.origin.node if request.origin else "", ordinal)
        self._failed[key] += 1
        if self._failed[key] > reply.error.times:
            return replace(reply, error=None)
        return Reply(error=reply.error)

    async def _script(self, model: str) -> Script:
        for known in (model, ""):
            if known in self._scripts:
                return self._scripts[known]
        script = await asyncio.to_thread(load_script, self._source(model))
        return self._scripts.setdefault(model, script)

    def _source(self, model: str) -> object:
        """Return the path of a script, or the values of one that stands in the settings."""
        name = model or self._settings.default_model or ""
        source = self._named.get(name, name)
        if not source:
            raise ProviderError(
                ProviderErrorKind.UNKNOWN_MODEL,
                "No script is named.",
                f"Write {self.name}:PATH, the path of a YAML, JSON or text file.",
            )
        return source
