"""What can be told to a run of the lab: a closed union of frozen types.

`from_json` reads the same commands as `salon learn … --steer` takes them, one object a line:

| line                                      | command       |
|-------------------------------------------|---------------|
| `{"do": "pause"}`                         | `Pause`       |
| `{"do": "resume"}`                        | `Resume`      |
| `{"do": "parallel", "calls": 8}`          | `SetParallel` |
| `{"do": "rename", "title": "…"}`          | `Rename`      |
| `{"do": "pin", "pinned": true}`           | `Pin`         |
| `{"do": "end"}`                           | `End`         |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.engine.fields import flag, read_command, text, whole
from core.errors import UsageError

MOST_PARALLEL = 256


@dataclass(frozen=True, slots=True)
class Pause:
    """Begin no further model call; what is being written is finished."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on after a pause, and try again what failed."""


@dataclass(frozen=True, slots=True)
class SetParallel:
    """Allow so many model calls at a time."""

    calls: int


@dataclass(frozen=True, slots=True)
class Rename:
    """Give the session a title."""

    title: str


@dataclass(frozen=True, slots=True)
class Pin:
    """Keep the session at the top of lists, or no longer."""

    pinned: bool = True


@dataclass(frozen=True, slots=True)
class End:
    """Close the run; what is being written is stopped, and it can be gone on with later."""


Command = Pause | Resume | SetParallel | Rename | Pin | End


def from_json(values: Mapping[str, Any]) -> Command:
    """Read a command.

    Raises:
        UsageError: the verb is unknown, or a field is missing or has the wrong type.
    """
    return read_command(values, _READERS)


def _parallel(values: Mapping[str, Any]) -> Command:
    calls = whole(values, "calls", 1, MOST_PARALLEL)
    if calls is None:
        raise UsageError("'parallel' needs a number of calls.", 'Add "calls": 4, for example.')
    return SetParallel(calls)


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Command]] = {
    "pause": lambda values: Pause(),
    "resume": lambda values: Resume(),
    "parallel": _parallel,
    "rename": lambda values: Rename(text(values, "title")),
    "pin": lambda values: Pin(flag(values, "pinned", True)),
    "end": lambda values: End(),
}
