"""How a transcript gets its entries: loaded, appended, streamed into, taken away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textual.reactive import var

from tui.widgets.transcript import code, inline
from tui.widgets.transcript.canvas import Canvas
from tui.widgets.transcript.entry import Entry, EntryStatus
from tui.widgets.transcript.search import Search


def _warm_up() -> None:
    inline.warm_up()
    code.warm_up()


class Feed(Canvas):
    """A canvas whose document is fed from outside."""

    columns: var[int] = var(1)
    """1 or 2. Two are shown only where there is room; see `shown_columns`."""
    _asked_for_older = False
    """Whether the owner was told that the reader is near the first entry."""
    _warm = False

    @property
    def entries(self) -> list[Entry]:
        """The entries, in order."""
        return [view.entry for view in self._document.views]

    def backwards(self) -> Iterator[Entry]:
        """Yield the entries from the last one on."""
        return (view.entry for view in reversed(self._document.views))

    @property
    def last(self) -> Entry | None:
        """The last entry."""
        views = self._document.views
        return views[-1].entry if views else None

    @property
    def shown_columns(self) -> int:
        """The columns shown: two only if they are wanted and there is room."""
        return self._look.columns

    def __contains__(self, entry_id: object) -> bool:
        """Whether there is an entry of this id."""
        return entry_id in self._document

    def entry(self, entry_id: str) -> Entry:
        """An entry by its id.

        Raises:
            KeyError: there is none.
        """
        return self._document.view(entry_id).entry

    def load(self, entries: Iterable[Entry]) -> None:
        """Show these entries instead of the present ones, from their end.

        Raises:
            ValueError: two have the same id.
        """
        self._document.load(entries)
        self._asked_for_older = False
        self._let_go()
        self._changed()

    def clear(self) -> None:
        """Take all entries away."""
        self.load([])

    def append(self, entry: Entry) -> None:
        """Add an entry at the end.

        Raises:
            ValueError: there is already one of its id.
        """
        self._document.append(entry)
        self._changed(below=True)

    def prepend(self, entries: Iterable[Entry]) -> None:
        """Add older entries at the front; nothing in view moves.

        Raises:
            ValueError: there is already one of an id; none is added then.
        """
        self._document.prepend(entries)
        self._asked_for_older = False
        self._changed()

    def extend(self, entry_id: str, delta: str) -> None:
        """Add to the text of an entry. Cheap: it is painted with the next frame."""
        self._warm_up()
        self._document.extend(entry_id, delta)
        self._changed(below=True)

    def finish(
        self,
        entry_id: str,
        text: str | None = None,
        *,
        status: EntryStatus = EntryStatus.COMPLETE,
        footer: str | None = None,
    ) -> None:
        """End an entry that was streaming.

        Args:
            entry_id: Which.
            text: The whole text, where it may differ from the deltas.
            status: How it ended.
            footer: A new footer.
        """
        self._document.finish(entry_id, text, status, footer)
        self._changed(below=True)

    def update_entry(self, entry_id: str, **changes: object) -> None:
        """Change attributes of an entry, named as in `Entry`."""
        self._document.update(entry_id, **changes)
        self._changed()

    def insert(self, entry: Entry, before: str) -> None:
        """Put an entry in front of another one; nothing in view moves above it.

        Raises:
            KeyError: there is no other one.
            ValueError: there is already one of its id.
        """
        self._document.insert(entry, before)
        self._let_go()
        self._changed()

    def take_out(self, entry_id: str) -> None:
        """Take one entry away; the cursor goes to what then stands in its place.

        Raises:
            KeyError: there is none.
        """
        near = self._document.remove(entry_id)
        if self._cursor is not None and self._cursor.entry.id == entry_id:
            self._cursor = near
        self._let_go()
        self._changed()

    def truncate_after(self, entry_id: str | None) -> None:
        """Take away all entries after one; all there are for `None`."""
        self._document.truncate_after(entry_id)
        self._let_go()
        self._changed()

    def _let_go(self) -> None:
        """Forget what is no longer in the document."""
        if self._cursor is not None and self._cursor.entry.id not in self._document:
            self._cursor = None
        if self._search.needle:
            self._search = Search(self._search.needle, self._document.views)

    def watch_columns(self, columns: int) -> None:
        self._look.wanted_columns = columns
        self._document.viewport.resize()
        self._redraw()

    def _warm_up(self) -> None:
        """Import what paints Markdown and code while the first words come in."""
        if not self._warm:
            self._warm = True
            self.run_worker(_warm_up, thread=True, group="transcript-warm-up")
