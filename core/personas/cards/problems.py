"""What can be wrong with a card."""

from __future__ import annotations

from core.errors import PersonaError


class CardError(PersonaError):
    """A card cannot be read, or not be written as asked."""
