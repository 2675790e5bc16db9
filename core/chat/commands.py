"""What can be told to a chat: a closed union of frozen types.

`from_json` reads the same commands as `salon chat --steer` takes them, one object a line:

| line                                                          | command      |
|---------------------------------------------------------------|--------------|
| `{"do": "send", "text": "…"}`                                 | `Send`       |
| `{"do": "stop"}`                                              | `Stop`       |
| `{"do": "continue"}`                                          | `Continue`   |
| `{"do": "regenerate"}`, with `"record": …` in mid-history     | `Regenerate` |
| `{"do": "edit", "record": …, "text": "…"}`, `"resend": true`  | `Edit`       |
| `{"do": "swipe", "step": -1}`, with `"record": …`             | `Swipe`      |
| `{"do": "delete", "record": …}`                               | `Delete`     |
| `{"do": "restore", "record": …}`                              | `Restore`    |
| `{"do": "fork", "record": …}`                                 | `Fork`       |
| `{"do": "jump", "record": …}`                                 | `Jump`       |
| `{"do": "set", "model": "…", "params": {…}}`                  | `SetModel`   |
| `{"do": "compare", "models": ["…", "…"], "text": "…"}`        | `Compare`    |
| `{"do": "rename", "title": "…"}`                              | `Rename`     |
| `{"do": "pin", "pinned": true}`                               | `Pin`        |
| `{"do": "end"}`                                               | `End`        |

Where a record is left out, the last message is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.engine.fields import flag, model_and_params, read_command, text
from core.errors import UsageError


@dataclass(frozen=True, slots=True)
class Attachment:
    """A text file that goes along with a message."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Send:
    """Say something and have it answered; waits for a reply that is being written."""

    text: str
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop the replies that are being written; what they said stays."""


@dataclass(frozen=True, slots=True)
class Continue:
    """Have the last reply go on, as another alternative of it."""


@dataclass(frozen=True, slots=True)
class Regenerate:
    """Have a reply written anew beside the old one, or the message answered that waits."""

    record: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Give a message other words; what follows it stays.

    With `resend` the words become a message of their own beside the old one, which is
    answered if it is the human's.
    """

    record: str | None
    text: str
    resend: bool = False


@dataclass(frozen=True, slots=True)
class Swipe:
    """Go to another alternative of a message, and to what last followed it."""

    step: int = 1
    record: str | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Leave a message out; what follows it stays."""

    record: str | None = None


@dataclass(frozen=True, slots=True)
class Restore:
    """Take a deleted message back in."""

    record: str


@dataclass(frozen=True, slots=True)
class Fork:
    """Go on from after a message; what followed it stays on its own branch."""

    record: str


@dataclass(frozen=True, slots=True)
class Jump:
    """Go to the branch of a message, and to what last followed it there."""

    record: str


@dataclass(frozen=True, slots=True)
class SetModel:
    """Change the persona's model or parameters from the next reply on."""

    model: str | None = None
    params: Mapping[str, Any] | None = None
    """Parameters to put on top of the present ones."""


@dataclass(frozen=True, slots=True)
class Compare:
    """Have several models answer the same message side by side; `Jump` keeps one.

    Without a text the human's last message is answered.
    """

    models: tuple[str, ...]
    text: str = ""
    files: tuple[Attachment, ...] = ()


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
    """Close the chat once the replies under way are written; what waits for them is refused."""


Command = (
    Send
    | Stop
    | Continue
    | Regenerate
    | Edit
    | Swipe
    | Delete
    | Restore
    | Fork
    | Jump
    | SetModel
    | Compare
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


def _record(values: Mapping[str, Any]) -> str | None:
    record = values.get("record")
    if record is not None and not isinstance(record, str):
        raise UsageError("record has to be the id of a record.")
    return record


def _that_record(values: Mapping[str, Any]) -> str:
    record = _record(values)
    if record is None:
        raise UsageError(f"{values['do']!r} needs a record.", 'Add "record": "<id>".')
    return record


def _swipe(values: Mapping[str, Any]) -> Command:
    step = values.get("step", 1)
    if isinstance(step, bool) or not isinstance(step, int) or not step:
        raise UsageError("step has to be a whole number such as 1 or -1.")
    return Swipe(step, _record(values))


def _set(values: Mapping[str, Any]) -> Command:
    model, params = model_and_params(values)
    return SetModel(model, params)


def _compare(values: Mapping[str, Any]) -> Command:
    models = values.get("models")
    if not isinstance(models, list) or not all(isinstance(each, str) for each in models):
        raise UsageError("models has to be a list of model names.")
    return Compare(tuple(models), text(values) if "text" in values else "")


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Command]] = {
    "send": lambda values: Send(text(values)),
    "stop": lambda values: Stop(),
    "continue": lambda values: Continue(),
    "regenerate": lambda values: Regenerate(_record(values)),
    "edit": lambda values: Edit(_record(values), text(values), flag(values, "resend", False)),
    "swipe": _swipe,
    "delete": lambda values: Delete(_record(values)),
    "restore": lambda values: Restore(_that_record(values)),
    "fork": lambda values: Fork(_that_record(values)),
    "jump": lambda values: Jump(_that_record(values)),
    "set": _set,
    "compare": _compare,
    "rename": lambda values: Rename(text(values, "title")),
    "pin": lambda values: Pin(flag(values, "pinned", True)),
    "end": lambda values: End(),
}
