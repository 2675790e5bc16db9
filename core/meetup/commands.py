"""What can be told to a running meetup, and what `salon meetup --steer` takes."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from core.engine.commands import (
    EngineCommand,
    Jump,
    ModelText,
    Parameters,
    Pin,
    Rename,
    Swipe,
    Text,
    require_change,
)
from core.errors import UsageError
from core.meetup.spec import Side

Rate = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=0)]


class Pause(EngineCommand, frozen=True):
    """Take no further turn."""

    now: Annotated[bool, Meta(description="Stop the present turn and keep what it said.")] = False


class Resume(EngineCommand, frozen=True):
    """Go on; after a failed turn, try it again."""


class Step(EngineCommand, frozen=True):
    """Take one turn and pause."""


class Stop(EngineCommand, frozen=True):
    """End the meetup and keep what is being said."""


class Say(EngineCommand, frozen=True):
    """Speak as moderator to both sides."""

    text: Text
    literal: Annotated[bool, Meta(description="Take no control words out of it.")] = False


class Whisper(EngineCommand, frozen=True):
    """Speak as moderator to one side."""

    to: Side
    text: Text


class Put(EngineCommand, frozen=True):
    """Speak as a side; the other side answers it."""

    side: Side = field(name="to")
    text: Text


class Regenerate(EngineCommand, frozen=True):
    """Take the last turn again, beside the old one."""


class Undo(EngineCommand, frozen=True):
    """Take back the last messages of either side."""

    turns: Annotated[int, Meta(ge=1)] = 1


class Redo(EngineCommand, frozen=True):
    """Put back messages that were undone."""

    turns: Annotated[int, Meta(ge=1)] = 1


class SetSeat(EngineCommand, frozen=True, tag="set"):
    """Change a side's model or parameters from the next turn on."""

    side: Side = field(name="to")
    model: ModelText | None = None
    params: Parameters | None = None

    def check(self) -> None:
        require_change(self.model, self.params)


class SetRun(EngineCommand, frozen=True, tag="set"):
    """Change how the meetup runs."""

    turns: Annotated[Count, Meta(description="Turn limit, counted from here; 0: none.")] | None = (
        None
    )
    rate: Annotated[Rate, Meta(description="Most messages a minute; 0: no limit.")] | None = None
    pace: Annotated[Rate, Meta(description="Reading speed, words a minute; 0: off.")] | None = None
    loops: Annotated[bool, Meta(description="Pause talk that repeats itself.")] | None = None


class Fork(EngineCommand, frozen=True):
    """Continue from after a turn or any record on a branch of its own."""

    turn: Annotated[Count, Meta(description="0: before the first.")] | None = None
    record: str | None = None

    def check(self) -> None:
        if (self.record is None) == (self.turn is None):
            raise UsageError('"fork" needs a place.', 'Add "turn": 3, or "record" with an id.')


Command = (
    Pause
    | Resume
    | Step
    | Stop
    | Say
    | Whisper
    | Put
    | Regenerate
    | Undo
    | Redo
    | Swipe
    | Jump
    | SetSeat
    | SetRun
    | Fork
    | Rename
    | Pin
)
