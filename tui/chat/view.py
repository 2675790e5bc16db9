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
from tui.chat.header import StatusHeader
from tui.chat.session import ChatSession
from tui.chat.setup import ChatSetup
from tui.chat.transcript_sync import TranscriptSync
from tui.conversation.speed import Speed
from tui.widgets.seat_header import SeatHeader
from tui.widgets.status_line import StatusLine
from tui.widgets.transcript import Entry, Transcript

if TYPE_CHECKING:
    from core.runtime import Runtime


class View:
    """Shows a chat in the widgets of its pane."""

    def __init__(
        self,
        runtime: Runtime,
        session: ChatSession,
        transcript: Transcript,
        header: SeatHeader,
        status: StatusLine,
    ) -> None:
        self._session = session
        self._header = StatusHeader(runtime, session, header, status)
        self._transcript = TranscriptSync(session, transcript, lambda: runtime.settings.prices)
        self._speed = Speed()

    def show_setup(self, setup: ChatSetup) -> None:
        """Show a chat that has not started: who would reply, and the greeting."""
        self._header.show_setup(setup)
        self._transcript.show_setup(setup)

    def show_tail(self, records: Sequence[Record]) -> None:
        """Show the last records of a stored chat while the rest is still being read."""
        self._header.show_reading()
        self._transcript.show_tail(records)

    async def show_all(self) -> None:
        """Show the whole chat; its end, if that is shown already, does not move."""
        entries = await asyncio.to_thread(self._transcript.read)
        self._header.count_from(await asyncio.to_thread(self._header.read_total))
        self._transcript.show_earlier(entries)
        self._transcript.mark_last()
        self.show_state()

    def entries(self) -> list[Entry]:
        """Return the entries of the whole path, made anew from the records."""
        return self._transcript.read()

    def show_path(self) -> None:
        """Show the current path as it is now, ahead of its events."""
        self._transcript.show_path()

    def revise(self, record_id: str) -> None:
        """Show a message as it reads now, ahead of its event."""
        self._transcript.revise(record_id)

    def show_state(self) -> None:
        """Show the numbers."""
        self._header.show()

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
                self._header.start()
                self._transcript.show_path()
            case HeadMoved():
                self._transcript.show_path()
            case Edited():
                self._transcript.revise(str(event.record.data.get("target")))
            case Said() | Notice() | Failed() | Changed():
                self._transcript.add(event.record)
        if isinstance(event, Notice):
            self._header.count(event.record)
        if not isinstance(event, TextDelta):
            self.show_state()

    def _start(self, event: TurnStarted) -> None:
        self._speed = Speed()
        if not self._session.comparing:
            self._transcript.start(event)
        self._header.say_doing("thinking …")

    def _extend(self, event: TextDelta) -> None:
        self._transcript.extend(event.record_id, event.text)
        doing = self._speed.measure(event.text)
        if doing:
            self._header.say_doing(doing)

    def _finish(self, event: TurnFinished) -> None:
        if not event.record.data.get("compared"):
            self._transcript.finish(event.record)
        else:
            self._transcript.remove(event.record.id)
            self._transcript.mark_last()
        self._header.count(event.record)
