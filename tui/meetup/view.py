"""Shows the events of a meetup in the widgets of its pane."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
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
from tui.meetup.record_view import entries_of, entry_of, streaming_entry, turn_footer
from tui.meetup.session import MeetupSession
from tui.meetup.setup import MeetupSetup
from tui.widgets.seat_header import SeatHeader, SeatView
from tui.widgets.status_line import StatusLine
from tui.widgets.transcript import Entry, EntryStatus, Transcript


class View:
    """Shows a meetup; it never asks anything."""

    def __init__(
        self,
        session: MeetupSession,
        transcript: Transcript,
        headers: Mapping[Side, SeatHeader],
        status: StatusLine,
    ) -> None:
        self._session = session
        self._transcript = transcript
        self._headers = headers
        self._status = status
        self._speed = Speed()
        self._tail: list[Entry] = []
        self._live: Side | None = None
        """Which side is speaking, as far as the events have told."""
        self._open: str | None = None
        """The message that deltas are added to. One that is complete in a path that was
        shown meanwhile is not: events may be behind the records."""

    # What is shown as a whole

    def show_setup(self, setup: MeetupSetup) -> None:
        """Show who would talk, before they do."""
        for side in SIDES:
            participant = setup.participants[side]
            self._headers[side].view = SeatView(participant.persona.name, participant.model)
        limit = f"{setup.turns} turns" if setup.turns else "no turn limit"
        starts = "random start"
        if setup.starter != "random":
            starts = f"{setup.participants[setup.starter].persona.name} starts"
        opening = " · with an opening message" if setup.opening else ""
        self._status.state = f"Not started · {limit} · {starts}{opening}"

    def show_path(self) -> None:
        """Show the current path from its records."""
        tree = self._session.tree
        self._open = None
        if tree is not None:
            self._transcript.load(entries_of(tree.conversation, self._names(), tree))
        self.show_state()

    def show_tail(self, records: Sequence[Record]) -> None:
        """Show the last records of a stored session while the rest is still being read."""
        self._tail = list(entries_of(conversation_of(records), {}))
        self._transcript.load(self._tail)
        self._status.state = "reading …"

    async def show_all(self) -> None:
        """Show the whole path; its end, if that is shown already, does not move."""
        session, tree, names = self._session, self._session.tree, self._names()
        if tree is None:
            return
        entries = await asyncio.to_thread(lambda: list(entries_of(tree.conversation, names, tree)))
        if session.tree is not tree:
            return
        count = len(self._tail)
        if count and [each.id for each in entries[-count:]] == [each.id for each in self._tail]:
            self._transcript.prepend(entries[:-count])
        else:
            self._transcript.load(entries)
        self._tail = []
        self.show_state()

    def participants(self) -> list[SeatView]:
        """Return what the two headers show."""
        views = (self._headers[side].view for side in SIDES)
        return [view for view in views if view is not None]

    # Events

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
            case Started() | HeadMoved() | Edited():
                self.show_path()
            case Said() | Controlled() | Notice() | Failed() | Changed() | Ended():
                self._add(event.record)
        if not isinstance(event, TextDelta):
            self.show_state()

    def _add(self, record: Record) -> None:
        """Show a record, unless the path that was shown last held it already."""
        entry = entry_of(record, self._names(), self._session.tree)
        if entry is not None and entry.id not in self._transcript:
            self._transcript.append(entry)

    def _names(self) -> dict[str, str]:
        state = self._session.state
        return {} if state is None else {side: state.sides[side].seat.name for side in SIDES}

    def _start(self, event: TurnStarted) -> None:
        self._speed = Speed()
        self._live = "a" if event.node == "a" else "b"
        if event.record_id not in self._transcript:
            self._transcript.append(streaming_entry(event))
            self._open = event.record_id
        self._say_doing(event.node, "thinking …", live=True)

    def _finish(self, event: TurnFinished) -> None:
        self._live = None
        record, tree = event.record, self._session.tree
        if tree is None or not tree.on_path(record.id):
            self.show_path()
        elif record.id not in self._transcript:
            self._add(record)
        else:
            status = EntryStatus(record.status)
            self._transcript.finish(
                record.id, text=record.text, status=status, footer=turn_footer(record, tree)
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

    # Numbers

    def show_state(self) -> None:
        """Show the numbers: turns, playing or not, contexts."""
        state = self._session.state
        if state is None:
            return
        limit = state.spec.turns
        of = f" of {state.limit_from + limit}" if limit else ""
        turn = state.turns + (self._live is not None)
        parts = [f"turn {turn}{of}", self._doing()]
        if state.spec.pace:
            parts.append(f"reading speed {state.spec.pace:g} words/min")
        if state.spec.rate:
            parts.append(f"at most {state.spec.rate:g} messages/min")
        self._status.state = " · ".join(parts)
        for side in SIDES:
            self._show_participant(side)

    def _doing(self) -> str:
        if not self._session.running:
            return "ended · space continues"
        return "playing" if self._session.playing else "paused · space continues"

    def _show_participant(self, side: Side) -> None:
        session, state = self._session, self._session.state
        if state is None or session.engine is None:
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
        if session.running:
            budget = session.engine.participant(side).budget
            view = replace(view, context=budget.context_length, assumed=budget.assumed)
        self._headers[side].view = view
