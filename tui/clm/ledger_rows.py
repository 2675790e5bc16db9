"""What the agent has learnt, as rows: the latest changes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from core.clm.simulation.state import SimulationState
from core.sessions.record import Record
from core.text import clean_line
from tui.clm.figures import chance, compact, short_action
from tui.widgets.cells import fitted
from tui.widgets.row_list import Part

_ROLES = {"SUCCESS": "good", "FORBIDDEN": "error", "RESTING": "mark"}
_LATEST = 2
"""Days for which a change counts as new."""
_MOST = 500
"""Rows that are shown."""
_NAME, _ACTION = 7, 14
_WORD, _COUNTS, _TAIL = 9, 9, 10
_SEGMENT = 11
_LONG = 72
"""Cells from which names are told at length, and reasons beside them."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What the ledger says of one action for one customer or segment."""

    who: str
    name: str
    action: str
    word: str
    n: float
    successes: float
    mean: float
    spread: float
    """Half the width of the interval."""
    reason: str
    until: int | None
    new: bool
    """Whether the word is another since a day or two."""
    segment: bool = False
    """Whether it is about all customers of a segment: longer names, more trials."""

    @property
    def key(self) -> str:
        """Of the row."""
        return f"{self.who} {self.action}"

    def lines(self, width: int) -> Sequence[Sequence[Part]]:
        """Return how it reads."""
        long = width >= _LONG
        name, action = (_NAME + 3, _ACTION + 3) if long else (_NAME, _ACTION)
        counts, tail_cells = _COUNTS, _TAIL
        if self.segment:
            name, counts, tail_cells = _SEGMENT, _COUNTS + 4, _TAIL + 2
        role = _ROLES.get(self.word, "quiet")
        tail = f"until d{self.until}" if self.until else _rate(self)
        parts: list[Part] = [
            ("← " if self.new else "  ", "mark"),
            (fitted(self.name, name), "title" if self.new else "row"),
            (" ", "row"),
            (fitted(short_action(self.action), action), "row"),
            (" ", "row"),
            (fitted(self.word, _WORD), role),
            (fitted(f" {compact(self.successes)} of {compact(self.n)}", counts), "row"),
            (fitted(f" {tail}", tail_cells), "quiet"),
        ]
        rest = width - (2 + name + 1 + action + 1 + _WORD + counts + tail_cells)
        if rest > 4:
            parts.append((fitted(f" {self.reason}", rest), "quiet"))
        return [parts]


def _rate(row: LedgerRow) -> str:
    if row.segment and row.mean < 0.1:
        return f"{row.mean:.3f} ±{row.spread:.3f}".replace("0.", ".")
    return f"{chance(row.mean):>3} ±{chance(row.spread)}"


class LedgerView:
    """What is known of everything that was tried; each card is read once."""

    def __init__(self) -> None:
        self._state: SimulationState | None = None
        self._latest: dict[tuple[str, str], Record] = {}
        self._read: dict[str, int] = {}
        """How many cards of each customer were read."""

    def rows(self, state: SimulationState) -> list[LedgerRow]:
        """Return the lines of the ledger, the latest changes first, as many as can be read."""
        if state.spec.is_population:
            return list(_segments(state))
        self._read_on(state)
        changed: dict[tuple[str, str], int] = {}
        for each in state.changes:
            changed.pop((each.node, each.data["action"]), None)
            changed[each.node, each.data["action"]] = int(each.data["day"])
        new = [key for key, day in changed.items() if day > state.day - _LATEST]
        first = dict.fromkeys(key for key in reversed(new) if key in self._latest)
        others = (
            (who, action)
            for who in state.customers
            for action in state.ledger.actions
            if (who, action) in self._latest and (who, action) not in first
        )
        order = islice(chain(first, others), _MOST)
        return [_row(state, key[0], self._latest[key], key in first) for key in order]

    def of(self, state: SimulationState, who: str) -> list[LedgerRow]:
        """Return all lines about one customer."""
        latest: dict[str, Record] = {}
        for card in state.customers[who].cards:
            if card.learned is not None and card.verdict:
                latest[card.action] = card.learned
        return [_row(state, who, record, False) for record in latest.values()]

    def _read_on(self, state: SimulationState) -> None:
        """Read the cards that are new; all of them after the run went back to an earlier day."""
        if state is not self._state:
            self._state, self._latest, self._read = state, {}, {}
        for who in state.customers.values():
            read = self._read.get(who.id, 0)
            for card in who.cards[read:]:
                if card.learned is None:
                    break
                read += 1
                if card.verdict:
                    self._latest[who.id, card.action] = card.learned
            self._read[who.id] = read


def _row(state: SimulationState, who: str, record: Record, new: bool) -> LedgerRow:
    data = record.data
    action, name = str(data["action"]), clean_line(state.customers[who].name)
    until = data.get("until")
    served = until is not None and until <= _today(state)
    low, high = data.get("interval") or (0.0, 1.0)
    return LedgerRow(
        who=who,
        name=name.split()[-1] if name else clean_line(who),
        action=clean_line(action),
        word="UNSURE" if served else str(data["verdict"]),
        n=float(data["n"]),
        successes=float(data.get("successes", 0)),
        mean=float(data["mean"]),
        spread=(high - low) / 2,
        reason="may be tried again" if served else clean_line(str(data.get("reason", ""))),
        until=None if served else until,
        new=new,
    )


def _today(state: SimulationState) -> int:
    """Return the day that comes next, or is under way."""
    return state.day if state.under_way else state.day + 1


def _segments(state: SimulationState) -> Iterator[LedgerRow]:
    if not state.series:
        return
    earlier = _words(state.series[-2].segments) if len(state.series) > 1 else {}
    for name, segment in state.series[-1].segments.items():
        for said in segment.get("ledger", ()):
            known = earlier.get((name, str(said["action"])))
            yield _entry(name, said, known is not None and known != said["word"])


def _words(segments: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    return {
        (name, str(said["action"])): str(said["word"])
        for name, segment in segments.items()
        for said in segment.get("ledger", ())
    }


def _entry(name: str, said: Mapping[str, Any], new: bool) -> LedgerRow:
    return LedgerRow(
        who=name,
        name=clean_line(name),
        action=clean_line(str(said["action"])),
        word=str(said["word"]),
        n=float(said["n"]),
        successes=float(said["successes"]),
        mean=float(said["mean"]),
        spread=(float(said["high"]) - float(said["low"])) / 2,
        reason=clean_line(str(said["reason"])),
        until=said.get("until"),
        new=new,
        segment=True,
    )
