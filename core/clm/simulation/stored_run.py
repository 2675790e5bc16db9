"""A stored run, read without a lock and without an engine."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from core.clm.simulation.blobs import Blobs
from core.clm.simulation.spec import ENGINE
from core.clm.simulation.state import SimulationState
from core.errors import StoreError
from core.sessions.folder import DAYS
from core.sessions.record import Record
from core.sessions.store import SessionStore


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as it stands on its current path."""

    session: str
    state: SimulationState
    path: tuple[Record, ...]
    blobs: Blobs


async def read_run(store: SessionStore, prefix: str) -> StoredRun:
    """Read a run; `last` is the one that was begun last.

    Raises:
        StoreError: there is no such session, it cannot be read, or is no run.
    """
    if prefix.strip().lower() == "last":
        own = [each.id for each in await store.list() if each.engine == ENGINE]
        if not own:
            raise StoreError("There is no run yet.", "`salon clm run` makes one.")
        prefix = max(own)
    view = await store.read(prefix)
    folder = store.folder / f"{view.id}{DAYS}"
    return await asyncio.to_thread(_read, view.id, tuple(view.tree.path), folder)


def _read(session: str, path: tuple[Record, ...], folder: Path) -> StoredRun:
    kind = path[0].data.get("engine") if path else None
    if kind != ENGINE:
        raise StoreError(f"Session {session} is no run of customers (it is: {kind}).")
    try:
        state = SimulationState.fold(path)
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"Session {session} does not say how its customers were set up.",
            "It can still be read and exported as a session.",
        ) from error
    return StoredRun(session, state, path, Blobs(folder))
