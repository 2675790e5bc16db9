"""Chats of SillyTavern's, and sessions that were exported: taken in beside others."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from core.ids import CountingSource
from core.runtime import Options, Runtime
from core.sessions.store import SessionStore
from core.sessions.transcripts import render
from fuzz.door import Door, Drive, Shape
from fuzz.doors import sessions
from fuzz.structures import change_json_line

_HEADER = {
    "user_name": "Zoë",
    "character_name": "Seraphina",
    "create_date": "2024-7-12@01h31m37s",
    "chat_metadata": {"integrity": "x", "note_prompt": ""},
}


def _line(mes: object, *, user: bool = False, **values: Any) -> dict[str, Any]:
    return {
        "name": "Zoë" if user else "Seraphina",
        "is_user": user,
        "is_system": False,
        "send_date": "July 12, 2024 2:20pm",
        "mes": mes,
        "extra": {"api": "openai", "model": "gpt-4o"},
        **values,
    }


def _tavern() -> list[bytes]:
    swipes = {
        "swipes": ["Hello.", "Hi there."],
        "swipe_id": 1,
        "swipe_info": [{"send_date": "2024-07-12T14:00:00Z", "extra": {}}, {}],
        "gen_started": "2024-07-12T14:00:00Z",
        "gen_finished": "2024-07-12T14:00:09Z",
    }
    lines = [
        _HEADER,
        _line("Hi there.", **swipes),
        _line("And you?", user=True, send_date=1720794000000),
        _line("Hidden.", is_system=True),
        _line({"message": "Fine *thanks*."}, send_date="2024-07-12 @14h 20m 1s 5ms"),
    ]
    return ["\n".join(json.dumps(each, ensure_ascii=False) for each in lines).encode()]


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Drive]:
    """Have an input as a file to import; a session lies in the folder already."""
    path = folder / "odd.jsonl"
    options = Options(sessions=folder / "sessions", data_dir=folder / "data")
    runtime = Runtime(options, {"HOME": str(folder)})
    store = SessionStore(folder / "sessions", CountingSource())
    first = await store.create("chat", {"title": "First"})
    await first.close()

    async def drive(shape: str, data: bytes) -> None:
        path.write_bytes(data)
        done = None
        try:
            done = await store.import_file(path, model="eliza:doctor")
            view = await store.read(done.id)
            for form in ("md", "sillytavern"):
                render(view.tree, form)
            session = await store.open(done.id)
            try:
                if session.tree.root.data.get("engine") == "chat":
                    runtime.chats.engine(session)
            finally:
                await session.close()
        finally:
            listed = {each.id for each in await store.list()}
            wanted = {first.id} | ({done.id} if done else set())
            for each in (folder / "sessions").iterdir():
                if each.is_file() and each.stem != first.id and each.name != ".index.json":
                    each.unlink()
            assert listed == wanted, f"listed are {listed}"

    try:
        yield drive
    finally:
        await runtime.aclose()


DOOR = Door(
    "foreign_chats",
    (
        Shape("sillytavern", _tavern, (change_json_line,)),
        Shape("sillytavern", _tavern, (change_json_line,)),
        Shape("export", sessions.cut_golden, (change_json_line,)),
    ),
    opened,
)
