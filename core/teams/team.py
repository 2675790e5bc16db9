"""What a team is: a tree of nodes, each a persona on a model or a flow in code.

A node is identified by its path (`director/dialogue/rewriter`): the names of the nodes from
the root down to it. The same persona in two places is two nodes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from core.engine.participant_spec import ParticipantSpec
from core.json_safe import plain

Autonomy = Literal["ask", "apply", "unless_flagged"]
"""What becomes of a node's proposals: held, let through, or held only where flagged."""
AUTONOMY: tuple[Autonomy, ...] = ("ask", "apply", "unless_flagged")

Memory = Literal["own", "finals", "none"]
"""What a node sees of earlier tasks: its own, the team's requests and final answers, nothing."""
MEMORY: tuple[Memory, ...] = ("own", "finals", "none")

SEPARATOR = "/"


@dataclass(frozen=True, slots=True)
class Flow:
    """How code decides for a node, in place of a model."""

    name: str
    """`pipeline`, or the name of an installed flow; see `core.teams.flows`."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What the team's file says of it: for a pipeline its steps."""


@dataclass(frozen=True, slots=True)
class TeamNode:
    """One node of a team."""

    path: str
    name: str
    """What its parent addresses it by; the last element of the path."""
    seat: ParticipantSpec
    """Its persona and model. A flow has a seat without a model."""
    description: str = ""
    """What its parent is told of it."""
    examples: tuple[str, ...] = ()
    """What it says, for example; its parent is shown them."""
    memory: Memory = "own"
    autonomy: Autonomy = "ask"
    parallel: bool = False
    """Whether it may ask several delegates at once."""
    rounds: int = 0
    """Replies after which it has to answer its parent; 0: three for each delegate, and two."""
    schema: Mapping[str, Any] | None = None
    """A JSON schema that its answers have to satisfy."""
    flow: Flow | None = None
    delegates: tuple[TeamNode, ...] = ()

    @property
    def parent(self) -> str:
        """The path of its parent; empty for the root."""
        return self.path.rpartition(SEPARATOR)[0]

    def delegate(self, name: str) -> TeamNode | None:
        """Return the delegate of that name; case and outer blanks do not matter."""
        wanted = name.strip().casefold()
        return next((each for each in self.delegates if each.name.casefold() == wanted), None)

    def walk(self) -> Iterator[TeamNode]:
        """Yield the node and all below it, parents first."""
        yield self
        for each in self.delegates:
            yield from each.walk()

    def to_json(self) -> dict[str, Any]:
        """Return the node, and all below it, as JSON values."""
        return plain(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: the values are not those of a node.
        """
        flow = values.get("flow")
        return cls(
            path=str(values["path"]),
            name=str(values["name"]),
            seat=ParticipantSpec.from_json(values["seat"]),
            description=str(values.get("description", "")),
            examples=tuple(map(str, values.get("examples", ()))),
            memory=_one_of(MEMORY, values.get("memory", "own")),
            autonomy=_one_of(AUTONOMY, values.get("autonomy", "ask")),
            parallel=bool(values.get("parallel", False)),
            rounds=int(values.get("rounds", 0)),
            schema=values.get("schema"),
            flow=None if flow is None else Flow(str(flow["name"]), flow.get("options", {})),
            delegates=tuple(cls.from_json(each) for each in values.get("delegates", ())),
        )


@dataclass(frozen=True, slots=True)
class Team:
    """A team as a run is set up with it, and as its session's first record keeps it."""

    name: str
    root: TeamNode
    title: str = ""
    """A line for lists; empty: the name."""
    params: Mapping[str, Any] = field(default_factory=dict)
    """What the team was given: a character's goals, mood, sample lines …"""

    def nodes(self) -> dict[str, TeamNode]:
        """Return all nodes by path, parents first."""
        return {each.path: each for each in self.root.walk()}

    def to_json(self) -> dict[str, Any]:
        """Return the team as the data of a session's root record."""
        return {
            "title": self.title or self.name,
            "team": self.name,
            "params": dict(self.params),
            "root": self.root.to_json(),
            "seats": {each.path: each.seat.to_json() for each in self.root.walk()},
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: the values are not those of a team.
        """
        return cls(
            name=str(values["team"]),
            root=TeamNode.from_json(values["root"]),
            title=str(values.get("title", "")),
            params=values.get("params", {}),
        )


def _one_of(known: tuple[Any, ...], value: object) -> Any:
    if value not in known:
        raise ValueError(f"{value!r} is none of {known}")
    return value
