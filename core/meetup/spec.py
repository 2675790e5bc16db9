"""What a meetup is set up with, as its session's first record keeps it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from core.config.settings import Overflow as Overflow
from core.config.settings import Starter as Starter
from core.engine.participant_spec import ParticipantSpec
from core.json_safe import plain
from core.meetup.records import SIDES as SIDES
from core.meetup.records import Side as Side
from core.sessions.shapes import is_count, is_flag, is_number, is_text

RESUME = "resume"
"""Control record: a human let them go on after a pause."""
REOPEN = "reopen"
"""Control record: the meetup goes on although it had come to an end."""


def other(side: Side) -> Side:
    """Return the side that sits opposite."""
    return "b" if side == "a" else "a"


@dataclass(frozen=True, slots=True)
class MeetupSpec:
    """All that two sides agree on before the first word."""

    seats: Mapping[Side, ParticipantSpec]
    starter: Side
    """Who takes the first turn; a random starter was drawn before this was written."""
    turns: int = 10
    """Model messages until the meetup ends; 0: no limit."""
    opening: str = ""
    """First word of the side that does not start; not counted."""
    rate: float = 0.0
    """Most messages a minute; 0: no limit."""
    pace: float = 0.0
    """Words a minute at which somebody reads along; 0: no waiting."""
    overflow: Overflow = "drop"
    """What becomes of messages that no longer fit a context."""
    pass_for_human: bool = True
    watch_loops: bool = True
    seed: int | None = None

    @property
    def title(self) -> str:
        """The two names."""
        return f"{self.seats['a'].name} and {self.seats['b'].name}"

    def to_json(self) -> dict[str, Any]:
        """Return the spec as the data of a session's root record."""
        return {"title": self.title, **plain(self)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: the values are not those of a meetup.
        """
        seats: dict[Side, ParticipantSpec] = {
            side: ParticipantSpec.from_json(values["seats"][side]) for side in SIDES
        }
        known = {key: values[key] for key in _FITS if key in values}
        for key, value in known.items():
            if not _FITS[key](value):
                raise ValueError(f"{key} cannot be {value!r}")
        return cls(seats=seats, **known)

    def with_seat(self, side: Side, seat: ParticipantSpec) -> MeetupSpec:
        """Return the spec with another occupant of one side."""
        return replace(self, seats={**self.seats, side: seat})


def _not_negative(value: Any) -> bool:
    return is_number(value) and value >= 0


_FITS: Mapping[str, Callable[[Any], bool]] = {
    "starter": SIDES.__contains__,
    "turns": lambda value: is_count(value) and value >= 0,
    "opening": is_text,
    "rate": _not_negative,
    "pace": _not_negative,
    "overflow": is_text,
    "pass_for_human": is_flag,
    "watch_loops": is_flag,
    "seed": lambda value: value is None or is_count(value),
}
"""What the values of a spec may be, the seats apart."""


def fits(key: str, value: Any) -> bool:
    """Whether a stored value may stand in a spec."""
    return _FITS[key](value)
