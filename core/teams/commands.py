"""What can be told to a team that runs, and what `salon teams run --steer` takes.

Where a proposal is left out, the oldest that is pending is meant; else it is its id, the end of
that, or its number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta

from core.engine.commands import (
    End,
    EngineCommand,
    Jump,
    ModelText,
    Parameters,
    Pin,
    RecordId,
    Rename,
    Text,
    require_change,
)
from core.teams.team import Autonomy

NodePath = Annotated[str, Meta(pattern=r"\S", description="Path of a node, or its name.")]
Budget = Annotated[int, Meta(ge=1)]


class ProposalCommand(EngineCommand, frozen=True):
    """A command about a proposal."""

    @classmethod
    def prepare(cls, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Take a proposal's number as text, which it may be in JSON too."""
        proposal = values.get("proposal")
        if isinstance(proposal, int) and not isinstance(proposal, bool):
            return {**values, "proposal": str(proposal)}
        return values


class Say(EngineCommand, frozen=True):
    """Give the team something to do; refused while it works on something else."""

    text: Text


class Apply(ProposalCommand, frozen=True):
    """Apply a proposal: it goes to its recipient."""

    proposal: str | None = None


class Answer(EngineCommand, frozen=True):
    """Say something to a node, whatever it is doing.

    What it proposed is revised; where it waits or idles it hears it at its next turn; a reply
    that it is thinking about is finished first, or stopped where it has to be `now`.
    """

    node: NodePath
    text: Text
    now: bool = False


class Edit(ProposalCommand, frozen=True):
    """Apply a proposal with other words."""

    text: Text
    proposal: str | None = None


class Redirect(ProposalCommand, frozen=True):
    """Apply a proposal to another recipient."""

    to: Annotated[str, Meta(description="A delegate's name, or empty for the parent.")]
    proposal: str | None = None
    text: Annotated[str, Meta(description="Other words.")] | None = None

    @classmethod
    def prepare(cls, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Take null for the parent as well."""
        values = super().prepare(values)
        return {**values, "to": values["to"] or ""} if "to" in values else values


class Refuse(ProposalCommand, frozen=True):
    """Have the node propose something else."""

    proposal: str | None = None
    reason: str = ""


class TakeOver(EngineCommand, frozen=True):
    """Reply in place of a node, to its parent or to one of its delegates.

    What it was thinking about or had asked for is called off.
    """

    node: NodePath
    text: Text
    to: Annotated[str, Meta(description="A delegate's name, or empty for the parent.")] = ""


class Skip(ProposalCommand, frozen=True):
    """Continue without what a proposal asks for or answers."""

    proposal: str | None = None


class SetAutonomy(EngineCommand, frozen=True, tag="autonomy"):
    """Hold a node's proposals or apply them by itself; without a node, those of all."""

    level: Autonomy
    node: NodePath | None = None

    @classmethod
    def prepare(cls, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Take `unless-flagged` as the command line spells it."""
        level = values.get("level")
        return {**values, "level": level.replace("-", "_")} if isinstance(level, str) else values


class Autopilot(EngineCommand, frozen=True):
    """Apply everything until the final answer or until a budget is used up."""

    on: bool = True
    steps: Annotated[Budget, Meta(description="Decisions to take.")] | None = None
    tokens: (
        Annotated[Budget, Meta(description="Tokens of prompts and answers together.")] | None
    ) = None
    dollars: Annotated[float, Meta(gt=0)] | None = None


class Go(EngineCommand, frozen=True):
    """Let every node that is due think, and those that failed try again."""


class Stop(EngineCommand, frozen=True):
    """Stop everything at once; what was said stays, and the autopilot is off."""


class SetModel(EngineCommand, frozen=True, tag="set"):
    """Change a node's model or parameters from its next reply on; without a node, all."""

    node: NodePath | None = None
    model: ModelText | None = None
    params: Parameters | None = None

    def check(self) -> None:
        require_change(self.model, self.params)


class Fork(EngineCommand, frozen=True):
    """Go back to the moment of a record; what followed stays on its own branch."""

    record: RecordId


class Replay(EngineCommand, frozen=True):
    """Go back to a record, say something to a node there, and run on from it."""

    record: RecordId
    node: NodePath
    text: Text


Command = (
    Say
    | Apply
    | Answer
    | Edit
    | Redirect
    | Refuse
    | TakeOver
    | Skip
    | SetAutonomy
    | Autopilot
    | Go
    | Stop
    | SetModel
    | Fork
    | Replay
    | Jump
    | Rename
    | Pin
    | End
)
