"""How an assistant's replies are shown while they stream, and what is read out of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.engine.json_scanner import JsonScanner
from core.engine.reply import PassThrough, ReplyStrategy, TextFilter
from core.lab.episodes import NO_TOOL, Tool
from core.lab.learning.prompts import reply_schema
from core.profiles.forms import scaled
from core.providers.schema import SchemaMismatch, read_answer

_SHOWN = "message"


class MessageOnly:
    """Lets through the `message` of a JSON object while it arrives, and any other text as it is."""

    def __init__(self) -> None:
        self._scanner = JsonScanner(self)
        self._started = False
        self._json = False
        self._depth = 0
        self._key = ""
        self._out: list[str] = []
        self._held: list[str] = []

    def feed(self, text: str) -> str:
        if not self._started:
            self._held.append(text)
            whole = "".join(self._held)
            bare = whole.lstrip()
            if not bare:
                return ""
            self._started, self._json = True, bare.startswith("{")
            self._held, text = [], whole
        if not self._json:
            return text
        self._scanner.feed(text)
        shown = "".join(self._out)
        self._out.clear()
        return shown

    def finish(self) -> str:
        held = "".join(self._held)
        self._held = []
        return held

    def opened(self, bracket: str) -> None:
        self._depth += 1

    def closed(self) -> None:
        self._depth -= 1

    def key(self, name: str) -> None:
        if self._depth == 1:
            self._key = name

    def piece(self, text: str) -> None:
        if self._depth == 1 and self._key == _SHOWN:
            self._out.append(text)

    def ended(self) -> None:
        """The next key tells what follows."""

    def word(self, word: str) -> None:
        """Numbers and bare words are no part of a message."""

    def consumed(self, text: str) -> None:
        """What stands around the message is not shown."""


class TalkStrategy(ReplyStrategy):
    """Reads the replies of an assistant that has these tools; without any they are plain."""

    def __init__(self, tools: Sequence[Tool], scale: float = 1.0, *, may_call: bool = True) -> None:
        """Read replies in one form throughout a scene, whether or not a tool may be called.

        Args:
            tools: those of the scene.
            scale: how long texts may be; see `core.profiles.forms`.
            may_call: whether there is a call left before the reply.
        """
        self._tools = tools
        self.may_call = may_call
        self.schema = scaled(reply_schema(tools, may_call=may_call), scale) if tools else None
        self.last = False
        """Whether a reply that cannot be read stands as it is, flagged."""

    def filter(self) -> TextFilter:
        return MessageOnly() if self._tools else PassThrough()

    def read(self, raw: str) -> tuple[str, Mapping[str, Any]]:
        if self.schema is None:
            return raw, {}
        try:
            value = read_answer(raw, self.schema)
        except SchemaMismatch as problem:
            flags = {"flags": ["gap"]} if self.last else {}
            return raw, {"raw": raw, "malformed": str(problem), **flags}
        data: dict[str, Any] = {"raw": raw}
        if value["tool"] != NO_TOOL:
            data["call"] = {"name": value["tool"], "arguments": value["arguments"]}
        return _shown(raw), data


def _shown(raw: str) -> str:
    """Return the same text as was shown while the reply streamed."""
    shown = MessageOnly()
    return shown.feed(raw) + shown.finish()
