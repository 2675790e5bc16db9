"""Rows of a transcript made into full-width strips: columns, cursor bar, highlights."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.widgets.transcript.look import BAR, GUTTER, Look
from tui.widgets.transcript.painter import PaintedRow

CURSOR_BAR = "▌"


class Highlight(NamedTuple):
    """Characters of a row that stand out."""

    start: int
    end: int
    role: str | None
    """A colour role; `None` is selected text."""


class RowLook(NamedTuple):
    """All that a row's strip depends on. Two equal ones look alike on screen."""

    key: int
    """The place of the row in the order of all rows; offsets of selections are made of it."""
    painted: PaintedRow | None = None
    left: int = BAR
    split: bool = False
    """Whether the line between two columns runs through this row."""
    right: bool = False
    """Whether the text stands in the right column."""
    cursor: str = ""
    """The colour role of the cursor's bar; empty: the cursor is elsewhere."""
    highlights: tuple[Highlight, ...] = ()
    hint: str = ""
    """Text at the right end, over everything else."""


class _Line:
    """A row of segments in the making."""

    def __init__(self, base: Style) -> None:
        self.segments: list[Segment] = []
        self.width = 0
        self._base = base

    def fill(self, to: int) -> None:
        if to > self.width:
            self.put(" " * (to - self.width), self._base)

    def put(self, text: str, style: Style) -> None:
        self.segments.append(Segment(text, style))
        self.width += cell_len(text)

    def extend(self, segments: Iterable[Segment]) -> None:
        for segment in segments:
            self.segments.append(segment)
            self.width += segment.cell_length


class ComposedRow(NamedTuple):
    """A row ready to be painted."""

    look: RowLook
    strip: Strip
    characters_left: int
    """Characters of the strip before the text."""

    def with_offsets(self) -> Strip:
        """The strip that tells where in the text the mouse is."""
        return self.strip.apply_offsets(-self.characters_left, self.look.key)


def compose(row: RowLook, look: Look) -> ComposedRow:
    """Put a row together, as wide as the transcript."""
    style = look.painter.palette.style
    line = _Line(look.base)
    if row.split and row.right:
        line.fill(look.column_width)
        line.put(GUTTER, style("line"))
    if row.cursor:
        line.fill(row.left - BAR)
        line.put(CURSOR_BAR, style(row.cursor))
    line.fill(row.left)
    characters_left = sum(len(segment.text) for segment in line.segments)
    if row.painted is not None:
        line.extend(_highlight(row.painted.segments, row.highlights, look))
    if row.split and not row.right and line.width <= look.column_width:
        line.fill(look.column_width)
        line.put(GUTTER, style("line"))
    line.fill(look.width)
    strip = Strip(line.segments, line.width).adjust_cell_length(look.width, look.base)
    if row.hint:
        hint = Strip([Segment(row.hint, style("hint"))])
        strip = Strip.join([strip.crop(0, look.width - hint.cell_length), hint])
    return ComposedRow(row, strip, characters_left)


def _highlight(
    segments: Iterable[Segment], highlights: tuple[Highlight, ...], look: Look
) -> Iterable[Segment]:
    """Segments with highlights, of which those of one role are in order and apart."""
    found = [each for each in highlights if each.role is not None]
    selected = [each for each in highlights if each.role is None]
    for marked in (found, selected):
        if marked:
            segments = list(_marked(segments, marked, look))
    return segments


def _marked(
    segments: Iterable[Segment], highlights: list[Highlight], look: Look
) -> Iterator[Segment]:
    waiting = deque(highlights)
    at = 0
    for text, style, _ in segments:
        end = at + len(text)
        start = at
        while waiting and waiting[0].start < end:
            first, last, role = waiting[0]
            first, behind = max(first, start), min(last, end)
            mark = look.selected if role is None else look.painter.palette.style(role)
            if start < first:
                yield Segment(text[start - at : first - at], style)
            if first < behind:
                yield Segment(text[first - at : behind - at], (style or Style()) + mark)
            start = max(start, behind)
            if last > end:
                break
            waiting.popleft()
        if start < end:
            yield Segment(text[start - at :], style)
        at = end
