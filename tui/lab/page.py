"""The page on screen, and the words of every reply that is being written, on screen or not."""

from __future__ import annotations

from collections.abc import Iterable

from core.sessions.record import Record
from tui.lab.readings import Place
from tui.lab.telling import Telling
from tui.widgets.transcript import EntryStatus, Transcript


class Page:
    """One page of a run, kept up to date while it is shown."""

    def __init__(self, transcript: Transcript, telling: Telling) -> None:
        self._transcript = transcript
        self._telling = telling
        self.place: Place | None = None
        """The page that is shown."""
        self._live: dict[str, tuple[Place, str]] = {}
        """The page and the words so far of each reply that is being written, by record."""

    def forget(self) -> None:
        """Show nothing, and forget what is being written."""
        self.place = None
        self._live.clear()
        self._transcript.clear()

    def show(self, place: Place | None, records: Iterable[Record]) -> None:
        """Show a page from its records, and what is being written there."""
        self.place = place
        if place is None:
            self._transcript.clear()
            return
        entries = list(self._telling.opening(place))
        entries += [entry for each in records if (entry := self._telling.tell(each)) is not None]
        told = {each.id for each in entries}
        for record_id, (there, text) in self._live.items():
            if there == place and record_id not in told:
                entry = self._telling.starting(record_id)
                entry.extend(text)
                entries.append(entry)
        self._transcript.load(entries)
        self._transcript.clear_cursor()

    def find(self, record_id: str) -> None:
        """Put the cursor on a message, if it is on this page."""
        if record_id in self._transcript:
            self._transcript.move_cursor(record_id)

    def add(self, record: Record) -> None:
        """Add a record at the end, unless it is there."""
        if record.id in self._transcript:
            return
        entry = self._telling.tell(record)
        if entry is not None:
            self._transcript.append(entry)

    def start(self, place: Place, record_id: str) -> None:
        """Take note of a reply that begins."""
        self._live[record_id] = (place, "")
        if place == self.place and record_id not in self._transcript:
            self._transcript.append(self._telling.starting(record_id))

    def extend(self, record_id: str, start: int, text: str) -> None:
        """Add to the words of a reply."""
        if record_id not in self._live:
            return
        place, before = self._live[record_id]
        known = len(before)
        self._live[record_id] = (place, before[:start] + text)
        if place == self.place and record_id in self._transcript and start >= known:
            self._transcript.extend(record_id, text)

    def finish(self, record: Record) -> None:
        """Take note that a reply has ended."""
        self._live.pop(record.id, None)

    def settle(self, record: Record, *, stays: bool) -> None:
        """End a reply on screen: as it is on record, or taken away if nobody reads it."""
        there = record.id in self._transcript
        if not stays:
            if there:
                self._transcript.take_out(record.id)
            return
        if not there:
            self.add(record)
            return
        entry = self._telling.tell(record)
        if entry is not None:
            self._transcript.finish(
                record.id,
                text=entry.text,
                status=EntryStatus(record.status),
                footer=entry.footer,
            )
