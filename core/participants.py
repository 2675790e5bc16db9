"""Whoever can answer in a conversation, seen from an engine.

An engine hands a participant the prompt it composed from records and reads a stream back;
whether a model, a team or a remote peer stands behind it is wired in `core.runtime`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.context.budget import Budget
from core.messages import ModelName, Params
from core.providers.base import ModelRequest, Origin, StreamPart
from core.providers.model import Model
from core.sessions.prompts import PromptMessage, plain_messages


class Participant(Protocol):
    """Somebody who answers."""

    @property
    def name(self) -> str:
        """The name to address it by."""
        ...

    @property
    def model_name(self) -> ModelName:
        """The model that its words come from."""
        ...

    @property
    def params(self) -> Params:
        """The parameters that the model is asked with."""
        ...

    @property
    def budget(self) -> Budget:
        """The room for its prompts."""
        ...

    @property
    def system(self) -> str:
        """The instructions that open every prompt."""
        ...

    def check(self) -> None:
        """Raise `ProviderError` if it is known that there is no such model."""
        ...

    def request(self, prompt: Sequence[PromptMessage], origin: Origin) -> ModelRequest:
        """Return the exact request that answers `prompt`; its hash goes on record."""
        ...

    def reply(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
        """Stream the answer. Raises `ProviderError` while iterating."""
        ...


@dataclass(frozen=True, slots=True)
class PersonaOnModel:
    """A persona whose words a model writes."""

    name: str
    model_name: ModelName
    params: Params
    budget: Budget
    system: str
    model: Model

    def check(self) -> None:
        self.model.check()

    def request(self, prompt: Sequence[PromptMessage], origin: Origin) -> ModelRequest:
        return ModelRequest(
            model=self.model.name,
            messages=plain_messages(prompt),
            params=self.params,
            origin=origin,
        )

    def reply(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
        return self.model.stream(request)
