"""What the tests of the chat pane share: the app at its chat pane, on a script or a rule."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import yaml
from textual.pilot import Pilot

from core.runtime import Runtime
from core.sessions.record import Kind
from pilot.salon import opened_at, runtime_for, until
from tui.chat.controller import ChatController
from tui.chat.screen import ChatScreen

CARD = """\
---
greeting: Good evening. Do you see the light?
alternate_greetings: [Who is there?, "Mind the step, {{user}}."]
tags: [sea]
---
# Keeper of the light: Wilhelmina Tjaden (en)

You keep a lighthouse at the edge of the map, and you have not slept since Tuesday.
"""
"""A persona with three greetings."""


def scripted(folder: Path, replies: object, *assignments: str) -> Runtime:
    """Return a runtime whose model answers from a script, reply by reply."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "script.yml"
    path.write_text(yaml.safe_dump(replies), encoding="utf-8")
    models = f'providers.scripted.options.models={{"talk": "{path}"}}'
    return runtime_for(folder, models, *assignments, model="scripted:talk")


def with_card(folder: Path, *assignments: str, model: str = "eliza:doctor") -> Runtime:
    """Return a runtime that opens its chat with a persona of several greetings."""
    personas = folder / "data" / "personas"
    personas.mkdir(parents=True, exist_ok=True)
    (personas / "keeper.md").write_text(CARD, encoding="utf-8")
    pair = 'meetup.ready_pair=["keeper", "ada"]'
    return runtime_for(folder, pair, *assignments, model=model)


@asynccontextmanager
async def chatting(
    runtime: Runtime, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[Pilot[int], ChatController]]:
    """Open the app at the chat pane, ready to be typed into."""
    async with opened_at(runtime, "chat", size) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, ChatScreen)
        await until(pilot, lambda: screen.ready)
        yield pilot, screen.controller


async def say(pilot: Pilot[int], chat: ChatController, text: str) -> None:
    """Type a text and wait for the reply to it."""
    before = len(said(chat))
    await write(pilot, chat, text)
    await until(pilot, lambda: len(said(chat)) >= before + 2)
    await idle(pilot, chat)


async def write(pilot: Pilot[int], chat: ChatController, text: str) -> None:
    """Put a text into the prompt and press enter."""
    chat.prompt.focus()
    chat.prompt.clear()
    chat.prompt.insert(text)
    await pilot.press("enter")
    await pilot.pause()


async def idle(pilot: Pilot[int], chat: ChatController) -> None:
    """Wait until nothing is written and everything is shown."""
    await until(pilot, lambda: not chat.session.replying)
    await pilot.pause()
    await until(pilot, lambda: chat.session.tree is None or shown(chat) == said(chat))


def said(chat: ChatController) -> list[str]:
    """Return the messages of the current path."""
    state = chat.session.state
    return [] if state is None else [each.text for each in state.messages]


def shown(chat: ChatController) -> list[str]:
    """Return the messages that are on screen."""
    return [each.text for each in chat.talk.entries if each.speaker]


def footers(chat: ChatController) -> list[str]:
    """Return the lines below the messages on screen."""
    return [each.footer for each in chat.talk.entries if each.speaker]


def everything(chat: ChatController) -> set[str]:
    """Return every text of the session, on whatever branch."""
    tree = chat.session.tree
    assert tree is not None
    return {each.text for each in tree if each.kind in {Kind.MESSAGE, Kind.EDIT}}


def offered(pilot: Pilot[int]) -> set[str]:
    """Return the actions that keys do now."""
    return {each.binding.action for each in pilot.app.screen.active_bindings.values()}
