"""`salon chat` as a process: what goes in, what it prints, what it keeps."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from salon_process import SalonProcess, lines, of, script

ELIZA = ("--model", "eliza:doctor")
SLOW = {"text": "one two three four five six", "tokens_per_second": 2}


class Salon(SalonProcess):
    """The command, with a chat of its own."""

    def chat(
        self, *arguments: str, stdin: str | None = None, model: str = "eliza:doctor"
    ) -> subprocess.CompletedProcess[str]:
        return self.run("chat", "freud", "--model", model, *arguments, stdin=stdin)

    def only(self) -> str:
        """Return the id of the one session there is."""
        (file,) = self.sessions.glob("*.jsonl")
        return file.stem


@pytest.fixture
def salon(tmp_path: Path) -> Salon:
    return Salon(tmp_path)


def answering(salon: Salon, *replies: Any, **options: Any) -> str:
    return script(salon.home, *replies, **options)


def test_a_pipe_goes_in_and_nothing_but_the_reply_comes_out(salon: Salon) -> None:
    done = salon.chat(stdin="hi\n", model=answering(salon, "Good day.\n\nAnd you?"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "Good day.\n\nAnd you?\n", "")
    assert salon.said(salon.only()) == ["hi", "Good day.\n\nAnd you?"]


def test_what_is_piped_in_ends_the_first_message(salon: Salon) -> None:
    model = answering(salon, "Short.\n", "Yes.")
    done = salon.chat("--say", "Sum up:", "--say", "Sure?", stdin="# Notes\n\nä\n", model=model)
    assert (done.returncode, done.stdout) == (0, "Short.\n\nYes.\n")
    assert salon.said(salon.only()) == ["Sum up:\n\n# Notes\n\nä", "Short.\n", "Sure?", "Yes."]


def test_files_go_along_with_the_first_message(salon: Salon) -> None:
    (salon.home / "a.md").write_text("Alpha")
    (salon.home / "b.txt").write_text("```\nBeta\n```")
    flags = ["--file", "a.md", "--file", "b.txt"]
    assert salon.chat(*flags, "--say", "One", "--say", "Two").returncode == 0
    first, _, second, _ = salon.said(salon.only())
    assert first.startswith("One\n\na.md:\n```\nAlpha\n```")
    assert "````\n```\nBeta" in first
    assert second == "Two"
    assert salon.run("chat", "--resume", "last", "--file", "a.md").returncode == 0
    assert salon.said(salon.only())[-2] == "a.md:\n```\nAlpha\n```"


def test_json(salon: Salon) -> None:
    done = salon.chat("--say", "Hello", "--user", "Anna", "--set", "top_k=3", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    events = lines(done.stdout)
    started, said, *_, finished, ended = events
    assert started["event"] == "started"
    assert started["seats"]["persona"] == {"name": "Sigmund Freud", "model": "eliza:doctor"}
    assert started["seats"]["human"] == {"name": "Anna", "model": None}
    assert (said["speaker"], said["to"], said["text"]) == ("human", [], "Hello")
    assert finished["event"] == "turn_finished"
    assert "".join(each["text"] for each in of(events, "delta")) == finished["text"]
    assert finished["usage"]["input_tokens"] > 0
    assert (ended["event"], ended["reason"]) == ("ended", "closed")
    root = salon.records(started["session"])[0]
    assert root["data"]["seats"]["persona"]["params"] == {"top_k": 3}


def test_param_is_another_word_for_set(salon: Salon) -> None:
    salon.chat("--say", "x", "--param", "temperature=0.5")
    (root, *_) = salon.records("last")
    assert root["data"]["seats"]["persona"]["params"] == {"temperature": 0.5}


def test_a_greeting_can_be_chosen(salon: Salon) -> None:
    card = {
        "spec": "chara_card_v2",
        "spec_version": "2.0",
        "data": {"name": "Robin", "first_mes": "One.", "alternate_greetings": ["Two, {{user}}."]},
    }
    (salon.home / "robin.json").write_text(json.dumps(card))
    imported = salon.run("personas", "import", "robin.json")
    assert imported.returncode == 0, imported.stderr
    flags = [*ELIZA, "--say", "Hi", "--user", "Anna", "--greeting", "2", "--transcript", "t.md"]
    done = salon.run("chat", "robin", *flags)
    assert done.returncode == 0, done.stderr
    assert {"One.", "Two, Anna."} <= set(salon.said(salon.only()))
    transcript = (salon.home / "t.md").read_text()
    assert "Two, Anna." in transcript
    assert "One." not in transcript


def test_nothing_is_kept_where_nothing_is_wanted(salon: Salon) -> None:
    done = salon.chat("--say", "x", "--no-save", "--transcript", str(salon.home / "t.jsonl"))
    assert (done.returncode, salon.count()) == (0, 0)
    assert len(lines((salon.home / "t.jsonl").read_text())) > 3


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ([], 2, "whom to chat with? For example"),
        (["freud", *ELIZA], 2, "nothing to say. Give --say TEXT"),
        (["froid", *ELIZA, "--say", "x"], 1, "no persona 'froid'"),
        (["freud", "--model", "elisa:doctor", "--say", "x"], 1, "Did you mean eliza?"),
        (["freud", "--model", "eliza:doctr", "--say", "x"], 1, "Did you mean doctor?"),
        (["freud", "--model", ":x", "--say", "x"], 2, "not a model name"),
        (["freud", *ELIZA, "--say", "x", "--param", "temperature=9"], 2, "from 0 to 2"),
        (["freud", *ELIZA, "--say", "x", "--greeting", "0"], 2, "0 is not in the range"),
        (["freud", *ELIZA, "--file", "none.txt"], 2, "none.txt cannot be read: No such file"),
        (["freud", *ELIZA, "--file", "binary"], 2, "binary is not UTF-8 text"),
        (["freud", *ELIZA, "--say", "x", "--transcript", "nowhere/x.md"], 2, "no folder"),
        (["freud", *ELIZA, "--resume", "last", "--say", "x"], 2, "Leave freud out"),
        (["--resume", "01X", "--say", "x"], 1, "01X"),
        (["--resume", "last"], 1, "no chat to resume"),
        (["--resume", "01X", "--user", "A", "--no-save"], 2, "--user, --no-save cannot"),
        (["freud", "ada", "--say", "x"], 2, "unexpected extra argument"),
    ],
)
def test_bad_input(salon: Salon, arguments: list[str], status: int, message: str) -> None:
    (salon.home / "binary").write_bytes(bytes(range(256)))
    done = salon.run("chat", *arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert message.lower() in done.stderr.lower()
    assert done.stderr.startswith("salon: ")
    assert salon.count() == 0


def test_standard_input_that_is_no_text_is_refused(salon: Salon) -> None:
    done = subprocess.run(
        salon.command("chat", "freud", *ELIZA),
        input=bytes(range(256)),
        capture_output=True,
        cwd=salon.home,
        env=salon.environment,
        check=False,
    )
    assert (done.returncode, salon.count()) == (2, 0)
    assert b"Standard input is not UTF-8 text" in done.stderr


def test_resume(salon: Salon) -> None:
    first = answering(salon, "First.")
    session = lines(salon.chat("--say", "One", "--json", model=first).stdout)[0]["session"]
    # A meetup that was begun later is no chat to go on with.
    assert salon.run("meetup", "freud", "ada", *ELIZA, "--turns", "1").returncode == 0
    flags = ["--resume", "last", "--model", answering(salon, "None", "Second."), "--json"]
    events = lines(salon.run("chat", *flags, stdin="Two").stdout)
    assert (events[0]["session"], events[0]["resumed"]) == (session, True)
    assert of(events, "turn_finished")[0]["text"] == "Second."
    assert salon.said(session) == ["One", "First.", "Two", "Second."]


def test_resume_sends_nothing_by_itself_and_shows_the_last_reply(salon: Salon) -> None:
    salon.chat("--say", "One", model=answering(salon, "First."))
    before = salon.records("last")
    done = salon.run("chat", "--resume", "last")
    assert (done.returncode, done.stdout, done.stderr) == (0, "First.\n", "")
    assert salon.records("last") == before


def test_another_engines_session_is_refused(salon: Salon) -> None:
    salon.run("meetup", "freud", "ada", *ELIZA, "--turns", "1")
    done = salon.run("chat", "--resume", salon.only(), "--say", "x")
    assert done.returncode == 1
    assert "is no chat (it is: meetup)" in done.stderr


def test_killed_in_mid_reply_it_comes_back_with_what_was_said(salon: Salon) -> None:
    model = answering(salon, SLOW, "Again.")
    process = salon.start("chat", "freud", "--model", model, "--say", "Count.")
    assert process.stdout is not None
    seen = ""
    while "three" not in seen:
        seen += process.stdout.read(1)
    # Text is checkpointed at least every 250 ms.
    time.sleep(0.4)
    process.kill()
    process.communicate(timeout=20)
    assert process.returncode == -9
    done = salon.run("chat", "--resume", "last")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("one two three")
    assert "had been cut off" in done.stderr
    (message,) = [each for each in salon.records("last") if each["status"] == "interrupted"]
    assert message["text"] == done.stdout.rstrip("\n")
    events = lines(salon.run("chat", "--resume", "last", "--say", "On.", "--json").stdout)
    assert of(events, "turn_finished")[0]["text"] == "Again."


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
def test_a_signal_ends_it_and_keeps_what_was_said(salon: Salon, number: int, status: int) -> None:
    flags = ["--say", "Count.", "--say", "Never sent.", "--transcript", "t.md"]
    process = salon.start("chat", "freud", "--model", answering(salon, SLOW), *flags)
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        seen = ""
        while "two" not in seen:
            seen += process.stdout.read(1)
        process.send_signal(number)
        seen += process.stdout.read()
        assert "Traceback" not in process.stderr.read()
    assert process.returncode == status
    question, reply = salon.said(salon.only())
    assert question == "Count."
    assert seen == f"{reply}\n"
    assert salon.records("last")[-1]["data"]["reason"] == "interrupted"
    assert "one two" in (salon.home / "t.md").read_text()


def test_a_closed_pipe_ends_it_quietly(salon: Salon) -> None:
    model = answering(salon, SLOW)
    process = salon.start("chat", "freud", "--model", model, "--say", "x", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(20) == 141
    assert process.stderr.read() == ""
    process.stderr.close()
    assert salon.records("last")[-1]["data"]["reason"] == "interrupted"


def test_text_of_a_model_is_harmless_on_a_terminal(salon: Salon) -> None:
    model = answering(salon, "\x1b[31mred\x1b[0m \u202egnal\u202c [@click=app.quit]x[/]\x07")
    for flags in ([], ["--json"]):
        done = salon.chat("--say", "\x1b]0;x\x07", *flags, model=model)
        assert "[@click=app.quit]x[/]" in done.stdout
        assert not any(each in done.stdout + done.stderr for each in "\x1b\u202e\x07")


def test_an_answer_without_words_is_told(salon: Salon) -> None:
    done = salon.chat("--say", "x", model=answering(salon, ""))
    assert (done.returncode, done.stdout) == (0, "")
    assert "Sigmund Freud said nothing." in done.stderr


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_embedded_model_answers_a_pipe(salon: Salon) -> None:
    flags = ["--param", "max_tokens=12", "--param", "temperature=0", "--json"]
    done = salon.run("chat", "freud", "--model", "local:smollm2", *flags, stdin="Good evening.\n")
    assert done.returncode == 0, done.stderr
    (finished,) = of(lines(done.stdout), "turn_finished")
    assert finished["text"].strip()
    assert 0 < finished["usage"]["output_tokens"] <= 12
    assert not finished["usage"]["estimated"]
