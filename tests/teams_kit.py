"""Teams on scripted models, for tests of their engine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from core.config.prices import Prices
from core.context.budget import Budget
from core.engine.participant_spec import ParticipantSpec
from core.events import Event
from core.ids import CountingSource
from core.messages import ModelName
from core.participants import Participant, PersonaOnModel
from core.providers.base import ModelRequest
from core.providers.model import Model
from core.providers.script import Reply
from core.providers.scripted import Scripted
from core.sessions.memory import MemorySession
from core.sessions.session import Session
from core.teams.commands import Command
from core.teams.engine import TeamEngine
from core.teams.flow import FlowFunction
from core.teams.prompts import briefing
from core.teams.setup import ENGINE
from core.teams.state import TeamState
from core.teams.team import Flow, Team, TeamNode

Answering = Callable[[str, int, ModelRequest], "str | Reply"]
"""`answering(node path, ordinal, request)`: what a node replies."""


def ask(recipient: str | None, message: str, reasoning: str = "because") -> str:
    """Return a coordinator's reply."""
    return json.dumps({"reasoning": reasoning, "recipient": recipient, "message": message})


def final(message: str) -> str:
    """Return a coordinator's final answer."""
    return ask(None, message)


def several(**messages: str) -> str:
    """Return the reply of a coordinator that asks several at once."""
    proposals = [{"recipient": name, "message": text} for name, text in messages.items()]
    return json.dumps({"reasoning": "at once", "proposals": proposals})


def node(name: str, *delegates: TeamNode, path: str = "", **options: Any) -> TeamNode:
    """Return a node; paths are put in by `team`."""
    seat = ParticipantSpec(name=name.title(), model="scripted:x", role=f"the {name}")
    flow = options.pop("flow", None)
    return TeamNode(
        path=path or name,
        name=name,
        seat=seat,
        delegates=delegates,
        flow=Flow(flow) if isinstance(flow, str) else flow,
        **options,
    )


def team(root: TeamNode, **options: Any) -> Team:
    """Return a team with the paths of its nodes put right."""
    return Team("test", _placed(root, ""), **options)


def _placed(each: TeamNode, parent: str) -> TeamNode:
    path = f"{parent}/{each.name}" if parent else each.name
    values = each.to_json() | {"path": path, "delegates": []}
    placed = TeamNode.from_json(values)
    children = tuple(_placed(child, path) for child in each.delegates)
    return TeamNode(**{
        **{name: getattr(placed, name) for name in TeamNode.__slots__},
        "delegates": children,
    })


class Stage:
    """An engine that runs, with everything it said."""

    def __init__(self, engine: TeamEngine, provider: Scripted) -> None:
        self.engine = engine
        self.provider = provider
        self.events: list[Event] = []

    @property
    def state(self) -> TeamState:
        return self.engine.state

    @property
    def pending(self) -> list[tuple[str, str, str]]:
        """Node, receiver and words of each pending proposal."""
        return [
            (each.node, each.data["to"], each.text)
            for each in self.state.inbox
            if each.kind == "proposal"
        ]

    @property
    def finals(self) -> list[str]:
        return [each.text for each in self.state.finals]

    async def do(self, *commands: Command) -> None:
        """Send commands, waiting after each until nobody thinks."""
        for each in commands:
            await self.engine.send(each)
            await self.settle()

    async def settle(self) -> None:
        await asyncio.wait_for(self.engine.idle(), 20)

    def prompts(self, path: str) -> list[str]:
        """Return what a node was sent, each prompt as one text."""
        return [
            "\n---\n".join(f"[{m.role}] {m.content}" for m in request.messages)
            for request in self.provider.requests
            if request.origin is not None and request.origin.node == path
        ]


def provider_of(answering: Answering) -> Scripted:
    """Return a provider that asks a function what each node says."""

    def answer(request: ModelRequest) -> str | Reply:
        assert request.origin is not None
        return answering(request.origin.node, request.origin.ordinal, request)

    return Scripted.of(answer)


def engine_on(
    session: Session,
    provider: Scripted,
    flows: Mapping[str, FlowFunction] | None = None,
    *,
    longest_alone: int = 60,
    context_length: int = 8192,
    prices: Prices | None = None,
) -> TeamEngine:
    """Return an engine of a session whose nodes all speak through one provider."""

    def participant(each: TeamNode, seat: ParticipantSpec) -> Participant:
        name = ModelName.parse(seat.model)
        return PersonaOnModel(
            name=seat.name,
            model_name=name,
            params=seat.params,
            budget=Budget.of(context_length, max_tokens=64),
            system=briefing(each, f"You are {seat.name}."),
            model=Model(provider, name.model, retries=0),
        )

    return TeamEngine(
        session,
        participant,
        lambda name: (flows or {})[name],
        prices=prices or Prices(),
        user="You",
        longest_alone=longest_alone,
    )


@asynccontextmanager
async def playing(
    what: Team | Session,
    answering: Answering | Scripted,
    flows: Mapping[str, FlowFunction] | None = None,
    **options: Any,
) -> AsyncIterator[Stage]:
    """Run the engine of a new team, or of a session that is there."""
    session: Session
    if isinstance(what, Team):
        session = await MemorySession.create(CountingSource(), ENGINE, what.to_json())
    else:
        session = what
    provider = answering if isinstance(answering, Scripted) else provider_of(answering)
    stage = Stage(engine_on(session, provider, flows, **options), provider)
    subscription = stage.engine.subscribe()
    run = asyncio.create_task(stage.engine.run())
    watch = asyncio.create_task(_watch(subscription, stage.events))
    await asyncio.sleep(0)
    try:
        yield stage
    finally:
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
        await watch


async def _watch(subscription: Any, events: list[Event]) -> None:
    async for event in subscription:
        events.append(event)
