"""Resuming from the command line: a finished run says so, one that was cut off goes on."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from salon_process import SalonProcess, lines, of, script
from tests.contract.test_lab_cli import plan
from tests.contract.test_lab_cli import script as lab_script

ELIZA = ("--model", "eliza:doctor")


@pytest.fixture
def salon(tmp_path: Path) -> SalonProcess:
    return SalonProcess(tmp_path)


def cut(salon: SalonProcess, kind: str, number: int) -> str:
    """Cut a session off behind the last of its first `number` records of a kind; return its id."""
    (path,) = salon.sessions.glob("*.jsonl")
    kept: list[str] = []
    for line in path.read_text("utf-8").splitlines(keepends=True):
        kept.append(line)
        number -= f'"kind":"{kind}"' in line
        if not number:
            break
    assert not number
    path.write_text("".join(kept), "utf-8")
    return path.stem


def kill_at(salon: SalonProcess, event: str, times: int, *arguments: str) -> str:
    """Kill a run once it has announced an event so often; return its session."""
    process = salon.start(*arguments, "--json", stdin=subprocess.DEVNULL)
    assert process.stdout is not None
    session = ""
    for line in process.stdout:
        (told,) = lines(line)
        session = session or told["session"]
        times -= told["event"] == event
        if not times:
            break
    assert not times
    process.kill()
    process.communicate()
    assert process.returncode == -9
    return session


def test_a_finished_meetup_says_so_and_shows_how_it_ended(salon: SalonProcess) -> None:
    assert salon.run("meetup", "freud", "ada", *ELIZA, "--turns", "3").returncode == 0
    said, before = salon.said("last"), salon.records("last")
    done = salon.run("meetup", "--resume", "last")
    assert done.returncode == 0
    assert "The meetup has finished" in done.stderr
    assert "--turns N" in done.stderr
    assert said[-1] in done.stdout
    assert "ended after 3 turns: turn limit reached" in done.stdout
    events = lines(salon.run("meetup", "--resume", "last", "--json").stdout)
    assert [each["event"] for each in events] == ["started", "said", "said", "ended"]
    assert salon.records("last") == before


def test_a_meetup_that_was_killed_takes_the_turns_that_were_left(salon: SalonProcess) -> None:
    salon.run("meetup", "freud", "ada", *ELIZA, "--turns", "6", "--no-loop-check")
    session = cut(salon, "message", 4)
    done = salon.run("meetup", "--resume", session, "--json")
    assert done.returncode == 0
    assert [each["turn"] for each in of(lines(done.stdout), "turn_finished")] == [5, 6]


def test_a_meetup_killed_before_its_end_was_on_record_ends(salon: SalonProcess) -> None:
    salon.run("meetup", "freud", "ada", *ELIZA, "--turns", "4", "--no-loop-check")
    session = cut(salon, "message", 4)
    done = salon.run("meetup", "--resume", session)
    assert done.returncode == 0
    assert "The meetup has finished" in done.stderr
    assert [each["kind"] for each in salon.records(session)][-1] == "ended"


def test_a_finished_simulation_shows_its_last_day(salon: SalonProcess) -> None:
    assert salon.run("clm", "run", "--days", "2").returncode == 0
    before = salon.records("last")
    done = salon.run("clm", "run", "--resume", "last")
    assert done.returncode == 0
    assert "The run has finished. All days have been simulated: 2." in done.stderr
    assert "Day 2 ended: engagement" in done.stdout
    assert salon.records("last") == before


@pytest.mark.parametrize("world", [(), ("--world", "market", "--customers", "1200")])
def test_a_simulation_goes_on_to_the_days_that_were_asked_for_last(
    salon: SalonProcess, world: Sequence[str]
) -> None:
    assert salon.run("clm", "run", *world, "--days", "1").returncode == 0
    session = kill_at(salon, "day_ended", 1, "clm", "run", "--resume", "last", "--days", "30")
    done = salon.run("clm", "run", "--resume", session, "--json")
    assert done.returncode == 0
    assert [each["day"] for each in of(lines(done.stdout), "day_ended")][-1] == 31
    again = salon.run("clm", "run", "--resume", session)
    assert again.returncode == 0
    assert "All days have been simulated: 31." in again.stderr


def test_a_finished_lab_prints_its_report(salon: SalonProcess) -> None:
    command = ["lab", "pipeline", *plan(lab_script(salon.home), salon.home / "lab"), "--k", "1"]
    assert salon.run(*command).returncode == 0
    done = salon.run(*command)
    assert done.returncode == 0
    assert "done already" in done.stderr
    assert "learnt-1 - none" in done.stdout
    assert [each["event"] for each in lines(salon.run(*command, "--json").stdout)] == ["ended"]


def test_a_chat_says_that_its_last_message_has_no_reply(salon: SalonProcess) -> None:
    model = script(salon.home, "Well.", "Again.")
    assert salon.run("chat", "freud", "--model", model, "--say", "Hello").returncode == 0
    session = cut(salon, "message", 1)
    done = salon.run("chat", "--resume", session)
    assert (done.returncode, done.stdout) == (0, "")
    assert "The last message has no reply" in done.stderr
    assert f"salon chat --resume {session} --steer" in done.stderr
    asked = salon.run("chat", "--resume", session, "--steer", stdin='{"do": "regenerate"}\n')
    assert (asked.returncode, asked.stdout) == (0, "Well.\n")
    assert "no reply" not in salon.run("chat", "--resume", session).stderr


@pytest.mark.parametrize("command", ["chat", "meetup", "clm run", "teams run"])
def test_what_cannot_go_on_says_why(salon: SalonProcess, command: str) -> None:
    salon.sessions.mkdir()
    path = salon.sessions / "01J8Z4K6Q2W9X3V7T5R1N0M8PA.jsonl"
    path.write_text("nothing of a session\n", "utf-8")
    done = salon.run(*command.split(), "--resume", path.stem)
    assert done.returncode == 1
    assert "holds nothing that can be read" in done.stderr
    assert path.exists()
