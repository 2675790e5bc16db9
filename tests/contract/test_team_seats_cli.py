"""A team in a seat of `salon chat` and `salon meetup`, as a process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from salon_process import SalonProcess

ANSWERS = """\
loop: true
nodes:
  dialogue/goals: ['{"aligned": true}']
  dialogue/mood: ['{"mood": "amused"}']
  dialogue/draft: ["Well met."]
  dialogue/rewriter: ["Well met, \\e[31mI say.", "Begone, I say."]
  b: ["How do you feel?", "And your mother?"]
"""


@pytest.fixture
def salon(tmp_path: Path) -> SalonProcess:
    (tmp_path / "answers.yml").write_text(ANSWERS)
    return SalonProcess(tmp_path)


def model(salon: SalonProcess) -> tuple[str, str]:
    return "--set", f"model=scripted:{salon.home / 'answers.yml'}"


def kept(salon: SalonProcess) -> list[str]:
    listed = json.loads(salon.run("sessions", "list", "--json").stdout)
    return sorted(each["engine"] for each in listed)


def test_a_chat_with_a_team(salon: SalonProcess) -> None:
    said = ("--say", "Hello.", "--say", "Again.")
    done = salon.run(*model(salon), "chat", "team:dialogue", *said, stdin="")
    assert (done.returncode, done.stdout) == (0, "Well met, [31mI say.\n\nBegone, I say.\n")
    assert kept(salon) == ["chat", "hierarchy"]


def test_a_meetup_with_a_team(salon: SalonProcess) -> None:
    talk = ("meetup", "team:dialogue", "freud", "--turns", "4", "--start", "b")
    done = salon.run(*model(salon), *talk, stdin="")
    assert done.returncode == 0
    said = ["How do you feel?", "Well met, [31mI say.", "And your mother?", "Begone, I say."]
    assert [line for line in done.stdout.splitlines() if line in said] == said
    assert kept(salon) == ["hierarchy", "meetup"]


@pytest.mark.parametrize(
    "talk",
    [
        ("chat", "team:dialogue", "--say", "Hello."),
        ("meetup", "team:dialogue", "freud", "--turns", "2"),
    ],
)
def test_what_keeps_nothing_keeps_nothing_of_a_team(
    salon: SalonProcess, talk: tuple[str, ...]
) -> None:
    done = salon.run(*model(salon), *talk, "--no-save", stdin="")
    assert done.returncode == 0
    assert "I say." in done.stdout
    assert kept(salon) == []


@pytest.mark.parametrize(
    ("talk", "status", "message"),
    [
        (("chat", "team:nobody", "--say", "x"), 1, "There is no team 'nobody'."),
        (
            ("chat", "team:dialogue", "--model", "eliza:doctor", "--say", "x"),
            2,
            "the models of its nodes",
        ),
        (
            ("meetup", "team:dialogue", "freud", "--a-model", "eliza:doctor"),
            2,
            "the models of its nodes",
        ),
    ],
)
def test_what_is_wrong_is_told(
    salon: SalonProcess, talk: tuple[str, ...], status: int, message: str
) -> None:
    done = salon.run(*talk, stdin="")
    assert (done.returncode, done.stdout) == (status, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
