"""Who answers in a conversation, and on which model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from core.json_safe import plain
from core.messages import Params


@dataclass(frozen=True, slots=True)
class ParticipantSpec:
    """A persona and the model that speaks for it."""

    name: str
    model: str
    """`provider:model`."""
    params: Params = field(default_factory=Params)
    role: str = ""
    language: str = ""
    persona: str = ""
    """Hash of the blob that holds the persona's file as it was when the session began."""

    def changed(self, model: str | None, params: Params) -> ParticipantSpec:
        """Return the seat on another model, or with parameters put on top of its own."""
        return replace(self, model=model or self.model, params=self.params.merged(params))

    def to_json(self) -> dict[str, Any]:
        """Return the seat as JSON values."""
        return plain(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote.

        Raises:
            AttributeError, KeyError, TypeError, ValueError: the values are not those of a seat.
        """
        if not isinstance(values["name"], str) or not isinstance(values["model"], str):
            raise TypeError("a seat needs the names of a persona and of a model")
        return cls(
            name=values["name"],
            model=values["model"],
            params=Params.from_json(values.get("params", {})),
            role=str(values.get("role", "")),
            language=str(values.get("language", "")),
            persona=str(values.get("persona", "")),
        )
