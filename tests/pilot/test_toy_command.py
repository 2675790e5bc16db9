"""A command is declared once: a toy engine and its pane get one, and it is found everywhere.

What a command needs is marked: its struct, its handler in the engine, its row in the pane.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget

import reference
from core.bus import EventBus
from core.cli.steer_help import help_lines
from core.cli.steering import steer
from core.engine.base import Engine
from core.engine.command_codec import decode_command
from core.engine.commands import End, EngineCommand, Pin, Rename, Text
from core.engine.handlers import handles
from core.engine.log import SessionLog
from core.sessions.record import Author, Record
from core.sessions.session import Session
from pilot.salon import opened_at, runtime_for, until
from tui.palette import ScreenActions
from tui.pane.common import SessionHandlers, session_rows
from tui.pane.completion import one_of
from tui.pane.controller import PaneController
from tui.pane.handlers import Handlers
from tui.pane.key_bar import KeyBar
from tui.pane.session import PaneSession
from tui.pane.session_screen import SessionScreen
from tui.pane.table import Command, CommandTable
from tui.widgets.transcript import Transcript

HELP = "Greet somebody by name"


class Greet(EngineCommand, frozen=True):  # 1: the struct
    """Greet somebody."""

    name: Text


class ToyState:
    """Records come to nothing."""

    passed_over: Sequence[Record] = ()

    def apply(self, record: Record) -> None:
        """Fold in nothing."""


class ToyLog(SessionLog[ToyState]):
    """The records of a toy."""

    number = 0

    def _folded(self) -> ToyState:
        return ToyState()


class ToyEngine(Engine[ToyLog, EngineCommand]):
    """An engine that greets."""

    COMMANDS = Greet | Rename | Pin | End
    REASONS: ClassVar[Mapping[str, str]] = {"closed": "closed", "interrupted": "interrupted"}
    _turns = 0
    _at_work = False

    def __init__(self, session: Session) -> None:
        super().__init__(ToyLog(session, EventBus()), Author("human"), new=True)
        self.greeted: list[str] = []
        self._use()

    async def _interrupt(self) -> None:
        """Nothing is under way."""

    @handles(Greet)  # 2: the handler
    async def greet(self, command: Greet) -> None:
        """Greet somebody."""
        self.greeted.append(command.name)


TABLE: CommandTable[ToyController] = CommandTable(
    "toy",
    (
        Command(  # 3: the row
            name="greet",
            key="z",
            label="Greet",
            usage="/greet NAME",
            help=HELP,
            arguments=("the world",),
            sends=Greet,
            complete=one_of(["Ada", "Alan"]),
        ),
        *session_rows("toy"),
    ),
)


class ToySession(PaneSession[ToyEngine]):
    """The toy of a pane."""

    busy = False

    def load(self) -> None:
        """Read nothing."""

    def _engine_for(self, stored: Session) -> ToyEngine:
        return ToyEngine(stored)

    def _closing_commands(self) -> Sequence[Any]:
        return (End(),)


class ToyController(PaneController[ToySession]):
    """Shows nothing."""

    def __init__(self, screen: ToyScreen, session: ToySession) -> None:
        super().__init__(screen, session)
        self.page = Transcript()

    @property
    def main_focus(self) -> Widget:
        return self.page

    async def show(self) -> None:
        await self.session.open(await self.runtime.store.create("toy", {}))
        self.follow()
        self.screen.set_focus(self.page)


class ToyScreen(SessionScreen[ToyController]):
    """A page, a prompt and the key bar."""

    TABLE = TABLE
    BINDINGS = TABLE.bindings()

    def compose(self) -> ComposeResult:
        yield KeyBar()

    def make_controller(self) -> ToyController:
        return ToyController(self, self.pane_session(ToySession))

    def topics(self, controller: ToyController) -> Sequence[Handlers[Any]]:
        return (SessionHandlers(controller, "toy", "toy"),)

    async def mount_widgets(self, controller: ToyController) -> None:
        await self.mount(controller.page, controller.status, controller.input.row)


@asynccontextmanager
async def toy(tmp_path: Path) -> AsyncIterator[tuple[Pilot[int], ToyController]]:
    """Open the app at a pane that it does not have."""
    async with opened_at(runtime_for(tmp_path)) as pilot:
        screen = ToyScreen()
        pilot.app.add_mode("toy", lambda: screen)
        await pilot.app.switch_mode("toy")
        await until(pilot, lambda: screen.ready)
        yield pilot, screen.controller
        await screen.shutdown()


async def typed(pilot: Pilot[int], controller: ToyController, text: str) -> None:
    controller.input.open()
    controller.prompt.clear()
    controller.prompt.insert(text)
    await pilot.pause()


async def test_the_pane_offers_it_everywhere(tmp_path: Path) -> None:
    async with toy(tmp_path) as (pilot, controller):
        bar = pilot.app.screen.query_one(KeyBar)
        await until(pilot, lambda: "z Greet" in bar.render_line(0).text)
        assert HELP in [title for title, _, _ in ScreenActions(pilot.app.screen)._actions()]

        await typed(pilot, controller, "/gr")
        assert controller.status.hint == f"/greet NAME  {HELP}"
        await pilot.press("tab")
        await until(pilot, lambda: controller.prompt.text == "/greet ")
        await pilot.press(*"Ad", "tab")
        await until(pilot, lambda: controller.prompt.text == "/greet Ada")
        controller.prompt.clear()
        controller.input.leave()

        for ask in ("", "/help"):
            if ask:
                await typed(pilot, controller, ask)
            await pilot.press("enter" if ask else "f1")
            await until(pilot, lambda: bool(pilot.app.screen.query("#page-text")))
            page = pilot.app.screen.query_one("#page-text", Transcript)
            texts = "\n".join(each.text for each in page.entries)
            assert f"| `/greet NAME` | {HELP} |" in texts
            assert f"| `z` | {HELP} |" in texts
            await pilot.press("escape")
            await until(pilot, lambda: not pilot.app.screen.query("#page-text"))


async def test_a_key_and_a_typed_line_reach_the_engine(tmp_path: Path) -> None:
    async with toy(tmp_path) as (pilot, controller):
        engine = controller.session.engine
        assert engine is not None
        await pilot.press("z")
        await until(pilot, lambda: engine.greeted == ["the world"])
        await typed(pilot, controller, "/greet Ada")
        await pilot.press("enter")
        await until(pilot, lambda: engine.greeted == ["the world", "Ada"])


async def test_steering_reads_it_and_says_what_is_wrong() -> None:
    told: list[Any] = []
    wrong: list[str] = []
    reading, writing = os.pipe()
    os.write(writing, b'{"do": "greet", "name": "Ada"}\n{"do": "greet"}\n{"do": "gret"}\n')
    os.close(writing)

    async def carry_out(values: dict[str, Any]) -> None:
        told.append(decode_command(ToyEngine.COMMANDS, values))

    try:
        await steer(carry_out, lambda error, number: wrong.append(f"{number}: {error}"), reading)
    finally:
        os.close(reading)
    assert told == [Greet("Ada")]
    missing, unknown = wrong
    assert missing.startswith("2: ")
    assert "name" in missing
    assert unknown.startswith("3: Unknown command 'gret'.")
    assert "greet" in unknown


def test_help_and_reference_pages_have_it() -> None:
    lines = list(help_lines(ToyEngine.COMMANDS))
    at = next(number for number, line in enumerate(lines) if '"do": "greet"' in line)
    assert json.loads(lines[at])["do"] == "greet"
    assert lines[at + 1] == "  Greet somebody."
    assert lines[at + 2].startswith("    name: ")
    page = list(reference.pane_keys(ToyScreen))
    assert f"| `z` | `/greet NAME` | {HELP} | `toy.greet.the.world` |" in page


def test_a_command_without_a_handler_is_found_when_the_engine_is_defined() -> None:
    with pytest.raises(TypeError, match=r"Greet \(no handler\)"):

        class Dumb(Engine[ToyLog, EngineCommand]):
            COMMANDS = Greet | Rename | Pin | End
