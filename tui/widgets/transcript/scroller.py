"""Scrolling: by the viewport's anchor, with Textual's own numbers as its mirror."""

from __future__ import annotations

import time

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.widget import Widget

from tui.widgets.transcript.document import Document
from tui.widgets.transcript.viewport import Place

_THUMB_REST = 0.3
"""Seconds that small movements of the scroll bar wait for each other."""


class Scroller(ScrollView):
    """Scrolls a document.

    Textual's scroll position and virtual size mirror the viewport, for the scroll bar and for
    whoever scrolls by Textual's own means.
    """

    _document: Document

    def __init__(
        self, *, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._places: list[Place] = []
        self._thumb = (0, 0)
        self._thumb_moved = 0.0
        self._mirroring = False

    def _redraw(self) -> None:
        """Paint what is in view now; the canvas knows how."""

    @property
    def following(self) -> bool:
        """Whether the view keeps to the end."""
        return self._document.viewport.following

    def scroll_rows(self, rows: int) -> None:
        """Scroll by rows, at once; upwards it lets go of the end."""
        self._document.viewport.scroll_by(rows, self.scrollable_content_region.height)
        self._redraw()

    def follow(self) -> None:
        """Go to the end and keep to it."""
        self._document.viewport.following = True
        self._redraw()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        if self._mirroring:
            return
        rows = round(new_value) - self._document.viewport.top
        if rows and self._places:
            self.scroll_rows(rows)

    def _scroll_update(self, virtual_size: Size) -> None:
        """Let Textual fit its numbers to another size: nobody scrolls by that."""
        self._mirroring = True
        try:
            super()._scroll_update(virtual_size)
        finally:
            self._mirroring = False

    def _mirror(self, size: Size) -> None:
        """Tell Textual where the viewport is. No layout is needed for that."""
        viewport = self._document.viewport
        total, top = viewport.total, viewport.top
        self._mirroring = True
        try:
            self.set_reactive(Widget.virtual_size, Size(size.width, total))
            self.scroll_y = self.scroll_target_y = top
        finally:
            self._mirroring = False
        self._move_thumb(size.height, total, top)

    def _move_thumb(self, height: int, total: int, top: int) -> None:
        """Have the scroll bar painted, but not for every row that a stream adds.

        It is drawn in eighths of a cell, and costs as much as the text: small changes wait.
        """
        if not self.show_vertical_scrollbar:
            return
        scale = 8 * height / max(1, total)
        thumb = (round(height * scale), round(top * scale))
        change = max(abs(new - old) for new, old in zip(thumb, self._thumb, strict=True))
        now = time.monotonic()
        if change and (not self.following or change >= 8 or now - self._thumb_moved > _THUMB_REST):
            self._thumb, self._thumb_moved = thumb, now
            self.vertical_scrollbar.window_virtual_size = total
            self.vertical_scrollbar.position = top

    def action_scroll_up(self) -> None:
        self.scroll_rows(-1)

    def action_scroll_down(self) -> None:
        self.scroll_rows(1)

    def action_page_up(self) -> None:
        self.scroll_rows(1 - self.scrollable_content_region.height)

    def action_page_down(self) -> None:
        self.scroll_rows(self.scrollable_content_region.height - 1)

    def action_scroll_home(self) -> None:
        self._document.viewport.jump(0)
        self._redraw()

    def action_scroll_end(self) -> None:
        self.follow()
