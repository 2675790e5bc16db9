"""A file in the user's own editor or pager, the terminal handed over meanwhile."""

from __future__ import annotations

import asyncio
import shlex
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from textual.app import App, SuspendNotSupported

from core.errors import UsageError

EDITOR = ("VISUAL", "EDITOR")
PAGER = ("PAGER",)
"""The variables that name a program, the first that is set counts."""


def command_in(variables: Mapping[str, str], names: Sequence[str]) -> list[str]:
    """Return the program that one of these variables names, with arguments; nothing if none does.

    Raises:
        UsageError: the variable cannot be understood.
    """
    for variable in names:
        value = variables.get(variable, "").strip()
        if value:
            try:
                return shlex.split(value)
            except ValueError as error:
                raise UsageError(
                    f"{variable} cannot be understood: {error}.",
                    "Quotes in it have to be closed.",
                ) from error
    return []


async def open_outside(app: App[int], command: list[str], path: Path) -> None:
    """Run a program on a file until it ends. Whatever talks in Salon goes on talking.

    Raises:
        UsageError: it cannot be started or fails, or the terminal cannot be handed over.
    """
    try:
        with app.batch_update(), app.suspend(), _deaf_to_interrupts():
            ended = await _run([*command, str(path)])
    except SuspendNotSupported as error:
        raise UsageError(
            "This terminal cannot be handed to another program.",
            "Start Salon in a terminal of its own.",
        ) from error
    app.screen.refresh(layout=True)
    if isinstance(ended, OSError):
        raise UsageError(
            # The status line has one row: what went wrong has to stand before a long path.
            f"{Path(command[0]).name} cannot be started: {ended.strerror}.",
            f"Set {', '.join((*EDITOR, *PAGER))} to programs that are installed. "
            f"Tried: {command[0]}",
        ) from ended
    if ended:
        raise UsageError(f"{command[0]} ended with status {ended}.", "Look whether it has saved.")


async def _run(command: list[str]) -> int | OSError:
    """Run a program and return its status, or why it cannot be started.

    It inherits the environment, keys included: it is the user's own program.
    """
    try:
        process = await asyncio.create_subprocess_exec(*command)
    except OSError as error:
        # Raised while the app is suspended, it would never be resumed.
        return error
    return await process.wait()


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Leave Ctrl+C to the program, in whose terminal it is pressed."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
