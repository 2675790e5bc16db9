"""Chats in files: set up from a persona and a choice, resumed from what is stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.chat.commands import Command, End, Regenerate, Send, SetModel, Swipe
from core.chat.engine import ChatEngine
from core.chat.setup import ChatChoice
from core.config.settings import Overflow
from core.errors import ProviderError, StoreError
from core.messages import Params
from core.personas.markdown import parse_persona
from core.personas.persona import Persona
from core.runtime import Options, Runtime
from core.sessions.branches import alternatives
from core.sessions.record import Kind
from core.sessions.requests import rebuild
from core.sessions.session import FirstRecords, Session

CARD = """\
---
model: eliza:parry
parameters:
  temperature: 0.7
  top_k: 5
greeting: Good {{random:evening,morning}}, {{user}}.
alternate_greetings: [Ho!, Well?]
---
# Zoë (fr)

Keeps a lighthouse.
"""


@asynccontextmanager
async def runtime_in(folder: Path, *assignments: str) -> AsyncIterator[Runtime]:
    options = Options(
        assignments=("model=eliza:doctor", *assignments),
        sessions=folder / "sessions",
        data_dir=folder / "data",
    )
    async with Runtime(options, {"HOME": str(folder), "PATH": ""}) as runtime:
        yield runtime


def card() -> Persona:
    return parse_persona(CARD.encode(), None)


async def talk(engine: ChatEngine, *commands: Command) -> list[str]:
    """Run an engine on some commands and close it; return what was said then."""
    run = asyncio.create_task(engine.run())
    for command in commands:
        await engine.send(command)
        await engine.idle()
    await engine.send(End())
    await run
    return [each.text for each in engine.state.messages]


async def test_a_stored_chat_is_resumed_from_its_file(tmp_path: Path) -> None:
    async with runtime_in(tmp_path) as runtime:
        engine = await runtime.chats.start(ChatChoice(card(), greeting=1), runtime.store.create)
        said = await talk(
            engine, Send("Hello."), Regenerate(), Swipe(-1), SetModel("eliza:doctor"), Send("So?")
        )
        system, seat = engine.participant().system, engine.state.seat
        await engine.log.session.close()
    async with runtime_in(tmp_path, "model=eliza:parry", "chat.user=Bob") as runtime:
        session = await runtime.store.open(engine.session_id)
        again = runtime.chats.engine(session)
        assert [each.text for each in again.state.messages] == said
        assert (again.participant().system, again.state.seat) == (system, seat)
        first = again.state.messages[0]
        assert [each.data["greeting"] for each in alternatives(session.tree, first.id)] == [0, 1, 2]
        assert (await talk(again, Send("And?")))[: len(said)] == said
        for record in session.tree:
            if record.request is not None:
                assert rebuild(session.tree, record.request).hash() == record.request
        await session.close()


@pytest.mark.parametrize(("chosen", "first"), [(0, "Good"), (1, "Ho!"), (9, "Good"), (-1, "Good")])
async def test_a_greeting_that_is_not_there_is_the_first(
    tmp_path: Path, chosen: int, first: str
) -> None:
    async with runtime_in(tmp_path) as runtime:
        choice = ChatChoice(card(), greeting=chosen, user="Ada")
        engine = await runtime.chats.start(choice, runtime.create_unsaved)
        assert engine.state.messages[0].text.startswith(first)


async def test_a_choice_lies_over_persona_and_settings(tmp_path: Path) -> None:
    settings = ("params.top_p=0.5", "params.top_k=9", "chat.user=Ada", "chat.overflow=summarise")
    async with runtime_in(tmp_path, *settings) as runtime:
        usual = runtime.chats.spec(ChatChoice(card(), seed=3))
        assert (usual.seat.model, usual.user, usual.overflow) == (
            "eliza:parry",
            "Ada",
            "summarise",
        )
        assert usual.seat.params == Params(temperature=0.7, top_k=5, top_p=0.5, seed=3)
        drop: Overflow = "drop"
        choice = ChatChoice(
            card(),
            model="eliza",
            params=Params(temperature=0.1),
            user="Bob",
            overflow=drop,
            pass_for_human=not usual.pass_for_human,
        )
        other = runtime.chats.spec(choice)
        assert (other.seat.model, other.user, other.overflow) == ("eliza:doctor", "Bob", "drop")
        assert other.seat.params.temperature == 0.1
        assert other.pass_for_human != usual.pass_for_human


async def test_what_was_shown_before_the_first_word_holds(tmp_path: Path) -> None:
    async with runtime_in(tmp_path) as runtime:
        choice = ChatChoice(card())
        spec = runtime.chats.spec(choice)
        greetings = runtime.chats.roleplay(choice.persona, spec).greetings
        engine = await runtime.chats.start(choice, runtime.create_unsaved, spec)
        assert engine.state.messages[0].text == greetings[0]
        assert engine.state.spec == spec


async def test_an_unknown_model_is_refused_before_anything_is_stored(tmp_path: Path) -> None:
    async with runtime_in(tmp_path) as runtime:
        for model in ("elisa:doctor", "local:nothing"):
            with pytest.raises(ProviderError):
                await runtime.chats.start(ChatChoice(card(), model), runtime.store.create)
        assert not list(tmp_path.glob("sessions/*"))


@pytest.mark.parametrize(
    ("engine", "data"), [("meetup", {}), ("chat", {}), ("chat", {"seats": 3}), ("chat", None)]
)
async def test_what_is_no_chat_is_not_opened(
    tmp_path: Path, engine: str, data: Mapping[str, Any] | None
) -> None:
    async with runtime_in(tmp_path) as runtime:
        if data is None:
            data = runtime.chats.spec(ChatChoice(card())).to_json()
        session = await runtime.store.create(engine, data)
        with pytest.raises(StoreError, match=r"no chat|set up|lacks the persona of Zoë"):
            runtime.chats.engine(session)
        await session.close()


async def test_a_session_that_cannot_be_begun_is_let_go_of(tmp_path: Path) -> None:
    async with runtime_in(tmp_path) as runtime:
        created: list[Session] = []

        async def create(engine: str, data: Mapping[str, Any], *first: FirstRecords) -> Session:
            session = await runtime.store.create(engine, {"seats": "nonsense"})
            created.append(session)
            return session

        with pytest.raises((StoreError, TypeError)):
            await runtime.chats.start(ChatChoice(card()), create)
        # It is free to be opened again, for its lock was given back.
        await (await runtime.store.open(created[0].id)).close()


async def test_a_chat_that_names_no_model_goes_on_with_the_usual_one(tmp_path: Path) -> None:
    async with runtime_in(tmp_path) as runtime:
        spec = runtime.chats.spec(ChatChoice(card()))
        spec = replace(spec, seat=replace(spec.seat, model=""))
        engine = await runtime.chats.start(ChatChoice(card()), runtime.create_unsaved, spec)
        assert len(await talk(engine, Send("Hello."))) == 3
        (reply,) = [each for each in engine.log.session.tree.path if each.request is not None]
        assert (reply.kind, reply.model) == (Kind.MESSAGE, "eliza:doctor")
