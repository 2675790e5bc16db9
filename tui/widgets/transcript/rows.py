"""Rows of a transcript made into full-width strips: columns, cursor bar, highlights."""

from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.widgets.transcript.look import BAR, GUTTER, Look
from tui.widgets.transcript.painting import PaintedRow

CURSOR_BAR = "▌"


class Highlight(NamedTuple):
    """Characters of a row that stand out; `role` of a match, or "selection"."""

    start: int
    end: int
    role: str


class RowLook(NamedTuple):
    """All that a row's strip depends on. Two equal ones look alike on screen."""

    painted: PaintedRow | None
    left: int = BAR
    split: bool = False
    """Whether the line between two columns runs through this row."""
    column: int | None = None
    cursor: bool = False
    highlights: tuple[Highlight, ...] = ()
    hint: str = ""
    """Text at the right end, over everything else."""


def compose(row: RowLook, look: Look, base: Style, selection: Style) -> Strip:
    """The strip of a row, as wide as the transcript."""
    style = look.painter.palette.style
    width = look.width
    content = _highlighted(row, style, selection)
    segments: list[Segment] = []
    position = 0

    def fill(to: int) -> None:
        nonlocal position
        if to > position:
            segments.append(Segment(" " * (to - position), base))
            position = to

    def text(piece: str, piece_style: Style) -> None:
        nonlocal position
        segments.append(Segment(piece, piece_style))
        position += cell_len(piece)

    gutter_at = look.column_width
    if row.split and row.column == 1:
        fill(gutter_at)
        text(GUTTER, style("line"))
    if row.cursor:
        fill(row.left - BAR)
        text(CURSOR_BAR, style("cursor"))
    fill(row.left)
    segments += content
    position += sum(segment.cell_length for segment in content)
    if row.split and row.column != 1 and position <= gutter_at:
        fill(gutter_at)
        text(GUTTER, style("line"))
    fill(width)
    strip = Strip(segments).adjust_cell_length(width, base)
    if row.hint:
        hint = Strip([Segment(row.hint, style("hint"))])
        strip = Strip.join([strip.crop(0, width - hint.cell_length), hint])
    return strip


def _highlighted(row: RowLook, style: "StyleOf", selection: Style) -> list[Segment]:
    if row.painted is None:
        return []
    strip = row.painted.strip
    for start, end, role in row.highlights:
        mark = selection if role == "selection" else style(role)
        first, last = strip.index_to_cell_position(start), strip.index_to_cell_position(end)
        marked = [
            Segment(text, (own or Style()) + mark) for text, own, _ in strip.crop(first, last)
        ]
        strip = Strip.join([strip.crop(0, first), Strip(marked), strip.crop(last)])
    return list(strip)
