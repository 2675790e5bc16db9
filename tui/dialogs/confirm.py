"""Ask whether something is really meant."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from core.text import clean, clean_line
from tui.pane.key_bar import KeyBar


class ConfirmScreen(ModalScreen[bool]):
    """Dismisses with whether the user agreed.

    Args:
        question: One line.
        consequences: What agreeing does, and what it does not.
        yes: The verb, for the key bar.
    """

    CSS_PATH = "confirm.tcss"
    BINDINGS = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape", "answer(False)", "No", key_display="n"),
    ]

    def __init__(self, question: str, consequences: str = "", *, yes: str = "Yes") -> None:
        super().__init__()
        self._question = question
        self._consequences = consequences
        self._bindings.key_to_bindings["y"] = [Binding("y", "answer(True)", yes)]

    def compose(self) -> ComposeResult:
        with Vertical(id="confirm"):
            yield Label(clean_line(self._question), id="confirm-question", markup=False)
            yield Label(clean(self._consequences), id="confirm-consequences", markup=False)
            yield KeyBar()

    def action_answer(self, agreed: bool) -> None:
        """Close with the answer."""
        self.dismiss(agreed)
