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
    reader = _READERS.get(str(values.get("do")))
    if reader is None:
        verbs = ", ".join(sorted(_READERS))
        raise UsageError(f"Unknown command {values.get('do')!r}.", f"There are: {verbs}.")
    return reader(values)


def _parallel(values: Mapping[str, Any]) -> Command:
    calls = values.get("calls")
    if isinstance(calls, bool) or not isinstance(calls, int) or not 1 <= calls <= MOST_PARALLEL:
        raise UsageError(f"calls has to be a whole number from 1 to {MOST_PARALLEL}.")
    return SetParallel(calls)


def _rename(values: Mapping[str, Any]) -> Command:
    title = values.get("title")
    if not isinstance(title, str) or not title.strip():
        raise UsageError("'rename' needs a title.", 'Add "title": "…".')
    return Rename(title)


def _pin(values: Mapping[str, Any]) -> Command:
    pinned = values.get("pinned", True)
    if not isinstance(pinned, bool):
        raise UsageError(f"pinned has to be true or false, not {pinned!r}.")
    return Pin(pinned)


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Command]] = {
    "pause": lambda values: Pause(),
    "resume": lambda values: Resume(),
    "parallel": _parallel,
    "rename": _rename,
    "pin": _pin,
    "end": lambda values: End(),
}
