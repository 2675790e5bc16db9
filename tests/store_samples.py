"""Records and sessions for the tests of the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.ids import SystemSource
from core.sessions.record import Author, Kind, Record
from core.sessions.store import SessionStore
from core.sessions.stored import StoredSession

SOURCE = SystemSource()
ADA = Author("persona", "Ada Lovelace")


def message(parent: str | None, text: str, *, node: str = "a") -> Record:
    return Record(
        id=SOURCE.new_id(),
        kind=Kind.MESSAGE,
        parent=parent,
        author=ADA,
        at=SOURCE.now(),
        node=node,
        text=text,
    )


async def say(session: StoredSession, *texts: str) -> list[Record]:
    """Append one message a text, one after the other."""
    said: list[Record] = []
    for text in texts:
        said += await session.append(message(session.tree.head, text))
    return said


def overlay(kind: str, target: str, text: str = "", **data: Any) -> Record:
    """An edit of a message, a deletion of it, or a head that ends the path there."""
    return replace(message(None, text), kind=kind, node="", data={"target": target, **data})


async def stored(store: SessionStore, *texts: str) -> Path:
    """Create a session with these messages and close it; returns its file."""
    session = await store.create("meetup", {"title": "A test"})
    await say(session, *texts)
    await session.close()
    return session.path


def texts(records: Sequence[Record]) -> list[str]:
    return [record.text for record in records if record.kind == Kind.MESSAGE]


def store_in(folder: Path) -> SessionStore:
    return SessionStore(folder, SOURCE)


CHAT_SEATS = {
    "persona": {"name": "Ada Lovelace", "model": "local:smollm2", "params": {}, "persona": ""},
    "human": {"name": "Zoë"},
}


async def chat(store: SessionStore, *texts: str) -> StoredSession:
    """Create a chat in which persona and human say these texts in turn; it stays open."""
    session = await store.create("chat", {"title": "Ada Lovelace", "seats": CHAT_SEATS})
    for number, text in enumerate(texts):
        node = ("persona", "human")[number % 2]
        author = ADA if node == "persona" else Author("human", "Zoë")
        said = message(session.tree.head, text, node=node)
        await session.append(replace(said, author=author, data={"turn": number}))
    return session
