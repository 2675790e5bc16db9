"""Selected text: keys that put all rows in one order, and what lies between two of them.

Textual describes a selection by offsets (x, y) that the widget itself hands out. Line numbers
would not do, as heights are estimates; y is made of the entry's order, the section and the row
instead, which stays true while entries come and go above.
"""

from collections.abc import Callable, Iterator

from textual.selection import Selection

from core.text import clean
from tui.widgets.transcript.blocks import Block, BlockKind
from tui.widgets.transcript.entry_view import EntryView
from tui.widgets.transcript.painter import PaintedRow
from tui.widgets.transcript.viewport import Place

_ROW_BITS = 20
_SECTION_BITS = 24
_MANY = 50
"""Entries, or blocks of an entry, selected whole are copied as they were written if there are
more than this: to copy them as they look, all would have to be painted."""
_LONG = 20_000
"""So are entries selected whole that have more characters than this."""


def row_key(place: Place) -> int:
    """The y offset of a row."""
    return entry_key(place.view) + (place.section << _ROW_BITS) + place.row


def entry_key(view: EntryView) -> int:
    """The y offset of the first row of an entry."""
    return view.order << (_ROW_BITS + _SECTION_BITS)


def order_of(key: int) -> int:
    """The order of the entry that a y offset lies in."""
    return key >> (_ROW_BITS + _SECTION_BITS)


def selected_span(selection: Selection, key: int, row: PaintedRow) -> tuple[int, int] | None:
    """The characters of a row that are selected, without decoration; `None` if there are none."""
    span = selection.get_span(key)
    if span is None:
        return None
    length = len(row.text.rstrip())
    start = max(span[0], row.indent)
    end = length if span[1] == -1 else min(span[1], length)
    return (start, end) if start < end else None


def word_at(row: PaintedRow, x: int) -> tuple[int, int]:
    """The characters of the word around one, for a double click."""
    start = end = max(0, min(x, len(row.text)))
    while start > row.indent and _is_word(row.text[start - 1]):
        start -= 1
    while end < len(row.text) and _is_word(row.text[end]):
        end += 1
    return start, end


def _is_word(character: str) -> bool:
    return character.isalnum() or character in "_'’"


def selected_text(
    views: list[EntryView], selection: Selection, wanted: Callable[[EntryView], bool]
) -> str:
    """The text between the ends of a selection, from the entries that are wanted."""
    first = views[0].order
    start = 0 if selection.start is None else max(0, order_of(selection.start.y) - first)
    end = len(views) if selection.end is None else order_of(selection.end.y) - first + 1
    chosen = [view for view in views[start : max(start, end)] if wanted(view)]
    many = len(chosen) > _MANY
    parts = [
        clean(view.entry.text)
        if _whole(view, selection) and (many or len(view.entry.text) > _LONG)
        else "".join(_rows(view, selection)).strip("\n")
        for view in chosen
    ]
    return "\n\n".join(part for part in parts if part)


def _whole(view: EntryView, selection: Selection) -> bool:
    """Whether an entry is selected from its first row to its last."""
    first, behind = entry_key(view), entry_key(view) + (1 << (_ROW_BITS + _SECTION_BITS))
    start, end = selection.start, selection.end
    return (start is None or start.y < first) and (end is None or end.y >= behind)


def _rows(view: EntryView, selection: Selection) -> Iterator[str]:
    view.parse()
    last = len(view.sections) - 1
    top = entry_key(view)
    start = 0 if selection.start is None else max(0, selection.start.y - top >> _ROW_BITS)
    end = last if selection.end is None else min(last, selection.end.y - top >> _ROW_BITS)
    many = end - start > _MANY
    for section in range(start, end + 1):
        if many and start < section < end:
            yield _source(view.sections[section])
            continue
        for number, row in enumerate(view.rows(section)):
            key = row_key(Place(view, section, number))
            if selection.get_span(key) is None:
                continue
            span = selected_span(selection, key, row)
            yield row.joint + (row.text[slice(*span)] if span else "")


def _source(block: Block) -> str:
    """A block as it was written, after what joins it to the one before."""
    if block.previous is not None and block.kind in {BlockKind.PARAGRAPH, BlockKind.LINE}:
        return block.text
    blank = "" if block.gap is None else "\n"
    return f"{blank}\n{block.lead.lstrip('▎ ')}{block.text}"
