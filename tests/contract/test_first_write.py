"""A session is written at once with all that it takes to go on with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from core.chat.setup import ChatChoice
from core.errors import StoreError
from core.lab.people.imported import Given
from core.lab.spec import LabChoice
from core.meetup.setup import MeetupChoice, SideChoice
from core.personas.markdown import parse_persona
from core.profiles.profile import Profile
from core.runtime import Options, Runtime
from core.sessions.record import Record
from core.sessions.stored import StoredSession
from core.teams.definitions.seat_team import seat_team


@asynccontextmanager
async def runtime_in(folder: Path) -> AsyncIterator[Runtime]:
    options = Options(
        assignments=("model=eliza:doctor",), sessions=folder / "sessions", data_dir=folder / "data"
    )
    async with Runtime(options, {"HOME": str(folder), "PATH": ""}) as runtime:
        yield runtime


@pytest.fixture
def only_created(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be appended to a session once it is created."""

    async def append(self: StoredSession, *records: Record) -> tuple[Record, ...]:
        raise StoreError("Nothing was to be appended.")

    monkeypatch.setattr(StoredSession, "append", append)


async def begin(kind: str, runtime: Runtime) -> Any:
    find, create = runtime.library.find, runtime.store.create
    if kind == "chat":
        return await runtime.chats.start(ChatChoice(parse_persona(ADA, None)), create)
    if kind == "meetup":
        sides = {"a": SideChoice(find("freud")), "b": SideChoice(find("ada"))}
        return await runtime.meetups.start(MeetupChoice(sides), create)  # type: ignore[arg-type]
    if kind == "teams":
        team, personas = seat_team(runtime.teams.find("dialogue"), runtime.team_runs.factory)
        return await runtime.team_runs.start(team, personas, create)
    scenes = {"s001": ("Plan a journey.", SCENE)}
    given = Given("p001", "Ada", "Keeps busy.", Profile(), scenes)
    return await runtime.labs.start(LabChoice(phases=("queries",)), create, [given])


ADA = b"---\ngreeting: Good evening.\n---\n# Host: Ada\n\nYou talk.\n"
SCENE = {"type": "career", "expected": "Steps.", "tools": [], "facts": []}


@pytest.mark.usefixtures("only_created")
@pytest.mark.parametrize("kind", ["chat", "meetup", "teams", "lab"])
async def test_a_session_that_was_only_created_can_be_gone_on_with(
    tmp_path: Path, kind: str
) -> None:
    async with runtime_in(tmp_path) as runtime:
        engine = await begin(kind, runtime)
        state = engine.state
        await engine.log.session.close()
        session = await runtime.store.open(engine.session_id)
        runs = {"chat": runtime.chats, "meetup": runtime.meetups, "teams": runtime.team_runs}
        again = runs.get(kind, runtime.labs).engine(session)
        if kind == "chat":
            assert state.messages[0].text == "Good evening."
            assert [each.id for each in again.state.messages] == [
                each.id for each in state.messages
            ]
            assert again.participant().system
        elif kind == "meetup":
            assert "Sigmund Freud" in again.participant("a").system
        elif kind == "lab":
            assert [each.name for each in again.state.people.values()] == ["Ada"]
        await session.close()
