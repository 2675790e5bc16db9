"""Settings of the next meetup: turns, who starts, reading speed, rate, pass for human."""

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
from tui.meetup.setup import MeetupSetup
from tui.pane.key_bar import KeyBar

_STARTERS: list[tuple[str, Starter]] = [("left", "a"), ("right", "b"), ("at random", "random")]


class SettingsScreen(ModalScreen[MeetupSetup | None]):
    """Dismisses with the changed setup, or `None`."""

    CSS_PATH = "settings_screen.tcss"
    BINDINGS = [
        Binding("ctrl+s", "keep", "Save", priority=True),
        Binding("escape", "cancel", "Back"),
    ]

    def __init__(self, setup: MeetupSetup) -> None:
        super().__init__()
        self._setup = setup

    def compose(self) -> ComposeResult:
        setup = self._setup
        with Vertical(id="settings"):
            yield Label("Meetup settings", id="settings-title")
            with Grid(id="settings-grid"):
                yield Label("Turns (0 = no limit)")
                yield _number("turns", setup.turns, whole=True)
                yield Label("Who starts")
                yield Select(_STARTERS, value=setup.starter, allow_blank=False, compact=True)
                yield Label("Reading speed (words per minute, 0 = off)")
                yield _number("pace", setup.pace)
                yield Label("Messages per minute (0 = no limit)")
                yield _number("rate", setup.rate)
                yield Label("Pass for human")
                yield Switch(setup.pass_for_human, id="human")
            yield Label("", id="settings-problem", markup=False)
            yield KeyBar()

    @on(Input.Submitted)
    def action_keep(self) -> None:
        """Take the values, if all of them are numbers."""
        if not all(field.is_valid for field in self.query(Input)):
            self.query_one("#settings-problem", Label).update("Enter numbers from 0 up.")
            return
        starter = self.query_one(Select).value
        self.dismiss(
            replace(
                self._setup,
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
