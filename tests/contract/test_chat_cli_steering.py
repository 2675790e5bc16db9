"""`salon chat --steer`: every verb, one JSON object a line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from salon_process import SalonProcess, lines, of, script

REPLIES = ["Alpha.", "Beta.", "Gamma.", "Delta.", "Epsilon."]


@pytest.fixture
def salon(tmp_path: Path) -> SalonProcess:
    return SalonProcess(tmp_path)


class Steered:
    """A chat that takes commands, and what it said so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.events: list[dict[str, Any]] = []

    def do(self, verb: str, *answers: str, **values: Any) -> dict[str, Any]:
        """Give a command and wait for the events that it brings about; return the last."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": verb, **values}) + "\n")
        self.process.stdin.flush()
        for answer in answers:
            self.wait_for(answer)
        return self.events[-1]

    def wait_for(self, kind: str) -> dict[str, Any]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.events.append(json.loads(line))
            if self.events[-1]["event"] == kind:
                return self.events[-1]
        raise AssertionError(f"no {kind} came after {self.events}")


@contextmanager
def steered(salon: SalonProcess, model: str, *flags: str) -> Iterator[Steered]:
    arguments = ["chat", "freud", "--model", model, "--steer", "--json", *flags]
    with salon.start(*arguments, stdin=subprocess.PIPE) as process:
        chat = Steered(process)
        chat.wait_for("started")
        yield chat
        assert process.stderr is not None
        assert process.stderr.read() == ""


def turns(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return of(events, "turn_finished")


def test_every_verb(salon: SalonProcess) -> None:
    slow = {"text": "slow slow slow slow", "tokens_per_second": 4}
    first = script(salon.home, "Alpha.", "Beta.", slow)
    second = script(salon.home, *["Other."] * 9)
    with steered(salon, first) as chat:
        alpha = chat.do("send", "said", "turn_finished", text="One")
        one = of(chat.events, "said")[0]["record"]
        beta = chat.do("send", "said", "turn_finished", text="Two")
        two = of(chat.events, "said")[1]["record"]
        chat.do("edit", "edited", record=one, text="Eins")
        chat.do("delete", "edited", record=one)
        chat.do("restore", "edited", record=one)
        chat.do("edit", "said", "turn_finished", record=two, text="Zwei", resend=True)
        chat.do("send", "turn_started", "delta", text="Three")
        stopped = chat.do("stop", "turn_finished")
        chat.do("continue", "head_moved", "turn_finished")
        chat.do("set", "changed", model=second, params={"top_k": 2})
        chat.do("regenerate", "head_moved", "turn_finished")
        chat.do("regenerate", "head_moved", "turn_finished", record=alpha["record"])
        chat.do("swipe", "head_moved", step=-1, record=chat.events[-1]["record"])
        chat.do("jump", "head_moved", record=beta["record"])
        chat.do("fork", "head_moved", record=alpha["record"])
        kept = chat.do(
            "compare", "said", "turn_finished", "turn_finished", text="X", models=[first, second]
        )
        chat.do("jump", "head_moved", record=kept["record"])
        chat.do("rename", "renamed", title="Talk")
        chat.do("pin", "renamed", pinned=True)
        assert "Unknown command" in chat.do("dance", "error")["message"]
        assert "no message" in chat.do("fork", "error", record="nothing")["message"]
        chat.do("end", "ended")
    assert chat.process.returncode == 0
    events = chat.events
    assert (alpha["text"], beta["text"], stopped["status"]) == ("Alpha.", "Beta.", "stopped")
    assert stopped["text"].startswith("slow")
    assert stopped["text"] + "slow slow slow slow" in [each["text"] for each in turns(events)]
    assert [(each["text"], each["deleted"]) for each in of(events, "edited")] == [
        ("Eins", None),
        (None, True),
        (None, False),
    ]
    assert of(events, "changed")[0]["params"] == {"top_k": 2}
    assert {each["model"] for each in turns(events)[-2:]} == {first, second}
    assert [{**each, "record": ""} for each in of(events, "renamed")] == [
        {"event": "renamed", "title": "Talk", "record": ""},
        {"event": "renamed", "pinned": True, "record": ""},
    ]
    view = json.loads(salon.run("sessions", "show", events[0]["session"], "--json").stdout)
    texts = {each["id"]: each.get("text") for each in view["records"]}
    path = [texts[each] for each in view["path"] if texts[each]]
    assert path[:4] == ["One", "Alpha.", "X", kept["text"]]
    said = [each["text"] for each in turns(events)]
    assert set(said) <= set(texts.values())


def test_another_reply_in_place_of_the_personas_words(salon: SalonProcess) -> None:
    with steered(salon, script(salon.home, *REPLIES)) as chat:
        reply = chat.do("send", "turn_finished", text="One")
        chat.do("edit", "head_moved", "said", record=reply["record"], text="Mine.", resend=True)
        mine = chat.events[-1]
        chat.do("end", "ended")
    assert (mine["text"], mine["speaker"], mine["put"]) == ("Mine.", "persona", True)


def test_at_the_end_of_input_replies_are_finished(salon: SalonProcess) -> None:
    slow = {"text": "one two three", "tokens_per_second": 10}
    commands = [{"do": "send", "text": "One"}, {"do": "send", "text": "Two"}]
    done = salon.run(
        "chat", "freud", "--model", script(salon.home, slow, slow), "--steer", "--json",
        stdin="".join(json.dumps(each) + "\n" for each in commands),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    events = lines(done.stdout)
    assert [each["status"] for each in turns(events)] == ["complete", "complete"]
    assert (events[-1]["event"], events[-1]["reason"]) == ("ended", "closed")


def test_what_is_said_by_flags_comes_before_commands(salon: SalonProcess) -> None:
    done = salon.run(
        "chat", "freud", "--model", script(salon.home, *REPLIES), "--steer", "--say", "One",
        stdin='{"do": "send", "text": "Two"}\n\nnonsense\n{"do": "send", "text": "Three"}\n',
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "Alpha.\n\nBeta.\n\nGamma.\n")
    assert done.stderr.startswith("salon: Not a JSON object")


def test_replies_that_are_written_at_once_are_printed_one_after_the_other(
    salon: SalonProcess,
) -> None:
    words = [" ".join([word] * 6) for word in ("red", "blue")]
    models = [script(salon.home, {"text": each, "tokens_per_second": 30}) for each in words]
    command = json.dumps({"do": "compare", "text": "X", "models": models})
    done = salon.run("chat", "freud", "--model", models[0], "--steer", stdin=command)
    assert (done.returncode, done.stderr) == (0, "")
    # Nothing of one stands within the other, whichever came first.
    assert done.stdout in {f"{one}\n\n{two}\n" for one, two in permutations(words)}


def test_nothing_said_leaves_no_session(salon: SalonProcess) -> None:
    done = salon.run("chat", "freud", "--model", "eliza:doctor", "--steer", stdin="")
    assert (done.returncode, done.stdout, salon.count()) == (0, "", 0)


def test_standard_input_that_stays_open_does_not_keep_it(salon: SalonProcess) -> None:
    with steered(salon, "eliza:doctor") as chat:
        chat.do("send", "turn_finished", text="Hi")
        chat.do("end", "ended")
        assert chat.process.wait(20) == 0
