"""A chat's records with what was folded from them."""

from __future__ import annotations

import asyncio

from core.bus import EventBus
from core.chat.records import EVENTS
from core.chat.state import ChatState
from core.chat.view import ChatView
from core.engine.log import SessionLog
from core.sessions.record import Record
from core.sessions.session import Session


class ChatLog(SessionLog[ChatState]):
    """`state` and `view` always are the fold of the current path as it reads now."""

    EVENTS = EVENTS

    def __init__(self, session: Session, bus: EventBus) -> None:
        self._view: ChatView | None = None
        super().__init__(session, bus)

    @property
    def view(self) -> ChatView:
        """What the model is sent; folded when it is needed, for most moves ask for no reply."""
        if self._view is None:
            self._view = ChatView.fold(self.session.tree)
        return self._view

    async def fold_view(self) -> None:
        """Have `view` ready: of a long chat it is folded in a thread."""
        async with self._lock:
            if self._view is None:
                self._view = await asyncio.to_thread(ChatView.fold, self.session.tree)

    @property
    def number(self) -> int:
        return self.state.number

    def apply(self, record: Record) -> None:
        super().apply(record)
        if self._view is not None:
            self._view.apply(record)

    def refold(self) -> None:
        super().refold()
        self._view = None

    def _folded(self) -> ChatState:
        return ChatState.fold(self.session.tree)
