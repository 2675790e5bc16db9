"""Pick one of many: a list that filters as you type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from core.text import clean_line

T = TypeVar("T")
_MOST = 500
"""Rows that are shown at once; typing narrows the rest."""
_WIDEST = 32
"""Cells of a label beyond which its detail no longer lines up with the others."""


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """A row: what it stands for and how it reads."""

    value: T
    label: str
    detail: str = ""


class PickScreen(ModalScreen[T | None], Generic[T]):
    """Dismisses with the value picked, or `None`.

    With `free_text`, what was typed can be picked itself, where it fits no row exactly.
    """

    CSS_PATH = "pick.tcss"
    BINDINGS = [
        Binding("escape", "cancel", "Back"),
        Binding("down", "move(1)", "Next", show=False),
        Binding("up", "move(-1)", "Previous", show=False),
        Binding("pagedown", "move(10)", "Further", show=False),
        Binding("pageup", "move(-10)", "Back up", show=False),
    ]

    def __init__(
        self,
        title: str,
        choices: Iterable[Choice[T]] = (),
        *,
        placeholder: str = "type to filter",
        free_text: bool = False,
    ) -> None:
        super().__init__()
        self._title = title
        self._choices: Sequence[Choice[T]] = list(choices)
        self._placeholder = placeholder
        self._free_text = free_text
        self._shown: list[Choice[T] | str] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="pick"):
            yield Label(self._title, id="pick-title", markup=False)
            yield Input(placeholder=self._placeholder, id="pick-filter")
            yield OptionList(id="pick-list", markup=False)

    def on_mount(self) -> None:
        self._show("")

    def offer(self, choices: Iterable[Choice[T]]) -> None:
        """Show other rows, for example ones that took time to find."""
        self._choices = list(choices)
        if self.is_mounted:
            self._show(self.query_one("#pick-filter", Input).value)

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        self._show(event.value)

    @on(Input.Submitted)
    def _accept(self) -> None:
        index = self.query_one(OptionList).highlighted
        if index is not None:
            self._pick(index)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self._pick(event.option_index)

    def action_move(self, step: int) -> None:
        """Move the highlight while the focus stays in the filter."""
        rows = self.query_one(OptionList)
        if rows.option_count:
            at = rows.highlighted or 0
            rows.highlighted = max(0, min(rows.option_count - 1, at + step))

    def action_cancel(self) -> None:
        """Pick nothing."""
        self.dismiss(None)

    def _pick(self, index: int) -> None:
        picked = self._shown[index]
        self.dismiss(picked if isinstance(picked, str) else picked.value)  # type: ignore[arg-type]

    def _show(self, typed: str) -> None:
        words = typed.casefold().split()
        fitting = [each for each in self._choices if _fits(each, words)][:_MOST]
        self._shown = list(fitting)
        if self._free_text and typed.strip() and typed.strip() not in {c.label for c in fitting}:
            self._shown.append(typed.strip())
        rows = self.query_one(OptionList)
        rows.clear_options()
        width = max((cell_len(each.label) for each in fitting), default=0)
        rows.add_options([Option(_row(each, min(width, _WIDEST))) for each in self._shown])
        if self._shown:
            rows.highlighted = 0
        elif typed.strip():
            rows.add_option(Option("nothing fits", disabled=True))


def _fits(choice: Choice[T], words: Sequence[str]) -> bool:
    text = f"{choice.label} {choice.detail}".casefold()
    return all(word in text for word in words)


def _row(choice: Choice[T] | str, width: int) -> Content:
    if isinstance(choice, str):
        return Content.assemble("use ", (clean_line(choice), "bold"))
    detail = clean_line(choice.detail)
    label = Content.styled(clean_line(choice.label), "bold")
    if not detail:
        return label
    return Content.assemble(
        label.pad_right(max(0, width - label.cell_length)), (f"  {detail}", "dim")
    )
