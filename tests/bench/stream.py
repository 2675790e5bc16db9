"""What a streamed reply costs: `python -m tests.bench.stream [--check] [--quick] [--odd [NAME]]`.

Everything runs in a real pseudo-terminal of 120 by 40, so that writing to the terminal is
counted too. Processor time is that of the whole process (`time.process_time`) from the first
piece until the last is painted. The pieces come at 4,000 a second, forty at a time; against
MarkdownStream one to a turn of the event loop, and over the wire as fast as they are read.
Latency is from the write of a key to the terminal until the count that it changes is read back,
while two transcripts are streamed into. A machine that is busy with other things makes it worse:
run it on an idle one.

`--odd` streams texts that no screen was made for, or those whose name has NAME in it, shows each
as a finished message, scrolls, resizes, searches and copies, and prints the longest gap of the
event loop. What counts is the processor time that the loop's thread used between two of its turns,
the least of three runs where it is missed; that of the clock is printed beside it.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench import _odd_texts
from tests.bench._children import end_with_parent
from tests.bench._pty import ROOT, Terminal

_APP = "tests.bench._stream_app"
_PATIENCE = 300.0
_LONGEST_GAP = 50
"""Milliseconds."""
_AGAIN = 2


@dataclass(frozen=True)
class Row:
    """A figure and what it may be at most."""

    name: str
    value: float
    bar: float
    unit: str

    @property
    def held(self) -> bool:
        return self.value <= self.bar

    def __str__(self) -> str:
        verdict = "ok" if self.held else "MISSED"
        return f"{self.name:<58} {self.value:8.3f} {self.unit:<3} (bar {self.bar:g})  {verdict}"


def measure(*arguments: str) -> float:
    """The figure that a scenario of the app gives."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        with Terminal(_APP, [str(result), *arguments]) as terminal:
            terminal.wait(_PATIENCE)
        return float(json.loads(result.read_text(encoding="utf-8")))


def growth(kind: str) -> Row:
    """How much more 16,000 tokens cost than 4,000."""
    short = measure("transcript", kind, "4000")
    long = measure("transcript", kind, "16000")
    print(f"  {kind}: 4,000 tokens {short:.3f} s, 16,000 tokens {long:.3f} s")
    return Row(f"{kind}, 16,000 tokens against 4,000", long / short, 5, "x")


def against_markdown(tokens: int) -> Row:
    """Paragraphs, against Textual's own stream."""
    ours = measure("transcript", "paragraphs", str(tokens), "at once")
    theirs = measure("markdown", "paragraphs", str(tokens), "at once")
    print(f"  {tokens} tokens of paragraphs: ours {ours:.3f} s, MarkdownStream {theirs:.3f} s")
    return Row(f"{tokens} tokens of paragraphs against MarkdownStream", ours / theirs, 1 / 15, "x")


def over_the_wire(tokens: int) -> Row:
    """From the socket to the screen, against the vendor's package reading the same stream."""
    taken = []
    for scenario in ("wire", "raw-wire"):
        with subprocess.Popen(
            [sys.executable, "-m", "tests.bench._wire_server", str(tokens)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=end_with_parent,
        ) as server:
            assert server.stdin is not None
            assert server.stdout is not None
            taken.append(measure(scenario, server.stdout.readline().strip()))
            server.stdin.close()
    ours, raw = taken
    print(f"  {tokens} tokens over the wire: ours {ours:.3f} s, the raw package {raw:.3f} s")
    return Row(f"{tokens} tokens, wire included, against the raw package", ours / raw, 2, "x")


def key_latency(rate: float | None, presses: int) -> float:
    """Milliseconds from key to paint that 99 of 100 presses keep to."""
    arguments = [] if rate is None else [str(rate)]
    with Terminal(_APP, ["-", "keys", *arguments]) as terminal:
        terminal.wait_for(b"keys <0>", 20)
        until = time.monotonic() + 1
        while time.monotonic() < until:
            terminal.read(0.05)
        taken = []
        for number in range(1, presses + 1):
            terminal.press(b"z")
            taken.append(terminal.wait_for(b"<%d>" % number, 20))
            pause = time.monotonic() + 0.03 + 0.0007 * (number % 53)
            while time.monotonic() < pause:
                terminal.read(0.01)
    return statistics.quantiles(taken, n=100, method="inclusive")[98] * 1000


def rows(*, quick: bool) -> list[Row]:
    """All figures."""
    presses = 120 if quick else 400
    found = [growth(kind) for kind in ("paragraphs", "list", "fence")]
    found.append(Row("list of 1,200 tokens", measure("transcript", "list", "1200"), 0.2, "s"))
    found.append(Row("fence of 1,200 tokens", measure("transcript", "fence", "1200"), 0.2, "s"))
    found.append(Row("table of 200 rows", measure("transcript", "table", "200"), 1, "s"))
    found.append(Row("100 finished messages mounted", measure("messages", "100"), 0.2, "s"))
    found.append(against_markdown(4000 if quick else 16000))
    found.append(over_the_wire(16000))
    found.append(Row("key to paint, two at 100 tokens/s, p99", key_latency(100, presses), 60, "ms"))
    found.append(Row("key to paint, two at full speed, p99", key_latency(None, presses), 100, "ms"))
    return found


Steps = dict[str, dict[str, float]]
"""What was measured in the steps of `_odd_app`, by their names."""


def odd_steps(name: str) -> Steps:
    """Measure one of the odd texts."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        with Terminal("tests.bench._odd_app", [str(result), name]) as terminal:
            terminal.wait(_PATIENCE)
        steps: Steps = json.loads(result.read_text(encoding="utf-8"))
        return steps


def odd_row(name: str) -> Row:
    """The longest gap of the event loop with one of the odd texts, and in which step it was."""
    best = odd_steps(name)
    for _ in range(_AGAIN):
        if max(step["cpu"] for step in best.values()) <= _LONGEST_GAP:
            break
        again = odd_steps(name)
        best = {
            step: min(figures, again[step], key=lambda each: each["cpu"])
            for step, figures in best.items()
        }
    worst = max(best, key=lambda step: best[step]["cpu"])
    wall = max(step["wall"] for step in best.values())
    total = sum(step["total"] for step in best.values())
    print(f"  {name}: worst in {worst!r}; {wall:.0f} ms by the clock, {total:.1f} s in all")
    return Row(f"gap: {name}", best[worst]["cpu"], _LONGEST_GAP, "ms")


def odd_rows(part: str) -> Iterator[Row]:
    """The figures of the odd texts with `part` in their names; of one that takes for ever, inf."""
    for name in _odd_texts.TEXTS:
        if part not in name:
            continue
        try:
            yield odd_row(name)
        except TimeoutError as error:
            print(f"  {name}: {error}")
            yield Row(f"gap: {name}", math.inf, _LONGEST_GAP, "ms")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--odd", nargs="?", const="", metavar="NAME", help="only odd texts")
    parser.add_argument("--check", action="store_true", help="exit 1 if a bar is missed")
    parser.add_argument("--quick", action="store_true", help="fewer key presses, shorter replies")
    options = parser.parse_args()
    found = []
    for row in rows(quick=options.quick) if options.odd is None else odd_rows(options.odd):
        print(row, flush=True)
        found.append(row)
    return int(options.check and not all(row.held for row in found))


if __name__ == "__main__":
    sys.exit(main())
