"""The customers of a run as rows: who is well, who is at risk, who is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.clm.simulation.card import Status
from core.clm.simulation.customer import CustomerState
from core.clm.simulation.state import SimulationState
from core.text import clean_line
from tui.clm.figures import signed
from tui.widgets.bars import bar, sparkline
from tui.widgets.cells import fitted
from tui.widgets.row_list import Part

_GROUPS = (
    (Status.ACTIVE, "●", "row", ""),
    (Status.AT_RISK, "◐", "mark", "at risk: to be won back"),
    (Status.PRESUMED_LOST, "○", "quiet", "presumed lost: a last try, then left alone"),
    (Status.CHURNED, "×", "quiet", "said goodbye"),
)
_NAME, _NARROW_NAME = 18, 12
_BAR = 10
_FULL = 44
"""Cells from which a row has a long name."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A line above customers who are in the same straits."""

    status: str
    text: str
    count: int

    @property
    def key(self) -> str:
        """Of the row."""
        return f"heading {self.status}"

    def lines(self, width: int) -> Sequence[Sequence[Part]]:
        """Return how it reads."""
        return [[(fitted(f"{self.count} {self.text}", width), "quiet")]]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One customer."""

    id: str
    name: str
    score: float
    delta: float | None
    """Of the last day; `None` before the first."""
    mark: str
    role: str
    lost: bool
    scores: tuple[float, ...]
    note: str = ""

    @property
    def key(self) -> str:
        """Of the row."""
        return self.id

    def lines(self, width: int) -> Sequence[Sequence[Part]]:
        """Return how it reads."""
        name = _NAME if width >= _FULL else _NARROW_NAME
        rest = max(0, width - name - _BAR - 13)
        quiet = "quiet" if self.lost else self.role
        parts: list[Part] = [
            (f"{self.mark} ", quiet),
            (fitted(self.name, name), "quiet" if self.lost else "title"),
            (f" {self.score:3.0f} ", quiet),
            (bar(self.score / 100, _BAR), "quiet" if self.lost else "live"),
            (f"{'' if self.delta is None else signed(self.delta):>5} ", _of(self.delta)),
        ]
        if self.note:
            note = min(rest, len(self.note))
            parts.append((sparkline(self.scores, rest - note - 1), quiet))
            parts.append((f" {self.note}", "quiet"))
        else:
            parts.append((sparkline(self.scores, rest), quiet))
        return [parts]


Row = Heading | PersonRow


def people_rows(state: SimulationState) -> Iterator[Row]:
    """Yield customers as they stand, those who are not well set apart below the others."""
    for status, mark, role, text in _GROUPS:
        group = [each for each in state.customers.values() if each.status is status]
        if group and text:
            yield Heading(status.value, text, len(group))
        for who in group:
            yield _row(who, mark, role)


def _row(who: CustomerState, mark: str, role: str) -> PersonRow:
    lost = who.status in {Status.PRESUMED_LOST, Status.CHURNED}
    last = who.cards[-1] if who.cards else None
    note = f"day {last.day}" if who.status is Status.CHURNED and last is not None else ""
    return PersonRow(
        id=who.id,
        name=clean_line(who.name) or clean_line(who.id),
        score=who.score,
        delta=None if last is None else last.delta,
        mark=mark,
        role=role,
        lost=lost,
        scores=tuple(who.scores[-60:]),
        note=note,
    )


def _of(delta: float | None) -> str:
    if delta is None or not round(delta):
        return "quiet"
    return "good" if delta > 0 else "error"
