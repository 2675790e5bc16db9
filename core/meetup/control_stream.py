"""Keeps control words out of the text that is shown while a message is still streaming."""

from __future__ import annotations

import re

from core.meetup.control import parse

_OPEN_FIRST = re.compile(r"^\s*[*_]{0,3}(/[A-Za-z]{0,5}[.!]?[*_]{0,3}(\s+\S*)?)?$")
"""A beginning that the next words decide upon."""
_OPEN_LAST = re.compile(r"\s*(^|(?<=\s))[*_]{0,3}/[A-Za-z]{0,5}[.!]?[*_]{0,3}\s*$|\s*\n[*_]{1,3}$")
"""An end that may be a control word, with the white space around it."""
_WINDOW = 48
"""Characters at the end that are looked at for one; longer white space is not held back."""


class ControlFilter:
    """Takes the pieces of a message, gives back what may be shown of them.

    All that `feed` returned is the beginning of the final prose, unless the message holds
    control words within a fence; then `finish` returns nothing more and the stored message
    says what is right.
    """

    def __init__(self) -> None:
        self._shown: list[str] = []
        self._held = ""
        self._all: list[str] = []

    def feed(self, piece: str) -> str:
        """Take the next piece; return what can be shown now, which may be empty."""
        self._all.append(piece)
        text = self._held + piece
        if not self._shown and _OPEN_FIRST.match(text[:_WINDOW]) and len(text) <= _WINDOW:
            self._held = text
            return ""
        cut = self._hold_from(text)
        ready, self._held = text[:cut], text[cut:]
        return self._show(ready)

    def finish(self) -> str:
        """Return the rest of the prose that was not shown yet."""
        prose = parse("".join(self._all)).prose
        shown = "".join(self._shown)
        return prose[len(shown) :] if prose.startswith(shown) else ""

    def _hold_from(self, text: str) -> int:
        start = max(0, len(text) - _WINDOW)
        match = _OPEN_LAST.search(text, start)
        if match is not None:
            return match.start()
        return len(text.rstrip()) if text[-1:].isspace() else len(text)

    def _show(self, ready: str) -> str:
        if "/" in ready:
            ready = self._without_words(ready)
        if not self._shown:
            ready = ready.lstrip()
        if ready:
            self._shown.append(ready)
        return ready

    def _without_words(self, ready: str) -> str:
        """Cut control words out of a piece that was held back, where it holds any."""
        if not self._shown:
            parsed = parse(ready)
            return parsed.prose if parsed.words else ready
        # With something before it, the piece is not the beginning of the message.
        parsed = parse("." + ready)
        return parsed.prose[1:] if parsed.words else ready
