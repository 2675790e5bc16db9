"""The transcript: one widget that paints a conversation, however long, while it is written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from tui.widgets.transcript.blocks import BlockKind
from tui.widgets.transcript.document import Document
from tui.widgets.transcript.entry import Entry, EntryStatus
from tui.widgets.transcript.entry_view import EntryView
from tui.widgets.transcript.look import Look
from tui.widgets.transcript.palette import COMPONENT_CLASSES, COMPONENT_CSS, Palette
from tui.widgets.transcript.rows import Highlight, RowLook, compose
from tui.widgets.transcript.runs import Row, Run
from tui.widgets.transcript.search import Search
from tui.widgets.transcript.selection import entry_key, row_key, selected_span, selected_text
from tui.widgets.transcript.viewport import Place

_FRAME = 1 / 30
_BUDGET = 0.002
"""Seconds of cutting text into blocks before keys are looked at again."""
_PAUSE = 0.001


class Transcript(ScrollView, can_focus=True):
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
        Binding("c", "copy_code", "Copy code", show=False),
        Binding("enter", "activate", "Message actions", show=False),
    ]

    columns: var[int] = var(1)
    """1 or 2. Two are shown only where there is room; see `shown_columns`."""

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
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.placeholder = placeholder
        """What an empty transcript says."""
        self._look = Look(Palette(self.get_component_rich_style))
        self._look.wanted_columns = columns
        self._document = Document(self._look)
        self._frame: Timer | None = None
        self._places: list[Place] = []
        self._rows: list[RowLook] = []
        self._strips: dict[int, Strip] = {}
        self._syncing = False
        self._unseen = False
        self._cursor: EntryView | None = None
        self._search = Search("", [])
        self._drag = Drag()
        self.set_reactive(Transcript.columns, columns)

    # Entries

    @property
    def entries(self) -> list[Entry]:
        """The entries, in order."""
        return [view.entry for view in self._document.views]

    @property
    def following(self) -> bool:
        """Whether the view keeps to the end."""
        return self._document.viewport.following

    @property
    def shown_columns(self) -> int:
        """The columns shown: two only if they are wanted and there is room."""
        return self._look.columns

    @property
    def cursor_id(self) -> str | None:
        """The id of the entry under the cursor."""
        return self._cursor.entry.id if self._cursor is not None else None

    def entry(self, entry_id: str) -> Entry:
        """An entry by its id.

        Raises:
            KeyError: there is none.
        """
        return self._document.view(entry_id).entry

    def load(self, entries: Iterable[Entry]) -> None:
        """Show these entries instead of the present ones, from their end."""
        self._forget(self._document.views)
        self._document.load(entries)
        self._changed()

    def clear(self) -> None:
        """Take all entries away."""
        self.load([])

    def append(self, entry: Entry) -> None:
        """Add an entry at the end."""
        self._document.append(entry)
        self._changed(below=True)

    def prepend(self, entries: Iterable[Entry]) -> None:
        """Add older entries at the front; nothing in view moves."""
        self._older_wanted = False
        self._document.prepend(entries)
        self._changed()

    def extend(self, entry_id: str, delta: str) -> None:
        """Add to the text of an entry. Cheap: it is painted with the next frame."""
        self._document.extend(entry_id, delta)
        self._changed(below=True)

    def finish(
        self,
        entry_id: str,
        text: str | None = None,
        *,
        status: EntryStatus = EntryStatus.COMPLETE,
        footer: str | None = None,
    ) -> None:
        """End an entry that was streaming.

        Args:
            entry_id: Which.
            text: The whole text, where it may differ from the deltas.
            status: How it ended.
            footer: A new footer.
        """
        self._document.finish(entry_id, text, status, footer)
        self._changed(below=True)

    def update_entry(self, entry_id: str, **changes: object) -> None:
        """Change attributes of an entry, named as in `Entry`."""
        self._document.update(entry_id, **changes)
        self._changed()

    def truncate_after(self, entry_id: str | None) -> None:
        """Take away all entries after one; all there are for `None`."""
        self._forget(self._document.truncate_after(entry_id))
        self._changed()
