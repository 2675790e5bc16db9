"""Moving about in sessions never blocks the event loop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from blockbuster import blockbuster_ctx

from pilot.chat_kit import chatting, write
from pilot.salon import opened, opened_at, runtime_for, until
from pilot.sessions_kit import done, sessions, three
from tui.navigation import OpenSession


@pytest.fixture(autouse=True)
def _nothing_blocks() -> Iterator[None]:
    with blockbuster_ctx(["core", "tui"]) as watched:
        # Textual itself reads the styles of a screen when it is first shown.
        for function in watched.functions.values():
            function.can_block_in("textual/screen.py", "__init__")
            function.can_block_in("textual/css/stylesheet.py", {"read", "read_all"})
        yield


async def test_a_meetup(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path, "meetup.turns=4")) as (pilot, talk):
        await talk.do("play")
        await until(pilot, lambda: talk.session.state is not None and talk.session.state.turns == 4)
        await until(pilot, lambda: not talk.session.running)
        assert talk.status.problem == ""
        session = talk.session.stored
        assert session is not None
        await talk.do("play")
        await until(pilot, lambda: talk.session.state is not None and talk.session.state.turns == 8)
        assert talk.status.problem == ""


@pytest.mark.parametrize(("title", "pane"), [("Of dreams", "meetup")])
async def test_opening_a_session(title: str, pane: str, tmp_path: Path) -> None:
    session = (await three(tmp_path))[title]
    async with opened_at(runtime_for(tmp_path), pane) as pilot:
        await pilot.app.navigate(OpenSession(session, pane))
        assert pilot.app.screen.controller.status.problem == ""
        assert pilot.app.screen.controller.session.stored.id == session


async def test_a_chat(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, talk):
        for number in range(2):
            await write(pilot, talk, f"I dream of the number {number}.")
            await until(
                pilot,
                lambda: (
                    talk.session.state is not None
                    and talk.session.state.spoken > number  # noqa: B023
                    and not talk.session.replying
                ),
            )
        for text in ("/retry", "/swipe -1", "/delete", "/rename Dreams", "/pin"):
            await write(pilot, talk, text)
            await until(pilot, lambda: not talk.session.replying)
            assert talk.status.problem == ""


async def test_the_sessions_pane(tmp_path: Path) -> None:
    await three(tmp_path)
    async with sessions(runtime_for(tmp_path), first="meetup") as (pilot, screen):
        for key in ("f", "P", "d", "u"):
            await pilot.press(key)
            await done(pilot)
            assert screen.controller.status.problem == ""
