"""Keeps a transcript in step with the current path of a chat.

What is in view stays where it is: only entries that changed are touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from core.chat.spec import HUMAN, PERSONA
from core.config.prices import Prices
from core.events import TurnStarted
from core.sessions.branches import alternatives
from core.sessions.record import Kind, Record
from core.sessions.tree import SessionTree
from tui.chat.record_view import (
    RecordContext,
    card,
    chat_footer,
    entries_of,
    entry_of,
    is_error,
    settled,
    setup_entries,
    streaming_entry,
)
from tui.chat.session import ChatSession
from tui.chat.setup import ChatSetup
from tui.conversation.tails import conversation_of
from tui.widgets.transcript import Entry, EntryKind, EntryStatus, Transcript


class TranscriptSync:
    """Keeps the transcript of a chat pane in step with its records."""

    def __init__(self, session: ChatSession, transcript: Transcript, prices: Callable[[], Prices]):
        """`prices` is called when something is shown: the settings are read after the pane."""
        self._session = session
        self._transcript = transcript
        self._prices = prices
        self._tail: list[Entry] = []
        self._marked: str | None = None
        """The message that was the last one when it was marked so."""
        self._open: str | None = None
        """The reply that deltas are added to. One that is complete in a path that was shown
        meanwhile is not: events may be behind the records."""

    def show_setup(self, setup: ChatSetup) -> None:
        """Show who would reply, and the greeting."""
        self._open = None
        self._transcript.load(setup_entries(setup))

    def show_tail(self, records: Sequence[Record]) -> None:
        """Show the last records of a stored chat while the rest is still being read."""
        self._open = None
        context = RecordContext(self._prices(), {})
        self._tail = entries_of(conversation_of(records), context)
        self._transcript.load(self._tail)

    def read(self) -> list[Entry]:
        """Return the entries of the whole path. Takes a while: call it in a thread."""
        tree = self._session.tree
        return [] if tree is None else entries_of(tree.conversation, self._context())

    def show_earlier(self, entries: list[Entry]) -> None:
        """Put what came before in front of the tail, without moving what is being read."""
        tail, self._tail = self._tail, []
        count = len(tail)
        if not count or [each.id for each in entries[-count:]] != [each.id for each in tail]:
            self._transcript.load(entries)
            return
        for each in entries[-count:]:
            changes = {"text": each.text, "header": each.header, "footer": each.footer}
            self._transcript.update_entry(each.id, kind=each.kind, **changes)
        self._transcript.prepend(entries[:-count])

    def show_path(self) -> None:
        """Show the current path; what it shares with the one that was shown stays in place."""
        tree = self._session.tree
        if tree is None:
            return
        shown = self._transcript.entries
        if self._streaming(tree) is not None:
            del shown[-1]
        kept = _shared(shown, tree)
        last = shown[kept - 1].id if kept else None
        if kept < len(shown):
            self._open = None
            self._transcript.truncate_after(last)
        for entry in entries_of(_after(last, tree), self._context()):
            self._put(entry, tree)
        self.mark_last()

    def start(self, event: TurnStarted) -> None:
        """Show that a reply begins."""
        if event.record_id not in self._transcript:
            self._transcript.append(streaming_entry(event, self._context()))
            self._open = event.record_id
        self.mark_last()

    def extend(self, record_id: str, text: str) -> None:
        """Add to the reply that is being written."""
        if record_id == self._open:
            self._transcript.extend(record_id, text)

    def finish(self, record: Record) -> None:
        """Show a reply that is on record; one that is beside the path is not shown."""
        tree = self._session.tree
        if tree is None:
            return
        if not tree.on_path(record.id):
            self.show_path()
        elif record.id not in self._transcript:
            self.add(record)
        else:
            self._transcript.finish(
                record.id,
                text=record.text,
                status=EntryStatus(record.status),
                footer=chat_footer(record, self._context()),
            )
        self.mark_last()

    def add(self, record: Record) -> None:
        """Show a record, unless the path that was shown last held it already."""
        tree = self._session.tree
        if tree is None or record.id in self._transcript or not tree.on_path(record.id):
            return
        entry = entry_of(record, self._context())
        if entry is None:
            return
        self._put(entry, tree)
        self.mark_last()

    def remove(self, record_id: str) -> None:
        """Remove a message that turned out not to be on the path."""
        if record_id in self._transcript:
            self._transcript.take_out(record_id)

    def revise(self, target: str) -> None:
        """Show a message that was edited, excluded or restored."""
        tree = self._session.tree
        if tree is None or target not in tree:
            return
        if tree.on_path(target):
            self._renew(tree.get(target), tree)
        for each in alternatives(tree, target):
            self._mark(tree.shown(each))
        self.mark_last()

    def _renew(self, record: Record, tree: SessionTree) -> None:
        """Show a message of the path as it reads now."""
        now, there = tree.shown(record), record.id in self._transcript
        if now is None and there:
            self._transcript.take_out(record.id)
        elif now is not None and there:
            footer = chat_footer(now, self._context())
            self._transcript.update_entry(record.id, text=now.text, footer=footer)
        elif now is not None:
            self._insert(now, tree)

    def mark_last(self) -> None:
        """Show what only the end of the path shows: replies beside it, a failure that stands."""
        tree = self._session.tree
        if tree is None:
            return
        last = last_message(tree)
        before, self._marked = self._marked, None if last is None else last.id
        if before is not None and before in tree and before != self._marked:
            self._mark(tree.shown(tree.get(before)))
        self._mark(last)
        self._update_cards(tree)

    def _mark(self, record: Record | None) -> None:
        if record is None or record.id not in self._transcript:
            return
        footer = chat_footer(record, self._context())
        entry = self._transcript.entry(record.id)
        if entry.status is not EntryStatus.STREAMING and entry.footer != footer:
            self._transcript.update_entry(record.id, footer=footer)

    def _streaming(self, tree: SessionTree) -> str | None:
        """Return the id of a reply at the end that is not on record yet."""
        last = self._transcript.last
        written = last is not None and last.id == self._open and last.id not in tree
        return self._open if written else None

    def _put(self, entry: Entry, tree: SessionTree) -> None:
        """Put an entry at the end, where it stands before a reply that is being written."""
        written = self._streaming(tree)
        if written is None:
            self._transcript.append(entry)
        else:
            self._transcript.insert(entry, before=written)

    def _insert(self, record: Record, tree: SessionTree) -> None:
        """Put a message where it belongs between those that are shown."""
        entry = entry_of(record, self._context())
        later: str | None = None
        for each in reversed(tree.path):
            if each.id == record.id:
                break
            if each.id in self._transcript:
                later = each.id
        if entry is not None and later is None:
            self._transcript.append(entry)
        elif entry is not None and later is not None:
            self._transcript.insert(entry, before=later)

    def _update_cards(self, tree: SessionTree) -> None:
        """Show failures as cards until the next message, and as quiet lines after that."""
        messages = 0
        for entry in self._transcript.backwards():
            if entry.kind is EntryKind.MESSAGE:
                messages += 1
                if messages > 1:
                    return
            elif entry.id in tree and is_error(tree.get(entry.id)):
                text = tree.get(entry.id).text
                kind, text = settled(text) if messages else card(text)
                if entry.kind is not kind:
                    self._transcript.update_entry(entry.id, kind=kind, text=text)

    def _context(self) -> RecordContext:
        state = self._session.state
        names = {} if state is None else {PERSONA: state.seat.name, HUMAN: state.spec.user}
        return RecordContext(self._prices(), names, self._session.tree)


def last_message(tree: SessionTree) -> Record | None:
    """Return the last message of the current path as it reads now."""
    for record in reversed(tree.path):
        shown = tree.shown(record) if record.kind == Kind.MESSAGE else None
        if shown is not None:
            return shown
    return None


def _shared(entries: Sequence[Entry], tree: SessionTree) -> int:
    """Return how many entries from the first on lie on the current path."""
    low, high = 0, len(entries)
    while low < high:
        middle = (low + high) // 2
        if tree.on_path(entries[middle].id):
            low = middle + 1
        else:
            high = middle
    return low


def _after(record_id: str | None, tree: SessionTree) -> Iterable[Record]:
    """Return what follows a record on the current path, as it reads now."""
    path = tree.path
    at = len(path)
    while at and path[at - 1].id != record_id:
        at -= 1
    return [shown for each in path[at:] if (shown := tree.shown(each)) is not None]
