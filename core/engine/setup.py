"""What all engines share in making a session for a new run, and in reading a stored one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from core.errors import StoreError
from core.ids import Source
from core.sessions.record import Record
from core.sessions.requests import blob_record
from core.sessions.session import CreateSession, FirstRecords, Session, no_more
from core.sessions.tree import SessionTree
from core.sessions.understanding import NOT_UNDERSTOOD


@asynccontextmanager
async def new_session(
    create: CreateSession, engine: str, data: Mapping[str, Any], first: FirstRecords = no_more
) -> AsyncIterator[Session]:
    """Create a session for the block that makes its engine; it is closed if that fails.

    Raises:
        StoreError: it cannot be created.
    """
    session = await create(engine, data, first)
    try:
        yield session
    except BaseException:
        await session.close()
        raise


def with_texts(texts: Iterable[str]) -> FirstRecords:
    """Return the first records of a session that refers to texts by their hash: the texts."""

    def records(root: Record, source: Source) -> Iterable[Record]:
        return [blob_record(source, root.id, text) for text in texts]

    return records


@contextmanager
def reading_setup(tree: SessionTree, engine: str, noun: str, whose: str) -> Iterator[None]:
    """Turn what goes wrong where a block reads how a stored run was set up into a `StoreError`.

    Args:
        tree: the session's.
        engine: what its root record has to call its engine.
        noun: what such a session is: "meetup".
        whose: what of it was set up: "its sides were".

    Raises:
        StoreError: it is another engine's session, or does not say how it was set up.
    """
    root = tree.root
    found = root.data.get("engine", "unknown")
    if found != engine:
        raise StoreError(
            f"Session {root.id} is no {noun} (it is: {found}).",
            f"`salon sessions list --engine {engine}` shows those that are.",
        )
    try:
        yield
    except NOT_UNDERSTOOD as error:
        raise StoreError(
            f"Session {root.id} does not say how {whose} set up.",
            "It can still be read and exported.",
        ) from error
