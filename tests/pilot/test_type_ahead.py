"""Keys that are typed while a pane opens reach that pane, and no other."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from pilot.chat_kit import chatting, write
from pilot.personas_kit import go_to, personas, runtime_with, write_folk
from pilot.salon import opened_at, runtime_for, until
from tui.chat.screen import ChatScreen
from tui.chat.session import ChatSession
from tui.chat.table import TABLE
from tui.dialogs.confirm import ConfirmScreen
from tui.panes import Pane

NAMES = {" ": "space", "?": "question_mark", "/": "slash"}


def burst(pilot: Pilot[int], *keys: str) -> None:
    """Type faster than anything is dealt with; words are typed letter by letter."""
    for key in keys:
        name = NAMES.get(key, key)
        pilot.app.post_message(events.Key(name, key if len(key) == 1 else None))


class Held:
    """Has a function that runs in a thread wait until it is let on."""

    def __init__(self, patch: pytest.MonkeyPatch, owner: type, method: str) -> None:
        self.reached = threading.Event()
        self.go_on = threading.Event()
        works = getattr(owner, method)

        def wait(*arguments: Any) -> Any:
            self.reached.set()
            assert self.go_on.wait(20)
            return works(*arguments)

        patch.setattr(owner, method, wait)


@pytest.mark.parametrize(("owner", "method"), [(Pane, "load"), (ChatSession, "load")])
async def test_words_typed_after_a_persona_are_for_the_chat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: type, method: str
) -> None:
    write_folk(tmp_path / "folk")
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await go_to(pilot, screen, "Bo Lind")
        held = Held(monkeypatch, owner, method)
        burst(pilot, "enter")
        await until(pilot, held.reached.is_set)
        burst(pilot, *"hello dock?")
        await pilot.pause()
        held.go_on.set()
        chat = await chat_of(pilot)
        await until(pilot, lambda: chat.controller.prompt.text == "hello dock?")
        assert chat.controller.session.setup.persona.name == "Bo Lind"


async def test_words_typed_after_the_key_of_the_chat_are_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened_at(runtime_for(tmp_path), "sessions") as pilot:
        held = Held(monkeypatch, ChatSession, "load")
        burst(pilot, "f3", *"hello dock")
        await until(pilot, held.reached.is_set)
        burst(pilot, *" two")
        await pilot.pause()
        held.go_on.set()
        chat = await chat_of(pilot)
        await until(pilot, lambda: chat.controller.prompt.text == "hello dock two")


async def test_letters_typed_after_the_key_of_another_pane_are_not_for_the_chat(
    tmp_path: Path,
) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        burst(pilot, *"mine", "f5", *"jk")
        await until(pilot, lambda: pilot.app.current_mode == "sessions")
        burst(pilot, "f3", *"!")
        await until(pilot, lambda: chat.prompt.text.endswith("!"))
        assert chat.prompt.text == "mine!"


async def test_quitting_does_not_wait_for_a_pane_that_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened_at(runtime_for(tmp_path), "sessions") as pilot:
        held = Held(monkeypatch, ChatSession, "load")
        burst(pilot, "f3", *"hello")
        await until(pilot, held.reached.is_set)
        try:
            burst(pilot, "ctrl+q")
            await until(pilot, lambda: pilot.app._exit)
        finally:
            held.go_on.set()


async def test_the_palette_of_a_pane_that_opens_offers_its_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened_at(runtime_for(tmp_path), "sessions") as pilot:
        held = Held(monkeypatch, ChatSession, "load")
        await pilot.app.show("chat")
        await until(pilot, held.reached.is_set)
        screen = pilot.app.screen
        assert all(screen.check_action("command", (row.id,)) in {True, False} for row in TABLE.rows)
        held.go_on.set()
        await chat_of(pilot)


async def test_a_question_of_the_pane_that_opens_gets_its_answer(tmp_path: Path) -> None:
    write_folk(tmp_path / "folk")
    slow = {"replies": [{"text": "word " * 400, "tokens_per_second": 60}], "loop": True}
    async with personas(runtime_with(tmp_path, *scripted_at(tmp_path, slow))) as (pilot, screen):
        await go_to(pilot, screen, "Bo Lind")
        await pilot.press("enter")
        pane = await chat_of(pilot)
        await write(pilot, pane.controller, "go")
        await until(pilot, lambda: pane.controller.session.replying)
        burst(pilot, "f2")
        await until(pilot, lambda: pilot.app.current_mode == "personas")
        await go_to(pilot, screen, "Anna Berg")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("y")
        session = pane.controller.session
        await until(pilot, lambda: not session.opened and session.setup.persona.name == "Anna Berg")


def scripted_at(folder: Path, replies: object) -> list[str]:
    """Return the settings of a model that answers from a script."""
    path = folder / "script.json"
    path.write_text(json.dumps(replies), encoding="utf-8")
    return [f'providers.scripted.options.models={{"talk": "{path}"}}', "model=scripted:talk"]


async def chat_of(pilot: Pilot[int]) -> ChatScreen:
    """Return the Chat pane once it is filled."""
    await until(pilot, lambda: pilot.app.current_mode == "chat")
    screen = pilot.app.screen
    assert isinstance(screen, ChatScreen)
    await until(pilot, lambda: screen.ready)
    return screen
