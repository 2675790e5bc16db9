"""What takes long and is given up with Escape: nothing is held, and the pane goes on."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

import core.sessions.importing
import core.sessions.opening
from core.chat.setup import ChatChoice
from core.errors import SessionBusy
from pilot.salon import PATIENCE, opened_at, runtime_for, until
from pilot.sessions_kit import done, sessions, store, three
from tui.background import WaitScreen
from tui.dialogs.ask import AskScreen
from tui.navigation import OpenSession

_QUIT = """
import asyncio, threading
from tui.background import DaemonThreads

async def main():
    asyncio.get_running_loop().set_default_executor(DaemonThreads())
    begun = threading.Event()
    reading = asyncio.create_task(
        asyncio.to_thread(lambda: (begun.set(), threading.Event().wait()))
    )
    await asyncio.to_thread(begun.wait)

asyncio.run(main())
"""


class Held:
    """A function whose calls wait until they are let go, and then do what they always do."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.go, self.begun, self.over = (threading.Event() for _ in range(3))

    def __call__(self, *given: Any) -> Any:
        self.begun.set()
        self.go.wait()
        try:
            return self._function(*given)
        finally:
            self.over.set()


async def free(folder: Path, session: str) -> None:
    """Wait until a session can be opened for writing."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await (await store(folder).open(session)).close()
            except SessionBusy:
                await asyncio.sleep(0.01)
            else:
                return


async def stored_chat(folder: Path) -> str:
    runtime = runtime_for(folder)
    choice = ChatChoice(runtime.library.find("ada"))
    engine = await runtime.chats.start(choice, runtime.store.create)
    await engine.log.session.close()
    return engine.session_id


async def stored_meetup(folder: Path) -> str:
    return (await three(folder))["Of dreams"]


@pytest.mark.parametrize(("stored", "engine"), [(stored_chat, "chat"), (stored_meetup, "meetup")])
async def test_a_session_whose_opening_is_given_up_is_free_again(
    stored: Callable[[Path], Awaitable[str]],
    engine: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = await stored(tmp_path)
    async with opened_at(runtime_for(tmp_path), engine) as pilot:
        held = Held(core.sessions.opening.open_journal)
        monkeypatch.setattr(core.sessions.opening, "open_journal", held)
        asking = asyncio.create_task(pilot.app.navigate(OpenSession(session, engine)))
        await until(pilot, lambda: isinstance(pilot.app.screen, WaitScreen))
        await pilot.press("escape")
        await asking
        screen = pilot.app.screen
        assert "no longer waited for" in screen.controller.status.problem
        assert screen.session_id is None
        held.go.set()
        await until(pilot, held.over.is_set)
        monkeypatch.undo()
        await free(tmp_path, session)
        await pilot.app.navigate(OpenSession(session, engine))
        assert screen.session_id == session


async def test_an_import_that_is_given_up_takes_nothing_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = (await three(tmp_path))["Of dreams"]
    file = (tmp_path / "sessions" / f"{session}.jsonl").rename(tmp_path / "away.jsonl")
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        held = Held(core.sessions.importing.read_import)
        monkeypatch.setattr(core.sessions.importing, "read_import", held)
        asking = asyncio.create_task(screen.run_worker(screen.controller.do("import_file")).wait())
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.press(*str(file), "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WaitScreen))
        await pilot.press("escape")
        await asking
        held.go.set()
        await until(pilot, held.over.is_set)
        await done(pilot)
        assert session not in [each.id for each in await store(tmp_path).list()]


async def test_the_threads_of_the_app_do_not_keep_it(tmp_path: Path) -> None:
    async with opened_at(runtime_for(tmp_path), "sessions"):
        assert (await asyncio.to_thread(threading.current_thread)).daemon


def test_the_program_ends_while_something_is_read() -> None:
    call = [sys.executable, "-c", _QUIT]
    done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
