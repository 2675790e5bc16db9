"""A page for each node of a team, of which one is on screen.

What is said on the others is kept in their entries, so that a node can be gone to in the
middle of its sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tui.widgets.transcript import Entry, EntryStatus, Transcript


class Pages:
    """The entries of all nodes."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._pages: dict[str, dict[str, Entry]] = {}
        self._shown: str | None = None

    @property
    def shown(self) -> str | None:
        """The node whose page is on screen."""
        return self._shown

    def show(self, node: str) -> None:
        """Bring the page of a node on screen."""
        self._shown = node
        self._transcript.load(self._pages.get(node, {}).values())

    def leave(self) -> None:
        """Have no page on screen."""
        self._shown = None

    @contextmanager
    def anew(self) -> Iterator[None]:
        """Forget all pages; those that are made meanwhile come on screen at the end."""
        shown, self._shown = self._shown, None
        self._pages = {}
        try:
            yield
        finally:
            if shown is not None:
                self.show(shown)

    def has(self, node: str, entry_id: str) -> bool:
        """Whether the page of a node has an entry of this id."""
        return entry_id in self._pages.get(node, {})

    def entry(self, node: str, entry_id: str) -> Entry:
        """Return an entry of a node's page. Raises `KeyError`."""
        return self._pages[node][entry_id]

    def add(self, node: str, entry: Entry) -> None:
        """Add an entry at the end of a node's page, unless it is there."""
        page = self._pages.setdefault(node, {})
        if entry.id in page:
            return
        page[entry.id] = entry
        if node == self._shown:
            self._transcript.append(entry)

    def extend(self, node: str, entry_id: str, text: str) -> None:
        """Add to the text of an entry."""
        if node == self._shown:
            self._transcript.extend(entry_id, text)
        else:
            self._pages[node][entry_id].extend(text)

    def finish(self, node: str, entry_id: str, text: str, status: EntryStatus) -> None:
        """End an entry that was being written."""
        if node == self._shown:
            self._transcript.finish(entry_id, text=text, status=status)
        else:
            entry = self._pages[node][entry_id]
            entry.text, entry.status = text, status

    def foot(self, node: str, entry_id: str, footer: str) -> None:
        """Change the line below an entry."""
        if node == self._shown:
            self._transcript.update_entry(entry_id, footer=footer)
        else:
            self._pages[node][entry_id].footer = footer

    def take_out(self, node: str, entry_id: str) -> None:
        """Take an entry away."""
        del self._pages[node][entry_id]
        if node == self._shown:
            self._transcript.take_out(entry_id)
