"""Write or change a text of several lines."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, TextArea

from tui.pane.key_bar import KeyBar


class WriteScreen(ModalScreen[str | None]):
    """Dismisses with the text, or `None` if it was given up."""

    CSS_PATH = "write.tcss"
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
