"""The transcript: one widget that paints a conversation, however long, while it is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.message import Message
from textual.selection import Selection

from tui.widgets.transcript.canvas import HINT
from tui.widgets.transcript.entry import EntryKind
from tui.widgets.transcript.entry_view import EntryView
from tui.widgets.transcript.feed import Feed
from tui.widgets.transcript.palette import COMPONENT_CLASSES, COMPONENT_CSS
from tui.widgets.transcript.search import Search
from tui.widgets.transcript.selection import row_key, selected_text, word_at
from tui.widgets.transcript.viewport import Place


class Transcript(Feed, can_focus=True, inherit_bindings=False):
    """A conversation. See the package for how to feed it."""

    COMPONENT_CLASSES = COMPONENT_CLASSES
    DEFAULT_CSS = (
        """
        Transcript {
            background: $background;
            color: $foreground;
            overflow-x: hidden;
            overflow-y: scroll;
            scrollbar-size-vertical: 1;
            """
        + COMPONENT_CSS
        + "}"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor(1)", "Next message", show=False),
        Binding("k", "cursor(-1)", "Previous message", show=False),
        Binding("g", "scroll_home", "First message", show=False),
        Binding("G", "scroll_end", "Last message", show=False),
        Binding("y", "copy_message", "Copy message", show=False),
        Binding("C", "copy_code", "Copy code", show=False),
        Binding("enter", "activate", "Message actions", show=False),
        # As Textual has them, but for left and right: there is nothing to scroll to.
        Binding("up", "scroll_up", show=False),
        Binding("down", "scroll_down", show=False),
        Binding("home", "scroll_home", show=False),
        Binding("end", "scroll_end", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
    ]

    class CopyRequested(Message):
        """The user wants a text in the clipboard."""

        def __init__(self, transcript: Transcript, text: str, what: str) -> None:
            super().__init__()
            self.transcript = transcript
            self.text = text
            self.what = what
            """What the text is, for a word of confirmation: "message" or "code"."""

        @property
        def control(self) -> Transcript:
            return self.transcript

    class MessageActivated(Message):
        """The user wants to do something with a message."""

        def __init__(self, transcript: Transcript, entry_id: str) -> None:
            super().__init__()
            self.transcript = transcript
            self.entry_id = entry_id

        @property
        def control(self) -> Transcript:
            return self.transcript

    class OlderWanted(Message):
        """The reader is near the first entry: older ones may be prepended."""

        def __init__(self, transcript: Transcript) -> None:
            super().__init__()
            self.transcript = transcript

        @property
        def control(self) -> Transcript:
            return self.transcript

    def __init__(
        self,
        *,
        placeholder: str = "",
        columns: int = 1,
        measure: int = 0,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.placeholder = placeholder
        """What an empty transcript says."""
        self._look.wanted_columns = columns
        self._look.measure = measure
        self.set_reactive(Transcript.columns, columns)

    def _looked(self, height: int) -> None:
        near = bool(self._places) and self._document.viewport.top < height
        if near and not self.following and not self._asked_for_older:
            self._asked_for_older = True
            self.post_message(self.OlderWanted(self))

    # Cursor

    @property
    def cursor_id(self) -> str | None:
        """The id of the entry under the cursor."""
        return self._cursor.entry.id if self._cursor is not None else None

    def move_cursor(self, entry_id: str) -> None:
        """Put the cursor on an entry and bring its beginning into view."""
        self._go_to(self._document.view(entry_id))

    def clear_cursor(self) -> None:
        """Put the cursor on no entry."""
        self._cursor = None
        self.refresh_bindings()
        self._redraw()

    def action_cursor(self, step: int) -> None:
        """Go to the next message or error card, or the one before for -1."""
        if self._cursor is None:
            target = self._from_view(step)
        else:
            at = self._document.viewport.index(self._cursor)
            target = _stop(self._document.views, at + step, step)
        target = target or self._cursor
        if target is not None:
            self._go_to(target)

    def _from_view(self, step: int) -> EntryView | None:
        """The first message or error card from the top of the view on, or up from its end."""
        if not all(self._document.holds(place.view) for place in self._places):
            self._redraw()  # entries went since the last frame
        if not self._places:
            return None
        edge = self._places[0 if step > 0 else -1].view
        return _stop(self._document.views, self._document.viewport.index(edge), step)

    def _go_to(self, view: EntryView) -> None:
        self._cursor = view
        self.refresh_bindings()
        rows = [place for place in self._places if place.view is view]
        whole = rows and rows[0].section == 0 and rows[0].row == 0
        if not whole:
            self._document.viewport.show(view, 0, 0, above=0)
        self._redraw()

    def _current(self) -> EntryView | None:
        """The entry under the cursor, or else the last message or error card in view or above."""
        return self._cursor or self._from_view(-1)

    def action_activate(self) -> None:
        view = self._current()
        if view is not None:
            self.post_message(self.MessageActivated(self, view.entry.id))

    # Mouse

    def _place_at(self, y: int) -> Place | None:
        return self._places[y] if 0 <= y < len(self._places) else None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        place = self._place_at(event.y)
        self._pointer.press(event.x, place.view.entry if place is not None else None)
        self.capture_mouse()  # the end of a drag is to be known wherever it is

    def on_mouse_up(self) -> None:
        self._pointer.release()
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """Once puts the cursor there, on a header also opens it; twice a word, three a block."""
        event.prevent_default()
        place = self._place_at(event.y)
        if place is None:
            return
        if self._rows[event.y].hint and event.x >= self._look.width - len(HINT):
            self.follow()
        elif event.chain == 1:
            self._cursor = place.view
            self._redraw()
            if place.section == 0 and place.view.entry.kind is EntryKind.MESSAGE:
                self.post_message(self.MessageActivated(self, place.view.entry.id))
        else:
            self._select_around(place, event.x, whole_block=event.chain > 2)

    def _select_around(self, place: Place, x: int, *, whole_block: bool) -> None:
        if whole_block:
            last = len(place.view.paint(place.section).rows) - 1
            start = Offset(0, row_key(place._replace(row=0)))
            end = Offset(len(place.view.paint(place.section).rows[last].text), start.y + last)
        else:
            x -= self._look.left_of(place.view.entry)
            first, behind = word_at(place.painted, x)
            start, end = Offset(first, row_key(place)), Offset(behind, row_key(place))
        self.screen.selections = {self: Selection(start, end)}

    def selection_updated(self, selection: Selection | None) -> None:
        selections = self.screen.selections
        own = self._pointer.contain(self, selections)
        if own != selection:
            self.screen.selections = (
                {self: own}
                if own is not None
                else {widget: other for widget, other in selections.items() if widget is not self}
            )
            return
        self._redraw()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        views = self._document.views
        if not views:
            return None
        text = selected_text(views, selection, lambda view: self._pointer.selects(view.entry))
        return text, "\n"

    # Copying

    def action_copy_message(self) -> None:
        view = self._current()
        if view is not None:
            self.post_message(self.CopyRequested(self, view.entry.text, "message"))

    def action_copy_code(self) -> None:
        """Copy the first code block of the current message that is in view, or its first."""
        view = self._current()
        if view is None:
            return
        self._document.viewport.parse(view)
        if view.busy:
            self._when_read.append(lambda: self._copy_code(view))
            self._changed()
        else:
            self._copy_code(view)

    def _copy_code(self, view: EntryView) -> None:
        blocks = view.code_blocks()
        seen = {place.section for place in self._places if place.view is view}
        chosen = next((code for code in blocks if seen & set(code.sections)), None)
        if chosen is None and blocks:
            chosen = blocks[0]
        if chosen is not None:
            self.post_message(self.CopyRequested(self, chosen.text, "code"))

    # Search

    def search(self, text: str) -> int:
        """Mark all occurrences of a text and go to the first from here on; how many there are."""
        self._search = Search(text, self._document.views)
        # Nothing is laid out yet where a message is opened from a search.
        first = self._places[0].view if self._places else self._cursor
        self._search.move_to(first.order if first is not None else 0)
        self._show_match()
        return self._search.count

    def search_next(self, step: int = 1) -> None:
        """Go to the next occurrence, or the one before for -1."""
        self._search.move(step)
        self._show_match()

    @property
    def match_number(self) -> int:
        """Which occurrence is the current one, from 1; 0 if there is none."""
        return self._search.number

    def clear_search(self) -> None:
        """Mark nothing any more."""
        self._search = Search("", [])
        self._redraw()

    def _show_match(self) -> None:
        match = self._search.match
        if match is not None:
            self._document.viewport.parse(match.view)
            if match.view.busy:
                self._when_read.append(self._show_match)
        current = self._search.locate()
        if current is not None:
            place = current[0]
            if place not in self._places:
                above = self.scrollable_content_region.height // 3
                self._document.viewport.show(*place, above=above)
        self._redraw()


def _stop(views: Sequence[EntryView], index: int, step: int) -> EntryView | None:
    """The first entry from an index on where the cursor stops: quiet lines are passed over."""
    indices = range(index, len(views) if step > 0 else -1, step)
    return next((views[at] for at in indices if views[at].entry.kind is not EntryKind.QUIET), None)
