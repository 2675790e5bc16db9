"""What a run of the lab consists of: people, scenes, conversations, episodes.

An episode is all scenes of one person under one setting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from core.lab.nodes import ASSISTANT, episode_node
from core.profiles.profile import Profile
from core.sessions.record import Kind, Record

NO_TOOL = "none"
"""What an assistant names that calls no tool; no tool can be called that."""


class Tool(NamedTuple):
    """A tool that exists in a scene."""

    name: str
    arguments: tuple[str, ...]
    description: str

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "name": self.name,
            "arguments": list(self.arguments),
            "description": self.description,
        }


@dataclass(frozen=True, slots=True)
class Scene:
    """What a person is about to need."""

    key: str
    type: str
    description: str
    expected: str
    """How a good assistant behaves, described and not scripted."""
    tools: tuple[Tool, ...]
    facts: tuple[str, ...]
    """What only the user knows."""
    record: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What a data set said of it that means nothing here."""

    @classmethod
    def of(cls, record: Record) -> Self:
        """Read a scene on record."""
        data = record.data
        return cls(
            key=str(data["scene"]),
            type=str(data["type"]),
            description=record.text,
            expected=str(data["expected"]),
            tools=tuple(
                Tool(str(each["name"]), tuple(each["arguments"]), str(each["description"]))
                for each in data["tools"]
                if each["name"] != NO_TOOL
            ),
            facts=tuple(map(str, data["facts"])),
            record=record.id,
            extra=data.get("extra", {}),
        )


@dataclass(slots=True)
class PersonState:
    """Somebody, with what they are about to need."""

    key: str
    name: str
    summary: str
    truth: Profile
    record: str
    scenes: dict[str, Scene] = field(default_factory=dict)
    queries: dict[str, Record] = field(default_factory=dict)
    """By scene; the neutral words are the record's text."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What a data set said of them that means nothing here."""


@dataclass(slots=True)
class Conversation:
    """One scene, as it was lived through under one setting."""

    scene: str
    turns: list[Record] = field(default_factory=list)
    """Messages of both and what tools answered, oldest first."""
    verdicts: list[Record] = field(default_factory=list)

    @property
    def messages(self) -> list[Record]:
        """The messages of both, oldest first."""
        return [each for each in self.turns if each.kind == Kind.MESSAGE]

    @property
    def replies(self) -> list[Record]:
        """The assistant's messages that its user reads: without those that call a tool."""
        return [
            each
            for each in self.messages
            if each.node.endswith(ASSISTANT) and not each.data.get("call")
        ]

    @property
    def over(self) -> bool:
        """Whether nobody has anything to add."""
        return bool(self.verdicts) and self.verdicts[-1].data.get("over") is True

    @property
    def satisfied(self) -> bool:
        """Whether its user is satisfied."""
        return bool(self.verdicts) and self.verdicts[-1].data.get("satisfied") is True


@dataclass(slots=True)
class Episode:
    """One person's life under one setting."""

    person: str
    setting: str
    profile: Profile = field(default_factory=Profile)
    """What was learnt so far."""
    conversations: dict[str, Conversation] = field(default_factory=dict)
    edits: list[Record] = field(default_factory=list)
    refused: list[Record] = field(default_factory=list)
    """Notices of edits that were proposed and not made."""
    updates: list[Record] = field(default_factory=list)
    scores: list[Record] = field(default_factory=list)
    done: int = 0
    """How many scenes are over; counted as they end, as it is asked for at every look."""

    @property
    def node(self) -> str:
        """The path of its node."""
        return episode_node(self.person, self.setting)

    @property
    def current(self) -> Conversation | None:
        """The scene that is being lived through, or was last."""
        return next(reversed(self.conversations.values()), None)
