"""What is searched for: words against the text of a message, and against raw lines before.

Nearly all of a big folder is ruled out on its bytes, without parsing a line: lines are made
lower case and lose the accents of Latin-1 letters in one pass over their UTF-8, and what is
looked for in them is the longest run of ASCII of each word. Scripts without ASCII take a
slower way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from core.errors import UsageError
from core.sessions.folding import bare, fold
from core.text import clean_line

_WORD = re.compile(r'"([^"]*)"|([^\s"]+)')
_RUN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # printable ASCII that JSON writes as it is
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_BACKSLASH = 0x5C
_TEXT = b'"text":"'
_ROOT, _META = b'"kind":"session"', b'"kind":"meta"'
_START = 256
"""Bytes of a line in which its kind stands."""
_CONTEXT = 48
_LONGEST = 160

_LEAD = b"\xc3"
"""First byte of the letters U+00C0 to U+00FF in UTF-8; the second counts them from 0x80."""


def _flat(code: int) -> int:
    letter = bare(chr(code + 0x40)) if 0x80 <= code < 0xC0 else chr(code).lower()
    return ord(letter) if letter.isascii() else code


_FLAT = bytes(_flat(code) if code < 0xC0 else code for code in range(256))


def parse_words(text: str) -> tuple[str, ...]:
    """Return what is looked for: the words of a text, those in quotes as one."""
    return tuple(quoted or word for quoted, word in _WORD.findall(text))


class Found(NamedTuple):
    """A part of a text, on one line, and where in it the words stand."""

    snippet: str
    spans: tuple[tuple[int, int], ...]


class Words:
    """Words that all have to be in a text, whatever their case and Western accents."""

    def __init__(self, words: Iterable[str]) -> None:
        """Prepare to look for words.

        Raises:
            UsageError: there are none.
        """
        folded = (fold(clean_line(unicodedata.normalize("NFC", word))) for word in words)
        self._words = tuple(dict.fromkeys(filter(None, folded)))
        if not self._words:
            raise UsageError("There is nothing to search for.", "Name a word.")
        runs = {word: max(_RUN.findall(word), key=len, default="") for word in self._words}
        self._needles = {run.encode() for run in runs.values() if run}
        hard = [word for word, run in runs.items() if len(run) < min(2, len(word))]
        self._foreign = [run for word in hard for run in _FOREIGN.findall(word)]
        self._leads = [
            {each[0].encode()[:1], each[0].upper().encode()[:1]} for each in self._foreign
        ]

    def lines(self, block: bytes, *, whole: bool) -> list[bytes]:
        """Return the lines of a block whose texts, titles or names may hold all words.

        `whole` says that the block is all there is: of a longer file a line may hold the
        title and another one the names.
        """
        flat = block.translate(_FLAT, _LEAD)
        if whole and not self._may_hold(block, flat, 0, len(flat)):
            return []
        pairs = zip(block.split(b"\n"), flat.split(b"\n"), strict=True)
        return [line for line, low in pairs if self._in_text(line, low) or self._names(low)]

    def find(self, text: str) -> Found | None:
        """Return where the words stand in a text; `None` if one is missing."""
        shown = clean_line(text)
        low = fold(shown)
        places = [low.find(word) for word in self._words]
        if min(places) < 0:
            return None
        start = max(0, min(places) - _CONTEXT)
        stop = min(len(shown), start + _LONGEST)
        before, after = "…" if start else "", "…" if stop < len(shown) else ""
        spans = [
            (at - start + len(before), min(end, stop) - start + len(before))
            for word in self._words
            for at, end in _places(low, word, start, stop)
        ]
        return Found(before + shown[start:stop] + after, _apart(spans))

    def _may_hold(self, raw: bytes, low: bytes, start: int, stop: int) -> bool:
        for needle in self._needles:
            if low.find(needle, start, stop) < 0:
                return False
        return not self._foreign or self._has_foreign(raw)

    def _in_text(self, line: bytes, low: bytes) -> bool:
        start = low.find(_TEXT)
        if start < 0:
            return False
        start += len(_TEXT)
        return self._may_hold(line, low, start, _closing_quote(low, start))

    def _names(self, low: bytes) -> bool:
        """Whether a line tells of the session as a whole, with one of the words or perhaps so."""
        if not (low.find(_ROOT, 0, _START) >= 0 or low.find(_META, 0, _START) >= 0):
            return False
        return bool(self._foreign) or any(needle in low for needle in self._needles)

    def _has_foreign(self, raw: bytes) -> bool:
        if not all(any(lead in raw for lead in leads) for leads in self._leads):
            return False
        text = fold(raw.decode("utf-8", "replace"))
        return all(run in text for run in self._foreign)


def _closing_quote(line: bytes, start: int) -> int:
    """Return where the JSON string ends whose first character is at `start`."""
    at = line.find(b'"', start)
    while at >= 0 and _escaped(line, at):
        at = line.find(b'"', at + 1)
    return len(line) if at < 0 else at


def _escaped(line: bytes, at: int) -> bool:
    """Whether an odd number of backslashes stands before a place."""
    before = at
    while before and line[before - 1] == _BACKSLASH:
        before -= 1
    return (at - before) % 2 == 1


def _places(text: str, word: str, start: int, stop: int) -> Iterable[tuple[int, int]]:
    at = text.find(word, start)
    while 0 <= at < stop:
        yield at, at + len(word)
        at = text.find(word, at + len(word))


def _apart(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return spans in order, those that touch each other as one."""
    out: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(stop, out[-1][1]))
        else:
            out.append((start, stop))
    return tuple(out)
