"""A model's decision: the schema that it is asked for, reading it, and showing its thought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.engine.json_scanner import JsonScanner
from core.providers.schema import SchemaMismatch
from core.text import clean_line

_KEYS = ("thought", "action", "message")
_THOUGHT, _MESSAGE = 220, 200
"""Characters of the longest thought and message that are asked for."""


class UnusableAnswer(SchemaMismatch):
    """An answer names no action that is allowed; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model decided."""

    thought: str
    action: str
    message: str


def answer_schema(allowed: Sequence[str]) -> dict[str, Any]:
    """Return the JSON schema of an answer."""
    return {
        "type": "object",
        "properties": {
            "thought": {"type": "string", "maxLength": _THOUGHT},
            "action": {"type": "string", "enum": list(allowed)},
            "message": {"type": "string", "maxLength": _MESSAGE},
        },
        "required": list(_KEYS),
        "additionalProperties": False,
    }


def read_answer(raw: str, allowed: Sequence[str]) -> Answer:
    """Read an answer, also one that breaks off after its action.

    Raises:
        UnusableAnswer: it is no such JSON, or its action is none of those allowed.
    """
    found = _texts(raw)
    if not found:
        raise UnusableAnswer("it is not a JSON object with thought, action and message")
    action = found.get("action", "").strip()
    if not action:
        raise UnusableAnswer("it names no action")
    known = {name.casefold(): name for name in allowed}
    chosen = known.get(action.casefold().replace(" ", "_"))
    if chosen is None:
        raise UnusableAnswer(f"{action[:40]!r} is none of {', '.join(allowed)}")
    thought, message = (clean_line(found.get(key, "")) for key in ("thought", "message"))
    return Answer(thought, chosen, message)


def shown_text(raw: str) -> str:
    """Return what is shown of an answer: the same as was shown while it streamed."""
    shown = ThoughtFilter()
    return shown.feed(raw) + shown.finish()


class ThoughtFilter:
    """Shows the thought of an answer while it arrives; of what is no JSON, all of it."""

    def __init__(self) -> None:
        self._before: list[str] = []
        """Text that came before any JSON."""
        self._reader = _TextReader("thought")
        self._scanner = JsonScanner(self._reader)
        self._began = False

    def feed(self, text: str) -> str:
        if not self._began:
            start = text.find("{")
            if start < 0:
                self._before.append(text)
                return ""
            self._before.append(text[:start])
            self._began, text = True, text[start:]
        self._scanner.feed(text)
        return self._reader.taken()

    def finish(self) -> str:
        return "" if self._began else "".join(self._before)


class _TextReader:
    """Hears the texts that stand under the keys of the outermost object."""

    def __init__(self, streamed: str = "") -> None:
        self.texts: dict[str, list[str]] = {}
        self._streamed = streamed
        self._new: list[str] = []
        self._depth = 0
        self._key = ""

    def taken(self) -> str:
        """Return what is new of the text that is streamed."""
        new = "".join(self._new)
        self._new.clear()
        return new

    def opened(self, bracket: str) -> None:
        self._depth += 1

    def closed(self) -> None:
        self._depth -= 1

    def key(self, name: str) -> None:
        if self._depth == 1:
            self._key = name.strip().casefold()

    def piece(self, text: str) -> None:
        if self._depth != 1:
            return
        self.texts.setdefault(self._key, []).append(text)
        if self._key == self._streamed:
            self._new.append(text)

    def ended(self) -> None:
        """A text is over; the next one has a key of its own."""

    def word(self, word: str) -> None:
        """No number or bare word is asked for."""

    def consumed(self, text: str) -> None:
        """The source itself is of no interest."""


def _texts(raw: str) -> Mapping[str, str]:
    start = raw.find("{")
    if start < 0:
        return {}
    reader = _TextReader()
    JsonScanner(reader).feed(raw[start:])
    return {key: "".join(pieces) for key, pieces in reader.texts.items() if key in _KEYS}
