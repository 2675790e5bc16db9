"""The painted surface of a transcript: frames and lines."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.timer import Timer

from tui.widgets.transcript import code
from tui.widgets.transcript.document import Document
from tui.widgets.transcript.entry_view import EntryView
from tui.widgets.transcript.look import Look
from tui.widgets.transcript.painter import PaintedRow
from tui.widgets.transcript.palette import Palette
from tui.widgets.transcript.pointer import Pointer
from tui.widgets.transcript.rows import ComposedRow, Highlight, RowLook, compose
from tui.widgets.transcript.runs import Run, wrap
from tui.widgets.transcript.scroller import Scroller
from tui.widgets.transcript.search import Search
from tui.widgets.transcript.selection import entry_key, row_key, selected_span
from tui.widgets.transcript.viewport import Place

_FRAME = 1 / 30
_LONGEST_FRAME = 1 / 10
_BUDGET = 0.002
"""Seconds of cutting text into blocks before keys are looked at again."""
_PAUSE = 0.001
HINT = " ↓ new "


class Canvas(Scroller):
    """Paints the rows of a document that are in view, and again only those that have changed."""

    def __init__(
        self, *, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.placeholder = ""
        """What an empty transcript says."""
        self._look = Look(Palette(self.get_component_rich_style))
        self._document = Document(self._look)
        self._search = Search("", [])
        self._cursor: EntryView | None = None
        self._pointer = Pointer(self._look)
        self._rows: list[RowLook] = []
        self._composed: dict[int, ComposedRow] = {}
        self._painting = False
        self._colours_stale = True
        self._unseen = False
        self._when_read: list[Callable[[], None]] = []
        """What waits until all text that is wanted has been cut into blocks."""
        self._loading: set[str] = set()
        self._frame: Timer | None = None
        self._due = self._painted = 0.0
        self._interval = _FRAME

    # Frames

    def _changed(self, *, below: bool = False) -> None:
        """Something is to be painted, with the next frame."""
        if below and not self._document.viewport.following:
            self._unseen = True
        self._request_frame(self._interval)

    def _request_frame(self, delay: float) -> None:
        if self._frame is None and self.is_running:
            self._due = time.monotonic() + delay
            self._frame = self.set_timer(delay, self._paint_frame)

    def _paint_frame(self) -> None:
        """Cut what has come in for a moment, paint if a frame is due, come back for the rest.

        A frame that comes late tells that the machine is busy: then frames are made rarer, up to
        a tenth of a second, so that keys do not wait behind them.
        """
        self._frame = None
        now = time.monotonic()
        late = max(0.0, now - self._due)
        self._document.pump(_BUDGET)
        busy = self._document.busy
        if not busy or now - self._painted >= self._interval:
            self._painted = now
            self._interval = min(_LONGEST_FRAME, _FRAME + 2 * late)
            self._redraw()
        if busy:
            self._request_frame(_PAUSE)
            return
        waiting, self._when_read = self._when_read, []
        for action in waiting:
            action()

    def _redraw(self) -> None:
        """Find out what is in view, and have repainted what looks different."""
        if not self.is_running:
            return
        before = self._rows
        self._look_again()
        width = self.size.width
        regions = [
            Region(0, y, width, 1)
            for y, row in enumerate(self._rows)
            if y >= len(before) or row != before[y]
        ]
        if len(before) > len(self._rows):
            regions.append(Region(0, len(self._rows), width, len(before) - len(self._rows)))
        if regions:
            self.refresh(*regions)

    def _look_again(self) -> None:
        """Settle which rows are in view and how they look."""
        size = self.scrollable_content_region.size
        self._freshen(size.width)
        self._look.painter.begin_frame()
        self._places = self._document.viewport.window(size.height)
        if self.following:
            self._unseen = False
        self._rows = self._row_looks(size.height) if self._places else self._placeholder_rows()
        shown = {row.key for row in self._rows}
        self._composed = {key: row for key, row in self._composed.items() if key in shown}
        self._mirror(size)
        self._looked(size.height)
        self._come_back()

    def _come_back(self) -> None:
        """Have another frame follow where this one shows something plain for now."""
        painter = self._look.painter
        if painter.hurried or self._document.busy:
            self._request_frame(_PAUSE)
        if wanted := painter.languages - self._loading:
            self._loading |= wanted
            self.run_worker(self._load(wanted), group="transcript-languages")

    async def _load(self, languages: set[str]) -> None:
        """Load what highlights these languages, and paint their code with it."""
        for language in languages:
            await asyncio.to_thread(code.load, language)
        self._loading -= languages
        self._changed()

    def _freshen(self, width: int) -> None:
        """Take up another width or other colours, for which no row painted before will do."""
        widened = width not in (0, self._look.width)
        if widened:
            self._look.width = width
            self._document.viewport.resize()
        if self._recolour() or widened:
            self._composed.clear()
            self.refresh()

    def _recolour(self) -> bool:
        """Paint with the present colours from now on; whether any is another than before."""
        if not self._colours_stale:
            return False
        self._colours_stale = False
        palette = Palette(self.get_component_rich_style)
        selected = self.screen.get_component_rich_style("screen--selection")
        return self._look.recolour(palette, self.rich_style, selected)

    def _looked(self, height: int) -> None:
        """Called when other rows may have come into view."""

    @property
    def busy(self) -> bool:
        """Whether something waits to be painted."""
        return self._frame is not None or self._document.busy or bool(self._loading)

    # Rows

    def _row_looks(self, height: int) -> list[RowLook]:
        split = self._look.columns == 2
        selection = self.text_selection
        current = self._search.locate()
        rows: list[RowLook] = []
        for place in self._places:
            view, key, painted = place.view, row_key(place), place.painted
            highlights = self._found(place, current)
            if selection is not None and self._pointer.selects(view.entry):
                span = selected_span(selection, key, painted)
                if span is not None:
                    highlights.append(Highlight(*span, None))
            rows.append(
                RowLook(
                    key,
                    painted,
                    self._look.left_of(view.entry),
                    split and view.entry.column is not None,
                    self._look.column_of(view.entry) == 1,
                    self._cursor_role(place),
                    tuple(highlights),
                )
            )
        last = self._places[-1].view
        rows += [
            RowLook(entry_key(last) + (1 << 43) + y, split=split) for y in range(len(rows), height)
        ]
        if self._unseen:
            rows[-1] = rows[-1]._replace(hint=HINT)
        return rows

    def _cursor_role(self, place: Place) -> str:
        """Return how the cursor's bar is painted here: paler while keys go elsewhere."""
        block = place.view.sections[place.section]
        beside = place.section > 0 or place.row > 0 or block.gap is None
        if place.view is not self._cursor or not beside:
            return ""
        return "cursor" if self.has_focus else "line"

    def _found(self, place: Place, current: tuple[Place, int] | None) -> list[Highlight]:
        if not self._search.needle:
            return []
        spans = self._search.spans(place.view, place.section).get(place.row, ())
        return [
            Highlight(
                span.start,
                span.end,
                "match-current" if current == (place, span.start) else "match",
            )
            for span in spans
        ]

    def _placeholder_rows(self) -> list[RowLook]:
        if not self.placeholder:
            return []
        rows = wrap([Run("\n" + self.placeholder, "muted")], self._look.width - 4)
        style = self._look.painter.palette.style("muted")
        return [RowLook(y, PaintedRow.plain(row.text, style)) for y, row in enumerate(rows)]

    def render_lines(self, crop: Region) -> list[Strip]:
        if self._colours_stale or self.scrollable_content_region.width != self._look.width:
            self._look_again()
        self._painting = True
        try:
            return super().render_lines(crop)
        finally:
            self._painting = False

    def render_line(self, y: int) -> Strip:
        """A line for the screen, or with the offsets of its text where the mouse is looked for.

        Offsets make every strip one of its kind, which fills Textual's caches: not for the screen.
        """
        if y >= len(self._rows):
            return Strip.blank(self._look.width, self._look.base)
        look = self._rows[y]
        row = self._composed.get(look.key)
        if row is None or row.look != look:
            row = self._composed[look.key] = compose(look, self._look)
        return row.strip if self._painting else row.with_offsets()

    # Events

    def on_mount(self) -> None:
        self._redraw()

    def on_resize(self, event: events.Resize) -> None:
        self._redraw()

    def on_focus(self) -> None:
        self._redraw()

    def on_blur(self) -> None:
        self._redraw()

    def notify_style_update(self) -> None:
        """Look the colours up with the next frame: those of the roles are settled after this."""
        super().notify_style_update()
        self._colours_stale = True
        self._changed()
