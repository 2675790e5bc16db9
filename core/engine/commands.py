"""What can be told to an engine: one struct a command.

The struct is what a program sends, what a line of `--steer` says, how that line is checked
(`core.engine.command_codec`) and how it is documented. Here are the base and the commands that
several engines take; an engine declares the others, and the union of all that it takes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, get_args

from msgspec import Meta, Struct

from core.errors import UsageError

_WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _verb(name: str) -> str:
    """Return the verb of a command's class unless that declares another: `TakeOver`: take_over."""
    return _WORD_START.sub("_", name).lower()


class EngineCommand(Struct, frozen=True, tag_field="do", tag=_verb):
    """A command; its tag is the verb, its docstring what `--steer` says about it."""

    waits: ClassVar[bool] = False
    """Whether a chat carries it out only once the reply before is written."""

    @classmethod
    def prepare(cls, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the values of a line with other accepted spellings put into the declared one."""
        return values

    def check(self) -> None:
        """Check what concerns several fields of a line. Raises `UsageError`."""


Text = Annotated[str, Meta(pattern=r"\S")]
RecordId = Annotated[str, Meta(pattern=r"\S", description="Id of a record.")]
ModelText = Annotated[str, Meta(description="`provider:model`.", examples=["local:smollm2"])]
Parameters = Annotated[
    Mapping[str, Any],
    Meta(description="Put on top of the present parameters.", examples=[{"temperature": 0.2}]),
]


class SetModel(EngineCommand, frozen=True, tag="set"):
    """Change the model or its parameters from the next reply on."""

    model: ModelText | None = None
    params: Parameters | None = None

    def check(self) -> None:
        require_change(self.model, self.params)


class Jump(EngineCommand, frozen=True):
    """Make the branch of a record the current one, up to where it last ended."""

    record: RecordId


class Swipe(EngineCommand, frozen=True):
    """Go to another alternative of a message, and to what last followed it."""

    step: Annotated[int, Meta(description="How many further; below 0: back.")] = 1
    record: str | None = None

    def check(self) -> None:
        if not self.step:
            raise UsageError('"step" of "swipe" has to be a whole number such as 1 or -1.')


class Rename(EngineCommand, frozen=True):
    """Give the session a title."""

    title: Text


class Pin(EngineCommand, frozen=True):
    """Keep the session at the top of lists, or no longer."""

    pinned: bool = True


class End(EngineCommand, frozen=True):
    """Close the run; what is stored can be resumed."""


def require_change(model: str | None, params: Mapping[str, Any] | None) -> None:
    """Raise `UsageError` where a `set` changes neither model nor parameters."""
    if not model and not params:
        raise UsageError('"set" needs something to set.', 'Add "model" or "params".')


def commands_in(union: Any) -> tuple[type[EngineCommand], ...]:
    """Return the commands of a union; a single one is a union of itself."""
    return get_args(union) or (union,)
