"""What the tests of the sessions pane share: sessions to list, and the pane opened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from core.runtime import Runtime
from core.sessions.store import SessionStore
from pilot.salon import opened_at, until
from store_samples import chat, say, store_in
from tui.sessions.screen import SessionsScreen

SPEC = {
    "seats": {
        "a": {"name": "Ada Lovelace", "model": "eliza:doctor"},
        "b": {"name": "Sigmund Freud", "model": "eliza:doctor"},
    },
    "starter": "a",
}
"""What a meetup's root record needs to be gone on with."""


def store(folder: Path) -> SessionStore:
    """Return the store that `runtime_for(folder)` uses."""
    return store_in(folder / "sessions")


async def meetup(folder: Path, title: str, *texts: str) -> str:
    """Keep a meetup of that title in which these words fell; returns its id."""
    session = await store(folder).create("meetup", {**SPEC, "title": title})
    await say(session, *texts)
    await session.close()
    return session.id


async def three(folder: Path) -> dict[str, str]:
    """Keep two meetups and a chat; returns their ids by title, the one written last first."""
    ids = {
        "Of dreams": await meetup(folder, "Of dreams", "I dreamt of a river.", "Go on."),
        "Of engines": await meetup(folder, "Of engines", "The engine weaves.", "A river of cards."),
    }
    session = await chat(store(folder), "Good evening.", "What is a number?", "A river has none.")
    await session.close()
    ids["Ada Lovelace"] = session.id
    return dict(reversed(ids.items()))


@asynccontextmanager
async def sessions(
    runtime: Runtime, size: tuple[int, int] = (120, 36), *, first: str | None = None
) -> AsyncIterator[tuple[Pilot[int], SessionsScreen]]:
    """Open the sessions pane and wait until it has listed what there is."""
    async with opened_at(runtime, "sessions", size, first=first) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, SessionsScreen)
        await listed(pilot, screen)
        yield pilot, screen


async def listed(pilot: Pilot[int], screen: SessionsScreen) -> None:
    """Wait until the list and the preview are as they will be."""
    await until(
        pilot,
        lambda: (
            screen.ready and bool(screen.controller.status.state) and not screen.controller.reading
        ),
    )
    await done(pilot)


async def done(pilot: Pilot[int]) -> None:
    """Wait until what was asked of the screen in front is done."""
    screen = pilot.app.screen
    # What a key asks for begins a turn of the loop later, and may ask for more in its turn.
    for _ in range(3):
        await pilot.pause()
        await until(
            pilot,
            lambda: all(each.is_finished for each in pilot.app.workers if each.node is screen),
        )
    await pilot.pause()


def titles(screen: SessionsScreen) -> list[str]:
    """Return what is listed, in order."""
    return [row.lines(90)[0][2][0].strip() for row in screen.controller.rows.rows]


def painted(screen: SessionsScreen) -> list[str]:
    """Return the lines of the list that are in view, as they are painted."""
    rows = screen.controller.rows
    return [rows.render_line(y).text.rstrip() for y in range(rows.size.height)]


def words(screen: SessionsScreen) -> list[str]:
    """Return what the preview shows, message by message."""
    return [each.text for each in screen.controller.preview.transcript.entries]


def facts(screen: SessionsScreen) -> str:
    """Return what the preview tells of the session."""
    return str(screen.query_one("#facts").render())
