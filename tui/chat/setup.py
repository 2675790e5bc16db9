"""A chat that has not started: who would reply, on which model, after which greeting."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from core.chat.setup import ChatChoice
from core.chat.spec import ChatSpec
from core.messages import Params

if TYPE_CHECKING:
    from core.personas.persona import Persona
    from core.runtime import Runtime

_BLANK = re.compile(r"\n\s*\n")
_LONGEST = 400
"""Characters of a persona that are shown before the chat starts."""


@dataclass(frozen=True, slots=True)
class ChatSetup:
    """What was chosen so far, and the spec that follows from it."""

    choice: ChatChoice
    spec: ChatSpec
    greetings: Sequence[str]
    system: str
    """What the persona will be told before everything else."""

    @classmethod
    def of(cls, runtime: Runtime, choice: ChatChoice, seed: int | None = None) -> Self:
        """Work out the spec of a choice. Blocks: call it in a thread.

        `seed` keeps what chance has decided before.

        Raises:
            SalonError: the model is unknown, or a parameter or the settings are wrong.
        """
        chats = runtime.chats
        spec = chats.spec(choice)
        if seed is not None:
            spec = replace(spec, seed=seed)
        roleplay = chats.roleplay(choice.persona, spec)
        return cls(choice, spec, roleplay.greetings, roleplay.system)

    def changed(
        self, runtime: Runtime, *, model: str | None = None, params: Params | None = None
    ) -> Self:
        """Return the setup on another model, or with parameters put on top. See `of`."""
        choice = replace(
            self.choice,
            model=model or self.choice.model,
            params=self.choice.params.merged(params or Params()),
        )
        return self.of(runtime, choice, self.spec.seed)

    def greeting(self, step: int) -> Self:
        """Return the setup with the next greeting, or the previous one for -1; it wraps around."""
        count = max(1, len(self.greetings))
        return replace(
            self, choice=replace(self.choice, greeting=(self.choice.greeting + step) % count)
        )

    @property
    def persona(self) -> Persona:
        """Who would reply."""
        return self.choice.persona

    @property
    def key(self) -> str:
        """What an unsent text for this persona is kept under."""
        return f"new {self.persona.path or self.persona.name}"

    @property
    def first_words(self) -> str:
        """The greeting that was chosen; empty if the human starts."""
        return self.greetings[self.choice.greeting] if self.greetings else ""


def summary_of(persona: Persona) -> str:
    """Return the beginning of a persona that is not a heading."""
    for block in _BLANK.split(persona.system_text()):
        lines = [line for line in block.strip().split("\n") if not line.lstrip().startswith("#")]
        text = "\n".join(lines).strip()
        if text:
            return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rsplit(' ', 1)[0]} …"
    return ""
