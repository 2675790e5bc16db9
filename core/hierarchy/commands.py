"""What can be told to a team that runs: a closed union of frozen types.

`from_json` reads the same commands as `salon hierarchy run --steer` takes them, one object a
line:

| line                                                                     | command     |
|--------------------------------------------------------------------------|-------------|
| `{"do": "say", "text": "…"}`                                             | `Say`       |
| `{"do": "apply"}`, with `"proposal": …` one that is not the oldest       | `Apply`     |
| `{"do": "answer", "node": "…", "text": "…"}`, `"now": true`              | `Answer`    |
| `{"do": "edit", "proposal": …, "text": "…"}`                             | `Edit`      |
| `{"do": "redirect", "proposal": …, "to": "…"}`, with `"text": "…"`       | `Redirect`  |
| `{"do": "refuse", "proposal": …}`, with `"reason": "…"`                  | `Refuse`    |
| `{"do": "take_over", "node": "…", "text": "…"}`, with `"to": "…"`        | `TakeOver`  |
| `{"do": "skip", "proposal": …}`                                          | `Skip`      |
| `{"do": "autonomy", "level": "apply"}`, with `"node": "…"`               | `SetAutonomy` |
| `{"do": "autopilot", "on": true}`, `"steps"`, `"tokens"`, `"dollars"`    | `Autopilot` |
| `{"do": "go"}`                                                           | `Go`        |
| `{"do": "stop"}`                                                         | `Stop`      |
| `{"do": "set", "node": "…", "model": "…", "params": {…}}`                | `SetModel`  |
| `{"do": "fork", "record": …}`                                            | `Fork`      |
| `{"do": "replay", "record": …, "node": "…", "text": "…"}`                | `Replay`    |
| `{"do": "jump", "record": …}`                                            | `Jump`      |
| `{"do": "rename", "title": "…"}`                                         | `Rename`    |
| `{"do": "pin", "pinned": true}`                                          | `Pin`       |
| `{"do": "end"}`                                                          | `End`       |

Where a proposal is left out, the oldest that is pending is meant; else it is its id, the end of
that, or its number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.engine.fields import flag, maybe_text, model_and_params, read_command, text, whole
from core.errors import UsageError
from core.hierarchy.team import AUTONOMY, Autonomy


@dataclass(frozen=True, slots=True)
class Say:
    """Give the team something to do; refused while it is at work on something else."""

    text: str


@dataclass(frozen=True, slots=True)
class Apply:
    """Let a proposal through to whom it is for."""

    proposal: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Say something to a node, whatever it is doing.

    What it proposed is revised; where it waits or idles it hears it at its next turn; a reply
    that it is thinking about is finished first, or stopped where it has to be `now`.
    """

    node: str
    text: str
    now: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """Let a proposal through with other words."""

    proposal: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """Let a proposal through to somebody else: a delegate's name, or empty for the parent."""

    proposal: str | None
    to: str
    text: str | None = None
    """Other words, where it is not to keep its own."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Have the node propose something else."""

    proposal: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Reply in place of a node, to its parent or to one of its delegates.

    What it was thinking about or had asked for is called off.
    """

    node: str
    text: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class Skip:
    """Go on without what a proposal asks for or answers."""

    proposal: str | None = None


@dataclass(frozen=True, slots=True)
class SetAutonomy:
    """Hold a node's proposals or let them through; without a node, those of all."""

    level: Autonomy
    node: str | None = None


@dataclass(frozen=True, slots=True)
class Autopilot:
    """Let everything through until the final answer or until a budget is used up."""

    on: bool = True
    steps: int | None = None
    """Decisions to take."""
    tokens: int | None = None
    """Tokens to spend, prompts and answers together."""
    dollars: float | None = None


@dataclass(frozen=True, slots=True)
class Go:
    """Let everybody who is due think, and those who failed try again."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop everything at once; what was said stays, and the autopilot is off."""


@dataclass(frozen=True, slots=True)
class SetModel:
    """Change a node's model or parameters from its next reply on; without a node, all."""

    node: str | None = None
    model: str | None = None
    params: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Fork:
    """Go back to the moment of a record; what followed stays on its own branch."""

    record: str


@dataclass(frozen=True, slots=True)
class Replay:
    """Go back to a record, say something to a node there, and run on from it."""

    record: str
    node: str
    text: str


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
    """Close the run; what is being thought about is stopped and kept."""


Command = (
    Say
    | Apply
    | Answer
    | Edit
    | Redirect
    | Refuse
    | TakeOver
    | Skip
    | SetAutonomy
    | Autopilot
    | Go
    | Stop
    | SetModel
    | Fork
    | Replay
    | Jump
    | Rename
    | Pin
    | End
)


def from_json(values: Mapping[str, Any]) -> Command:
    """Read a command.

    Raises:
        UsageError: the verb is unknown, or a field is missing or has the wrong type.
    """
    return read_command(values, _READERS)


def _named(values: Mapping[str, Any]) -> str | None:
    """Return which proposal is meant: an id, or a number, which may be one in JSON too."""
    proposal = values.get("proposal")
    if isinstance(proposal, int) and not isinstance(proposal, bool):
        return str(proposal)
    return maybe_text(values, "proposal")


def _dollars(values: Mapping[str, Any]) -> float | None:
    value = values.get("dollars")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise UsageError(f"dollars has to be a number above 0, not {value!r}.")
    return float(value)


def _autonomy(values: Mapping[str, Any]) -> Command:
    level = text(values, "level").replace("-", "_")
    for each in AUTONOMY:
        if each == level:
            return SetAutonomy(each, maybe_text(values, "node"))
    raise UsageError(f"{level!r} is no level of autonomy.", f"There are: {', '.join(AUTONOMY)}.")


def _autopilot(values: Mapping[str, Any]) -> Command:
    on = flag(values, "on", True)
    budgets = whole(values, "steps", 1), whole(values, "tokens", 1), _dollars(values)
    return Autopilot(on, *budgets)


def _redirect(values: Mapping[str, Any]) -> Command:
    if "to" not in values:
        raise UsageError(
            '"redirect" needs a receiver.', 'Add "to": a delegate\'s name, or "" for the parent.'
        )
    return Redirect(_named(values), maybe_text(values, "to") or "", maybe_text(values, "text"))


def _set(values: Mapping[str, Any]) -> Command:
    model, params = model_and_params(values)
    return SetModel(maybe_text(values, "node"), model, params)


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Command]] = {
    "say": lambda values: Say(text(values)),
    "apply": lambda values: Apply(_named(values)),
    "answer": lambda values: Answer(text(values, "node"), text(values), flag(values, "now", False)),
    "edit": lambda values: Edit(_named(values), text(values)),
    "redirect": _redirect,
    "refuse": lambda values: Refuse(_named(values), maybe_text(values, "reason") or ""),
    "take_over": lambda values: TakeOver(
        text(values, "node"), text(values), maybe_text(values, "to") or ""
    ),
    "skip": lambda values: Skip(_named(values)),
    "autonomy": _autonomy,
    "autopilot": _autopilot,
    "go": lambda values: Go(),
    "stop": lambda values: Stop(),
    "set": _set,
    "fork": lambda values: Fork(text(values, "record")),
    "replay": lambda values: Replay(text(values, "record"), text(values, "node"), text(values)),
    "jump": lambda values: Jump(text(values, "record")),
    "rename": lambda values: Rename(text(values, "title")),
    "pin": lambda values: Pin(flag(values, "pinned", True)),
    "end": lambda values: End(),
}
