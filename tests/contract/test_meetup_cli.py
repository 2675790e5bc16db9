"""`salon meetup` as a process: what it prints, how it ends, what it keeps."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from salon_process import SalonProcess, lines, of, script

ELIZA = ("--model", "eliza:doctor")
SUMMARISE = ("--overflow", "summarise")


class Salon(SalonProcess):
    """The command, with a meetup of its own."""

    def meetup(self, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        return self.run("meetup", "freud", "ada", *ELIZA, *arguments, stdin=stdin)

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        return super().start("meetup", "freud", "ada", *arguments, **options)


@pytest.fixture
def salon(tmp_path: Path) -> Salon:
    return Salon(tmp_path)


def test_plain(salon: Salon) -> None:
    done = salon.meetup("--turns", "2", "--start", "b")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Sigmund Freud and Ada Lovelace" in done.stdout
    assert done.stdout.index("\n1 Ada Lovelace\n") < done.stdout.index("\n2 Sigmund Freud\n")
    assert "ended after 2 turns: turn limit reached" in done.stdout
    assert "\x1b" not in done.stdout


def test_json(salon: Salon) -> None:
    done = salon.meetup("--turns", "3", "--start", "a", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    events = lines(done.stdout)
    assert events[0]["event"] == "started"
    turns = of(events, "turn_finished")
    assert [(each["turn"], each["speaker"]) for each in turns] == [(1, "a"), (2, "b"), (3, "a")]
    for each in turns:
        assert each["name"] == {"a": "Sigmund Freud", "b": "Ada Lovelace"}[each["speaker"]]
        assert each["model"] == "eliza:doctor"
        assert each["usage"]["input_tokens"] > 0
        assert each["seconds"] >= 0
        deltas = [d["text"] for d in of(events, "delta") if d["record"] == each["record"]]
        assert "".join(deltas) == each["text"]
    ended = events[-1]
    assert (ended["event"], ended["reason"], ended["turns"]) == ("ended", "turns", 3)
    assert ended["session"] == events[0]["session"]
    assert salon.said(ended["session"]) == [each["text"] for each in turns]


def test_a_seed_makes_draws_repeatable(salon: Salon) -> None:
    def starters(seed: int) -> set[str]:
        runs = [salon.meetup("--turns", "1", "--json", "--seed", str(seed)) for _ in range(2)]
        return {of(lines(each.stdout), "turn_finished")[0]["speaker"] for each in runs}

    assert all(len(starters(seed)) == 1 for seed in range(2))


def test_nothing_is_kept_where_nothing_is_wanted(salon: Salon) -> None:
    done = salon.meetup("--turns", "1", "--no-save")
    assert done.returncode == 0
    assert salon.count() == 0


def test_an_opening_from_a_file(salon: Salon) -> None:
    mail = salon.home / "mail.txt"
    mail.write_bytes("\ufeffDear Sigmund,\n\nI dream of köpfe.\n".encode())
    done = salon.meetup("--turns", "1", "--start", "a", "--open-file", str(mail), "--json")
    events = lines(done.stdout)
    (said,) = of(events, "said")
    assert (said["speaker"], said["text"]) == ("b", "Dear Sigmund,\n\nI dream of köpfe.")
    assert of(events, "turn_finished")[0]["speaker"] == "a"
    assert events[-1]["turns"] == 1


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["freud", "adda", *ELIZA], 1, "no persona 'adda'. Did you mean Ada Lovelace"),
        (["freud", "ada", "--model", "elisa:doctor"], 1, "Did you mean eliza?"),
        (["freud", "ada", "--model", "eliza:doctr"], 1, "Did you mean doctor?"),
        (["freud", "ada", "--b-model", "local:smolm2"], 1, "There are smollm2"),
        (["freud", "ada", "--model", "recorded:none.jsonl"], 1, "there is no such file"),
        (["freud", "ada", "--model", "scripted:none.yml"], 1, "there is no such file"),
        (["freud", "ada", "--model", ":doctor"], 2, "not a model name"),
        (["freud"], 2, "takes two personas, not 1"),
        (["freud", "ada", *ELIZA, "--turns", "-1"], 2, "-1 is not in the range"),
        (["freud", "ada", *ELIZA, "--rate", "-1"], 2, "-1"),
        (["freud", "ada", *ELIZA, "--rate", "nan"], 2, "rate has to be 0"),
        (["freud", "ada", *ELIZA, "--turns", "many"], 2, "not a valid integer"),
        (["freud", "ada", *ELIZA, "--start", "c"], 2, "'a', 'b', 'random'"),
        (["freud", "ada", *ELIZA, "--a-set", "temperature=9"], 2, "from 0 to 2"),
        (["freud", "ada", *ELIZA, "--b-set", "temprature=1"], 2, "temperature"),
        (["freud", "ada", *ELIZA, "--set", "top_k"], 2, "NAME=VALUE"),
        (["freud", "ada", *ELIZA, "--open-file", "none.txt"], 2, "cannot be read: No such file"),
        (["freud", "ada", *ELIZA, "--open-file", "binary"], 2, "binary is not UTF-8 text"),
        (["freud", "ada", *ELIZA, "--open-file", "nul"], 2, "nul is no text"),
        (["freud", "ada", *ELIZA, "--open", "x", "--open-file", "nul"], 2, "exclude each other"),
        (["freud", "ada", *ELIZA, "--transcript", "x.pdf"], 2, "which format"),
        (["freud", "ada", *ELIZA, "--transcript", "nowhere/x.md"], 2, "There is no folder"),
        (["freud", "ada", *ELIZA, "--resume", "01X"], 2, "Leave A and B out"),
        (["--resume", "01X"], 1, "01X"),
        (["--resume", "01X", "--open", "Hi"], 2, "--open cannot go with --resume"),
        (["--resume", "01X", "--seed", "0", "--no-human"], 2, "--seed, --human cannot"),
        (["freud", "ada", "--frobnicate"], 2, "no such option"),
    ],
)
def test_bad_input(salon: Salon, arguments: list[str], status: int, message: str) -> None:
    (salon.home / "binary").write_bytes(bytes(range(256)))
    (salon.home / "nul").write_bytes(b"one\0two")
    done = salon.run("meetup", *arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert message in done.stderr
    assert done.stderr.startswith("salon: ")
    assert "Traceback" not in done.stderr
    assert salon.count() == 0


def test_a_setting_that_is_wrong_is_named_with_its_place(salon: Salon) -> None:
    file = salon.home / "mine.yml"
    file.write_text("meetup:\n  turns: -3\n")
    done = salon.run("--config", str(file), "meetup", "freud", "ada", *ELIZA)
    assert done.returncode == 2
    assert "mine.yml:2: meetup.turns" in done.stderr


def test_flags_lie_over_settings(salon: Salon) -> None:
    arguments = ["--set", "meetup.turns=5", "--set", "params.temperature=0.9", "meetup"]
    flags = ["--json", "--a-set", "temperature=0.1", "--set", "top_k=3", "--b-model", "eliza:parry"]
    done = salon.run(*arguments, "freud", "ada", *ELIZA, "--start", "a", *flags)
    events = lines(done.stdout)
    assert events[-1]["turns"] == 5
    root, *rest = salon.records(events[-1]["session"])
    assert root["data"]["seats"]["a"]["params"] == {"temperature": 0.1, "top_k": 3}
    assert root["data"]["seats"]["b"]["params"] == {"temperature": 0.9, "top_k": 3}
    assert {each["model"] for each in rest if each["kind"] == "message"} == {
        "eliza:doctor",
        "eliza:parry",
    }


def test_control_words_end_it(salon: Salon) -> None:
    first = script(salon.home, "Hello.", "I have to go. /bye")
    second = script(salon.home, "Hi.", "Farewell.")
    done = salon.run(
        "meetup", "freud", "ada", "--a-model", first, "--b-model", second, "--start", "a", "--json"
    )
    events = lines(done.stdout)
    assert [(each["speaker"], each["word"]) for each in of(events, "control")] == [
        ("salon", "/start"),
        ("a", "/bye"),
        ("a", "/end"),
    ]
    assert (events[-1]["reason"], events[-1]["turns"], done.returncode) == ("bye", 4, 0)


def test_a_loop_ends_it(salon: Salon) -> None:
    model = script(salon.home, "So it is.", loop=True)
    done = salon.run("meetup", "freud", "ada", "--model", model, "--json")
    assert (lines(done.stdout)[-1]["reason"], done.returncode) == ("loop", 0)


def test_a_failed_turn_ends_it_with_status_1(salon: Salon) -> None:
    model = script(salon.home, "Hi.", {"text": "Well", "error": {"kind": "refused"}})
    done = salon.run("meetup", "freud", "ada", "--model", model, "--start", "a", "--json")
    assert done.returncode == 1
    events = lines(done.stdout)
    assert of(events, "error")[0]["kind"] == "refused"
    assert events[-1]["reason"] == "error"
    assert "Well" in salon.said(events[-1]["session"])
    plain = salon.run("meetup", "freud", "ada", "--model", model, "--start", "a")
    assert plain.returncode == 1
    assert "a turn failed" in plain.stdout
    assert plain.stderr.startswith("salon: ")


def test_transcripts(salon: Salon) -> None:
    names = ["t.md", "t.html", "t.txt", "t.jsonl"]
    flags = [flag for name in names for flag in ("--transcript", str(salon.home / name))]
    done = salon.meetup("--turns", "2", "--start", "a", "--json", "--no-save", *flags)
    assert done.returncode == 0
    first, second = (each["text"] for each in of(lines(done.stdout), "turn_finished"))
    assert "Sigmund Freud" in (salon.home / "t.md").read_text()
    assert "<table" in (salon.home / "t.html").read_text()
    assert first in (salon.home / "t-a.txt").read_text()
    assert second in (salon.home / "t-b.txt").read_text()
    assert len(lines((salon.home / "t.jsonl").read_text())) > 4


def test_a_transcript_that_cannot_be_written_is_an_error(salon: Salon) -> None:
    full = salon.home / "t.md"
    full.symlink_to("/dev/full")
    done = salon.meetup("--turns", "1", "--transcript", str(full))
    assert done.returncode == 1
    assert "t.md: No space left" in done.stderr
    assert salon.count() == 1


def test_a_full_disk_loses_nothing_that_was_announced(salon: Salon) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    flags = ["--turns", "0", "--no-loop-check", "--json"]
    with salon.start(*ELIZA, *flags, preexec_fn=limit) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        events = lines(process.stdout)
        complaint = process.stderr.read()
    assert process.returncode == 1
    assert "Cannot write to" in complaint
    assert not of(events, "ended")
    said = salon.said(events[0]["session"])
    announced = [each["text"] for each in of(events, "turn_finished")]
    assert announced
    assert said[: len(announced)] == announced


def test_resume(salon: Salon) -> None:
    session = lines(salon.meetup("--turns", "2", "--start", "a", "--json").stdout)[-1]["session"]
    done = salon.run("meetup", "--resume", session[:20], "--turns", "3", "--json")
    events = lines(done.stdout)
    assert events[0]["resumed"]
    turns = [(each["turn"], each["speaker"]) for each in of(events, "turn_finished")]
    assert turns == [(3, "a"), (4, "b"), (5, "a")]
    changed = salon.run(
        "meetup", "--resume", session, "--turns", "2", "--b-model", "eliza:parry",
        "--a-set", "temperature=0.5", "--no-loop-check", "--json",
    )  # fmt: skip
    models = [each["model"] for each in of(lines(changed.stdout), "turn_finished")]
    assert models == ["eliza:parry", "eliza:doctor"]
    assert len(salon.said(session)) == 7


def test_steering_with_every_verb(salon: Salon) -> None:
    events: list[dict[str, Any]] = []
    flags = ["--start", "a", "--rate", "0.001", "--steer", "--json"]
    with salon.start(*ELIZA, *flags, stdin=subprocess.PIPE) as process:
        stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
        assert stdin is not None
        assert stdout is not None
        assert stderr is not None

        def do(verb: str, answer: str | None = None, **values: Any) -> None:
            """Give a command, and wait for an event of the kind that it brings about."""
            stdin.write(json.dumps({"do": verb, **values}) + "\n")
            stdin.flush()
            if answer is not None:
                wait_for(answer)

        def wait_for(kind: str) -> None:
            for line in stdout:
                events.append(json.loads(line))
                if events[-1]["event"] == kind:
                    return
            raise AssertionError(f"no {kind} came")

        # After one turn the rate makes it wait for longer than any test.
        wait_for("turn_finished")
        do("undo", "head_moved")
        do("pause", "control")
        do("say", "said", text="Be brief.")
        do("whisper", "said", to="a", text="Mention cats.")
        do("put", "said", to="a", text="I am here.")
        do("put", "said", to="b", text="So am I.")
        do("undo", "head_moved")
        do("put", "said", to="b", text="Me too.")
        do("set", "changed", to="b", model="eliza:parry")
        do("set", "changed", turns=9, pace=0)
        do("fork", "head_moved", turn=1)
        do("dance", "error")
        do("undo", "error", turns=99)
        do("step", "turn_finished")
        do("regenerate", "turn_finished")
        do("resume", "control")
        do("step", "turn_finished")
        do("stop", "ended")
        assert stderr.read() == ""
    assert process.returncode == 0
    assert events[-1]["reason"] == "stopped"
    assert [(each["text"], each["to"]) for each in of(events, "said")] == [
        ("Be brief.", ["a", "b"]),
        ("Mention cats.", ["a"]),
        ("I am here.", ["a", "b"]),
        ("So am I.", ["a", "b"]),
        ("Me too.", ["a", "b"]),
    ]
    finished = of(events, "turn_finished")
    assert [each["speaker"] for each in finished] == ["a", "b", "b", "a"]
    assert [each["model"] for each in finished[1:]] == [
        "eliza:parry",
        "eliza:parry",
        "eliza:doctor",
    ]
    kept = salon.said(events[-1]["session"])
    assert all(each["text"] in kept for each in [*finished, *of(events, "said")])


def test_steering_that_ends_while_paused_ends_the_run(salon: Salon) -> None:
    done = salon.meetup("--steer", "--json", stdin='{"do": "step"}\n{"do": "step"}\n')
    assert done.returncode == 0
    events = lines(done.stdout)
    assert (events[-1]["reason"], events[-1]["turns"]) == ("stopped", 2)


def test_standard_input_that_stays_open_does_not_keep_it(salon: Salon) -> None:
    process = salon.start(*ELIZA, "--turns", "1", "--steer", stdin=subprocess.PIPE)
    out, err = process.stdout, process.stderr
    assert out is not None
    assert err is not None
    assert "turn limit" in out.read()
    assert process.wait(20) == 0
    assert err.read() == ""
    for stream in (out, err, process.stdin):
        assert stream is not None
        stream.close()


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
@pytest.mark.parametrize("json_lines", [False, True])
def test_a_signal_ends_it_and_keeps_what_was_said(
    salon: Salon, number: int, status: int, json_lines: bool
) -> None:
    reply = {"text": "two and three", "tokens_per_second": 2}
    model = script(salon.home, "One.", reply, "Four.")
    flags = ["--json"] if json_lines else []
    process = salon.start("--model", model, "--start", "a", "--transcript", "t.jsonl", *flags)
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
    if json_lines:
        last = lines(seen)[-1]
        assert (last["event"], last["reason"]) == ("ended", "interrupted")
    else:
        assert "interrupted; what was said is kept" in seen
    (file,) = salon.sessions.glob("*.jsonl")
    assert salon.said(file.stem)[:2] == ["One.", "One."]
    assert salon.said(file.stem)[2].startswith("two")
    assert "interrupted" in (salon.home / "t.jsonl").read_text()


def test_a_closed_pipe_ends_it_quietly(salon: Salon) -> None:
    process = salon.start(*ELIZA, "--turns", "0", "--no-loop-check", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    first = json.loads(process.stdout.readline())
    process.stdout.close()
    assert process.wait(20) == 141
    assert process.stderr.read() == ""
    process.stderr.close()
    assert salon.records(first["session"])[-1]["data"]["reason"] == "interrupted"


def test_a_session_in_use_by_another_process(salon: Salon) -> None:
    model = script(salon.home, {"text": "one two three", "tokens_per_second": 0.5})
    process = salon.start("--model", model, "--json")
    assert process.stdout is not None
    session = json.loads(process.stdout.readline())["session"]
    done = salon.run("meetup", "--resume", session)
    assert done.returncode == 1
    assert str(process.pid) in done.stderr
    assert "Traceback" not in done.stderr
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    time.sleep(0)
    assert salon.run("sessions", "export", session).returncode == 0


def test_a_folder_that_cannot_be_written_to(salon: Salon) -> None:
    salon.sessions.write_text("a file where the folder should be")
    done = salon.meetup("--turns", "1")
    assert done.returncode in {1, 2}
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_text_of_a_model_is_harmless_on_a_terminal(salon: Salon) -> None:
    model = script(
        salon.home, "\x1b[31mred\x1b[0m \x9b2J \u202egnal\u202c [@click=app.quit]x[/]\x07"
    )
    done = salon.run("meetup", "freud", "ada", "--model", model, "--turns", "1")
    assert "[@click=app.quit]x[/]" in done.stdout
    assert not any(each in done.stdout for each in "\x1b\x9b\u202e\x07")


def test_the_name_of_a_persona_is_harmless_on_a_terminal(salon: Salon) -> None:
    (salon.home / "evil.md").write_text("# Role: Na\x1b]0;x\x07me\u202e\u200f\n\nText\n")
    evil = str(salon.home / "evil.md")
    for flags in ([], ["--json"]):
        done = salon.run("meetup", evil, evil, *ELIZA, "--turns", "1", *flags)
        assert done.returncode == 0
        assert not any(each in done.stdout for each in "\x1b\x07\u202e\u200f")
    session = of(lines(done.stdout), "started")[0]["session"]
    assert "\x1b" in salon.records(session)[0]["data"]["title"]
    exported = salon.run("sessions", "export", session, "--format", "jsonl").stdout
    assert not any(each in exported for each in "\x1b\x07\u202e\u200f")


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        (["--turns", "6"], None),
        (["--turns", "30", "--no-loop-check", "--set", "context_length=1200"], "dropped"),
        (
            ["--turns", "30", "--no-loop-check", "--set", "context_length=1200", *SUMMARISE],
            "summarised",
        ),
    ],
    ids=["short", "dropped", "summarised"],
)
def test_a_recording_is_replayed_word_for_word(
    salon: Salon, flags: list[str], code: str | None
) -> None:
    before = _told(salon.meetup("--start", "a", "--json", *flags))
    assert code is None or any(code in each["text"] for each in of(before, "notice"))
    recording = f"recorded:{next(salon.sessions.glob('*.jsonl'))}"
    models = ["--a-model", recording, "--b-model", recording]
    after = _told(salon.meetup("--start", "a", "--json", *flags, *models))
    assert [_gist(each) for each in after] == [_gist(each) for each in before]


def _told(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [each for each in lines(done.stdout) if each["event"] in {"turn_finished", "notice"}]


def _gist(event: dict[str, Any]) -> tuple[Any, ...]:
    return event["event"], event["speaker"], event["text"], event.get("usage")
