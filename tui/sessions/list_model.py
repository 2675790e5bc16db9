"""What the Sessions pane lists: all sessions or the trash, sorted and filtered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from core.sessions.folder import SUFFIX, TRASH
from core.sessions.index import Rebuild
from core.sessions.store import SessionStore
from core.sessions.summary import SORTS, SessionSummary, arranged


class SessionListModel:
    """Holds what was read last; knows nothing of widgets."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store
        self.sort = "updated"
        self.filter = ""
        """Words that the sessions shown have to contain."""
        self.in_trash = False
        self.deleted: list[tuple[str, str]] = []
        """What was deleted from here: id in the trash, and title."""
        self.all: Sequence[SessionSummary] = ()
        self._of_trash = False
        """Whether `all` is what is in the trash."""
        self._by_id: dict[str, SessionSummary] = {}

    async def read(self, on_rebuild: Callable[[Rebuild], None]) -> bool:
        """Read the list again; returns whether it has changed. Raises `StoreError`."""
        trash = self.in_trash
        found = await (self._store.trashed() if trash else self._store.list(on_rebuild))
        if trash != self.in_trash or (trash == self._of_trash and found == self.all):
            return False
        self.all, self._of_trash = found, trash
        self._by_id = {each.id: each for each in found}
        return True

    def shown(self) -> Sequence[SessionSummary]:
        """Return the sessions that pass the filter, in order."""
        return arranged(self.all, sort=self.sort, words=self.filter)

    def next_sort(self) -> None:
        """Sort by the next column."""
        orders = list(SORTS)
        self.sort = orders[(orders.index(self.sort) + 1) % len(orders)]

    def get(self, session_id: str) -> SessionSummary | None:
        """Return a session that was read."""
        return self._by_id.get(session_id)

    def path(self, session_id: str) -> Path:
        """Return where a session's file is."""
        folder = self._store.folder
        return (folder / TRASH if self.in_trash else folder) / f"{session_id}{SUFFIX}"
