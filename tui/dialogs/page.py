"""A page to read: help, or what exactly a model was sent."""

from __future__ import annotations

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from tui.pane.key_bar import KeyBar
from tui.widgets.transcript import Entry, Transcript


class PageScreen(ModalScreen[None]):
    """Shows entries in a transcript of its own."""

    CSS_PATH = "page.tcss"
    BINDINGS = [
        Binding("escape,q", "close", "Back"),
    ]

    def __init__(self, title: str, entries: Iterable[Entry]) -> None:
        super().__init__()
        self._title = title
        self._entries = list(entries)

    def compose(self) -> ComposeResult:
        with Vertical(id="page"):
            yield Label(self._title, id="page-title", markup=False)
            yield Transcript(id="page-text")
            yield KeyBar()

    def on_mount(self) -> None:
        transcript = self.query_one(Transcript)
        transcript.load(self._entries)
        transcript.screen.set_focus(transcript)
        self.call_after_refresh(transcript.action_scroll_home)

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)
