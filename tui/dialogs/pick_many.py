"""Pick several of many."""

from __future__ import annotations

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from core.text import clean_line
from tui.dialogs.pick import Choice
from tui.pane.key_bar import KeyBar

_LEAST = 2
"""How many have to be picked."""


class PickManyScreen(ModalScreen[list[str] | None]):
    """Dismisses with the texts picked, in the order in which they were, or `None`.

    What was typed can be picked itself.

    Args:
        title: The question.
        marked: What is picked at first.
    """

    CSS_PATH = "pick.tcss"
    BINDINGS = [
        Binding("enter", "mark", "Pick or not", priority=True),
        Binding("ctrl+s", "done", "Go"),
        Binding("escape", "cancel", "Back"),
        Binding("down", "move(1)", "Next", show=False),
        Binding("up", "move(-1)", "Previous", show=False),
    ]

    def __init__(self, title: str, marked: Iterable[str] = ()) -> None:
        super().__init__()
        self._title = title
        self._marked = list(marked)
        self._choices: list[Choice[str]] = []
        self._shown: list[Choice[str]] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="pick"):
            yield Label("", id="pick-title", markup=False)
            yield Input(placeholder="type to filter, or any provider:model", id="pick-filter")
            yield OptionList(id="pick-list", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        self._show()

    def offer(self, choices: Iterable[Choice[str]]) -> None:
        """Show other rows, for example ones that took time to find."""
        self._choices = list(choices)
        if self.is_mounted:
            self._show()

    def on_input_changed(self) -> None:
        self.query_one(OptionList).highlighted = None
        self._show()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.query_one(OptionList).highlighted = event.option_index
        self.action_mark()

    def action_mark(self) -> None:
        """Pick what is highlighted, or no longer."""
        index = self.query_one(OptionList).highlighted
        if index is None or index >= len(self._shown):
            return
        value = self._shown[index].value
        if value in self._marked:
            self._marked.remove(value)
        else:
            self._marked.append(value)
        self._show()

    def action_done(self) -> None:
        """Take what is picked, if it is enough."""
        if len(self._marked) >= _LEAST:
            self.dismiss(self._marked)

    def action_move(self, step: int) -> None:
        """Move the highlight while the focus stays in the filter."""
        rows = self.query_one(OptionList)
        if rows.option_count:
            at = rows.highlighted or 0
            rows.highlighted = max(0, min(rows.option_count - 1, at + step))

    def action_cancel(self) -> None:
        """Pick nothing."""
        self.dismiss(None)

    def _show(self) -> None:
        typed = self.query_one(Input).value.strip()
        known = {each.value for each in self._choices}
        picked = [Choice(each, each) for each in self._marked if each not in known]
        rows = [*picked, *self._choices]
        fitting = [each for each in rows if typed.casefold() in each.label.casefold()]
        if typed and all(each.label != typed for each in fitting):
            fitting.append(Choice(typed, typed, "as typed"))
        self._shown = fitting
        options = self.query_one(OptionList)
        at = options.highlighted or 0
        options.clear_options()
        options.add_options([Option(self._row(each)) for each in fitting])
        options.highlighted = min(at, len(fitting) - 1) if fitting else None
        count = len(self._marked)
        more = "ctrl+s goes on" if count >= _LEAST else f"at least {_LEAST}"
        self.query_one("#pick-title", Label).update(f"{self._title}  {count} picked, {more}")

    def _row(self, choice: Choice[str]) -> Content:
        picked = choice.value in self._marked
        return Content.assemble(
            "✓ " if picked else "  ",
            (clean_line(choice.label), "bold" if picked else ""),
            (f"  {clean_line(choice.detail)}" if choice.detail else "", "dim"),
        )
