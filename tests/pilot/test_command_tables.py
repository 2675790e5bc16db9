"""Every row of every pane's table does what it offers: as a key, in the palette, typed alone."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from core.cli.chat_talk import TYPED
from pilot.chat_kit import chatting
from pilot.salon import opened_at, runtime_for, until
from tui.chat.table import TABLE as CHAT
from tui.palette import ScreenActions
from tui.pane.controller import PaneController
from tui.pane.screen import CommandScreen
from tui.pane.table import Command, CommandTable, ParsedCommand
from tui.panes import PANES

WITH_TABLES = [each.name for each in PANES if hasattr(each.load(), "TABLE")]


@asynccontextmanager
async def pane(folder: Path, name: str) -> AsyncIterator[tuple[Pilot[int], CommandScreen[Any]]]:
    """Open the app at a pane that has a table."""
    async with opened_at(runtime_for(folder), name) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, CommandScreen)
        await until(pilot, lambda: screen.ready)
        yield pilot, screen


def doers(screen: CommandScreen[Any], row: Command[Any]) -> Iterator[Callable[..., Any]]:
    """Yield what can carry out a row: its handler, its command of the engine."""
    handlers = screen.controller.handlers
    if row.name in handlers:
        yield handlers[row.name]
    if row.sends is not None:
        yield row.sends


def takes(doer: Callable[..., Any], arguments: tuple[object, ...]) -> bool:
    """Whether something can be called with these arguments."""
    try:
        inspect.signature(doer).bind(*arguments)
    except TypeError:
        return False
    return True


def takes_anything(doer: Callable[..., Any]) -> bool:
    """Whether the arguments are passed on to a command that is imported with the first one."""
    parameters = inspect.signature(doer).parameters.values()
    return any(each.kind is each.VAR_POSITIONAL for each in parameters)


@pytest.mark.parametrize("name", WITH_TABLES)
async def test_a_row_needs_an_argument_exactly_where_nothing_can_do_without(
    tmp_path: Path, name: str
) -> None:
    async with pane(tmp_path, name) as (_, screen):
        for row in screen.TABLE.rows:
            possible = any(takes(each, row.arguments) for each in doers(screen, row))
            assert possible or row.needs_text, row.id
            if row.usage and not any(map(takes_anything, doers(screen, row))):
                alone = any(takes(each, ()) for each in doers(screen, row))
                assert row.needs_text != alone, row.usage


@pytest.mark.parametrize("name", WITH_TABLES)
async def test_the_palette_has_every_row_with_help(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Command, "possible", lambda *_: True)
    async with pane(tmp_path, name) as (_, screen):
        offered = [title for title, _, _ in ScreenActions(screen)._actions()]
        assert [row.help for row in screen.TABLE.rows if row.help and row.help not in offered] == []


@pytest.mark.parametrize("name", WITH_TABLES)
async def test_a_row_that_lacks_its_argument_asks_for_it_in_the_prompt(
    tmp_path: Path, name: str
) -> None:
    async with pane(tmp_path, name) as (pilot, screen):
        controller = screen.controller
        for row in (each for each in screen.TABLE.rows if each.needs_text):
            assert isinstance(controller, PaneController)
            await controller.carry_out(ParsedCommand(row, row.arguments))
            assert controller.prompt.text == f"{row.word} "
            await until(pilot, lambda row=row: controller.status.hint == f"{row.usage}  {row.help}")
            assert screen.focused is controller.prompt


async def test_a_text_in_the_prompt_becomes_the_argument(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await pilot.press(*"notes.txt", "ctrl+o")
        await until(pilot, lambda: chat.prompt.text == "/attach notes.txt")
        await pilot.press("ctrl+o")
        await until(pilot, lambda: not chat.screen.workers)
        assert chat.prompt.text == "/attach notes.txt"


def test_what_is_typed_on_a_terminal_reads_like_the_rows_of_the_pane() -> None:
    shared = TYPED.keys() & CHAT.by_word.keys()
    assert TYPED.keys() - shared == {"/quit"}
    for word in shared:
        assert TYPED[word].usage == CHAT.by_word[word].usage
        assert TYPED[word].help.startswith(CHAT.by_word[word].help)


@pytest.mark.parametrize(
    ("usage", "needed"),
    [
        ("/fork", False),
        ("/fork [DAY]", False),
        ("/set [NAME=VALUE …]", False),
        ("/compare [MODEL MODEL …] [TEXT]", False),
        ("/say TEXT", True),
        ("/put a|b [TEXT]", True),
        ("/put [a|b] TEXT", True),
    ],
)
def test_what_stands_in_brackets_can_be_left_out(usage: str, needed: bool) -> None:
    row: Command[Any] = Command(name="x", usage=usage)
    assert row.needs_text is needed
    assert CommandTable("toy", (row,)).by_word[row.word] is row
