"""How the next meetup goes: turns, who starts, pace, rate, pass for human."""

from __future__ import annotations

from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid, Vertical
from textual.screen import ModalScreen
from textual.validation import Number
from textual.widgets import Input, Label, Select, Switch

from core.meetup.spec import Starter
from tui.meetup.draft import MeetupDraft
from tui.pane.key_bar import KeyBar

_STARTERS: list[tuple[str, Starter]] = [("left", "a"), ("right", "b"), ("at random", "random")]


class RulesScreen(ModalScreen[MeetupDraft | None]):
    """Dismisses with the changed draft, or `None`."""

    CSS_PATH = "rules.tcss"
    BINDINGS = [
        Binding("ctrl+s", "keep", "Keep", priority=True),
        Binding("escape", "cancel", "Back"),
    ]

    def __init__(self, draft: MeetupDraft) -> None:
        super().__init__()
        self._draft = draft

    def compose(self) -> ComposeResult:
        draft = self._draft
        with Vertical(id="rules"):
            yield Label("How they talk", id="rules-title")
            with Grid(id="rules-grid"):
                yield Label("Turns (0: no limit)")
                yield _number("turns", draft.turns, whole=True)
                yield Label("Who starts")
                yield Select(_STARTERS, value=draft.starter, allow_blank=False, compact=True)
                yield Label("Words a minute you read (0: no wait)")
                yield _number("pace", draft.pace)
                yield Label("Messages a minute (0: no limit)")
                yield _number("rate", draft.rate)
                yield Label("Pass for human")
                yield Switch(draft.pass_for_human, id="human")
            yield Label("", id="rules-problem", markup=False)
            yield KeyBar()

    @on(Input.Submitted)
    def action_keep(self) -> None:
        """Take the values, if all of them are numbers."""
        if not all(field.is_valid for field in self.query(Input)):
            self.query_one("#rules-problem", Label).update("Numbers from 0 up, please.")
            return
        starter = self.query_one(Select).value
        self.dismiss(
            replace(
                self._draft,
                turns=int(self._value("turns")),
                pace=self._value("pace"),
                rate=self._value("rate"),
                starter=starter if starter in {"a", "b"} else "random",
                pass_for_human=self.query_one(Switch).value,
            )
        )

    def action_cancel(self) -> None:
        """Leave everything as it was."""
        self.dismiss(None)

    def _value(self, name: str) -> float:
        return float(self.query_one(f"#{name}", Input).value)


def _number(name: str, value: float, *, whole: bool = False) -> Input:
    return Input(
        f"{value:g}",
        id=name,
        type="integer" if whole else "number",
        validators=[Number(minimum=0, maximum=100_000)],
        compact=True,
    )
