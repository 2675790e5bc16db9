"""What one pane asks of another; the app hands it on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.meetup.spec import Side


@dataclass(frozen=True, slots=True)
class ChatWith:
    """Begin a chat with a persona."""

    persona: str
    """Path of its file, or its name."""
    model: str | None = None


@dataclass(frozen=True, slots=True)
class SeatAt:
    """Seat a persona on one side of the next meetup."""

    side: Side
    persona: str


@dataclass(frozen=True, slots=True)
class ShowPersona:
    """Show a persona in the browser."""

    persona: str


@dataclass(frozen=True, slots=True)
class OpenSession:
    """Open a stored session in the pane of its engine."""

    session: str
    engine: str
    record: str | None = None
    """A record to bring into view."""
    find: str = ""
    """A text to search for on the page."""


@dataclass(frozen=True, slots=True)
class ShowPending:
    """Show what of a team has waited longest for a human."""


NavigationRequest = ChatWith | SeatAt | ShowPersona | OpenSession | ShowPending
