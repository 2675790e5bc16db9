"""`salon chat` on a terminal: lines are typed, replies stream, Ctrl-C stops one."""

from __future__ import annotations

import fcntl
import os
import re
import select
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from salon_process import SalonProcess, script

PATIENCE = 20.0
"""Seconds after which what was waited for is taken to never come."""
CTRL_C, CTRL_D = "\x03", "\x04"
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def salon(tmp_path: Path) -> SalonProcess:
    salon = SalonProcess(tmp_path)
    salon.environment["TERM"] = "xterm"
    return salon


class Terminal:
    """A process on a terminal of its own."""

    def __init__(self, process: subprocess.Popen[bytes], descriptor: int) -> None:
        self.process = process
        self._descriptor = descriptor
        self._shown = ""
        self._read = 0

    @property
    def text(self) -> str:
        """Everything that was shown, without its colours."""
        return _ESCAPES.sub("", self._shown).replace("\r\n", "\n")

    def type(self, text: str, *, after: str) -> None:
        """Type something once `after` has been shown since the last time."""
        self.wait_for(after)
        os.write(self._descriptor, text.encode())

    def wait_for(self, text: str) -> None:
        end = time.monotonic() + PATIENCE
        while (at := self.text.find(text, self._read)) < 0:
            assert time.monotonic() < end, f"{text!r} never came after {self.text!r}"
            assert self._more(), f"it ended without {text!r}: {self.text!r}"
        self._read = at + len(text)

    def finish(self) -> int:
        """Read to the end; return the exit status."""
        while self._more(PATIENCE):
            pass
        return self.process.wait(PATIENCE)

    def _more(self, seconds: float = 0.2) -> bool:
        """Take in what is shown next; false at the end."""
        if not select.select([self._descriptor], [], [], seconds)[0]:
            return self.process.poll() is None
        try:
            piece = os.read(self._descriptor, 65536)
        except OSError:
            # Linux tells so that the other end is closed.
            return False
        self._shown += piece.decode("utf-8", "replace")
        return bool(piece)


@contextmanager
def terminal(salon: SalonProcess, *arguments: str) -> Iterator[Terminal]:
    ours, theirs = os.openpty()

    def own_terminal() -> None:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        salon.command("chat", *arguments),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=salon.home,
        env=salon.environment,
        preexec_fn=own_terminal,
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_a_talk(salon: SalonProcess) -> None:
    model = script(salon.home, "Good day.", "Not at all.", "Later.")
    with terminal(salon, "freud", "--model", model, "--user", "Anna") as shown:
        shown.type("\n", after="Anna> ")
        shown.type("hi\n", after="Anna> ")
        shown.wait_for("Sigmund Freud\nGood day.")
        shown.type("pasted one\npasted two\n", after="Anna> ")
        shown.wait_for("Sigmund Freud\nNot at all.")
        # The end comes while the reply is written, which is finished.
        shown.type("//slash\n" + CTRL_D, after="Anna> ")
        assert shown.finish() == 0
    assert "· session 01" in shown.text
    assert "Resume with: salon chat --resume 01" in shown.text
    assert salon.said("last") == [
        "hi", "Good day.", "pasted one\npasted two", "Not at all.", "/slash", "Later.",
    ]  # fmt: skip


def test_commands(salon: SalonProcess) -> None:
    model = script(salon.home, "Good day.")
    with terminal(salon, "freud", "--model", model) as shown:
        shown.type("/help\n", after="You> ")
        shown.wait_for("Regenerate the reply")
        shown.type("/frobnicate\n", after="You> ")
        shown.wait_for("There is no command /frobnicate.")
        shown.type("/retry\n", after="You> ")
        shown.wait_for("Nothing has been said yet.")
        shown.type("hi\n", after="You> ")
        shown.type("/retry\n", after="You> ")
        shown.wait_for("Good day.")
        shown.type("/continue\n", after="You> ")
        shown.wait_for("Sigmund Freud\nGood day.\n")
        shown.type("/model\n", after="You> ")
        shown.wait_for(model)
        shown.type("/model eliza:doctor\n", after="You> ")
        shown.wait_for("▸ model eliza:doctor")
        shown.type("/model elisa:doctor\n", after="You> ")
        shown.wait_for("Did you mean eliza?")
        shown.type("/stop\n", after="You> ")
        shown.type("/quit\n", after="You> ")
        assert shown.finish() == 0
    texts = salon.said("last")
    assert texts == ["hi", "Good day.", "Good day.", "Good day. Good day."]


def test_ctrl_c_stops_the_reply_and_then_leaves(salon: SalonProcess) -> None:
    slow = {"text": "one two three four five six", "tokens_per_second": 3}
    model = script(salon.home, slow, "Better.")
    with terminal(salon, "freud", "--model", model) as shown:
        shown.type("count\n", after="You> ")
        shown.type(CTRL_C, after="two")
        shown.wait_for("[stopped]")
        shown.type("go on\n", after="You> ")
        shown.wait_for("Better.")
        shown.type(CTRL_C, after="You> ")
        assert shown.finish() == 130
    question, stopped, *rest = salon.said("last")
    assert (question, rest) == ("count", ["go on", "Better."])
    assert stopped.startswith("one two")
    assert stopped != slow["text"]


def test_a_resumed_chat_shows_where_it_stood(salon: SalonProcess) -> None:
    model = script(salon.home, "Good day.", "Indeed.")
    salon.run("chat", "freud", "--model", model, "--say", "hi")
    with terminal(salon, "--resume", "last") as shown:
        shown.wait_for("You\nhi\n\nSigmund Freud\nGood day.\n")
        shown.type("well\n", after="You> ")
        shown.wait_for("Indeed.")
        shown.type(CTRL_D, after="You> ")
        assert shown.finish() == 0


def test_whoever_only_looked_leaves_no_session(salon: SalonProcess) -> None:
    with terminal(salon, "freud", "--model", "eliza:doctor") as shown:
        shown.type(CTRL_D, after="You> ")
        assert shown.finish() == 0
    assert salon.count() == 0


def test_a_message_from_a_flag_needs_nobody_to_type(salon: SalonProcess) -> None:
    model = script(salon.home, "Good day.")
    with terminal(salon, "freud", "--model", model, "--say", "a\n" + "long " * 40) as shown:
        assert shown.finish() == 0
    assert "— You: a long long" in shown.text
    assert "…\n\nSigmund Freud\nGood day.\n" in shown.text.replace("…\n", "…\n\n")
    assert "You> " not in shown.text
