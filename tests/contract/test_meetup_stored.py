"""Meetups in files: set up, resumed, run for long."""

from __future__ import annotations

import asyncio
import gc
import json
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from core.errors import PersonaError, ProviderError, StoreError, UsageError
from core.events import Event, TurnFinished
from core.ids import SystemSource
from core.meetup.commands import Resume
from core.meetup.engine import MeetupEngine
from core.meetup.setup import MeetupChoice, RunMode, SideChoice
from core.messages import Params
from core.personas.markdown import parse_persona
from core.providers.base import Origin
from core.runtime import Options, Runtime
from core.sessions.record import Kind
from core.sessions.requests import rebuild
from core.sessions.session import FirstRecords
from core.sessions.store import SessionStore


@asynccontextmanager
async def runtime_in(folder: Path, *assignments: str) -> AsyncIterator[Runtime]:
    options = Options(
        assignments=("model=eliza:doctor", *assignments),
        sessions=folder / "sessions",
        data_dir=folder / "data",
    )
    async with Runtime(options, {"HOME": str(folder), "PATH": ""}) as runtime:
        yield runtime


def choice(runtime: Runtime, **changes: object) -> MeetupChoice:
    find = runtime.library.find
    sides = {"a": SideChoice(find("freud")), "b": SideChoice(find("ada"))}
    return MeetupChoice(**{"sides": sides, **changes})  # type: ignore[arg-type]


async def run_all(engine: MeetupEngine) -> list[Event]:
    with engine.subscribe() as subscription:
        run = asyncio.create_task(engine.run())
        events = [event async for event in subscription]
        await run
    return events


async def test_a_stored_meetup_is_resumed_from_its_file(tmp_path: Path) -> None:
    async with runtime_in(tmp_path) as runtime:
        engine = await runtime.meetups.start(choice(runtime, turns=3), runtime.store.create)
        await run_all(engine)
        session_id = engine.session_id
        await engine.log.session.close()
    async with runtime_in(tmp_path) as runtime:
        session = await runtime.store.open(session_id)
        engine = await runtime.meetups.resume(session, 2)
        before = [each.text for each in engine.state.messages]
        await run_all(engine)
        assert [each.text for each in engine.state.messages][:3] == before
        assert engine.state.turns == 5
        for record in session.tree:
            if record.request is not None:
                assert rebuild(session.tree, record.request).hash() == record.request
        # The instructions of a persona are those of the day the meetup began.
        assert "Sigmund Freud" in engine.participant("a").system
        await session.close()


async def test_a_choice_lies_over_persona_and_settings(tmp_path: Path) -> None:
    front = "model: eliza:parry\nparameters:\n  temperature: 0.7\n  top_k: 5\n"
    text = f"---\n{front}---\n# Guest: Zoë (fr)\n"
    guest = parse_persona(text.encode("utf-16"), None)
    async with runtime_in(tmp_path, "params.top_p=0.5", "params.top_k=9") as runtime:
        sides = {
            "a": SideChoice(guest),
            "b": SideChoice(guest, "eliza", Params(temperature=0.1)),
        }
        spec, texts = runtime.meetups.spec(choice(runtime, sides=sides, seed=3))
        one, two = spec.seats["a"], spec.seats["b"]
        assert (one.name, one.language, one.role) == ("Zoë", "fr", "Guest")
        assert (one.model, two.model) == ("eliza:parry", "eliza:doctor")
        assert one.params == Params(temperature=0.7, top_k=5, top_p=0.5, seed=3)
        assert two.params == Params(temperature=0.1, top_k=5, top_p=0.5, seed=3)
        assert texts == [text, text]


async def test_the_starter_is_drawn_by_the_seed(tmp_path: Path) -> None:
    async with runtime_in(tmp_path) as runtime:
        drawn = [runtime.meetups.spec(choice(runtime, seed=n))[0].starter for n in range(20)]
        again = [runtime.meetups.spec(choice(runtime, seed=n))[0].starter for n in range(20)]
        unseeded = {runtime.meetups.spec(choice(runtime))[0].starter for _ in range(60)}
    assert drawn == again
    assert set(drawn) == unseeded == {"a", "b"}


@pytest.mark.parametrize("changes", [{"turns": -1}, {"rate": -0.1}, {"pace": float("inf")}])
async def test_wrong_numbers_are_refused(tmp_path: Path, changes: dict[str, float]) -> None:
    async with runtime_in(tmp_path) as runtime:
        with pytest.raises(UsageError, match=next(iter(changes))):
            await runtime.meetups.start(choice(runtime, **changes), runtime.store.create)
        assert not list(tmp_path.glob("sessions/*"))


async def test_an_unknown_model_is_refused_before_anything_is_stored(tmp_path: Path) -> None:
    async with runtime_in(tmp_path) as runtime:
        sides = {
            "a": SideChoice(runtime.library.find("freud"), "elisa:doctor"),
            "b": SideChoice(runtime.library.find("ada")),
        }
        with pytest.raises(ProviderError, match="eliza"):
            await runtime.meetups.start(choice(runtime, sides=sides), runtime.store.create)
        with pytest.raises(PersonaError, match="Ada"):
            runtime.library.find("adda")
        assert not list(tmp_path.glob("sessions/*"))


async def test_other_sessions_are_no_meetups(tmp_path: Path) -> None:
    async with runtime_in(tmp_path) as runtime:
        for engine, data in (("chat", {}), ("meetup", {}), ("meetup", {"seats": 3})):
            session = await runtime.store.create(engine, data)
            with pytest.raises(StoreError, match=r"no meetup|set up"):
                await runtime.meetups.resume(session)
            await session.close()


async def test_a_persona_that_is_missing_from_the_file_is_an_error(tmp_path: Path) -> None:
    async with runtime_in(tmp_path) as runtime:
        spec, _ = runtime.meetups.spec(choice(runtime))
        session = await runtime.store.create("meetup", spec.to_json())
        engine = runtime.meetups.engine(session)
        with pytest.raises(StoreError, match="persona of Sigmund Freud"):
            await engine.run()
        await session.close()


async def test_passing_for_human_can_be_switched_off(tmp_path: Path) -> None:
    async with runtime_in(tmp_path) as runtime:
        systems = []
        for human in (True, False):
            engine = await runtime.meetups.start(
                choice(runtime, pass_for_human=human), runtime.create_unsaved
            )
            systems.append(engine.participant("a").system)
        assert "Be human" in systems[0]
        assert "Be human" not in systems[1]
        assert "Ada Lovelace" in systems[0]


async def test_a_session_that_cannot_be_begun_is_let_go_of(tmp_path: Path) -> None:
    async with runtime_in(tmp_path) as runtime:
        created = []

        async def create(engine: str, data: object, *first: FirstRecords) -> object:
            session = await runtime.store.create(engine, {"seats": "nonsense"})
            created.append(session)
            return session

        with pytest.raises(StoreError):
            await runtime.meetups.start(choice(runtime), create)  # type: ignore[arg-type]
        # It is free to be opened again, for its lock was given back.
        session = await runtime.store.open(created[0].id)
        await session.close()


async def test_attended_and_paused_it_waits_to_be_let_go(tmp_path: Path) -> None:
    async with runtime_in(tmp_path) as runtime:
        mode = RunMode(attended=True, playing=False)
        engine = await runtime.meetups.start(choice(runtime, turns=2), runtime.create_unsaved, mode)
        run = asyncio.create_task(engine.run())
        await asyncio.sleep(0.05)
        assert (engine.state.turns, engine.playing, run.done()) == (0, False, False)
        await engine.send(Resume())
        assert await asyncio.wait_for(run, 20) == "turns"


def heap() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_two_thousand_turns(tmp_path: Path) -> None:
    """What grows is what was said: no more memory than the records, and none of them lost."""
    async with runtime_in(tmp_path, "meetup.loops=false") as runtime:
        engine = await runtime.meetups.start(choice(runtime, turns=2000), runtime.store.create)
        session = engine.log.session
        announced: list[str] = []
        marks: dict[int, tuple[int, int]] = {}
        tracemalloc.start()
        with engine.subscribe() as subscription:
            run = asyncio.create_task(engine.run())
            async for event in subscription:
                if isinstance(event, TurnFinished):
                    announced.append(event.record.id)
                    if len(announced) in {500, 2000}:
                        marks[len(announced)] = (heap(), len(session.tree))
            assert await run == "turns"
        await session.close()
        grown = marks[2000][0] - marks[500][0]
        lines = (tmp_path / "sessions" / f"{session.id}.jsonl").read_text().splitlines()
        tracemalloc.reset_peak()
        before = heap()
        store = SessionStore(tmp_path / "sessions", SystemSource())
        copy = await store.read(session.id)
        records = (heap() - before) * (marks[2000][1] - marks[500][1]) / len(copy.tree)
        tracemalloc.stop()
    assert len(lines) == len(copy.tree)
    kept = [r.id for r in copy.tree.path if r.kind == Kind.MESSAGE]
    assert kept == announced
    assert len(kept) == 2000
    assert all(json.loads(line)["seq"] == number for number, line in enumerate(lines))
    print(f"grown {grown:,} bytes; the records themselves {records:,.0f}")
    assert grown <= records * 1.25


async def test_ollama_is_told_to_keep_the_context_that_prompts_are_fitted_to(
    tmp_path: Path,
) -> None:
    async with runtime_in(tmp_path, "context_lengths.ollama:llama*=2048") as runtime:
        find = runtime.library.find
        sides = {
            "a": SideChoice(find("freud"), "ollama:llama3.2"),
            "b": SideChoice(find("ada"), "eliza:doctor"),
        }
        engine = await runtime.meetups.start(choice(runtime, sides=sides), runtime.create_unsaved)
        told, free = engine.participant("a"), engine.participant("b")
        assert told.request([], Origin("a", 0)).params.context_length == 2048
        assert told.budget.context_length == 2048
        assert free.request([], Origin("b", 0)).params.context_length is None
        assert engine.state.sides["a"].seat.params.context_length is None
        await engine.log.session.close()
