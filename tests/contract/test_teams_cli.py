"""`salon teams` as a process: what it prints, how it ends, how a stored run is steered."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from salon_process import SalonProcess, lines, of
from teams_desk import LINE, TEAM, saying
from teams_kit import final


class Salon(SalonProcess):
    """The command, with a team of its own."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.team = home / "team.yml"
        self.team.write_text(TEAM)

    def saying(self, nodes: Mapping[str, Any]) -> str:
        """Return the name of a model on which each node says these things."""
        return saying(self.home, nodes)

    def play(
        self, *arguments: str, nodes: Mapping[str, Any] = LINE, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        model = self.saying(nodes)
        return self.do("run", str(self.team), "--model", model, *arguments, stdin=stdin)

    def do(self, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        return self.run("hierarchy", *arguments, stdin=stdin)


@pytest.fixture
def salon(tmp_path: Path) -> Salon:
    return Salon(tmp_path)


def test_teams_are_listed_and_shown(salon: Salon) -> None:
    teams = salon.home / "data" / "personas" / "teams"
    teams.mkdir(parents=True)
    (teams / "mine.yml").write_text(TEAM)
    (teams / "broken.yml").write_text("root: {persona: nobody-at-all}\n")
    listed = {each["name"]: each for each in json.loads(salon.do("list", "--json").stdout)}
    assert (listed["mine"]["nodes"], listed["mine"]["path"]) == (4, str(teams / "mine.yml"))
    assert "nobody-at-all" in listed["broken"]["problem"]
    plain = salon.do("list")
    assert "A line of dialogue" in plain.stdout
    assert "broken.yml" in plain.stderr
    shown = salon.do("show", "mine").stdout
    assert "├─ dialogue (Ada Lovelace)" in shown
    assert "│  └─ rewriter (Socrates)" in shown
    assert "The mood to begin with" in shown
    tree = json.loads(salon.do("show", "mine", "--json").stdout)
    assert [each["path"] for each in tree["root"]["delegates"]] == [
        "director/dialogue",
        "director/critic",
    ]


def test_piped_the_final_answer_stands_alone(salon: Salon) -> None:
    done = salon.play("--auto", "--say", "A line about:", stdin="the sea\n")
    assert (done.returncode, done.stdout) == (0, "The sea, alas.\n")
    for told in (
        "you to director: A line about:\n\nthe sea",
        "director/dialogue/rewriter · scripted",
        "#1 director → dialogue",
        "#5 director → final answer",
        "#5 applied by autopilot",
    ):
        assert told in done.stderr
    assert "\x1b" not in done.stderr


def test_a_run_as_json(salon: Salon) -> None:
    done = salon.play("--auto", "--say", "A line", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    events = lines(done.stdout)
    (said,) = of(events, "said")
    assert (said["speaker"], said["to"], said["text"]) == ("You", ["director"], "A line")
    first = of(events, "proposed")[0]
    assert {each: first[each] for each in ("node", "to", "message", "reasoning", "state")} == {
        "node": "director",
        "to": "dialogue",
        "message": "Write a line.",
        "reasoning": "because",
        "state": "pending",
    }
    applied = of(events, "applied")
    assert [each["id"] for each in applied] == [each["id"] for each in of(events, "proposed")]
    assert {each["by"] for each in applied} == {"autopilot"}
    assert [each["text"] for each in of(events, "final")] == ["The sea, alas."]
    assert events[-1]["event"] == "ended"


def test_a_stored_run_is_steered(salon: Salon) -> None:
    held = salon.play("--say", "A line")
    assert (held.returncode, held.stdout) == (0, "")
    assert "salon teams apply" in held.stderr
    done = salon.do("edit", "last", "1", "-", "--auto", stdin="Write two lines.\n")
    assert (done.returncode, done.stdout) == (0, "The sea, alas.\n")
    assert "#1 edited by you: Write two lines." in done.stderr


@pytest.mark.parametrize("as_json", [False, True])
def test_without_a_final_answer_the_status_says_so(salon: Salon, as_json: bool) -> None:
    flags = ["--json"] if as_json else []
    budget = salon.play("--auto", "--max-steps", "2", "--say", "A line", *flags)
    assert budget.returncode == 1
    assert "The autopilot has taken its 2 steps." in budget.stderr
    assert "run --resume" in budget.stderr
    broken = {**LINE, "director/dialogue": [{"text": "Well", "error": {"kind": "refused"}}]}
    failed = salon.play("--auto", "--say", "A line", *flags, nodes=broken)
    assert failed.returncode == 1
    assert "director/dialogue failed" in failed.stderr
    if not as_json:
        assert (budget.stdout, failed.stdout) == ("", "")
    resumed = salon.do("run", "--resume", "last", "--auto", "--model", salon.saying(LINE))
    assert (resumed.returncode, resumed.stdout) == (0, "The sea, alas.\n")


def test_what_was_not_said_is_told(salon: Salon) -> None:
    done = salon.play("--say", "One", "--say", "Two", "--no-save")
    assert done.returncode == 1
    assert "1 --say was not said" in done.stderr
    assert salon.count() == 0
    both = salon.play("--say", "One", "--say", "Two", "--autonomy", "unless-flagged", nodes=TWICE)
    assert (both.returncode, both.stdout) == (0, "First.\nSecond.\n")


TWICE = {"director": [final("First."), final("Second.")]}


def test_steering_while_it_runs(salon: Salon) -> None:
    model = salon.saying(LINE)
    flags = ["--model", model, "--steer", "--json"]
    events: list[dict[str, Any]] = []
    command = ("hierarchy", "run", str(salon.team), *flags)
    with salon.start(*command, stdin=subprocess.PIPE) as process:
        stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
        assert stdin is not None
        assert stdout is not None
        assert stderr is not None

        def do(verb: str, answer: str, **values: Any) -> None:
            stdin.write(json.dumps({"do": verb, **values}) + "\n")
            stdin.flush()
            for line in stdout:
                events.append(json.loads(line))
                if events[-1]["event"] == answer:
                    return
            raise AssertionError(f"no {answer} came")

        do("say", "proposed", text="A line")
        do("dance", "error")
        do("apply", "proposed")
        do("edit", "proposed", proposal="2", text="The sea is deep.")
        do("apply", "error", proposal="1")
        do("answer", "proposed", node="rewriter", text="Older.")
        do("autopilot", "final", steps=9)
        do("end", "ended")
        assert stderr.read() == ""
    assert process.returncode == 0
    assert "not pending" in of(events, "error")[1]["message"]
    assert [each["text"] for each in of(events, "final")] == ["The sea, alas."]


def test_input_that_ends_lets_the_team_finish(salon: Salon) -> None:
    commands = '{"do": "autopilot"}\n{"do": "say", "text": "A line"}\n'
    done = salon.play("--steer", stdin=commands)
    assert (done.returncode, done.stdout) == (0, "The sea, alas.\n")


def test_ctrl_c_keeps_what_was_said(salon: Salon) -> None:
    slow = {**LINE, "director/dialogue": [{"text": "one " + "two " * 60, "tokens_per_second": 2}]}
    model = salon.saying(slow)
    command = ("hierarchy", "run", str(salon.team), "--model", model, "--say", "A line", "--auto")
    with salon.start(*command, stdin=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        seen = ""
        while "one" not in seen:
            seen += process.stderr.read(1)
        busy = salon.do("apply", "last")
        assert (busy.returncode, busy.stdout) == (1, "")
        assert str(process.pid) in busy.stderr
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == ""
        assert "interrupted; what was said is kept" in process.stderr.read()
    assert process.returncode == 130
    resumed = salon.do("run", "--resume", "last", "--auto", "--model", salon.saying(LINE))
    assert (resumed.returncode, resumed.stdout) == (0, "The sea, alas.\n")


def test_a_team_on_rules_of_1966(salon: Salon) -> None:
    done = salon.do(
        "run", str(salon.team), "--model", "eliza:doctor", "--say", "I dream of trains", "--auto"
    )
    assert done.returncode == 0
    assert "dream" in done.stdout.lower()
    assert "flags: unparsed" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["run", "dialoge.yml", "--say", "x"], 1, "There is no team"),
        (["run"], 2, "Which team?"),
        (["run", "team.yml"], 2, "nothing to say"),
        (["run", "team.yml", "--say", "x", "--set", "mod=sad"], 2, "Did you mean mood?"),
        (["run", "team.yml", "--say", "x", "--autonomy", "free"], 2, 'has to be "apply"'),
        (["run", "team.yml", "--say", "x", "--max-steps", "3"], 2, "Add --auto"),
        (["run", "team.yml", "--say", "x", "--model", "elisa:doctor"], 1, "Did you mean eliza?"),
        (["run", "team.yml", "--resume", "01X", "--say", "x"], 2, "Leave team.yml out"),
        (["run", "--resume", "01X", "--set", "mood=sad"], 2, "--set cannot go with --resume"),
        (["run", "--resume", "last"], 1, "no hierarchy to resume"),
        (["apply", "last"], 1, "no hierarchy to resume"),
        (["edit", "last", "1", " "], 2, "The text is empty"),
        (["aply", "last"], 2, "Did you mean apply or replay?"),
    ],
)
def test_bad_input(salon: Salon, arguments: list[str], status: int, message: str) -> None:
    done = salon.do(*arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert message in done.stderr
    assert done.stderr.startswith("salon: ")
    assert "Traceback" not in done.stderr
    assert salon.count() == 0


def test_files_of_an_answer_are_written_when_it_is_applied(salon: Salon) -> None:
    answer = "Here:\n\n```python app/main.py\nprint(1)\n```\n"
    out = salon.home / "out"
    held = salon.play("--say", "A program", "--out", str(out), nodes={"director": [final(answer)]})
    assert held.returncode == 0
    assert not out.exists()
    done = salon.do("apply", "last", "--out", str(out))
    assert done.returncode == 0
    assert (out / "app" / "main.py").read_text() == "print(1)\n"
    assert f"Wrote {out / 'app' / 'main.py'}" in done.stderr
    leaving = final("```python ../main.py\nprint(1)\n```")
    refused = salon.play("--say", "x", "--auto", "--out", str(out), nodes={"director": [leaving]})
    assert refused.returncode == 1
    assert "../main.py" in refused.stderr
    assert not (salon.home / "main.py").exists()


def test_a_team_against_one_persona_alone(salon: Salon) -> None:
    inputs = salon.home / "inputs.txt"
    inputs.write_text("Who are you?\n\nWhere is the ship?\n")
    flags = ("--model", "eliza:doctor", "--inputs", str(inputs))
    done = salon.do("versus", "dialogue-pipeline", *flags, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert (found["inputs"], found["counted"]) == (2, 2)
    figures = {each["figure"]: each for each in found["figures"]}
    assert figures["calls"]["single"] == 1
    assert figures["calls"]["nested"] >= 3
    assert 0 <= figures["adherence"]["nested"] <= 1
    assert [each["input"] for each in found["trials"]] == ["Who are you?", "Where is the ship?"]
    plain = salon.do("versus", "dialogue-pipeline", *flags)
    assert "2 of 2 inputs were answered on both sides." in plain.stdout
    assert salon.count() == 0
    none = salon.do("versus", str(salon.team), "--say", "x", "--model", "eliza:doctor")
    assert (none.returncode, "no sample lines" in none.stderr) == (2, True)
