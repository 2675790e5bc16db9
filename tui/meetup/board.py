"""Routes the events of a meetup to the widgets of its pane."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from core.events import (
    Changed,
    Controlled,
    Edited,
    Ended,
    Event,
    Failed,
    HeadMoved,
    Notice,
    Renamed,
    Said,
    Started,
    TextDelta,
    TurnFinished,
    TurnStarted,
)
from core.meetup.spec import SIDES, Side
from core.sessions.record import Record
from tui.conversation.speed import Speed
from tui.conversation.tails import conversation_of
from tui.conversation.wording import footer_of
from tui.meetup.draft import MeetupDraft
from tui.meetup.present import entries_of, entry_of, starting
from tui.meetup.stage import MeetupStage
from tui.widgets.seat_header import SeatHeader, SeatView
from tui.widgets.status_line import StatusLine
from tui.widgets.transcript import Entry, EntryStatus, Transcript


class Board:
    """The passive half of the meetup pane: it shows, and never asks."""

    def __init__(
        self,
        stage: MeetupStage,
        transcript: Transcript,
        headers: dict[Side, SeatHeader],
        status: StatusLine,
    ) -> None:
        self._stage = stage
        self._transcript = transcript
        self._headers = headers
        self._status = status
        self._speed = Speed()
        self._tail: list[Entry] = []
        self._live: Side | None = None
        """Who is speaking, as far as the events have told."""
        self._open: str | None = None
        """The message that deltas are added to. One that is complete in a path that was
        shown meanwhile is not: events may be behind the records."""

    def show_draft(self, draft: MeetupDraft) -> None:
        """Show who would talk, before they do."""
        for side in SIDES:
            seat = draft.seats[side]
            self._headers[side].view = SeatView(seat.persona.name, seat.model)
        limit = f"{draft.turns} turns" if draft.turns else "no turn limit"
        opening = " · with an opening" if draft.opening else ""
        self._status.state = f"not begun · {limit} · starts: {draft.starter}{opening}"

    def show_path(self) -> None:
        """Show the current path from its records."""
        session = self._stage.session
        self._open = None
        if session is not None:
            self._transcript.load(entries_of(session.tree.conversation, self._names()))
        self.show_state()

    def seats(self) -> list[SeatView]:
        """Return what the two headers show."""
        views = (self._headers[side].view for side in SIDES)
        return [view for view in views if view is not None]

    def show_tail(self, records: Sequence[Record]) -> None:
        """Show the last records of a stored session while the rest is still being read."""
        self._tail = list(entries_of(conversation_of(records), {}))
        self._transcript.load(self._tail)
        self._status.state = "reading …"

    async def show_earlier(self) -> None:
        """Put what came before in front of the tail, without moving what is being read."""
        session = self._stage.session
        assert session is not None
        names = self._names()
        entries = await asyncio.to_thread(
            lambda: list(entries_of(session.tree.conversation, names))
        )
        if self._stage.session is not session:
            return
        count = len(self._tail)
        if count and [each.id for each in entries[-count:]] == [each.id for each in self._tail]:
            self._transcript.prepend(entries[:-count])
        else:
            self._transcript.load(entries)
        self._tail = []
        self.show_state()

    def show(self, event: Event) -> None:
        """Show one event."""
        match event:
            case TurnStarted():
                self._start(event)
            case TextDelta():
                if event.record_id == self._open:
                    self._transcript.extend(event.record_id, event.text)
                self._measure(event)
            case TurnFinished():
                self._finish(event)
            case Started():
                self.show_path()
            case HeadMoved() | Edited():
                self.show_path()
            case Renamed():
                pass
            case Said() | Controlled() | Notice() | Failed() | Changed() | Ended():
                self._add(event.record)
        if not isinstance(event, TextDelta):
            self.show_state()

    def _add(self, record: Record) -> None:
        """Show a record, unless the path that was shown last held it already."""
        entry = entry_of(record, self._names())
        if entry is not None and entry.id not in self._transcript:
            self._transcript.append(entry)

    def _names(self) -> dict[Side, str]:
        state = self._stage.state
        return {} if state is None else {side: state.sides[side].seat.name for side in SIDES}

    def show_state(self) -> None:
        """Show the numbers: turns, playing or not, contexts."""
        state = self._stage.state
        if state is None:
            return
        limit = state.spec.turns
        of = f" of {state.limit_from + limit}" if limit else ""
        turn = state.turns + (self._live is not None)
        parts = [f"turn {turn}{of}", self._doing()]
        if state.spec.pace:
            parts.append(f"pace {state.spec.pace:g} words/min")
        if state.spec.rate:
            parts.append(f"at most {state.spec.rate:g}/min")
        self._status.state = " · ".join(parts)
        for side in SIDES:
            self._show_seat(side)

    def _doing(self) -> str:
        if not self._stage.running:
            return "ended · space goes on"
        return "playing" if self._stage.playing else "paused · space goes on"

    def _show_seat(self, side: Side) -> None:
        stage, state = self._stage, self._stage.state
        if state is None or stage.engine is None:
            return
        there = state.sides[side]
        live = side == self._live
        old = self._headers[side].view
        view = SeatView(
            name=there.seat.name,
            model=there.seat.model,
            doing=old.doing if live and old is not None and old.live else "",
            live=live,
            used=there.prompt_tokens,
        )
        if stage.running:
            budget = stage.engine.participant(side).budget
            view = replace(view, context=budget.context_length, assumed=budget.assumed)
        self._headers[side].view = view

    def _start(self, event: TurnStarted) -> None:
        self._speed = Speed()
        self._live = "a" if event.node == "a" else "b"
        if event.record_id not in self._transcript:
            self._transcript.append(starting(event))
            self._open = event.record_id
        self._say_doing(event.node, "thinking …", live=True)

    def _finish(self, event: TurnFinished) -> None:
        self._live = None
        record = event.record
        session = self._stage.session
        if session is None or not session.tree.on_path(record.id):
            self.show_path()
        elif record.id not in self._transcript:
            self._add(record)
        else:
            status = EntryStatus(record.status)
            self._transcript.finish(
                record.id, text=record.text, status=status, footer=footer_of(record)
            )
        self._say_doing(event.node, "", live=False)

    def _measure(self, event: TextDelta) -> None:
        doing = self._speed.measure(event.text)
        if doing:
            self._say_doing(event.node, doing, live=True)

    def _say_doing(self, node: str, doing: str, *, live: bool) -> None:
        for side in SIDES:
            header = self._headers[side]
            if side == node and header.view is not None:
                header.view = replace(header.view, doing=doing, live=live)
