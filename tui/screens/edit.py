"""Change what was said: in its place, or beside it."""

from __future__ import annotations

from textual.binding import Binding
from textual.widgets import TextArea

from tui.screens.write import WriteScreen


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
