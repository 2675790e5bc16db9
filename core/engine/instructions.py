"""What a participant is told beside its instructions, and what a reply says of that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.personas.persona import Persona


@dataclass(frozen=True, slots=True)
class ExtraInstructions:
    """Instructions of another origin than the persona."""

    text: str
    """A part of its own in the prompt: a request keeps it apart, so that it can be erased."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """What goes into the data of each reply that was told it."""


ExtraSource = Callable[[Persona], Awaitable[ExtraInstructions | None]]
"""Returns what a persona is told beside its instructions just now; `None` if nothing."""
