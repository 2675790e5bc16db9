"""Drives many inputs through a door and tells what went wrong, once for each way it did."""

from __future__ import annotations

import asyncio
import tempfile
import traceback
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from core.errors import SalonError
from fuzz.door import Door, Drive
from fuzz.meter import Cost, Meter, TooSlow

_PATIENCE = 60.0
"""Seconds after which an input that does nothing any more is given up."""
_REFUSED = "refused"
"""What is said of an input that is not taken in, with a sentence."""
_SHOWN = 600
"""Bytes of an input that a report shows."""
_FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where files lie, in memory if possible: waiting for a disk finds nothing."""
_ROOT = Path(__file__).parents[2]


@dataclass
class Fault:
    """One way in which inputs were not taken in well."""

    what: str
    index: int
    shape: str
    data: bytes
    trace: str = ""
    count: int = 1


@dataclass
class Report:
    """What became of all inputs of a door."""

    door: str
    seed: int
    inputs: int = 0
    refused: int = 0
    seconds: float = 0.0
    slowest: tuple[float, int] = (0.0, -1)
    largest: tuple[float, int] = (0.0, -1)
    faults: dict[str, Fault] = field(default_factory=dict)

    def __str__(self) -> str:
        lines = [
            f"{self.door}: {self.inputs:,} inputs, {self.refused:,} refused, "
            f"{self.seconds:.1f} s of CPU; slowest {self.slowest[0]:.3f} s (index "
            f"{self.slowest[1]}), largest {self.largest[0]:.0f} MB (index {self.largest[1]})"
        ]
        for fault in self.faults.values():
            shown = fault.data if len(fault.data) <= _SHOWN else fault.data[:_SHOWN] + b"..."
            lines += [
                f"- {fault.what}: {fault.count} inputs, the first is {fault.index}",
                f"  FUZZ_REPLAY={self.door}:{self.seed}:{fault.index} "
                "uv run pytest -n 0 -m '' tests/fuzz",
                f"  {fault.shape}, {len(fault.data):,} bytes: {shown!r}",
                *(f"  {line}" for line in fault.trace.splitlines()),
            ]
        return "\n".join(lines)


def run(door: Door, seed: int, indices: Iterable[int]) -> Report:
    """Drive the inputs of these numbers, in batches that are set up anew."""
    return asyncio.run(_run(door, seed, indices))


def batch_of(door: Door, index: int) -> range:
    """Return the inputs that have to be driven for the one of that number to be as it was."""
    return range(index - index % door.batch, index + 1)


async def _run(door: Door, seed: int, indices: Iterable[int]) -> Report:
    report, meter = Report(door.name, seed), Meter()
    for _, batch in groupby(indices, key=lambda index: index // door.batch):
        remaining = iter(batch)
        # After a fault the state that inputs share may be anything: it is set up anew.
        while await _drive(door, remaining, report, meter):
            pass
    return report


async def _drive(door: Door, remaining: Iterator[int], report: Report, meter: Meter) -> bool:
    """Drive inputs until there is a fault or none is left; whether there may be more."""
    with tempfile.TemporaryDirectory(dir=_FOLDER, ignore_cleanup_errors=True) as folder:
        async with door.open(Path(folder)) as drive:
            if not report.inputs:
                await _warm_up(door, drive)
            for index in remaining:
                if not await _drive_one(door, drive, index, report, meter):
                    return True
    return False


async def _warm_up(door: Door, drive: Drive) -> None:
    """Take the seeds in, so that what is imported with the first of them costs no input."""
    for shape, data in door.plain():
        with suppress(SalonError):
            await drive(shape, data)


async def _drive_one(door: Door, drive: Drive, index: int, report: Report, meter: Meter) -> bool:
    shape, data = door.make(report.seed, index)
    report.inputs += 1
    cost, what, trace = await _measured(drive, shape, data, meter)
    if cost.excessive and what in {"", _REFUSED}:
        # What is imported or worked out with its first use is no input's cost.
        cost, what, trace = await _measured(drive, shape, data, meter)
    if what == _REFUSED:
        report.refused += 1
        what = ""
    report.seconds += cost.seconds
    report.slowest = max(report.slowest, (cost.seconds, index))
    report.largest = max(report.largest, (cost.megabytes, index))
    what = what or (cost.excessive and f"{shape}: too much")
    if not what:
        return True
    if cost.excessive:
        trace += f"It {cost.excessive}."
    if what in report.faults:
        report.faults[what].count += 1
    else:
        report.faults[what] = Fault(what, index, shape, data, trace)
    return False


async def _measured(drive: Drive, shape: str, data: bytes, meter: Meter) -> tuple[Cost, str, str]:
    """Drive one input; return what it cost, what went wrong, and where."""
    what, trace = "", ""
    try:
        with meter.measured() as cost:
            async with asyncio.timeout(_PATIENCE):
                await drive(shape, data)
    except SalonError:
        what = _REFUSED
    except TimeoutError:
        what = "nothing happens any more"
    except (Exception, TooSlow) as error:  # noqa: BLE001 - what else comes out is what is looked for
        what, trace = _named(error), "".join(traceback.format_exception(error, limit=-12))
    return cost, what, trace


def _named(error: BaseException) -> str:
    """Return the type of an error and where in the program it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [each for each in frames if Path(each.filename).is_relative_to(_ROOT)] or list(frames)
    inner = [each for each in own if ".venv" not in each.filename] or own
    place = Path(inner[-1].filename).name
    return f"{type(error).__name__} in {place}:{inner[-1].lineno} {inner[-1].name}"
