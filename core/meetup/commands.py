"""What can be told to a running meetup: a closed union of frozen types.

`from_json` reads the same commands as `salon meetup --steer` takes them, one object a line:

| line                                                        | command      |
|-------------------------------------------------------------|--------------|
| `{"do": "pause"}`, with `"now": true` in mid-sentence       | `Pause`      |
| `{"do": "resume"}`                                          | `Resume`     |
| `{"do": "step"}`                                            | `Step`       |
| `{"do": "stop"}`                                            | `Stop`       |
| `{"do": "say", "text": "…"}`                                | `Say` (both) |
| `{"do": "whisper", "to": "a", "text": "…"}`                 | `Say` (one)  |
| `{"do": "put", "to": "a", "text": "…"}`                     | `Put`        |
| `{"do": "regenerate"}`                                      | `Regenerate` |
| `{"do": "undo", "turns": 2}`                                | `Undo`       |
| `{"do": "set", "to": "a", "model": "…", "params": {…}}`     | `SetSeat`    |
| `{"do": "set", "turns": 20, "rate": 6, "pace": 250}`        | `SetRun`     |
| `{"do": "set", "loops": false}`                             | `SetRun`     |
| `{"do": "fork", "turn": 3}` or `{"do": "fork", "record": …}` | `Fork`       |
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.engine.fields import model_and_params, read_command, text
from core.errors import UsageError
from core.meetup.spec import SIDES, Side


@dataclass(frozen=True, slots=True)
class Pause:
    """Take no further turn; with `now`, stop the present one and keep what it said."""

    now: bool = False


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on; after a failed turn, try it again."""


@dataclass(frozen=True, slots=True)
class Step:
    """Take one turn and pause."""


@dataclass(frozen=True, slots=True)
class Stop:
    """End the meetup and keep what is being said."""


@dataclass(frozen=True, slots=True)
class Say:
    """Speak as moderator, to both sides or to one."""

    text: str
    to: Side | None = None
    literal: bool = False
    """Take no control words out of it."""


@dataclass(frozen=True, slots=True)
class Put:
    """Put words in a side's mouth; the other side answers them."""

    side: Side
    text: str


@dataclass(frozen=True, slots=True)
class Regenerate:
    """Take the last turn again, beside the old one."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back the last messages of either side."""

    turns: int = 1


@dataclass(frozen=True, slots=True)
class SetSeat:
    """Change a side's model or parameters from the next turn on."""

    side: Side
    model: str | None = None
    params: Mapping[str, Any] | None = None
    """Parameters to put on top of the present ones."""


@dataclass(frozen=True, slots=True)
class SetRun:
    """Change the turn limit (counted from here), the rate or the reading pace."""

    turns: int | None = None
    rate: float | None = None
    pace: float | None = None
    loops: bool | None = None
    """Whether talk that goes round in circles is paused."""


@dataclass(frozen=True, slots=True)
class Fork:
    """Go on from after a turn (0: before the first), or after any record, on its own branch."""

    turn: int | None = None
    record: str | None = None


Command = Pause | Resume | Step | Stop | Say | Put | Regenerate | Undo | SetSeat | SetRun | Fork


def from_json(values: Mapping[str, Any]) -> Command:
    """Read a command.

    Raises:
        UsageError: the verb is unknown, or a field is missing or has the wrong type.
    """
    return read_command(values, _READERS)


def _side(values: Mapping[str, Any], key: str = "to") -> Side:
    for side in SIDES:
        if values.get(key) == side:
            return side
    raise UsageError(f"{values['do']!r} needs to know a side.", f'Add "{key}": "a" or "b".')


def _number(values: Mapping[str, Any], key: str) -> float | None:
    value = values.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise UsageError(f"{key} has to be a number from 0 up, not {value!r}.")
    return value


def _whole(values: Mapping[str, Any], key: str) -> int | None:
    number = _number(values, key)
    if number is not None and number != int(number):
        raise UsageError(f"{key} has to be a whole number, not {number!r}.")
    return None if number is None else int(number)


def _flag(values: Mapping[str, Any], key: str) -> bool | None:
    value = values.get(key)
    if value is not None and not isinstance(value, bool):
        raise UsageError(f"{key} has to be true or false, not {value!r}.")
    return value


def _set(values: Mapping[str, Any]) -> Command:
    if "to" not in values:
        return SetRun(
            _whole(values, "turns"),
            _number(values, "rate"),
            _number(values, "pace"),
            _flag(values, "loops"),
        )
    model, params = model_and_params(values)
    return SetSeat(_side(values), model, params)


def _fork(values: Mapping[str, Any]) -> Command:
    record = values.get("record")
    turn = _whole(values, "turn")
    if (record is None) == (turn is None):
        raise UsageError('"fork" needs a place.', 'Add "turn": 3, or "record" with an id.')
    return Fork(turn, None if record is None else str(record))


def _undo(values: Mapping[str, Any]) -> Command:
    turns = _whole(values, "turns")
    if turns == 0:
        raise UsageError("turns has to be at least 1.")
    return Undo(1 if turns is None else turns)


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Command]] = {
    "pause": lambda values: Pause(bool(_flag(values, "now"))),
    "resume": lambda values: Resume(),
    "step": lambda values: Step(),
    "stop": lambda values: Stop(),
    "say": lambda values: Say(text(values)),
    "whisper": lambda values: Say(text(values), _side(values)),
    "put": lambda values: Put(_side(values), text(values)),
    "regenerate": lambda values: Regenerate(),
    "undo": _undo,
    "set": _set,
    "fork": _fork,
}
