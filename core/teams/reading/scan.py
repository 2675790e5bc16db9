"""Telling the JSON of a structured reply from the prose around it, while it arrives."""

from __future__ import annotations

import re

from core.engine.json_scanner import JsonScanner
from core.teams.reading.blocks import begins_block
from core.teams.reading.parts import Bit, PartReader

_PLAIN = re.compile(r'(?:[^{\[`~\n]|\{(?=[^\s"])|\[(?=[^\s{]))+')
"""What cannot be the beginning of a reply, nor the end of a line."""
_MARKS = re.compile(r"[`~]+")
_BLANK = re.compile(r"\s+")
_FENCE = r"(?:`{3,16}|~{3,16})"
_INFO = r"[^\n`]{0,32}"
_GAP = r"\s{0,64}"
_READY = re.compile(
    rf"(?:(?P<mark>{_FENCE}){_INFO}\n{_GAP})?(?P<list>\[{_GAP})?(?P<object>\{{{_GAP})"
)
"""What stands before the first key of a reply: perhaps a fence, the beginning of a list."""
_MAY_BECOME_READY = re.compile(
    rf"`{{1,16}}|~{{1,16}}|{_FENCE}{_INFO}(?:\n{_GAP}(?:\[{_GAP})?(?:\{{{_GAP})?)?"
    rf"|\[{_GAP}(?:\{{{_GAP})?|\{{{_GAP}"
)
_LINE_CAP = 200
"""Characters at the beginning of a line that are looked at for a label."""
_TELLING = frozenset({"reasoning", "message", "to"})


class ReplyScanner:
    """Takes the pieces of a reply, gives back what is known of it.

    An object is taken for a reply as soon as it says something under a key that has a meaning;
    after prose, which may well show JSON of another kind, it takes two such keys. Everything
    else comes back as prose, unchanged. Behind the label of a block all is prose.
    """

    def __init__(self) -> None:
        self._out: list[Bit] = []
        self._step = self._prose
        self._line: list[str] = []
        self._line_length = 0
        self._prose_before = False
        self._blocks = False
        self._found = False
        """Whether an object was taken for a reply."""
        self._opener = ""
        """What may be the beginning of a reply."""
        self._mark = ""
        """The character of the fence that the reply stands in."""
        self._parts = PartReader()
        self._json = JsonScanner(self._parts)
        self._told: set[str] = set()
        """Meanings found in the object."""
        self._raw: list[str] = []
        self._waiting: list[Bit] = []
        """What the object says, until it is taken for a reply."""
        self._committed = False

    def feed(self, text: str) -> list[Bit]:
        """Take the next piece."""
        at = 0
        while at < len(text):
            at = self._step(text, at)
        return self._taken()

    def finish(self) -> list[Bit]:
        """Settle what is left, for nothing follows."""
        if self._step == self._opening:
            self._emit_prose(self._opener)
        elif self._step == self._object:
            self._break_off()
        self._step = self._prose
        return self._taken()

    def _taken(self) -> list[Bit]:
        out, self._out = self._out, []
        return out

    def _emit_prose(self, text: str) -> None:
        if not text:
            return
        self._out.append(Bit("prose", text))
        self._prose_before = self._prose_before or not text.isspace()
        *_, last = lines = text.split("\n")
        for line in lines[:-1]:
            self._note_line(line)
            self._blocks = self._blocks or self._is_label()
            self._line.clear()
            self._line_length = 0
        self._note_line(last)

    def _note_line(self, text: str) -> None:
        if text and self._line_length < _LINE_CAP:
            self._line.append(text[:_LINE_CAP])
            self._line_length += len(self._line[-1])

    def _is_label(self) -> bool:
        return not self._found and bool(self._line) and begins_block("".join(self._line))

    def _at_line_start(self) -> bool:
        return all(each.isspace() for each in self._line)

    def _prose(self, text: str, at: int) -> int:
        if self._blocks:
            self._out.append(Bit("prose", text[at:]))
            return len(text)
        char = text[at]
        plain = _PLAIN.match(text, at)
        if plain is None and char in "`~" and not self._at_line_start():
            plain = _MARKS.match(text, at)
        if plain is not None or char == "\n":
            end = plain.end() if plain is not None else at + 1
            self._emit_prose(text[at:end])
            return end
        self._opener = ""
        self._step = self._opening
        return at

    def _opening(self, text: str, at: int) -> int:
        char = text[at]
        longer = self._opener + char
        if char == '"' and (ready := _READY.fullmatch(self._opener)) and not self._is_label():
            self._begin(ready)
            return at
        if _MAY_BECOME_READY.fullmatch(longer):
            self._opener = longer
            return at + 1
        # One character at least, or the same would be tried again.
        stuck = not self._opener
        self._step = self._prose
        self._emit_prose(self._opener or char)
        return at + stuck

    def _begin(self, ready: re.Match[str]) -> None:
        self._parts = PartReader()
        self._json = JsonScanner(self._parts)
        self._told.clear()
        self._raw = [self._opener]
        self._committed = False
        if ready["mark"]:
            self._mark = ready["mark"][0]
        self._json.feed((ready["list"] or "") + ready["object"])
        self._step = self._object

    def _object(self, text: str, at: int) -> int:
        end = self._json.feed(text, at)
        if not self._committed:
            self._raw.append(text[at:end])
        self._take(self._parts.bits)
        self._parts.bits = []
        if self._json.broken:
            self._break_off()
        elif self._json.done:
            self._end()
        return end

    def _take(self, bits: list[Bit]) -> None:
        if self._committed:
            self._out += bits
            return
        self._waiting += bits
        self._told |= {each.kind for each in bits} & _TELLING
        if len(self._told) > (1 if self._prose_before else 0):
            self._committed = self._found = True
            self._raw.clear()
            self._out += self._waiting
            self._waiting = []

    def _end(self) -> None:
        if self._committed:
            self._out.append(Bit("end"))
            self._step = self._behind
        else:
            self._break_off()

    def _break_off(self) -> None:
        """Go on in prose behind what is no JSON, or none of a reply."""
        self._step = self._prose
        if self._committed:
            self._out.append(Bit("broken"))
        else:
            raw, self._raw, self._waiting = "".join(self._raw), [], []
            self._emit_prose(raw)

    def _behind(self, text: str, at: int) -> int:
        """Look for what follows an object; the end of its fence is left out."""
        if blank := _BLANK.match(text, at):
            return blank.end()
        if self._mark and text[at] == self._mark and (marks := _MARKS.match(text, at)):
            return marks.end()
        self._line.clear()
        self._line_length = 0
        self._step = self._prose
        return at
