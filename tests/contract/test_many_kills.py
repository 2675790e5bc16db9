"""Two hundred kills at random moments: no record is lost, and whatever was cut off goes on."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import SalonError
from core.runtime import Options, Runtime
from core.sessions.reading import read_view
from core.sessions.store import SessionStore
from salon_process import SalonProcess
from store_samples import store_in
from tests.contract.test_lab_cli import plan
from tests.contract.test_lab_cli import script as lab_script
from tests.contract.test_teams_kill import REQUEST, SCRIPT, write_team

KILLS = 200
LONGEST = 1.3
"""Seconds after which a process is killed at the latest; it starts in about half a second."""
ELIZA = ("--model", "eliza:doctor")
RUNS = ("chat", "meetup", "team", "simulation", "population", "lab")
FILES = ("rename", "delete", "restore", "import", "fork", "export", "erase")


def arguments(kind: str, home: Path, session: str) -> list[str]:
    """Return the command that is to be killed."""
    nodes, team = home / "nodes.json", home / "data" / "personas" / "teams" / "moon.yml"
    says = [part for n in range(40) for part in ("--say", f"I dream of {n}")]
    commands = {
        "chat": ["chat", "freud", *ELIZA, *says],
        "meetup": ["meetup", "freud", "ada", *ELIZA, "--turns", "400", "--no-loop-check"],
        "team": ["teams", "run", str(team), "--model", f"scripted:{nodes}", "--auto"],
        "simulation": ["clm", "run", "--days", "60"],
        "population": ["clm", "run", "--world", "market", "--customers", "1500", "--days", "60"],
        "lab": ["lab", "pipeline", *plan(f"scripted:{home / 'models.json'}", home / "lab")],
        "import": ["sessions", "import", str(home / "copy.jsonl")],
        "rename": ["sessions", "rename", session, "Another name"],
        "erase": ["sessions", "erase", session, "--yes"],
        "delete": ["sessions", "delete", session, "--yes"],
        "export": ["sessions", "export", session, "-o", str(home / "out.html")],
    }
    if kind == "team":
        commands["team"] += ["--say", REQUEST]
    return commands.get(kind, ["sessions", kind, session])


def prepare(kind: str, home: Path, recorded: Path) -> str:
    """Write what a command needs into a new home; return the id of its session."""
    home.mkdir()
    sessions = home / "sessions"
    place = sessions / ".trash" if kind == "restore" else sessions
    place.mkdir(parents=True)
    if kind in FILES and kind != "import":
        shutil.copy(recorded, place)
    if kind == "import":
        shutil.copy(recorded, home / "copy.jsonl")
    if kind == "team":
        write_team(home)
        (home / "nodes.json").write_text(json.dumps({"nodes": SCRIPT}), "utf-8")
    if kind == "lab":
        lab_script(home)
    return recorded.stem


def killed(kind: str, home: Path, recorded: Path, seconds: float) -> None:
    session = prepare(kind, home, recorded)
    salon = SalonProcess(home)
    process = salon.start(*arguments(kind, home, session), stdin=subprocess.DEVNULL)
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def check(kind: str, home: Path, recorded: Path) -> None:
    """See that all records are there, and that the session can be opened and read."""
    store = store_in(home / "lab" if kind == "lab" else home / "sessions")
    rows = asyncio.run(store.list())
    assert [each.problem for each in rows] == [""] * len(rows)
    if kind in FILES:
        check_file(kind, store, home, recorded)
    for row in rows:
        asyncio.run(resumed(kind, home, store, row.id))


def check_file(kind: str, store: SessionStore, home: Path, recorded: Path) -> None:
    before = [each.id for each in read_view(recorded).tree]
    places = [*store.folder.glob("*.jsonl"), *(store.folder / ".trash").glob("*.jsonl")]
    assert len(places) == 1 or kind in {"import", "fork"}
    for path in places:
        assert [each.id for each in read_view(path).tree][1 : len(before)] == before[1:]
    if (out := home / "out.html").exists():
        assert out.read_text("utf-8").rstrip().endswith("</html>")


async def resumed(kind: str, home: Path, store: SessionStore, session_id: str) -> None:
    """Open a session for writing and have its engine take it up; nothing of it is lost."""
    view = await store.read(session_id)
    before = [each.id for each in view.tree]
    session = await store.open(session_id)
    try:
        assert [each.id for each in session.tree][: len(before)] == before
        options = Options(sessions=store.folder, data_dir=home / "data")
        async with Runtime(options, {"HOME": str(home), "PATH": ""}) as runtime:
            engines = {
                "chat": runtime.chats.engine,
                "meetup": runtime.meetups.engine,
                "hierarchy": runtime.team_runs.engine,
                "clm": runtime.simulations.engine,
                "lab": runtime.labs.engine,
            }
            # Of an erased session the persona is gone as well.
            if kind != "erase":
                engine = engines[str(session.tree.root.data["engine"])](session)
                assert not engine.log.passed_over
    finally:
        await session.close()
    assert not list(store.folder.glob("*.partial"))
    assert not list(store.folder.glob("*.pid"))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    salon = SalonProcess(tmp_path_factory.mktemp("recorded"))
    done = salon.run("chat", "freud", *ELIZA, "--say", "I dream of trains", "--say", "And water")
    assert done.returncode == 0, done.stderr
    (path,) = salon.sessions.glob("*.jsonl")
    return path


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_hundred_kills_lose_no_record(tmp_path: Path, recorded: Path) -> None:
    rng = random.Random(200)
    kinds = [(*RUNS, *FILES)[n % len(RUNS + FILES)] for n in range(KILLS)]
    began = time.monotonic()

    def one(task: tuple[int, str, float]) -> None:
        number, kind, seconds = task
        home = tmp_path / str(number)
        killed(kind, home, recorded, seconds)
        try:
            check(kind, home, recorded)
        except (SalonError, AssertionError) as error:
            error.add_note(f"{kind}, kill {number} after {seconds:.3f} s")
            raise
        shutil.rmtree(home)

    tasks = [(n, kind, rng.uniform(0.2, LONGEST)) for n, kind in enumerate(kinds)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, tasks))
    print(f"{KILLS} kills in {time.monotonic() - began:.0f} s")
