"""Search in a transcript: where a text occurs, and which place is the current one."""

from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple

from tui.widgets.transcript.blocks import Block
from tui.widgets.transcript.entry_view import EntryView
from tui.widgets.transcript.painter import Painted, PaintedRow
from tui.widgets.transcript.viewport import Place

_KEPT = 256
"""Painted blocks whose matches are remembered."""


class Match(NamedTuple):
    """One occurrence: the n-th in the text of an entry, from 0."""

    view: EntryView
    number: int


class Span(NamedTuple):
    """Characters of a row that belong to a match."""

    start: int
    end: int
    begins: bool
    """Whether the match begins here, rather than in the row above."""


Spans = dict[int, list[Span]]
"""What belongs to matches, by row."""


class _Section(NamedTuple):
    """Where a match is: the n-th in the source of a block, from 0."""

    match: Match
    section: int
    block: Block
    number: int

    def stands_in(self, sections: list[Block]) -> bool:
        """Whether the block is still where it was."""
        return self.section < len(sections) and sections[self.section] is self.block


class Search:
    """The matches of a text, without regard to case, and the current one among them."""

    def __init__(self, text: str, views: list[EntryView]) -> None:
        self.needle = _fold(text)
        self._views: list[EntryView] = []
        self._ends: list[int] = []
        """How many matches there are up to the end of each of the views."""
        self._current = -1
        self._section: _Section | None = None
        self._spans: dict[Painted, Spans] = {}
        for view in views if self.needle else []:
            if count := _fold(view.entry.text).count(self.needle):
                self._views.append(view)
                self._ends.append(count + self.count)

    @property
    def count(self) -> int:
        """How many matches there are."""
        return self._ends[-1] if self._ends else 0

    def move(self, step: int) -> None:
        """Go to the next match, or the one before for -1; round at the ends."""
        if self.count:
            self._current = (self._current + step) % self.count

    def move_to(self, order: int) -> None:
        """Go to the first match in the entry of this order or after it; round at the end."""
        at = bisect_right(self._views, order - 1, key=lambda view: view.order)
        self._current = self._ends[at - 1] if 0 < at < len(self._ends) else 0

    @property
    def number(self) -> int:
        """Which match is the current one, from 1; 0 if there is none."""
        return self._current + 1 if self.count else 0

    @property
    def match(self) -> Match | None:
        """The current match."""
        if not 0 <= self._current < self.count:
            return None
        at = bisect_right(self._ends, self._current)
        return Match(self._views[at], self._current - (self._ends[at - 1] if at else 0))

    def locate(self) -> tuple[Place, int] | None:
        """Row and character at which the current match begins; `None` without blocks.

        Where markup keeps a match from being found as painted, the last one before it counts.
        """
        match = self.match
        if match is None or not match.view.sections:
            return None
        _, section, _, number = self._section_of(match)
        begins = [
            (Place(match.view, section, row), span.start)
            for row, spans in self.spans(match.view, section).items()
            for span in spans
            if span.begins
        ]
        return (
            begins[min(number, len(begins) - 1)] if begins else (Place(match.view, section, 0), 0)
        )

    def _section_of(self, match: Match) -> _Section:
        """The block of a match, from the sources of all blocks: none of them needs be painted."""
        known = self._section
        sections = match.view.sections
        if known is not None and known.match == match and known.stands_in(sections):
            return known
        texts = [b.text if match.view.is_body(n) else "" for n, b in enumerate(sections)]
        parts = _fold("\0".join(texts)).split(self.needle, match.number + 1)
        number = len(parts) - 2 if len(parts) < match.number + 2 else match.number
        before = sum(map(len, parts[: number + 1])) + number * len(self.needle)
        ends = list(accumulate(len(text) + 1 for text in texts))
        section = min(bisect_right(ends, before), len(sections) - 1) if number >= 0 else 0
        start = ends[section - 1] if section else 0
        earlier = _fold(texts[section])[: max(0, before - start)].count(self.needle)
        self._section = _Section(match, section, sections[section], earlier)
        return self._section

    def spans(self, view: EntryView, section: int) -> Spans:
        """What belongs to a match in the rows of a block."""
        painted = view.paint(section)
        if not self.needle or not view.is_body(section):
            return {}
        spans = self._spans.get(painted)
        if spans is None:
            if len(self._spans) >= _KEPT:
                self._spans.clear()
            spans = self._spans[painted] = _find(painted.rows, self.needle)
        return spans


def _fold(text: str) -> str:
    """The text in lower case, as long as before.

    One character alone is longer in lower case; something that is no text stands in for it.
    """
    return text.replace("\u0130", "\ue130").lower()


def _find(rows: list[PaintedRow], needle: str) -> Spans:
    spans: Spans = {}
    starts: list[int] = []
    parts: list[str] = []
    length = 0
    for row in rows:
        text = row.text[row.indent :].rstrip()
        starts.append(length + len(row.joint))
        parts += [row.joint, text]
        length = starts[-1] + len(text)
    whole = _fold("".join(parts))
    at = whole.find(needle)
    while at >= 0:
        end = at + len(needle)
        number = max(0, bisect_right(starts, at) - 1)
        while number < len(rows) and starts[number] < end:
            shift = rows[number].indent - starts[number]
            text_end = starts[number] + len(parts[2 * number + 1])
            first, last = max(at, starts[number]), min(end, text_end)
            if first < last:
                span = Span(first + shift, last + shift, first == at)
                spans.setdefault(number, []).append(span)
            number += 1
        at = whole.find(needle, end)
    return spans
