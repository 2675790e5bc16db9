"""Simulations of the day simulator on scripted models, for tests of their engine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.clm.simulation.commands import Command
from core.clm.simulation.engine import SimulationEngine
from core.clm.simulation.setup import SimulationChoice, Simulations
from core.clm.simulation.spec import ENGINE
from core.clm.simulation.state import SimulationState
from core.config.load import load_settings
from core.config.settings import Settings
from core.config.sources import find_sources
from core.events import Event
from core.ids import CountingSource
from core.paths import find_directories
from core.prediction.predictors import make_predictor
from core.providers.base import ModelRequest, Provider, ProviderSettings
from core.providers.registry import ProviderRegistry
from core.providers.script import Reply
from core.providers.scripted import Scripted
from core.sessions.memory import MemorySession
from core.sessions.record import Record
from core.sessions.session import FirstRecords, Session

ROOT = Path(__file__).resolve().parents[1]
Answering = Callable[[ModelRequest], "str | Reply"]


def answer(action: str, thought: str = "because", message: str = "Hello there.") -> str:
    """Return a model's decision."""
    return json.dumps({"thought": thought, "action": action, "message": message})


def first_choice(request: ModelRequest) -> str:
    """Decide for the first action on offer."""
    assert request.schema is not None
    return answer(request.schema["properties"]["action"]["enum"][0])


def settings_of(folder: Path, **clm: Any) -> Settings:
    """Return the shipped settings, those of `clm` changed section by section."""
    settings = load_settings(find_sources({"HOME": str(folder)}, find_directories({})))
    changed = dict(settings.clm)
    for key, value in clm.items():
        old = changed.get(key)
        changed[key] = {**old, **value} if isinstance(old, dict) else value
    changed.pop("catalogue", None)
    providers = {**settings.providers, "scripted": ProviderSettings("scripted", "scripted")}
    return replace(settings, clm=changed, providers=providers)


class Bench:
    """A run, what it said, and its model."""

    def __init__(self, engine: SimulationEngine, provider: Scripted) -> None:
        self.engine = engine
        self.provider = provider
        self.events: list[Event] = []
        self._subscription = engine.subscribe()
        self._run = asyncio.create_task(engine.run())

    @property
    def state(self) -> SimulationState:
        return self.engine.state

    @property
    def path(self) -> list[Record]:
        return list(self.engine.log.session.tree.path)

    def fresh(self) -> SimulationState:
        """Fold everything anew."""
        return SimulationState.fold(self.path)

    async def do(self, *commands: Command) -> None:
        """Carry out commands, each to its end."""
        for command in commands:
            await self.engine.send(command)
            await self.engine.idle()
        self.events += self._subscription.rest()

    def course(self) -> list[Any]:
        """Return the path without ids and times, to compare two runs."""
        return [plain(each) for each in self.path[1:] if each.kind != "ended"]

    async def finish(self) -> None:
        self._run.cancel()
        await asyncio.gather(self._run, return_exceptions=True)
        self.events += self._subscription.rest()


def plain(record: Record) -> list[Any]:
    """Return a record without ids and times."""
    gone = {"reply", "seconds", "ordinal", "turn", "estimated_prompt"}
    data = {key: each for key, each in record.data.items() if key not in gone}
    return [record.kind, record.node, record.text, data]


def runs_of(settings: Settings, provider: Scripted) -> Simulations:
    """Return what starts runs on a scripted model."""
    return Simulations(settings, _Registry(settings, provider), make_predictor, lambda path: ())


class _Registry(ProviderRegistry):
    """Knows one provider beside those of the settings."""

    def __init__(self, settings: Settings, provider: Scripted) -> None:
        super().__init__(settings.providers)
        self._scripted = provider

    def provider(self, name: str) -> Provider:
        return self._scripted if name == "scripted" else super().provider(name)


@asynccontextmanager
async def running(
    folder: Path,
    answering: Answering = first_choice,
    *,
    session: Session | None = None,
    settings: Settings | None = None,
    **choice: Any,
) -> AsyncIterator[Bench]:
    """Yield a run that waits to be told to go on; ends it afterwards."""
    provider = Scripted.of(answering)
    runs = runs_of(settings or settings_of(folder), provider)
    if session is None:

        async def create(engine: str, data: Any, *first: FirstRecords) -> MemorySession:
            return await MemorySession.create(CountingSource(), engine, data, *first)

        if choice.get("policy") == "llm":
            choice.setdefault("model", "scripted:x")
        engine = await runs.start(SimulationChoice(**choice), create)
    else:
        engine = runs.engine(session)
    assert engine.log.session.tree.root.data["engine"] == ENGINE
    bench = Bench(engine, provider)
    try:
        yield bench
    finally:
        await bench.finish()
