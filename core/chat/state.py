"""The state of a chat: a fold over the records of the current path as they read now."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Self

from core.chat.spec import HUMAN, PERSONA, ChatSpec
from core.engine.participant_spec import ParticipantSpec
from core.messages import Params
from core.sessions.record import Kind, Record
from core.sessions.tree import SessionTree
from core.sessions.understanding import take_in

_RATIOS = (0.5, 4.0)
"""Bounds of what is learnt from usage: some servers leave cached tokens out of it."""


@dataclass(slots=True)
class ChatState:
    """Where the chat stands. Built by `fold` and `apply` only."""

    spec: ChatSpec
    seat: ParticipantSpec
    """Who replies from here on: what was chosen last, on whatever branch."""
    messages: list[Record] = field(default_factory=list)
    """Messages of both, oldest first."""
    number: int = 0
    """Number of the last message."""
    spoken: int = 0
    """Replies of the model on the path; the ordinal of the next one."""
    ratios: dict[str, float] = field(default_factory=dict)
    """For each model real prompt tokens divided by estimated ones, from the last usage reported."""
    prompt_tokens: int = 0
    """Size of the last prompt, as the wire reported it."""
    examples: int | None = None
    """How many blocks of example dialogue there is still room for; `None`: all."""
    error: Record | None = None
    """The notice of a reply that failed, while nothing has been said since."""
    passed_over: list[Record] = field(default_factory=list)
    """Stored records that could not be understood."""

    @classmethod
    def fold(cls, tree: SessionTree) -> Self:
        """Build the state of a session's current path.

        Raises:
            KeyError, TypeError, ValueError: the session is no chat.
        """
        spec = ChatSpec.from_json(tree.root.data)
        state = cls(spec, spec.seat)
        settings = (record for record in tree if record.kind == Kind.SETTING)
        path = (record for record in tree.conversation if record.kind != Kind.SETTING)
        state.passed_over = take_in(state.apply, chain(settings, path))
        return state

    @property
    def last(self) -> Record | None:
        """The last message."""
        return self.messages[-1] if self.messages else None

    @property
    def waiting(self) -> bool:
        """Whether the human had the last word."""
        return self.last is not None and self.last.node == HUMAN

    def ratio(self, model: str) -> float:
        """Return what to multiply an estimate of prompt tokens with to get a model's own count."""
        return self.ratios.get(model, 1.0)

    def apply(self, record: Record) -> None:
        """Take in the next record of the path."""
        if record.kind == Kind.MESSAGE and record.node in {PERSONA, HUMAN}:
            self._message(record)
        elif record.kind == Kind.SETTING:
            self._setting(record)
        elif record.kind == Kind.NOTICE:
            self._notice(record)

    def _message(self, record: Record) -> None:
        self.messages.append(record)
        self.number += 1
        self.error = None
        if record.node != PERSONA or record.request is None:
            return
        self.spoken += 1
        if record.usage is None:
            return
        self.prompt_tokens = record.usage.input_tokens
        estimated = record.data.get("estimated_prompt")
        if estimated and record.usage.input_tokens and not record.usage.estimated:
            low, high = _RATIOS
            ratio = min(high, max(low, record.usage.input_tokens / estimated))
            self.ratios[record.model or ""] = ratio

    def _setting(self, record: Record) -> None:
        params = record.data.get("params")
        self.seat = replace(
            self.seat,
            model=str(record.data.get("model", self.seat.model)),
            params=self.seat.params if params is None else Params.from_json(params),
        )

    def _notice(self, record: Record) -> None:
        if record.data.get("code") == "error":
            self.error = record
        elif record.data.get("code") == "examples":
            self.examples = int(record.data.get("kept", 0))
