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
    reader = _READERS.get(str(values.get("do")))
    if reader is None:
        verbs = ", ".join(sorted(_READERS))
        raise UsageError(f"Unknown command {values.get('do')!r}.", f"There are: {verbs}.")
    return reader(values)


def _text(values: Mapping[str, Any], key: str) -> str:
    text = values.get(key)
    if not isinstance(text, str) or not text.strip():
        raise UsageError(f"{values['do']!r} needs a {key}.", f'Add "{key}": "…".')
    return text


def _whole(values: Mapping[str, Any], key: str, low: int) -> int | None:
    value = values.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < low:
        raise UsageError(f"{key} has to be a whole number from {low}, not {value!r}.")
    return value


def _fork(values: Mapping[str, Any]) -> Command:
    day = _whole(values, "day", 0)
    if day is None:
        raise UsageError('"fork" needs a day.', 'Add "day": 5, for example.')
    return Fork(day)


def _set(values: Mapping[str, Any]) -> Command:
    model, params = values.get("model"), values.get("params")
    if model is not None and not isinstance(model, str):
        raise UsageError(f"model has to be a text, not {model!r}.")
    if params is not None and not isinstance(params, Mapping):
        raise UsageError('params has to be an object like {"temperature": 0.2}.')
    if not model and not params:
        raise UsageError('"set" needs something to set.', 'Add "model" or "params".')
    return SetModel(model, params)


def _pin(values: Mapping[str, Any]) -> Command:
    pinned = values.get("pinned", True)
    if not isinstance(pinned, bool):
        raise UsageError(f"pinned has to be true or false, not {pinned!r}.")
    return Pin(pinned)


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Command]] = {
    "run": lambda values: Run(_whole(values, "days", 1)),
    "step": lambda values: Step(),
    "pause": lambda values: Pause(),
    "stop": lambda values: Stop(),
    "policy": lambda values: SetPolicy(_text(values, "policy")),
    "set": _set,
    "fork": _fork,
    "jump": lambda values: Jump(_text(values, "record")),
    "rename": lambda values: Rename(_text(values, "title")),
    "pin": _pin,
    "end": lambda values: End(),
}
