"""Search in a transcript: where a text occurs, and which place is the current one."""

from typing import NamedTuple

from tui.widgets.transcript.entry_view import EntryView
from tui.widgets.transcript.painting import PaintedRow
from tui.widgets.transcript.viewport import Place


class Match(NamedTuple):
    """One occurrence: the n-th in the text of an entry."""

    view: EntryView
    number: int


class Span(NamedTuple):
    """Characters of a row that belong to a match."""

    start: int
    end: int
    begins: bool
    """Whether the match begins here, rather than in the row above."""


class Search:
    """The matches of a text, without regard to case, and the current one among them."""

    def __init__(self, text: str, views: list[EntryView]) -> None:
        self.needle = _fold(text)
        self.matches: list[Match] = []
        self._current = -1
        if not self.needle:
            return
        for view in views:
            count = _fold(view.entry.text).count(self.needle)
            self.matches += [Match(view, number) for number in range(count)]

    def move(self, step: int) -> None:
        """Go to the next match, or the one before for -1; round at the ends."""
        if self.matches:
            self._current = (self._current + step) % len(self.matches)

    def move_to(self, order: int) -> None:
        """Go to the first match in the entry of this order or after it; round at the end."""
        later = (n for n, match in enumerate(self.matches) if match.view.order >= order)
        self._current = next(later, 0)

    @property
    def number(self) -> int:
        """Which match is the current one, from 1; 0 if there is none."""
        return self._current + 1 if self.matches else 0

    @property
    def current(self) -> tuple[Place, int] | None:
        """Row and character at which the current match begins.

        Where markup keeps a match from being found as painted, the last one before it counts.
        """
        if not 0 <= self._current < len(self.matches):
            return None
        view, number = self.matches[self._current]
        view.parse()
        found = (Place(view, 0, 0), 0)
        count = 0
        for section in range(len(view.sections)):
            for row, spans in enumerate(self.spans(view, section)):
                for span in spans:
                    if span.begins:
                        found = (Place(view, section, row), span.start)
                        count += 1
                    if count > number:
                        return found
        return found

    def spans(self, view: EntryView, section: int) -> list[list[Span]]:
        """For every row of a block, what belongs to a match."""
        rows = view.paint(section).rows
        if not self.needle or not view.is_body(section):
            return [[] for _ in rows]
        return _find(rows, self.needle)


def _fold(text: str) -> str:
    """The text in lower case, as long as before."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def _find(rows: list[PaintedRow], needle: str) -> list[list[Span]]:
    spans: list[list[Span]] = [[] for _ in rows]
    starts: list[int] = []
    whole = ""
    for row in rows:
        whole += row.joint
        starts.append(len(whole))
        whole += row.text[row.indent :].rstrip()
    whole = _fold(whole)
    at = whole.find(needle)
    while at >= 0:
        end = at + len(needle)
        for number, row in enumerate(rows):
            shift = row.indent - starts[number]
            length = len(row.text[row.indent :].rstrip())
            first, last = max(at, starts[number]), min(end, starts[number] + length)
            if first < last:
                spans[number].append(Span(first + shift, last + shift, first == at))
        at = whole.find(needle, end)
    return spans
