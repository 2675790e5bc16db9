"""A program in a real pseudo-terminal: what it paints is read, keys can be pressed."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.bench._children import end_with_parent

ROOT = Path(__file__).parents[2]
_SIZE = struct.pack("HHHH", 40, 120, 0, 0)


class Terminal:
    """Runs `python -m MODULE ARGUMENTS` from the checkout in a terminal of 120 by 40."""

    def __init__(self, module: str, arguments: Sequence[str]) -> None:
        self._main, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, _SIZE)
        environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=side,
            stdout=side,
            stderr=side,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
        os.close(side)
        self._recent = b""

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

    def press(self, key: bytes) -> None:
        """Send a key."""
        os.write(self._main, key)

    def read(self, timeout: float) -> bytes:
        """What was painted meanwhile; empty after the timeout or at the end."""
        if not select.select([self._main], [], [], timeout)[0]:
            return b""
        try:
            data = os.read(self._main, 65536)
        except OSError:  # the other side is closed
            data = b""
        self._recent = (self._recent + data)[-4000:]
        return data

    def wait_for(self, text: bytes, timeout: float) -> float:
        """Read until a text is painted; the seconds it took.

        Raises:
            TimeoutError: it was not.
        """
        began = time.perf_counter()
        seen = b""
        while time.perf_counter() - began < timeout:
            seen = seen[-len(text) :] + self.read(0.05)
            if text in seen:
                return time.perf_counter() - began
            if self._process.poll() is not None:
                break
        raise TimeoutError(f"{text!r} was not painted; last: {self._recent[-1500:]!r}")

    def wait(self, timeout: float) -> None:
        """Read until the program ends.

        Raises:
            TimeoutError: it did not.
        """
        deadline = time.monotonic() + timeout
        while self._process.poll() is None:
            if time.monotonic() > deadline:
                raise TimeoutError("The program did not end.")
            self.read(0.05)
        while self.read(0):
            pass
        if self._process.returncode:
            raise RuntimeError(f"exit status {self._process.returncode}: {self._recent!r}")
