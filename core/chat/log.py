"""A chat's records with what was folded from them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from core.bus import EventBus
from core.chat.records import EVENTS
from core.chat.state import ChatState
from core.chat.view import ChatView
from core.engine.log import SessionLog
from core.sessions.record import Record
from core.sessions.session import Session


class ChatLog(SessionLog):
    """`state` and `view` always are the fold of the current path as it reads now."""

    EVENTS = EVENTS

    def __init__(self, session: Session, bus: EventBus) -> None:
        self.state: ChatState
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

    @property
    def passed_over(self) -> Sequence[Record]:
        return self.state.passed_over

    def apply(self, record: Record) -> None:
        self.state.apply(record)
        if self._view is not None:
            self._view.apply(record)

    def refold(self) -> None:
        self.state = ChatState.fold(self.session.tree)
        self._view = None
