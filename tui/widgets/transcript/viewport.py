"""What is in view: all entries stacked, and an anchor that stays where the reader looks.

Heights are estimates until a block is seen, so a line number means little. The anchor is a place
in a block; line numbers are worked out from it, for the scroll bar alone.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tui.widgets.transcript.entry_view import EntryView
from tui.widgets.transcript.heights import HeightIndex
from tui.widgets.transcript.painter import PaintedRow

_KEPT_ENTRIES = 8
_KEPT_BLOCKS = 1000
"""Blocks that are kept; of entries out of view only the height is, and they are cut anew."""
_NEAR = 4
"""Scrolling by up to this many screens measures what lies between; further is a jump."""


class Place(NamedTuple):
    """A row of a block of an entry."""

    view: EntryView
    section: int
    row: int

    @property
    def painted(self) -> PaintedRow:
        """The row as painted."""
        return self.view.paint(self.section).rows[self.row]

    @property
    def rows_below(self) -> int:
        """Rows of the entry below this one, as far as is known."""
        heights = self.view.heights
        return heights.total - heights.offset(self.section) - self.row - 1

    # Keeping the text in its place through a change of width

    @property
    def characters_before(self) -> int:
        """Characters of its block above the row."""
        if self.section >= len(self.view.sections):
            return 0
        rows = self.view.paint(self.section).rows[: self.row]
        return sum(len(row.text.rstrip()) - row.indent + 1 for row in rows)

    def after(self, characters: int) -> "Place":
        """The row of its block before which so many characters stand."""
        view, section, _ = self
        if section >= len(view.sections):
            return self
        for number, row in enumerate(view.paint(section).rows):
            characters -= len(row.text.rstrip()) - row.indent + 1
            if characters < 0:
                return Place(view, section, number)
        return self


class SeenEntries:
    """The entries that are in blocks; those seen long ago are folded to save memory."""

    def __init__(self) -> None:
        self._views: deque[EntryView] = deque()

    def clear(self) -> None:
        """Forget all of them."""
        self._views.clear()

    def add(self, view: EntryView, needed: Callable[[EntryView], bool]) -> None:
        """Add an entry, and fold others if they are too many and not needed."""
        self._views.append(view)
        excess = len(self._views) - _KEPT_ENTRIES
        if excess <= 0:
            return
        blocks = sum(len(kept.sections) for kept in self._views)
        for _ in range(excess):
            if blocks <= _KEPT_BLOCKS:
                break
            oldest = self._views.popleft()
            blocks -= len(oldest.sections)
            if needed(oldest) or not oldest.fold():
                self._views.append(oldest)


class Viewport:
    """The stack of entries and the part of it that is in view."""

    def __init__(self, busy: dict[str, EntryView]) -> None:
        self._busy = busy
        """The document's: where entries are put of which more is to be cut into blocks."""
        self.views: list[EntryView] = []
        self.following = True
        """Whether the view keeps to the end."""
        self._heights = HeightIndex()
        self._anchor: Place | None = None
        self._held: tuple[Place | None, int] = (None, 0)
        """The anchor that a resize has set and the character it stands for, lest it drift."""
        self._shown: list[Place] = []
        self._seen = SeenEntries()

    # The stack

    def append(self, view: EntryView) -> None:
        """Add an entry at the end."""
        self.views.append(view)
        self._heights.append(view.height)
        self._seen.add(view, self._needed)

    def prepend(self, views: list[EntryView]) -> None:
        """Add entries at the front; what is in view stays."""
        self.views[:0] = views
        self._heights.prepend(view.height for view in views)

    def truncate(self, length: int) -> list[EntryView]:
        """Keep the first entries; those taken away."""
        gone = self.views[length:]
        del self.views[length:]
        self._heights.truncate(length)
        if self._anchor is not None and self._anchor.view in gone:
            self._anchor = None
            self.following = True
        return gone

    def replace(self, views: Iterable[EntryView]) -> None:
        """Show other entries, from their end."""
        self.views = list(views)
        self._seen.clear()
        self._shown = []
        self._heights = HeightIndex(view.height for view in self.views)
        self._anchor = None
        self.following = True

    def restack(self, gone: EntryView | None, near: EntryView | None) -> None:
        """Entries came or went in the middle; `near` is shown where one that is gone was."""
        self._heights = HeightIndex(view.height for view in self.views)
        if self._anchor is not None and self._anchor.view is gone:
            self._anchor = None if near is None else Place(near, 0, 0)

    def resize(self) -> None:
        """Estimate all heights anew; the text at the anchor stays at the top."""
        anchor = self._anchor
        passed = 0
        if anchor is not None:
            held, passed = self._held
            if held != anchor:
                passed = anchor.characters_before
        for view in self.views:
            view.resize()
        self._heights = HeightIndex(view.height for view in self.views)
        if anchor is not None:
            self._anchor = anchor.after(passed)
            self._held = (self._anchor, passed)

    def update(self, view: EntryView) -> None:
        """An entry may have another height than before."""
        self._heights.set(self.index(view), view.height)

    def index(self, view: EntryView) -> int:
        """The place of an entry in the stack."""
        return view.order - self.views[0].order

    @property
    def total(self) -> int:
        """Rows of everything, as far as is known."""
        return self._heights.total

    @property
    def top(self) -> int:
        """The line number of the first row in view, as far as is known."""
        anchor = self._anchor
        if anchor is None:
            return 0
        start = self._heights.offset(self.index(anchor.view))
        return start + anchor.view.heights.offset(anchor.section) + anchor.row

    # Moving

    def scroll_by(self, rows: int, height: int) -> None:
        """Move the view; upwards it lets go of the end."""
        if not self.views:
            return
        if abs(rows) > _NEAR * max(1, height):
            self.jump(self.top + rows)
            return
        place = self._anchor or self._locate(0)
        self.following = False
        self._anchor = self._walk(place, rows)

    def jump(self, line: int) -> None:
        """Put the row that is thought to have this line number on top."""
        if self.views:
            self.following = False
            self._anchor = self._locate(max(0, line))

    def show(self, view: EntryView, section: int, row: int, above: int) -> None:
        """Bring a place into view, with some rows above it."""
        self.following = False
        self._anchor = self._walk(self._clamp(Place(view, section, row)), -above)

    def window(self, height: int) -> list[Place]:
        """The rows in view. Holds to the end, or takes hold of it again, where that is in view."""
        if not self.views or height <= 0:
            return []
        if self.following or self._anchor is None:
            self._anchor = self._end(height)
        places = self._collect(self._anchor, height)
        if len(places) < height:
            self._anchor = self._end(height)
            places = self._collect(self._anchor, height)
        last = places[-1]
        self.following = last.view is self.views[-1] and last.rows_below <= 0
        return places

    # Places

    def parse(self, view: EntryView) -> None:
        """Make the blocks of an entry, or the first ones of a long one."""
        if view.sections:
            return
        view.parse()
        if view.busy:
            self._busy[view.entry.id] = view
        self.update(view)
        self._seen.add(view, self._needed)

    def _needed(self, view: EntryView) -> bool:
        """Whether an entry has to stay in blocks: it is in view, or holds the anchor."""
        if self._anchor is not None and self._anchor.view is view:
            return True
        return any(place.view is view for place in self._shown)

    def _measure(self, view: EntryView, section: int) -> int:
        rows = len(view.paint(section).rows)
        self.update(view)
        return rows

    def _locate(self, line: int) -> Place:
        index, row = self._heights.find(line)
        view = self.views[index]
        guessed = max(1, view.height)
        self.parse(view)
        row = row * view.height // guessed
        section, row = view.heights.find(row)
        return self._clamp(Place(view, section, row))

    def _clamp(self, place: Place) -> Place:
        view = place.view
        self.parse(view)
        section = min(place.section, len(view.sections) - 1)
        rows = self._measure(view, section)
        row = place.row if section == place.section else rows
        return Place(view, section, max(0, min(row, rows - 1)))

    def _next(self, view: EntryView, section: int) -> tuple[EntryView, int] | None:
        if section + 1 < len(view.sections):
            return view, section + 1
        index = self.index(view) + 1
        if index >= len(self.views):
            return None
        following = self.views[index]
        self.parse(following)
        return following, 0

    def _previous(self, view: EntryView, section: int) -> tuple[EntryView, int] | None:
        if section > 0:
            return view, section - 1
        index = self.index(view) - 1
        if index < 0:
            return None
        before = self.views[index]
        self.parse(before)
        if before.reading and not self.following:
            return None  # what stands right above is not known yet
        return before, len(before.sections) - 1

    def _walk(self, place: Place, rows: int) -> Place:
        """The place so many rows further down, or up if negative; stops at either end."""
        view, section, row = place
        row += rows
        while row < 0:
            neighbour = self._previous(view, section)
            if neighbour is None:
                return Place(view, section, 0)
            view, section = neighbour
            row += self._measure(view, section)
        while row >= (count := self._measure(view, section)):
            neighbour = self._next(view, section)
            if neighbour is None:
                return Place(view, section, max(0, count - 1))
            row -= count
            view, section = neighbour
        return Place(view, section, row)

    def _end(self, height: int) -> Place:
        view = self.views[-1]
        self.parse(view)
        section = len(view.sections) - 1
        last = Place(view, section, max(0, self._measure(view, section) - 1))
        return self._walk(last, 1 - height)

    def _collect(self, anchor: Place, height: int) -> list[Place]:
        anchor = self._anchor = self._clamp(anchor)
        view, section, row = anchor
        places = self._shown = []
        while True:
            count = self._measure(view, section)
            room = height - len(places)
            places += [Place(view, section, at) for at in range(row, min(count, row + room))]
            neighbour = self._next(view, section) if len(places) < height else None
            if neighbour is None:
                return places
            (view, section), row = neighbour, 0
