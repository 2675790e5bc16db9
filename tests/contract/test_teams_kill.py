"""A team that is killed: it goes on where it was, to the answer that it would have given."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from core.runtime import Options, Runtime
from core.sessions.record import Kind, Record
from core.teams.commands import Autopilot, Command, End, Say, SetModel
from core.teams.definitions.seat_team import seat_team
from core.teams.engine import TeamEngine
from core.teams.state import TeamState
from salon_process import SalonProcess, lines
from teams_checks import check
from teams_kit import ask, final, several

REQUEST = "Write two true lines about the moon."
FINAL = "The moon is far. It keeps the tide."
TEAM = """\
root:
  persona: chief
  delegates:
    - persona: editor
      delegates: [writer, critic]
    - persona: checker
"""
CHIEF = "---\nparallel: true\n---\n# Chief: Chief (en)\n\nYou lead.\n"
NAMES = ("editor", "writer", "critic", "checker")
SCRIPT = {
    "chief": [
        several(editor="Two lines about the moon.", checker="What is true of the moon?"),
        several(editor="Shorter, and with the tide in it."),
        several(editor="Now once more as one line."),
        json.dumps({"reasoning": "Done.", "proposals": [{"recipient": None, "message": FINAL}]}),
    ],
    "chief/editor": [
        ask("writer", "A first line about the moon, please."),
        ask("critic", "Is this any good: The moon is very, very far away?"),
        ask("writer", "Shorter: The moon is very, very far away."),
        final("The moon is far away. It shines at night."),
        ask("writer", "A line about the moon and the tide."),
        final("The moon is far. It keeps the tide, they say."),
        final("The moon is far. It keeps the tide."),
    ],
    "chief/editor/writer": [
        "The moon is very, very far away, and nobody is there.",
        "The moon is far away.",
        "It keeps the tide as others keep a diary.",
    ],
    "chief/editor/critic": ["One very is enough for any line, I would say."],
    "chief/checker": ["It is far away and moves the tide; it is not made of cheese."],
}
PACE = 70
"""Words a second: the whole run takes about three seconds."""


def write_team(home: Path) -> Path:
    """Write the personas and their team into a home; returns the team's file."""
    teams = home / "data" / "personas" / "teams"
    teams.mkdir(parents=True, exist_ok=True)
    texts = {name: f"# {name.title()}: {name.title()} (en)\n\nYou help.\n" for name in NAMES}
    for name, text in {"chief": CHIEF, **texts}.items():
        (teams.parent / f"{name}.md").write_text(text, "utf-8")
    (teams / "moon.yml").write_text(TEAM, "utf-8")
    return teams / "moon.yml"


@asynccontextmanager
async def runtime_in(home: Path) -> AsyncIterator[Runtime]:
    options = Options(sessions=home / "sessions", data_dir=home / "data")
    async with Runtime(options, {"HOME": str(home), "PATH": ""}) as runtime:
        yield runtime


async def carry_on(engine: TeamEngine, *commands: Command) -> None:
    """Send commands, each when nobody thinks any more; then close the run."""
    run = asyncio.create_task(engine.run())
    for each in commands:
        await engine.send(each)
        await asyncio.wait_for(engine.idle(), 30)
    await engine.send(End())
    await run


async def record(home: Path) -> Path:
    """Let the team work undisturbed; returns the file of its session."""
    script = home / "script.json"
    script.write_text(json.dumps({"nodes": SCRIPT}), "utf-8")
    async with runtime_in(home) as runtime:
        draft = runtime.teams.find(str(write_team(home)))
        model = f"scripted:{script}"
        team, personas = seat_team(draft, runtime.team_runs.factory, model=model)
        engine = await runtime.team_runs.start(team, personas, runtime.store.create)
        await carry_on(engine, Autopilot(), Say(REQUEST))
        assert [each.text for each in engine.state.finals] == [FINAL]
        await engine.log.session.close()
    return home / "sessions" / f"{engine.session_id}.jsonl"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The session of one undisturbed run."""
    return asyncio.run(record(tmp_path_factory.mktemp("moon")))


def spoken(records: Iterable[Record]) -> dict[str, list[str]]:
    """Return what each node said in full, in order."""
    said: dict[str, list[str]] = {}
    for each in records:
        if each.kind == Kind.MESSAGE and each.request and each.status == "complete":
            said.setdefault(each.node, []).append(str(each.data.get("raw", each.text)))
    return said


def test_a_run_that_had_finished_says_so_and_gives_its_answer(tmp_path: Path) -> None:
    session = asyncio.run(record(tmp_path))
    salon = SalonProcess(tmp_path)
    done = salon.run("hierarchy", "run", "--resume", session.stem, "--auto")
    assert (done.returncode, done.stdout.strip()) == (0, FINAL)
    assert "The run has finished" in done.stderr
    as_json = salon.run("hierarchy", "run", "--resume", session.stem, "--auto", "--json")
    assert as_json.returncode == 0
    (final,) = [each for each in lines(as_json.stdout) if each["event"] == "final"]
    assert final["text"] == FINAL


def run_and_kill(salon: SalonProcess, recording: Path, seconds: float) -> list[dict[str, Any]]:
    """Start the team, kill it some time after its first words; return what it announced."""
    pace = f"providers.recorded.options.tokens_per_second={PACE}"
    run = ["hierarchy", "run", str(write_team(salon.home)), "--say", REQUEST, "--auto", "--json"]
    command = ["--set", pace, *run, "--model", f"recorded:{recording}"]
    out = salon.home / "out"
    with (
        out.open("wb") as file,
        salon.start(*command, stdout=file, stderr=None) as process,
    ):
        while not out.stat().st_size and process.poll() is None:
            time.sleep(0.002)
        time.sleep(seconds)
        process.kill()
    assert process.returncode in {-9, 0}
    # The last line may have been cut off by the kill.
    *whole, _ = out.read_text("utf-8").split("\n")
    return [json.loads(line) for line in whole]


def check_announced(events: Sequence[Mapping[str, Any]], found: Mapping[str, Record]) -> None:
    """Whatever was announced is there, as it was announced."""
    words = {"proposed": "message", "turn_finished": "text", "final": "text", "said": "text"}
    begun = []
    for event in events:
        name = event["event"]
        if name == "turn_started":
            begun.append(event["record"])
        elif name == "proposed":
            assert found[event["id"]].data["to"] == event["to"]
        elif name not in {"started", "delta"}:
            assert event["record"] in found, event
        if name in words:
            assert found[event.get("record") or event["id"]].text == event[words[name]]
    # Of a reply that had hardly begun there may be nothing yet; nobody begins before that.
    assert len([each for each in begun if each not in found]) <= 2


async def check_goes_on(home: Path, recording: Path, events: Sequence[Mapping[str, Any]]) -> str:
    """Go on with what the process left behind; return where it had been."""
    async with runtime_in(home) as runtime:
        session = await runtime.store.open(events[0]["session"])
        tree = session.tree
        check_announced(events, {each.id: each for each in tree})
        engine = runtime.team_runs.engine(session)
        assert not engine.going or len(tree.path) == 1
        check(engine.state, tree, settled=False)
        where = moment(engine.state, tree.path)
        records, before = len(tree), [each.id for each in tree.path]
        undone = not engine.state.finals
        fresh = undone and engine.state.request is None
        # What answers from now on gives an answer to the very same request only.
        again = [SetModel(model=f"recorded:{recording}"), Autopilot()] if undone else []
        await carry_on(engine, *again, *([Say(REQUEST)] * fresh))
        assert [each.id for each in tree.path][: len(before)] == before
        check(engine.state, tree, settled=True)
        assert [each.text for each in engine.state.finals] == [FINAL]
        assert set(engine.state.states.values()) == {"applied"}
        assert spoken(tree.path) == SCRIPT
        assert len(tree) > records or not undone
        outline = engine.state.outline()
        await session.close()
        view = await runtime.store.read(session.id)
        assert TeamState.fold(view.tree.path).outline() == outline
    return where


def moment(state: TeamState, path: Sequence[Record]) -> str:
    """Say in a word where a run was when it ended."""
    if state.finals or state.request is None:
        return "done" if state.finals else "before"
    return "in a reply" if path[-1].status == "interrupted" else f"after a {path[-1].kind}"


def kill_often(folder: Path, recording: Path, times: int) -> set[str]:
    """Kill the team at random moments; return where it was."""
    rng = random.Random(times)
    moments = set()
    for number in range(times):
        home = folder / str(number)
        home.mkdir()
        events = run_and_kill(SalonProcess(home), recording, rng.uniform(0, 2.5))
        moments.add(asyncio.run(check_goes_on(home, recording, events)))
    return moments


@pytest.mark.timeout(120)
def test_killed_at_any_moment_it_comes_to_the_same_answer(tmp_path: Path, recording: Path) -> None:
    assert kill_often(tmp_path, recording, 5) & {"in a reply", "after a decision"}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_at_fifty_moments_it_comes_to_the_same_answer(
    tmp_path: Path, recording: Path
) -> None:
    assert kill_often(tmp_path, recording, 50) >= {"in a reply", "after a decision"}


def cut_off(file: Path, lines: Sequence[bytes], count: int, rng: random.Random) -> None:
    """Leave of the recorded session what a process had written when it died."""
    torn = lines[count][: rng.randrange(len(lines[count]))] if count < len(lines) else b""
    file.write_bytes(b"".join(lines[:count]) + rng.choice([b"", torn]))


async def check_everywhere(folder: Path, recording: Path, step: int) -> set[str]:
    lines = recording.read_bytes().splitlines(keepends=True)
    rng = random.Random(step)
    moments = set()
    # Before its personas are there, nobody is told of a run.
    first = 1 + len(NAMES) + 1
    for count in range(first, len(lines) + 1, step):
        home = folder / str(count)
        (home / "sessions").mkdir(parents=True)
        cut_off(home / "sessions" / recording.name, lines, count, rng)
        begun = [{"event": "started", "session": recording.stem}]
        moments.add(await check_goes_on(home, recording, begun))
    return moments


@pytest.mark.timeout(120)
def test_cut_off_behind_a_record_or_in_one_it_comes_to_the_same_answer(
    tmp_path: Path, recording: Path
) -> None:
    moments = asyncio.run(check_everywhere(tmp_path, recording, 7))
    assert moments >= {"after a decision", "after a message"}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_cut_off_behind_every_record_it_comes_to_the_same_answer(
    tmp_path: Path, recording: Path
) -> None:
    moments = asyncio.run(check_everywhere(tmp_path, recording, 1))
    assert moments >= {"before", "done", "after a decision", "after a message", "after a proposal"}
