"""Two hundred kills at random moments: no record is lost, and whatever was cut off goes on."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from core.errors import SalonError, StoreError
from core.runtime import Options, Runtime
from core.sessions.reading import read_view
from core.sessions.store import SessionStore
from salon_process import SalonProcess
from store_samples import store_in
from tests.contract.test_lab_cli import plan
from tests.contract.test_lab_cli import script as lab_script
from tests.contract.test_teams_kill import REQUEST, SCRIPT, write_team

KILLS = int(os.environ.get("KILLS", "200"))
LONGEST = {"run": 0.6, "file": 0.02}
"""Seconds of its work after which a process is killed at the latest."""
PATIENCE = 20.0
"""Seconds within which a process is sure to begin its work."""
RESUMED = 3
"""Of so many kills of runs one is followed by the command that goes on with the run."""
TURNS, DAYS = 80, {"simulation": 12, "population": 40}
ELIZA = ("--model", "eliza:doctor")
RUNS = ("chat", "meetup", "team", "simulation", "population", "lab")
SAID = frozenset({"message", "day", "day_ended", "person", "ended"})
"""Kinds of records of which one stands in every session in which anything has happened."""
BLOBS = ("blob", "checkpoint")
FILES = ("rename", "delete", "restore", "import", "fork", "export", "erase")


def arguments(kind: str, home: Path, session: str) -> list[str]:
    """Return the command that is to be killed."""
    nodes, team = home / "nodes.json", home / "data" / "personas" / "teams" / "moon.yml"
    says = [part for n in range(40) for part in ("--say", f"I dream of {n}")]
    commands = {
        "chat": ["chat", "freud", *ELIZA, *says],
        "meetup": ["meetup", "freud", "ada", *ELIZA, "--turns", str(TURNS), "--no-loop-check"],
        "team": ["teams", "run", str(team), "--model", f"scripted:{nodes}", "--auto"],
        "simulation": ["clm", "run", "--days", str(DAYS["simulation"])],
        "population": [
            "clm",
            "run",
            "--world",
            "market",
            "--customers",
            "1500",
            "--days",
            str(DAYS["population"]),
        ],
        "lab": [
            "lab",
            "pipeline",
            *plan(f"scripted:{home / 'models.json'}", home / "lab"),
            "--k",
            "1",
        ],
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


def working(kind: str, home: Path) -> Callable[[], bool]:
    """Return what tells whether a command has begun its work: whether a first record is there."""
    if kind in FILES:
        before = standing(home)
        return lambda: standing(home) != before
    folder = home / "lab" if kind == "lab" else home / "sessions"
    return lambda: any(each.stat().st_size for each in folder.glob("*.jsonl"))


def standing(home: Path) -> list[tuple[str, int]]:
    """Return the names and sizes of what a file operation may change."""
    found = []
    for each in (*home.glob("out*"), *home.glob("sessions/*"), *home.glob("sessions/.trash/*")):
        with suppress(FileNotFoundError):
            found.append((each.name, each.stat().st_size))
    return sorted(found)


def killed(kind: str, home: Path, recorded: Path, seconds: float) -> None:
    """Kill a command so many seconds after it began its work, unless it is done by then."""
    session = prepare(kind, home, recorded)
    begun = working(kind, home)
    salon = SalonProcess(home)
    process = salon.start(*arguments(kind, home, session), stdin=subprocess.DEVNULL)
    until = time.monotonic() + PATIENCE
    while process.poll() is None and not begun() and time.monotonic() < until:
        time.sleep(0.001)
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def go_on(kind: str, home: Path) -> None:
    """Go on with a run by its own command, twice: to its end, and once more behind that."""
    salon = SalonProcess(home)
    folder = home / "lab" if kind == "lab" else salon.sessions
    (path,) = folder.glob("*.jsonl")
    session = path.stem
    commands = {
        "chat": ["chat", "--resume", session, "--say", "And now?"],
        "meetup": ["meetup", "--resume", session],
        "team": ["teams", "run", "--resume", session, "--auto"],
        "lab": arguments("lab", home, session),
    }
    command = commands.get(kind, ["clm", "run", "--resume", session])
    asked = [each for each in read_view(path).tree.path if each.author.kind == "human"]
    first = [*command, "--say", REQUEST] if kind == "team" and not asked else command
    for finished, each in ((False, first), (True, command)):
        done = salon.run(*each)
        assert done.returncode == 0, (each, done.stderr)
        assert "Traceback" not in done.stderr
        if finished and kind != "chat":
            assert "has finished" in done.stderr or "done already" in done.stderr
        check_result(kind, path, done.stdout)


def check_result(kind: str, path: Path, printed: str) -> None:
    """See that a run has come to its whole result, and that this is what is printed."""
    tree = read_view(path).tree
    records = list(tree.path)
    if kind == "chat":
        assert printed.strip()
        assert records[-2].text.strip() in printed or records[-1].text.strip() in printed
    elif kind == "meetup":
        spoken = [each for each in records if each.kind == "message" and each.node]
        assert len(spoken) == TURNS
        assert spoken[-1].text in printed
    elif kind == "team":
        (final,) = [each for each in records if each.kind == "final"]
        assert final.text in printed
    elif kind == "lab":
        assert records[-1].data["reason"] == "done"
    else:
        ends = [each for each in records if each.kind == "day_ended"]
        assert [each.data["day"] for each in ends] == list(range(1, DAYS[kind] + 1))
        assert f"Day {DAYS[kind]} ended" in printed
        kept = {str(each.data[key]) for each in ends for key in BLOBS if key in each.data}
        assert {each.name for each in path.with_suffix(".days").glob("*")} == kept


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
            erased = session.tree.root.data.get("erased") is True
            assert not erased or kind == "erase"
            if erased:
                # Its persona is gone as well.
                with pytest.raises(StoreError, match="was erased"):
                    engines["chat"](session)
            elif any(each.kind in SAID for each in session.tree):
                engine = engines[str(session.tree.root.data["engine"])](session)
                assert not engine.log.state.passed_over
    finally:
        await session.close()
    for suffix in (".partial", ".pid"):
        assert not (store.folder / f"{session_id}{suffix}").exists()


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
            if kind in RUNS and number // len(RUNS + FILES) % RESUMED == 0:
                go_on(kind, home)
        except (SalonError, AssertionError) as error:
            error.add_note(f"{kind}, kill {number} after {seconds:.3f} s")
            raise
        shutil.rmtree(home)

    tasks = [
        (n, kind, rng.uniform(0, LONGEST["file" if kind in FILES else "run"]))
        for n, kind in enumerate(kinds)
    ]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, tasks))
    print(f"{KILLS} kills in {time.monotonic() - began:.0f} s")
