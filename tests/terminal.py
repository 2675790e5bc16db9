"""A program in a terminal that tests can read like a person: by what stands on the screen."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

PATIENCE = 30.0
"""Seconds after which what was waited for is taken to never come."""


class Terminal:
    """Runs a command in a pseudo-terminal and keeps its screen."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        environment: Mapping[str, str],
        size: tuple[int, int] = (120, 36),
    ) -> None:
        width, height = size
        self._screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self._screen)
        self._main, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self._process = subprocess.Popen(
            command,
            stdin=side,
            stdout=side,
            stderr=side,
            cwd=cwd,
            env={**environment, "TERM": "xterm-256color"},
            start_new_session=True,
        )
        os.close(side)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._main)

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def press(self, *keys: str) -> None:
        """Send keys or texts, one after the other."""
        for key in keys:
            os.write(self._main, KEYS.get(key, key).encode())

    def see(self, *texts: str) -> None:
        """Wait until all of these stand on the screen."""
        self.until(lambda: all(each in self.text for each in texts), " and ".join(texts))

    def until(self, true: Callable[[], bool], what: str) -> None:
        """Wait for something to become true."""
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, f"{what} never came:\n{self.text}"
            self._read()

    def finish(self) -> int:
        """Wait until the program ends; return its exit status."""
        self.until(lambda: self._process.poll() is not None, "the end")
        return self._process.returncode

    def _read(self) -> None:
        if select.select([self._main], [], [], 0.05)[0]:
            try:
                data = os.read(self._main, 65536)
            except OSError:  # the program closed its side
                return
            self._stream.feed(data)


KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f5": "\x1b[15~",
    "left": "\x1b[D",
    "right": "\x1b[C",
    "ctrl+f": "\x06",
    "ctrl+q": "\x11",
}
