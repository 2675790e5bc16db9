"""The command `salon` as a process, and what it prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


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

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "tui", "--data-dir", str(self.home / "data"), *arguments]

    def run(self, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            cwd=self.home,
            env=self.environment,
            timeout=50,
            check=False,
        )

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.home,
            env=self.environment,
            **options,
        )

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
