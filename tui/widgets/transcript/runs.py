"""Styled text before it has colours: runs, and their wrapping into rows."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from rich.cells import cell_len, split_graphemes


class Run(NamedTuple):
    """A stretch of text in one style."""

    text: str
    role: str = "text"
    """A colour role: the name of a component class without its prefix."""
    attributes: str = ""
    """Any of b(old), i(talic), s(trike), u(nderline)."""


@dataclass(slots=True)
class Row:
    """One wrapped row."""

    runs: list[Run]
    joint: str
    """What stood between the row before and this one: a newline, a space, or nothing."""

    @property
    def text(self) -> str:
        """The row without styles."""
        return "".join(run.text for run in self.runs)


class _Span(NamedTuple):
    start: int
    end: int
    joint: str


_WIDE = "\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60"
_CLOSING = "、。，．：；？！」』）】》…"  # not at the start of a row
_TOKEN = re.compile(
    rf"\s+|[{_WIDE}][{re.escape(_CLOSING)}]*\s*|[^\s{_WIDE}]+[{re.escape(_CLOSING)}]*\s*"
)


def wrap(runs: list[Run], width: int) -> list[Row]:
    """Wrap runs at spaces, between wide characters, or where a word is longer than a row.

    Newlines in the text end a row. There is always at least one row; the joint of the first is
    a newline.
    """
    wrapper = _Wrapper(width)
    at = 0
    for line in "".join(run.text for run in runs).split("\n"):
        wrapper.wrap(line, at)
        at += len(line) + 1
    return _cut(runs, wrapper.spans)


def chop(runs: list[Run], width: int) -> list[Row]:
    """Wrap runs at the width, whatever stands there, as code is."""
    wrapper = _Wrapper(width)
    at = 0
    for line in "".join(run.text for run in runs).split("\n"):
        wrapper.chop(line, at)
        at += len(line) + 1
    return _cut(runs, wrapper.spans)


class _Wrapper:
    """Finds where rows begin and end in a text, a line at a time."""

    def __init__(self, width: int) -> None:
        self.spans: list[_Span] = []
        self._width = max(1, width)
        self._start = self._end = self._column = 0
        self._joint = "\n"

    def wrap(self, line: str, at: int) -> None:
        self._begin(at)
        if cell_len(line) <= self._width:
            self._end = at + len(line)
        else:
            for match in _TOKEN.finditer(line):
                self._take(match.group(), at + match.start())
        self._break(self._end)

    def chop(self, line: str, at: int) -> None:
        self._begin(at)
        self._fold(line, at)
        self._end = at + len(line)
        self._break(self._end)

    def _begin(self, at: int) -> None:
        self._start = self._end = at
        self._column = 0
        self._joint = "\n"

    def _take(self, token: str, at: int) -> None:
        word = token.rstrip()
        size = cell_len(word)
        if size > self._width:
            self._fold(word, at)
        else:
            if self._column + size > self._width and self._column:
                self._break(at)
            self._column += size
        self._column += len(token) - len(word)
        if word:
            self._end = at + len(word)

    def _fold(self, word: str, at: int) -> None:
        for start, _, size in split_graphemes(word)[0]:
            if self._column + size > self._width and self._column:
                self._end = at + start
                self._break(at + start)
            self._column += size

    def _break(self, next_start: int) -> None:
        self.spans.append(_Span(self._start, max(self._start, self._end), self._joint))
        self._joint = " " if self._end < next_start else ""
        self._start = next_start
        self._column = 0


def _cut(runs: list[Run], spans: list[_Span]) -> list[Row]:
    """Distribute runs over the rows that spans mark out."""
    if len(runs) == 1:
        text, role, attributes = runs[0]
        return [
            Row([Run(text[span.start : span.end], role, attributes)], span.joint) for span in spans
        ]
    rows: list[Row] = []
    index = at = 0
    for span in spans:
        row: list[Run] = []
        while index < len(runs):
            text, role, attributes = runs[index]
            if at >= span.end:
                break
            if at + len(text) > span.start:
                part = text[max(0, span.start - at) : span.end - at]
                if part:
                    row.append(Run(part, role, attributes))
            if at + len(text) > span.end:
                break
            at += len(text)
            index += 1
        rows.append(Row(row, span.joint))
    return rows
