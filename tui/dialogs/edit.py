"""Write a text of several lines, or change one."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, TextArea

from tui.pane.key_bar import KeyBar


class WriteScreen(ModalScreen[str | None]):
    """Dismisses with the text, or `None` if it was given up."""

    CSS_PATH = "edit.tcss"
    BINDINGS = [
        Binding("ctrl+s", "keep", "Keep it"),
        Binding("escape", "cancel", "Back"),
    ]

    def __init__(self, title: str, text: str = "", *, hint: str = "") -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._hint = hint

    def compose(self) -> ComposeResult:
        with Vertical(id="write"):
            yield Label(self._title, id="write-title", markup=False)
            yield TextArea(self._text, id="write-text", compact=True, placeholder=self._hint)
            yield KeyBar()

    def action_keep(self) -> None:
        """Take the text as it is."""
        self.dismiss(self.query_one(TextArea).text.strip())

    def action_cancel(self) -> None:
        """Leave everything as it was."""
        self.dismiss(None)


class EditScreen(WriteScreen):
    """Dismisses with the text, or `None`; `resend` says whether it is to stand beside the old."""

    BINDINGS = [
        Binding("ctrl+s", "keep", "Save"),
        Binding("ctrl+r", "resend", "Save as branch"),
        Binding("escape", "cancel", "Back"),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__(title, text)
        self.resend = False

    def on_mount(self) -> None:
        words = self.query_one(TextArea)
        words.move_cursor(words.document.end)

    def action_resend(self) -> None:
        """Take the text as a new alternative; what was said stays on its own branch."""
        self.resend = True
        self.action_keep()
