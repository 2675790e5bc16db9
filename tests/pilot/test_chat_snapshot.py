"""The chat pane as a picture; after a change that is meant: `pytest --snapshot-update`."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.pilot import Pilot

from core.engine import reply
from pilot.chat_kit import idle, said, say, scripted
from pilot.salon import DrawnSalon, seated, until
from tui.chat.screen import ChatScreen

REPLIES = {
    "replies": [
        "The lamp is lit. You came by the *north* path, then, where nobody comes.",
        "Three things keep a light:\n\n1. oil,\n2. a clean glass,\n3. somebody who stays awake.",
    ]
}


async def talked(pilot: Pilot[int]) -> None:
    app = pilot.app
    assert isinstance(app, DrawnSalon)
    await until(pilot, lambda: seated(app))
    screen = await app.show("chat")
    assert isinstance(screen, ChatScreen)
    await until(pilot, lambda: screen.ready)
    chat = screen.controller
    await say(pilot, chat, "Is anybody there?")
    await say(pilot, chat, "What does it take to keep it?")
    await pilot.press("escape", "r")
    await until(pilot, lambda: "‹ 2 of 2 ›" in chat.talk.entries[-1].footer)
    await idle(pilot, chat)
    assert len(said(chat)) == 4
    for key in ("g", "G", "k"):
        await pilot.press(key)
        await pilot.pause(0.2)


def test_a_chat(snap_compare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reply, "time", SimpleNamespace(monotonic=lambda: 0.0))
    app = DrawnSalon(scripted(tmp_path, REPLIES))
    assert snap_compare(app, terminal_size=(100, 30), run_before=talked)
