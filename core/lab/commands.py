"""What can be told to a run of the lab, and what `salon lab … --steer` takes."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from core.engine.commands import End, EngineCommand, Pin, Rename

MOST_PARALLEL = 256


class Pause(EngineCommand, frozen=True):
    """Begin no further model call; what is being written is finished."""


class Resume(EngineCommand, frozen=True):
    """Go on after a pause, and try again what failed."""


class SetParallel(EngineCommand, frozen=True, tag="parallel"):
    """Allow so many model calls at a time."""

    calls: Annotated[int, Meta(ge=1, le=MOST_PARALLEL, examples=[4])]


Command = Pause | Resume | SetParallel | Rename | Pin | End
