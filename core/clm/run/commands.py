"""What can be told to a run: a closed union of frozen types.

`from_json` reads the same commands as `salon clm run --steer` takes them, one object a line:

| line                                              | command     |
|---------------------------------------------------|-------------|
| `{"do": "run"}`, with `"days": 7`                 | `Run`       |
| `{"do": "step"}`                                  | `Step`      |
| `{"do": "pause"}`                                 | `Pause`     |
| `{"do": "stop"}`                                  | `Stop`      |
| `{"do": "policy", "policy": "thompson"}`          | `SetPolicy` |
| `{"do": "set", "model": "…", "params": {…}}`      | `SetModel`  |
| `{"do": "fork", "day": 5}`                        | `Fork`      |
| `{"do": "jump", "record": …}`                     | `Jump`      |
| `{"do": "rename", "title": "…"}`                  | `Rename`    |
| `{"do": "pin", "pinned": true}`                   | `Pin`       |
| `{"do": "end"}`                                   | `End`       |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.engine.fields import flag, model_and_params, read_command, text, whole
from core.errors import UsageError


@dataclass(frozen=True, slots=True)
class Run:
    """Go on for some days; a day that is half done is finished first and counts as one."""

    days: int | None = None
    """`None`: to the day that the run was planned to, or for ever."""


@dataclass(frozen=True, slots=True)
class Step:
    """Go on by one customer, or by a whole day where there is only a population."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Finish the customer who is being looked after (a population's day), then wait."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Wait at once; what a model was saying is kept, and its customer is asked about again."""


@dataclass(frozen=True, slots=True)
class SetPolicy:
    """Let another policy decide from the next customer (a population: the next day) on."""

    policy: str


@dataclass(frozen=True, slots=True)
class SetModel:
    """Change the model of the policy `llm`, or its parameters."""

    model: str | None = None
    params: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Fork:
    """Go back to the end of a day (0: to the beginning); what followed stays on its branch."""

    day: int


@dataclass(frozen=True, slots=True)
class Jump:
    """Make the branch of a record the main line, up to where it last ended."""

    record: str


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
    """Close the run; what is under way is stopped and kept."""


Command = Run | Step | Pause | Stop | SetPolicy | SetModel | Fork | Jump | Rename | Pin | End


def from_json(values: Mapping[str, Any]) -> Command:
    """Read a command.

    Raises:
        UsageError: the verb is unknown, or a field is missing or has the wrong type.
    """
    return read_command(values, _READERS)


def _fork(values: Mapping[str, Any]) -> Command:
    day = whole(values, "day", 0)
    if day is None:
        raise UsageError('"fork" needs a day.', 'Add "day": 5, for example.')
    return Fork(day)


def _set(values: Mapping[str, Any]) -> Command:
    model, params = model_and_params(values)
    return SetModel(model, params)


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Command]] = {
    "run": lambda values: Run(whole(values, "days", 1)),
    "step": lambda values: Step(),
    "pause": lambda values: Pause(),
    "stop": lambda values: Stop(),
    "policy": lambda values: SetPolicy(text(values, "policy")),
    "set": _set,
    "fork": _fork,
    "jump": lambda values: Jump(text(values, "record")),
    "rename": lambda values: Rename(text(values, "title")),
    "pin": lambda values: Pin(flag(values, "pinned", True)),
    "end": lambda values: End(),
}
