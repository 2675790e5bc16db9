"""The entries of a transcript in order, and the operations on them."""

import time
from collections.abc import Container, Iterable

from tui.widgets.transcript.entry import Entry, EntryStatus
from tui.widgets.transcript.entry_view import EntryView
from tui.widgets.transcript.look import Look
from tui.widgets.transcript.viewport import Viewport


class Document:
    """Ordered entries, each found by its id, and the viewport upon them."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self._by_id: dict[str, EntryView] = {}
        self._busy: dict[str, EntryView] = {}
        self.viewport = Viewport(self._busy)

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, entry_id: object) -> bool:
        return entry_id in self._by_id

    @property
    def views(self) -> list[EntryView]:
        """The entries as they are shown, in order."""
        return self.viewport.views

    @property
    def busy(self) -> bool:
        """Whether text waits to be cut into blocks."""
        return bool(self._busy)

    def view(self, entry_id: str) -> EntryView:
        """An entry by its id.

        Raises:
            KeyError: there is none.
        """
        return self._by_id[entry_id]

    def holds(self, view: EntryView) -> bool:
        """Whether an entry is still shown as it was then."""
        return self._by_id.get(view.entry.id) is view

    def load(self, entries: Iterable[Entry]) -> None:
        """Show these entries instead, from their end."""
        views = [EntryView(entry, order, self.look) for order, entry in enumerate(entries)]
        self._by_id = _index(views, {})
        self._busy.clear()
        self.viewport.replace(views)

    def append(self, entry: Entry) -> None:
        """Add an entry at the end."""
        views = self.views
        view = EntryView(entry, views[-1].order + 1 if views else 0, self.look)
        self._by_id |= _index([view], self._by_id)
        self.viewport.append(view)

    def prepend(self, entries: Iterable[Entry]) -> None:
        """Add older entries at the front."""
        older = list(entries)
        first = (self.views[0].order if self.views else 0) - len(older)
        views = [EntryView(entry, order, self.look) for order, entry in enumerate(older, first)]
        self._by_id |= _index(views, self._by_id)
        self.viewport.prepend(views)

    def insert(self, entry: Entry, before: str) -> None:
        """Put an entry in front of another one."""
        at = self.viewport.index(self._by_id[before])
        view = EntryView(entry, self.views[at].order, self.look)
        self._by_id |= _index([view], self._by_id)
        for later in self.views[at:]:
            later.order += 1
        self.views.insert(at, view)
        self.viewport.restack(None, None)

    def remove(self, entry_id: str) -> EntryView | None:
        """Take one entry away; returns the one that stands in its place, or before it."""
        gone = self._by_id.pop(entry_id)
        self._busy.pop(entry_id, None)
        at = self.viewport.index(gone)
        for later in self.views[at + 1 :]:
            later.order -= 1
        del self.views[at]
        near = self.views[min(at, len(self.views) - 1)] if self.views else None
        self.viewport.restack(gone, near)
        return near

    def extend(self, entry_id: str, delta: str) -> None:
        """Add to the text of an entry."""
        view = self._by_id[entry_id]
        view.entry.extend(delta)
        view.extend(delta)
        self._busy[entry_id] = view

    def finish(
        self, entry_id: str, text: str | None, status: EntryStatus, footer: str | None
    ) -> None:
        """End an entry; a text that differs from what was streamed takes its place."""
        view = self._by_id[entry_id]
        entry = view.entry
        entry.status = status
        if footer is not None:
            entry.footer = footer
        if text is not None and text != entry.text:
            entry.text = text
            self._restart(view)
        else:
            self._busy[entry_id] = view

    def update(self, entry_id: str, **changes: object) -> None:
        """Change attributes of an entry."""
        view = self._by_id[entry_id]
        for name, value in changes.items():
            setattr(view.entry, name, value)
        self._restart(view)

    def truncate_after(self, entry_id: str | None) -> list[EntryView]:
        """Take away what follows an entry (all for `None`); what was taken away."""
        length = 0 if entry_id is None else self.viewport.index(self._by_id[entry_id]) + 1
        gone = self.viewport.truncate(length)
        for view in gone:
            del self._by_id[view.entry.id]
            self._busy.pop(view.entry.id, None)
        return gone

    def pump(self, budget: float) -> None:
        """Cut waiting text into blocks for about so many seconds."""
        deadline = time.monotonic() + budget
        for entry_id, view in list(self._busy.items()):
            view.pump(deadline)
            self.viewport.update(view)
            del self._busy[entry_id]
            if view.busy:
                self._busy[entry_id] = view  # behind those that have waited longer
            if time.monotonic() >= deadline:
                break

    def _restart(self, view: EntryView) -> None:
        view.restart()
        self._busy.pop(view.entry.id, None)
        self.viewport.update(view)


def _index(views: Iterable[EntryView], present: Container[str]) -> dict[str, EntryView]:
    """Views by their ids, none of which may be present already or be there twice."""
    by_id: dict[str, EntryView] = {}
    for view in views:
        entry_id = view.entry.id
        if entry_id in present or entry_id in by_id:
            raise ValueError(f"an entry {entry_id!r} is already there")
        by_id[entry_id] = view
    return by_id
