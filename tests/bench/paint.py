"""How soon Salon is there, against a hello-world Textual app: `python -m tests.bench.paint`.

Both run in a real pseudo-terminal, in turn, from the same interpreter. Measured from the
start of the process: the first paint of the shell (hello-world: of its word), the moment
from which one key can start the talk (both names stand in the seats), and the resident
memory when idle. The model server is a process of its own and not counted.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench._children import end_with_parent

_HELLO = """
from textual.app import App
from textual.widgets import Static


class Hello(App):
    def compose(self):
        yield Static("hello world")
Hello().run()
"""
_SIZE = struct.pack("HHHH", 40, 120, 0, 0)
_IDLE_AFTER = 1.5
_PATIENCE = 60.0


@dataclass(frozen=True)
class Run:
    """One start: seconds until each text was seen, and megabytes when idle."""

    seen: tuple[float, ...]
    megabytes: float


def start(arguments: list[str], texts: tuple[bytes, ...], environment: dict[str, str]) -> Run:
    """Start a program in a pseudo-terminal and wait for `texts`, one after the other."""
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, _SIZE)
    began = time.perf_counter()
    process = subprocess.Popen(
        arguments,
        stdin=side,
        stdout=side,
        stderr=side,
        env=environment,
        start_new_session=True,
        preexec_fn=end_with_parent,
    )
    os.close(side)
    output = bytearray()
    seen: list[float] = []
    try:
        for text in texts:
            while text not in output:
                output += _read(main, began)
            seen.append(time.perf_counter() - began)
        _drain(main, _IDLE_AFTER)
        return Run(tuple(seen), _resident(process.pid))
    finally:
        process.terminate()
        _drain(main, 0.3)
        process.kill()
        process.wait()
        os.close(main)


def _read(file: int, began: float) -> bytes:
    ready, _, _ = select.select([file], [], [], 1.0)
    if time.perf_counter() - began > _PATIENCE:
        raise SystemExit("the program did not paint what was expected")
    return os.read(file, 65536) if ready else b""


def _drain(file: int, seconds: float) -> None:
    until = time.perf_counter() + seconds
    while (left := until - time.perf_counter()) > 0:
        ready, _, _ = select.select([file], [], [], left)
        if ready:
            try:
                os.read(file, 65536)
            except OSError:
                return


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("no resident memory to be read")


def main() -> None:
    """Measure and print; with `--check`, fail where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        environment = {
            **os.environ,
            "HOME": home,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "SALON_SESSIONS": f"{home}/sessions",
        }
        hello_call = [sys.executable, "-c", _HELLO]
        salon_call = [sys.executable, "-m", "tui"]
        hello_texts, salon_texts = (b"hello",), (b"Salon", b"Freud")
        hello, salon = [], []
        for i in range(options.runs + 1):
            one = start(hello_call, hello_texts, environment)
            two = start(salon_call, salon_texts, environment)
            if i:
                hello.append(one)
                salon.append(two)
    _report(hello, salon, options.check)


def _report(hello: list[Run], salon: list[Run], check: bool) -> None:
    base = statistics.median(run.seen[0] for run in hello)
    memory = statistics.median(run.megabytes for run in hello)
    print(f"hello-world   first paint {base:6.2f} s   resident {memory:6.1f} MB")
    rows = [
        (
            "shell painted",
            [two.seen[0] / one.seen[0] for one, two in zip(hello, salon, strict=True)],
            1.2,
        ),
        (
            "one key starts",
            [two.seen[1] / one.seen[0] for one, two in zip(hello, salon, strict=True)],
            1.8,
        ),
        (
            "resident idle",
            [two.megabytes / one.megabytes for one, two in zip(hello, salon, strict=True)],
            1.7,
        ),
    ]
    missed = False
    for name, ratios, bar in rows:
        ratio = statistics.median(ratios)
        missed |= ratio > bar
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        print(f"{name:15s} {ratio:5.2f} x   ({spread})   bar {bar} x")
    if check and missed:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
