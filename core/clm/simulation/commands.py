"""What can be told to a run, and what `salon clm run --steer` takes."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from core.engine.commands import End, EngineCommand, Jump, Pin, Rename, SetModel, Text

Days = Annotated[
    int, Meta(ge=1, description="Left out: to the day that was planned, or without end.")
]


class Run(EngineCommand, frozen=True):
    """Go on for some days; a day that is half done is finished first and counts as one."""

    days: Days | None = None


class Step(EngineCommand, frozen=True):
    """Go on by one customer, or by a whole day where there is only a population."""


class Pause(EngineCommand, frozen=True):
    """Finish the customer who is being decided about (a population's day), then wait."""


class Stop(EngineCommand, frozen=True):
    """Wait at once; what a model was saying is kept, and its customer is asked about again."""


class SetPolicy(EngineCommand, frozen=True, tag="policy"):
    """Let another policy decide from the next customer (a population: the next day) on."""

    policy: Text


class Fork(EngineCommand, frozen=True):
    """Go back to the end of a day; what followed stays on its branch."""

    day: Annotated[int, Meta(ge=0, description="0: the beginning.", examples=[5])]


Command = Run | Step | Pause | Stop | SetPolicy | SetModel | Fork | Jump | Rename | Pin | End
