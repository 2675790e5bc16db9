"""The state of a meetup: a fold over the records of the current path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Self

from core.engine.participant_spec import ParticipantSpec
from core.meetup.control import ENDING, Word
from core.meetup.spec import REOPEN, RESUME, SIDES, MeetupSpec, Side, fits, other
from core.messages import Params
from core.sessions.record import Kind, Record
from core.sessions.understanding import take_in

RUN_SETTINGS = ("turns", "rate", "pace", "watch_loops")
"""What of a spec can change while the meetup runs."""
COMPLETE = frozenset({"turns", "bye", "end", "stop", "loop"})
"""Reasons to end that leave nothing to go on with."""
_RATIOS = (0.5, 4.0)
"""Bounds of what is learnt from usage: some servers leave cached tokens out of it."""


@dataclass(slots=True)
class SideState:
    """What has become of one side."""

    seat: ParticipantSpec
    spoken: int = 0
    """Model messages so far; the ordinal of the next one."""
    ratio: float = 1.0
    """Real prompt tokens divided by estimated ones, from the last usage reported."""
    prompt_tokens: int = 0
    """Size of its last prompt, as the wire reported it."""
    output_tokens: int = 0


@dataclass(slots=True)
class MeetupState:
    """Where the conversation stands. Built only by `apply`."""

    spec: MeetupSpec
    sides: dict[Side, SideState] = field(default_factory=dict)
    turns: int = 0
    """Model messages on the path."""
    number: int = 0
    """Number of the last message of either side; put words count, the opening does not."""
    last: Side | None = None
    """Who spoke last."""
    limit_from: int = 0
    """Turns that were taken before the present limit began to count."""
    farewell: Record | None = None
    """The control record of the goodbye that was said."""
    answered: bool = False
    """Whether that goodbye has had its one answer."""
    ending: Word | None = None
    """The control word that ends the meetup at once."""
    ended: str | None = None
    """The reason for which it ended."""
    messages: list[Record] = field(default_factory=list)
    """Messages of either side, oldest first."""
    calm_from: int = 0
    """Index in `messages` from which the loop detector looks."""
    passed_over: list[Record] = field(default_factory=list)
    """Stored records that could not be understood."""

    @classmethod
    def fold(cls, path: Iterable[Record]) -> Self:
        """Build the state of a path, whose first record is the session's root."""
        records = iter(path)
        state = cls.begin(next(records))
        state.passed_over = take_in(state.apply, records)
        return state

    @classmethod
    def begin(cls, root: Record) -> Self:
        """Return the state before the first word."""
        spec = MeetupSpec.from_json(root.data)
        return cls(spec, {side: SideState(spec.seats[side]) for side in SIDES})

    @property
    def next(self) -> Side:
        """Whose turn it is."""
        return self.spec.starter if self.last is None else other(self.last)

    @property
    def limit_reached(self) -> bool:
        """Whether the turn limit is used up; the answer to a goodbye may exceed it."""
        limit = self.spec.turns
        if not limit or self.turns - self.limit_from < limit:
            return False
        return self.farewell is None or self.answered

    @property
    def finished(self) -> str:
        """The reason for which nothing is left to be said; empty where something is."""
        if self.ended is not None:
            return self.ended if self.ended in COMPLETE else ""
        if self.ending is not None:
            return self.ending.value[1:]
        if self.farewell is not None and self.answered:
            return "bye"
        return "turns" if self.limit_reached else ""

    def apply(self, record: Record) -> None:
        """Take in the next record of the path."""
        if record.kind == Kind.MESSAGE and record.node in SIDES:
            self._message(record, side_of(record))
        elif record.kind == Kind.CONTROL:
            self._control(record)
        elif record.kind == Kind.SETTING:
            self._setting(record)
        elif record.kind == Kind.NOTICE:
            self._notice(record)
        elif record.kind == Kind.ENDED:
            self.ended = str(record.data.get("reason", "stop"))

    def _message(self, record: Record, side: Side) -> None:
        self.messages.append(record)
        self.last = side
        self.ended = None
        if record.data.get("opening"):
            return
        self.number += 1
        if self.farewell is not None and _hears(self.farewell, side):
            self.answered = True
        if record.author.kind == "persona":
            self.turns += 1
            self._usage(record, self.sides[side])

    def _usage(self, record: Record, side: SideState) -> None:
        side.spoken += 1
        if record.usage is None:
            return
        side.output_tokens += record.usage.output_tokens
        side.prompt_tokens = record.usage.input_tokens
        estimated = record.data.get("estimated_prompt")
        if estimated and record.usage.input_tokens and not record.usage.estimated:
            low, high = _RATIOS
            side.ratio = min(high, max(low, record.usage.input_tokens / estimated))

    def _control(self, record: Record) -> None:
        if record.text == REOPEN:
            self._reopen(record)
        elif record.text == RESUME:
            self.calm_from = len(self.messages)
        elif record.text in ENDING:
            self.ending = self.ending or Word(record.text)
        elif record.text == Word.BYE and self.farewell is None:
            self.farewell = record

    def _reopen(self, record: Record) -> None:
        """Go on after the end; a goodbye that nobody answered still waits for its answer."""
        if self.answered or self.ending:
            self.farewell = None
            self.answered = False
        self.ended = self.ending = None
        self.calm_from = len(self.messages)
        if "turns" in record.data:
            self.limit_from = self.turns
            self.spec = replace(self.spec, turns=int(record.data["turns"]))

    def _setting(self, record: Record) -> None:
        data = record.data
        if record.node in SIDES:
            side = self.sides[side_of(record)]
            params = data.get("params")
            side.seat = replace(
                side.seat,
                model=str(data.get("model", side.seat.model)),
                params=side.seat.params if params is None else Params.from_json(params),
            )
            side.ratio = 1.0
        else:
            known = {key: data[key] for key in RUN_SETTINGS if key in data and fits(key, data[key])}
            self.spec = replace(self.spec, **known)
            if "turns" in known:
                self.limit_from = int(data.get("limit_from", self.turns))

    def _notice(self, record: Record) -> None:
        if record.data.get("code") == "loop":
            self.calm_from = len(self.messages)


def side_of(record: Record) -> Side:
    """Return the side that a record of either side belongs to."""
    return "a" if record.node == "a" else "b"


def _hears(farewell: Record, side: Side) -> bool:
    return farewell.node != side and (not farewell.audience or side in farewell.audience)
