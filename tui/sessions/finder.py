"""The line that filters the list while one types, or searches in all texts."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Input, Label

_LABELS = {"filter": " filter ▸ ", "search": " search in all texts ▸ "}
_PLACEHOLDERS = {
    "filter": "/ filters by title, name, model or engine",
    "search": 'words, or "exact phrase"',
}
_PAUSE = 0.4
"""Seconds without a key after which a search begins by itself."""
_SHORTEST = 3
"""Characters from which it does."""


class Finder(Horizontal):
    """One input with two uses; `searching` says which."""

    DEFAULT_CSS = """
    Finder {
        height: 1;
        background: $boost;
        & > Label { color: $text-muted; }
        & > Input {
            width: 1fr; height: 1; border: none; padding: 0; background: $boost;
            &:focus { border: none; background-tint: $foreground 0%; }
        }
    }
    """
    BINDINGS = [
        Binding("down", "step(1)", "Next row", show=False),
        Binding("up", "step(-1)", "Previous row", show=False),
        Binding("escape", "leave", "Back", show=False),
        # An input has a use of its own for it.
        Binding("ctrl+f", "screen.command('search')", "Search", show=False, priority=True),
    ]

    class Filtered(Message):
        """Other words are to filter the list."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    class Sought(Message):
        """Words are to be searched for; none ends the search."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    class Stepped(Message):
        """The cursor of the list is to move while the focus stays here."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    class Left(Message):
        """The focus is to go to the list."""

    searching: reactive[bool] = reactive(False)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._soon: Timer | None = None
        self._texts = {"filter": "", "search": ""}

    def compose(self) -> ComposeResult:
        yield Label(_LABELS["filter"], markup=False)
        yield Input(placeholder=_PLACEHOLDERS["filter"])

    def type_into(self, *, searching: bool) -> None:
        """Take the focus, for the one use or the other."""
        self.searching = searching
        # At once: the next key is already for this line.
        self.screen.set_focus(self.query_one(Input))

    def watch_searching(self, searching: bool) -> None:
        use = "search" if searching else "filter"
        self.query_one(Label).update(_LABELS[use])
        field = self.query_one(Input)
        field.placeholder = _PLACEHOLDERS[use]
        with self.prevent(Input.Changed):
            field.value = self._texts[use]

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._wait_no_more()
        self._texts["search" if self.searching else "filter"] = event.value
        if not self.searching:
            self.post_message(self.Filtered(event.value))
        elif len(event.value.strip()) >= _SHORTEST:
            self._soon = self.set_timer(_PAUSE, lambda: self._seek(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.searching:
            self._wait_no_more()
            self._seek(event.value)
        self.post_message(self.Left())

    def action_step(self, step: int) -> None:
        """Move the list's cursor."""
        self.post_message(self.Stepped(step))

    def action_leave(self) -> None:
        """End a search, else clear the filter, else go to the list."""
        self._wait_no_more()
        field = self.query_one(Input)
        if self.searching:
            self.post_message(self.Sought(""))
        elif field.value:
            field.value = ""
            return
        self.post_message(self.Left())

    def _seek(self, words: str) -> None:
        self.post_message(self.Sought(words))

    def _wait_no_more(self) -> None:
        if self._soon is not None:
            self._soon.stop()
            self._soon = None
