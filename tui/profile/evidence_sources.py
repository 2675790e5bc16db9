"""In which chat and when the words were said that a value rests on."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import SessionNotFound, StoreError
from core.ids import SystemSource
from core.profiles.profile import Evidence
from core.sessions.folder import TRASH
from core.sessions.store import SessionStore
from core.sessions.summary import title_of
from core.sessions.tree import SessionTree
from tui.profile.wording import moment

_GONE = "its chat is gone"


class EvidenceSources:
    """Finds them, and keeps what was found."""

    def __init__(self, chats: SessionStore) -> None:
        self._chats = chats
        self._found: dict[tuple[str, str], str] = {}

    async def of(self, evidence: Iterable[Evidence]) -> dict[str, str]:
        """Return where words were said, by the id of the record that holds them."""
        wanted = list(evidence)
        for session in dict.fromkeys(each.session for each in wanted):
            missing = [
                each.record
                for each in wanted
                if each.session == session and (session, each.record) not in self._found
            ]
            if missing:
                await self._look(session, missing)
        return {each.record: self._found[each.session, each.record] for each in wanted}

    def forget(self) -> None:
        """Look anew: chats were renamed or erased."""
        self._found.clear()

    async def _look(self, session: str, records: Iterable[str]) -> None:
        tree, where = await self._tree(session)
        for record in records:
            text = where
            if tree is not None and record in tree:
                text = f"{title_of(tree)} · {moment(tree.get(record).at)}{where}"
            self._found[session, record] = text

    async def _tree(self, session: str) -> tuple[SessionTree | None, str]:
        try:
            return (await self._chats.read(session)).tree, ""
        except SessionNotFound:
            trash = SessionStore(self._chats.folder / TRASH, SystemSource())
        except StoreError as error:
            return None, error.message
        try:
            return (await trash.read(session)).tree, " · in the trash"
        except StoreError:
            return None, _GONE
