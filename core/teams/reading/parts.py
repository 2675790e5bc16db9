"""What the keys of a structured reply mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from core.teams.reading.names import is_null

BitKind = Literal["prose", "open", "close", "reasoning", "message", "stop", "to", "end", "broken"]


class Bit(NamedTuple):
    """One thing that is known of a reply as it arrives.

    `prose` is text outside JSON. `open` and `close` enclose an object that addresses somebody;
    within, `reasoning` and `message` are pieces of texts that `stop` ends, and `to` is a
    recipient as it was written, empty for the final answer; several stand one a line. `end`
    says that a whole JSON value was read, `broken` that it ended before it was complete.
    """

    kind: BitKind
    text: str = ""


_Role = Literal["part", "parts", "to", "other"]
_Meaning = Literal["reasoning", "to", "message", "final", "parts", "other"]
_KEYS: dict[str, _Meaning] = {
    "reasoning": "reasoning",
    "thought": "reasoning",
    "thoughts": "reasoning",
    "rationale": "reasoning",
    "recipient": "to",
    "to": "to",
    "next": "to",
    "message": "message",
    "text": "message",
    "final": "final",
    "final_answer": "final",
    "proposals": "parts",
}
_NO = frozenset({"null", "none", "false"})


@dataclass(slots=True)
class _Frame:
    role: _Role
    key: _Meaning = "other"
    names: list[str] = field(default_factory=list)
    """Recipients, where it is a list of them."""


class PartReader:
    """Turns what a `JsonScanner` hears into bits."""

    def __init__(self) -> None:
        self.bits: list[Bit] = []
        """What is new; whoever reads them takes them away."""
        self._frames: list[_Frame] = []
        self._name: list[str] = []
        """Pieces of a recipient."""
        self._in_string = False
        self._copied_from = 0
        """Depth of the object or array that stands where a text is expected; 0: of none."""

    def opened(self, bracket: str) -> None:
        role = self._role_of(bracket)
        if role == "other" and not self._copied_from and self._says_something():
            self._copied_from = len(self._frames) + 1
            self._begin()
        self._frames.append(_Frame(role))
        if role == "part":
            self.bits.append(Bit("open"))

    def closed(self) -> None:
        frame = self._frames.pop()
        if frame.role == "part":
            self.bits.append(Bit("close"))
        elif frame.role == "to":
            self.bits.append(Bit("to", "\n".join(frame.names)))

    def key(self, name: str) -> None:
        frame = self._frames[-1]
        if frame.role == "part":
            frame.key = _KEYS.get("_".join(name.casefold().split()), "other")

    def piece(self, text: str) -> None:
        if self._awaits_name():
            self._name.append(text)
        elif self._says_something():
            self._begin()
            self._say(text)

    def ended(self) -> None:
        if self._awaits_name():
            self._found_name("".join(self._name))
            self._name.clear()
        elif self._says_something():
            self._end()

    def word(self, word: str) -> None:
        meaning = self._meaning()
        if self._awaits_name():
            self._found_name("" if is_null(word) else word)
        elif meaning == "final" and word.casefold() == "true":
            self.bits.append(Bit("to"))
        elif self._says_something() and word.casefold() not in _NO:
            self._begin()
            self._say(word)
            self._end()

    def consumed(self, text: str) -> None:
        if not self._copied_from:
            return
        self.bits.append(Bit(self._said_as(self._frames[self._copied_from - 2].key), text))
        if len(self._frames) < self._copied_from:
            self._copied_from = 0
            self._end()

    def _role_of(self, bracket: str) -> _Role:
        if not self._frames:
            return "part" if bracket == "{" else "parts"
        frame = self._frames[-1]
        if frame.role == "parts":
            return "part" if bracket == "{" else "other"
        if frame.role == "part" and frame.key == "parts":
            return "part" if bracket == "{" else "parts"
        return "to" if frame.role == "part" and frame.key == "to" else "other"

    def _meaning(self) -> _Meaning:
        frame = self._frames[-1]
        return frame.key if frame.role == "part" else "other"

    def _awaits_name(self) -> bool:
        return self._frames[-1].role == "to" or self._meaning() == "to"

    def _says_something(self) -> bool:
        return self._meaning() in {"reasoning", "message", "final"}

    def _begin(self) -> None:
        if not self._in_string and self._meaning() == "final":
            self.bits.append(Bit("to"))
        self._in_string = True

    def _say(self, text: str) -> None:
        self.bits.append(Bit(self._said_as(self._meaning()), text))

    def _end(self) -> None:
        self._in_string = False
        self.bits.append(Bit("stop"))

    def _said_as(self, meaning: _Meaning) -> Literal["reasoning", "message"]:
        return "reasoning" if meaning == "reasoning" else "message"

    def _found_name(self, name: str) -> None:
        frame = self._frames[-1]
        if frame.role == "to":
            frame.names.append(name)
        else:
            self.bits.append(Bit("to", name))
