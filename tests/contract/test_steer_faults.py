"""A fault in one line of `--steer` is told with its log, and the run goes on with the next."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from salon_process import SalonProcess, lines, of

PLANT = """
import inspect
import sys
import tui.__main__
from {module} import {name}

def fail(*_):
    raise ZeroDivisionError("planted")

async def fail_later(*_):
    fail()

{name}.{method} = fail_later if inspect.iscoroutinefunction({name}.{method}) else fail
sys.argv = ["salon", *sys.argv[1:]]
tui.__main__.main()
"""
TEAM = "root: {name: director, persona: freud, model: 'eliza:doctor'}\n"
RENAME = {"do": "rename", "title": "Still here"}


@dataclass(frozen=True)
class Case:
    """A run, the handler that fails in it, and the line that the handler is for."""

    arguments: tuple[str, ...]
    handler: str
    line: Mapping[str, Any]
    end: Mapping[str, Any] = field(default_factory=lambda: {"do": "end"})
    sessions: str = "sessions"


CASES = {
    "chat": Case(
        ("chat", "freud", "--model", "eliza:doctor"),
        "core.chat.handlers:ChatHandlers.stop",
        {"do": "stop"},
    ),
    "meetup": Case(
        ("meetup", "freud", "ada", "--model", "eliza:doctor", "--rate", "0.001"),
        "core.meetup.handlers:MeetupHandlers.undo",
        {"do": "undo"},
        end={"do": "stop"},
    ),
    "teams": Case(
        ("teams", "run", "house.yml"),
        "core.teams.handlers:TeamHandlers.go",
        {"do": "go"},
    ),
    "clm": Case(("clm", "run"), "core.clm.simulation.handlers:RunHandlers.step", {"do": "step"}),
    "lab": Case(
        ("lab", "generate", "--model", "eliza:doctor"),
        "core.lab.engine:LabEngine.pause",
        {"do": "pause"},
        sessions="lab",
    ),
}


def planted(
    salon: SalonProcess, case: Case, *commands: Mapping[str, Any], as_json: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run a case whose handler fails, steered by these commands."""
    module, _, place = case.handler.partition(":")
    name, method = place.split(".")
    program = salon.home / "planted.py"
    program.write_text(PLANT.format(module=module, name=name, method=method))
    (salon.home / "house.yml").write_text(TEAM)
    flags = ["--steer", "--json"] if as_json else ["--steer"]
    return subprocess.run(
        [sys.executable, str(program), "--data-dir", str(salon.home / "data"),
         *case.arguments, *flags],
        input="".join(json.dumps(each) + "\n" for each in commands),
        capture_output=True,
        text=True,
        cwd=salon.home,
        env=salon.environment,
        timeout=50,
        check=False,
    )  # fmt: skip


def stored(folder: Path) -> list[dict[str, Any]]:
    """Return the records of the one session of a folder; each line has to be one."""
    (path,) = folder.rglob("*.jsonl")
    return lines(path.read_text("utf-8"))


@pytest.mark.parametrize("engine", CASES)
def test_the_next_line_is_taken(tmp_path: Path, engine: str) -> None:
    salon, case = SalonProcess(tmp_path), CASES[engine]
    done = planted(salon, case, case.line, RENAME, case.end)
    assert done.returncode == 1, done.stderr
    events = lines(done.stdout)
    (error,) = of(events, "error")
    assert (error["kind"], error["line"]) == ("fault", 1)
    log = tmp_path / "data" / "errors.log"
    said = "This is a fault of Salon's: ZeroDivisionError: planted."
    assert error["message"] == f"{said} The details are in {log}."
    assert "line 1 of --steer" in log.read_text("utf-8")
    assert events[-1]["event"] == "ended"
    records = stored(tmp_path / case.sessions)
    assert any(each.get("data", {}).get("title") == "Still here" for each in records)
    assert records[-1]["kind"] == "ended"


def test_without_json_it_is_said_on_standard_error(tmp_path: Path) -> None:
    case = CASES["chat"]
    send = {"do": "send", "text": "I am sad."}
    done = planted(SalonProcess(tmp_path), case, case.line, send, as_json=False)
    assert done.returncode == 1
    assert "salon: This is a fault of Salon's: ZeroDivisionError: planted." in done.stderr
    assert "errors.log" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.strip()
    kinds = [each["kind"] for each in stored(tmp_path / "sessions")]
    assert kinds.count("message") >= 2


def test_a_line_that_is_only_refused_leaves_the_status_alone(tmp_path: Path) -> None:
    case = CASES["chat"]
    done = planted(SalonProcess(tmp_path), case, {"do": "dance"}, RENAME, {"do": "end"})
    assert done.returncode == 0, done.stderr
    assert [each["kind"] for each in of(lines(done.stdout), "error")] == ["command"]


@pytest.mark.parametrize("place", ["setup:_Wiring.model_changed", "log:RunLog.apply"])
def test_a_run_whose_state_may_not_be_that_of_its_records_ends(tmp_path: Path, place: str) -> None:
    policy = {"do": "policy", "policy": "random"}
    case = Case(("clm", "run"), f"core.clm.simulation.{place}", policy)
    done = planted(SalonProcess(tmp_path), case, policy, RENAME)
    assert done.returncode == 1
    assert "This is a fault of Salon's: ZeroDivisionError" in done.stderr
    assert of(lines(done.stdout), "error")[0]["kind"] == "fault"
    records = stored(tmp_path / "sessions")
    assert records[-1]["data"]["policy"] == "random"
