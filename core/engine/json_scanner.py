"""Reading JSON while it arrives, with the slips that models make.

Trailing commas, line feeds within strings, bare words, and escapes that JSON does not know are
let pass; whatever else is not JSON breaks it off. Nothing is read twice and nothing recurses,
so neither size nor depth of a text can hurt.
"""

from __future__ import annotations

import re
from typing import Protocol

_BLANK = re.compile(r"\s+")
_RUN = re.compile(r'[^"\\]+')
_WORD = re.compile(r"[\w.+-]+")
_HEX = frozenset("0123456789abcdefABCDEF")
_ESCAPES = {
    '\\"': '"',
    "\\'": "'",
    "\\\\": "\\",
    "\\/": "/",
    "\\b": "\b",
    "\\f": "\f",
    "\\n": "\n",
    "\\r": "\r",
    "\\t": "\t",
}
_CLOSERS = {"{": "}", "[": "]"}
_LOST = "\ufffd"
_LONGEST_KEY = 100
"""Characters; a longer one is no key, but prose that happens to begin like JSON."""


class Listener(Protocol):
    """Hears of what is read, piece by piece."""

    def opened(self, bracket: str) -> None:
        """An object or an array begins."""
        ...

    def closed(self) -> None:
        """The innermost object or array ends."""
        ...

    def key(self, name: str) -> None:
        """A key of the innermost object."""
        ...

    def piece(self, text: str) -> None:
        """Part of a string, decoded."""
        ...

    def ended(self) -> None:
        """The string ends."""
        ...

    def word(self, word: str) -> None:
        """A number, `true`, `null`, or another bare word."""
        ...

    def consumed(self, text: str) -> None:
        """That much of the source was just read."""
        ...


class JsonScanner:
    """Reads one object or array, in pieces."""

    def __init__(self, listener: Listener) -> None:
        self.done = False
        self.broken = False
        self._listener = listener
        self._step = self._value
        self._open: list[str] = []
        self._name: list[str] | None = None
        """Pieces of the key that is being read."""
        self._word_so_far: list[str] = []
        self._escape = ""
        self._high = 0
        """First half of a character whose second half is still to come."""

    def feed(self, text: str, at: int = 0) -> int:
        """Read on from `at`; return where it stopped: at the end, or where it is done or broken."""
        while at < len(text) and not (self.done or self.broken):
            before = at
            at = self._step(text, at)
            if at > before:
                self._listener.consumed(text[before:at])
        return at

    def _value(self, text: str, at: int) -> int:
        if blank := _BLANK.match(text, at):
            return blank.end()
        char = text[at]
        if char == '"' and self._open:
            self._step = self._string
            return at + 1
        if char in _CLOSERS:
            self._open.append(char)
            self._listener.opened(char)
            self._step = self._key if char == "{" else self._value
            return at + 1
        if char == "]" and self._open:
            return self._close(text, at)
        if self._open and _WORD.match(char):
            self._step = self._word
            return at
        return self._break(at)

    def _key(self, text: str, at: int) -> int:
        if blank := _BLANK.match(text, at):
            return blank.end()
        if text[at] == "}":
            return self._close(text, at)
        if text[at] != '"':
            return self._break(at)
        self._name = []
        self._step = self._string
        return at + 1

    def _colon(self, text: str, at: int) -> int:
        if blank := _BLANK.match(text, at):
            return blank.end()
        if text[at] != ":":
            return self._break(at)
        self._step = self._value
        return at + 1

    def _next(self, text: str, at: int) -> int:
        if blank := _BLANK.match(text, at):
            return blank.end()
        if text[at] != ",":
            return self._close(text, at)
        self._step = self._key if self._open[-1] == "{" else self._value
        return at + 1

    def _close(self, text: str, at: int) -> int:
        if text[at] != _CLOSERS[self._open[-1]]:
            return self._break(at)
        self._open.pop()
        self._listener.closed()
        self.done = not self._open
        self._step = self._next
        return at + 1

    def _break(self, at: int) -> int:
        self.broken = True
        return at

    def _word(self, text: str, at: int) -> int:
        if match := _WORD.match(text, at):
            self._word_so_far.append(match[0])
            return match.end()
        word = "".join(self._word_so_far)
        self._word_so_far.clear()
        self._listener.word(word)
        self._step = self._next
        return at

    def _string(self, text: str, at: int) -> int:
        if run := _RUN.match(text, at):
            self._piece(run[0])
            return run.end()
        if text[at] == '"':
            self._end_string()
        else:
            self._escape = "\\"
            self._step = self._escaped
        return at + 1

    def _end_string(self) -> None:
        self._piece("")
        self._step = self._next
        if self._name is None:
            self._listener.ended()
            return
        self._listener.key("".join(self._name))
        self._name = None
        self._step = self._colon

    def _piece(self, text: str) -> None:
        if self._high:
            self._high, text = 0, _LOST + text
        if not text:
            return
        if self._name is None:
            self._listener.piece(text)
            return
        self._name.append(text)
        self.broken = "\n" in text or sum(map(len, self._name)) > _LONGEST_KEY

    def _escaped(self, text: str, at: int) -> int:
        char = text[at]
        if len(self._escape) > 1 and char not in _HEX:
            self._end_escape(self._escape)
            return at
        self._escape += char
        if len(self._escape) == len("\\u0000"):
            self._unit(int(self._escape[2:], 16))
            self._step = self._string
        elif self._escape != "\\u" and len(self._escape) == len("\\n"):
            self._end_escape(_ESCAPES.get(self._escape, self._escape))
        return at + 1

    def _end_escape(self, text: str) -> None:
        self._piece(text)
        self._step = self._string

    def _unit(self, unit: int) -> None:
        """Take in a UTF-16 code unit."""
        if 0xD800 <= unit < 0xDC00:
            self._piece("")
            self._high = unit
        elif 0xDC00 <= unit < 0xE000:
            high, self._high = self._high, 0
            joined = 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00)
            self._piece(chr(joined) if high else _LOST)
        else:
            self._piece(chr(unit))
