"""Routes the events of a chat to the widgets of its pane."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.events import (
    Changed,
    Edited,
    Event,
    Failed,
    HeadMoved,
    Notice,
    Said,
    Started,
    TextDelta,
    TurnFinished,
    TurnStarted,
)
from core.sessions.record import Record
from tui.chat.draft import ChatDraft
from tui.chat.gauges import Gauges
from tui.chat.pathway import Pathway
from tui.chat.stage import ChatStage
from tui.conversation.speed import Speed
from tui.widgets.seat_header import SeatHeader
from tui.widgets.status_line import StatusLine
from tui.widgets.transcript import Entry, Transcript

if TYPE_CHECKING:
    from core.runtime import Runtime


class Board:
    """The passive half of the chat pane: it shows, and never asks."""

    def __init__(
        self,
        runtime: Runtime,
        stage: ChatStage,
        transcript: Transcript,
        header: SeatHeader,
        status: StatusLine,
    ) -> None:
        self._stage = stage
        self._gauges = Gauges(runtime, stage, header, status)
        self._pathway = Pathway(stage, transcript, lambda: runtime.settings.prices)
        self._speed = Speed()

    def show_draft(self, draft: ChatDraft) -> None:
        """Show a chat that has not begun: who would reply, and how it would begin."""
        self._gauges.show_draft(draft)
        self._pathway.show_draft(draft)

    def show_tail(self, records: Sequence[Record]) -> None:
        """Show the last records of a stored chat while the rest is still being read."""
        self._gauges.show_reading()
        self._pathway.show_tail(records)

    async def show_all(self) -> None:
        """Show the whole chat that is on stage; its end, if that is shown, does not move."""
        entries = await asyncio.to_thread(self._pathway.read)
        self._gauges.count_from(await asyncio.to_thread(self._gauges.add_up))
        self._pathway.show_earlier(entries)
        self._pathway.mark_last()
        self.show_state()

    def entries(self) -> list[Entry]:
        """Return what a fresh look at the records shows."""
        return self._pathway.read()

    def show_path(self) -> None:
        """Show the current path as it is now, ahead of the events that tell of it."""
        self._pathway.show_path()

    def revise(self, record_id: str) -> None:
        """Show a message as it reads now, ahead of the event that tells of it."""
        self._pathway.revise(record_id)

    def show_state(self) -> None:
        """Show the numbers."""
        self._gauges.show()

    def show(self, event: Event) -> None:
        """Show one event."""
        match event:
            case TurnStarted():
                self._start(event)
            case TextDelta():
                self._extend(event)
            case TurnFinished():
                self._finish(event)
            case Started():
                self._gauges.begin()
                self._pathway.show_path()
            case HeadMoved():
                self._pathway.show_path()
            case Edited():
                self._pathway.revise(str(event.record.data.get("target")))
            case Said() | Notice() | Failed() | Changed():
                self._pathway.add(event.record)
        if isinstance(event, Notice):
            self._gauges.count(event.record)
        if not isinstance(event, TextDelta):
            self.show_state()

    def _start(self, event: TurnStarted) -> None:
        self._speed = Speed()
        if not self._stage.comparing:
            self._pathway.start(event)
        self._gauges.say_doing("thinking …")

    def _extend(self, event: TextDelta) -> None:
        self._pathway.extend(event.record_id, event.text)
        doing = self._speed.measure(event.text)
        if doing:
            self._gauges.say_doing(doing)

    def _finish(self, event: TurnFinished) -> None:
        if not event.record.data.get("compared"):
            self._pathway.finish(event.record)
        else:
            self._pathway.drop(event.record.id)
            self._pathway.mark_last()
        self._gauges.count(event.record)
