"""The command `salon` as a process, and what it prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from fork_server import CAN_FORK, ROOT, ForkedPopen


class SalonProcess:
    """The command, at home in a folder of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.sessions = home / "sessions"
        self.environment = {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "SALON_SESSIONS": str(self.sessions),
        }

    def arguments(self, *arguments: str) -> list[str]:
        return ["--data-dir", str(self.home / "data"), *arguments]

    def command(self, *arguments: str) -> list[str]:
        """Return what starts the command without a server to fork it from."""
        return [sys.executable, "-m", "tui", *self.arguments(*arguments)]

    def run(self, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        given = subprocess.DEVNULL if stdin is None else subprocess.PIPE
        with self._started(arguments, stdin=given) as process:
            try:
                out, err = process.communicate(stdin, timeout=50)
            except BaseException:
                process.kill()
                raise
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        return self._started(arguments, **options)

    def _started(self, arguments: Sequence[str], **options: Any) -> subprocess.Popen[str]:
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        where = {"cwd": self.home, "env": self.environment}
        if CAN_FORK and "preexec_fn" not in options:
            return ForkedPopen(self.arguments(*arguments), text=True, **where, **options)
        return subprocess.Popen(self.command(*arguments), text=True, **where, **options)

    def records(self, session: str) -> list[dict[str, Any]]:
        done = self.run("sessions", "export", session, "--format", "jsonl")
        assert done.returncode == 0, done.stderr
        return lines(done.stdout)

    def said(self, session: str) -> list[str]:
        return [
            each["text"]
            for each in self.records(session)
            if each["kind"] == "message" and "text" in each
        ]

    def count(self) -> int:
        return len(list(self.sessions.glob("*.jsonl"))) if self.sessions.exists() else 0


def lines(text: str | Iterable[str]) -> list[dict[str, Any]]:
    """Return the JSON objects of a text, one a line."""
    each = text.split("\n") if isinstance(text, str) else text
    return [json.loads(line) for line in each if line.strip()]


def of(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Return the events of a kind."""
    return [each for each in events if each["event"] == kind]


def script(folder: Path, *replies: Any, **options: Any) -> str:
    """Return the name of a model that gives these replies, one after the other."""
    path = folder / f"script{len(list(folder.glob('script*')))}.json"
    path.write_text(json.dumps({"replies": replies, **options}))
    return f"scripted:{path}"
