"""What a chat is set up with, as its session's first record keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from core.chat.records import HUMAN as HUMAN
from core.chat.records import PERSONA as PERSONA
from core.config.settings import Overflow
from core.engine.participant_spec import ParticipantSpec

ENGINE = "chat"
"""What a chat's root record calls its engine."""
ANONYMOUS = "You"
"""What a human is called who gave no name; no persona is told it."""


@dataclass(frozen=True, slots=True)
class ChatSpec:
    """All that is settled before the first word."""

    seat: ParticipantSpec
    """Who replies; a model or parameters chosen later stand in setting records."""
    user: str = ANONYMOUS
    """The name that the human goes by."""
    seed: int = 0
    """Of what macros leave to chance."""
    overflow: Overflow = "drop"
    """What becomes of messages that no longer fit the context."""
    pass_for_human: bool = True

    @property
    def partner(self) -> str:
        """The human's name as the persona is told it; empty where none was given."""
        return "" if self.user == ANONYMOUS else self.user

    def to_json(self) -> dict[str, Any]:
        """Return the spec as the data of a session's root record."""
        return {
            "title": self.seat.name,
            "seats": {PERSONA: self.seat.to_json(), HUMAN: {"name": self.user}},
            "seed": self.seed,
            "overflow": self.overflow,
            "pass_for_human": self.pass_for_human,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: the values are not those of a chat.
        """
        seats = values["seats"]
        return cls(
            seat=ParticipantSpec.from_json(seats[PERSONA]),
            user=str(seats.get(HUMAN, {}).get("name") or ANONYMOUS),
            seed=int(values.get("seed", 0)),
            overflow="summarise" if values.get("overflow") == "summarise" else "drop",
            pass_for_human=bool(values.get("pass_for_human", True)),
        )
