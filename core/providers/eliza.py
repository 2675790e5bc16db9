"""A provider without a model: a rule engine in the manner of Weizenbaum's ELIZA.

An answer depends on the request alone: which lines were used before is read off the
conversation itself, so a fork, a replay or a second process gets the same answer.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from functools import lru_cache
from itertools import islice

from core.errors import ProviderError, ProviderErrorKind, nearest
from core.messages import Message
from core.providers.base import (
    ModelInfo,
    ModelRequest,
    ProviderSettings,
    Readiness,
    StreamPart,
)
from core.providers.eliza_script import Hit, Line, Script, script_names
from core.providers.local_replay import Answer, read_pace, replay

_DEFAULT = "doctor"
_ATTENTION = 60
"""Messages that are looked back at; a line comes back only after as many."""
_RECENT = 2
"""Messages that memory leaves alone, for they were answered just now."""
_CACHED = 1024
"""Texts whose analysis is kept: a conversation is looked through again at every turn."""

_CONTROL = re.compile(
    r"(?:\A\s*|^)/(start|help|bye|end|stop)\b(?:[.!]?[ \t]*$|(?=\s))", re.I | re.M
)
_DIRECTION = re.compile(r"\s*(\([^()]*\)\s*)*")
_HEADING = re.compile(r"^#\s[^\n]*:\s*(\S[^\n]*)$", re.MULTILINE)
_NAMED = re.compile(
    r"\b(?:[Yy]ou are|[Yy]our name is|[Ii]ch bin|[Dd]u bist)\s+([A-Z]\w+(?: [A-Z]\w+)*)"
)
_NOTES = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_LONGEST_NAME = 200
"""Characters after a heading's colon that are read, notes included."""


class Eliza:
    """Answers from a script: `doctor` listens, `parry` suspects.

    Options: `tokens_per_second`, the pace at which it speaks.
    """

    native_schema = False
    continues = False

    def __init__(self, settings: ProviderSettings) -> None:
        self.name = settings.name
        self._settings = settings
        self._speakers: dict[str, Speaker] = {}

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
        pace = read_pace(self._settings.options.get("tokens_per_second"))
        name = request.model or self._settings.default_model or _DEFAULT
        speaker = self._speakers.get(name)
        if speaker is None:
            script = await asyncio.to_thread(_load, name)
            speaker = self._speakers.setdefault(name, Speaker(script))
        text = speaker.reply(request.messages, request.params.seed or 0)
        answer = Answer(text, model=name, tokens_per_second=pace)
        async with aclosing(replay(answer, request)) as parts:
            async for part in parts:
                yield part

    async def models(self) -> list[ModelInfo]:
        names = await asyncio.to_thread(script_names)
        return [ModelInfo(name) for name in names]

    def check(self, model: str) -> None:
        _check(model or self._settings.default_model or _DEFAULT)

    async def readiness(self) -> Readiness:
        return Readiness(True)

    async def aclose(self) -> None:
        """Nothing is held."""


class Speaker:
    """Somebody who speaks by a script."""

    def __init__(self, script: Script) -> None:
        self.script = script
        # Bounded caches of pure functions; the script's own methods stay plain.
        self._line_of = lru_cache(_CACHED)(script.line_of)
        self._hits: Callable[[str], tuple[Hit, ...]] = lru_cache(_CACHED)(
            lambda text: tuple(script.hits(text))
        )
        self._recollections: Callable[[str], tuple[Hit, ...]] = lru_cache(_CACHED)(
            lambda text: tuple(script.recollections(text))
        )

    def reply(self, messages: Sequence[Message], seed: int = 0) -> str:
        """Return the answer to a conversation; always the same for the same one."""
        spoken = (each for each in reversed(messages) if each.role != "system")
        window = list(islice(spoken, _ATTENTION))[::-1]
        heard = window[-1].content if window and window[-1].role == "user" else ""
        scene = self._scene(heard, window)
        if scene is not None:
            return scene[(seed + len(window) // 2) % len(scene)].text.format(
                name=_persona_name(messages) or self.script.name
            )
        used = {
            line: place
            for place, each in enumerate(window)
            if (line := self._line_of(each.content))
        }
        return self._fresh(heard, window, used, seed) or self._stalest(used)

    def _scene(self, heard: str, window: Sequence[Message]) -> Sequence[Line] | None:
        """Return the lines for an introduction or a goodbye, where one is asked for."""
        words = _CONTROL.findall(heard)
        if words:
            opening = words[-1].lower() in {"start", "help"}
            return self.script.introduction if opening else self.script.goodbye
        begins = all(each.role == "user" for each in window)
        if begins and _DIRECTION.fullmatch(heard):
            return self.script.introduction
        return None

    def _fresh(
        self, heard: str, window: Sequence[Message], used: Mapping[Line, int], seed: int
    ) -> str:
        """Return something that was not said lately by anyone; empty where all of it was."""
        fallback = [line.text for line in self.script.fallback if line not in used]
        if fallback and self._patience_is_over(used, len(window)):
            return fallback[seed % len(fallback)]
        for hit in (*self._hits(heard), *self._remembered(window, used)):
            lines = (line for line in hit.rule.lines if line not in used)
            if said := [text for line in lines if (text := line.said(hit.parts))]:
                return said[seed % len(said)]
        return fallback[seed % len(fallback)] if fallback else ""

    def _patience_is_over(self, used: Mapping[Line, int], now: int) -> bool:
        last = max((used.get(line, -1) for line in self.script.fallback), default=-1)
        return now - last > 2 * self.script.patience

    def _remembered(self, window: Sequence[Message], used: Mapping[Line, int]) -> Iterator[Hit]:
        """Yield things said earlier, unless the last answer came back to one already."""
        memories = {line for rule in self.script.memory for line in rule.lines}
        if any(used.get(line, -1) >= len(window) - 2 * _RECENT for line in memories):
            return
        for each in window[:-_RECENT]:
            if each.role == "user":
                yield from self._recollections(each.content)

    def _stalest(self, used: Mapping[Line, int]) -> str:
        return min(self.script.fallback, key=lambda line: used.get(line, -1)).said(())


def _load(name: str) -> Script:
    _check(name)
    return Script.load(name)


def _check(name: str) -> None:
    names = script_names()
    if name not in names:
        raise ProviderError(
            ProviderErrorKind.UNKNOWN_MODEL, f"There is no script {name!r}.", nearest(name, names)
        )


def _persona_name(messages: Sequence[Message]) -> str:
    """Return the name that the instructions give, in a heading `Role: Name` or in words."""
    for message in messages:
        if message.role == "system":
            for pattern in (_HEADING, _NAMED):
                match = pattern.search(message.content)
                if match:
                    return _NOTES.sub("", match[1][:_LONGEST_NAME]).strip()
    return ""
