"""A file in the user's own editor, the terminal handed over meanwhile."""

from __future__ import annotations

import asyncio
import shlex
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from textual.app import App, SuspendNotSupported

from core.errors import UsageError

_VARIABLES = ("VISUAL", "EDITOR")


def editor_command(variables: Mapping[str, str]) -> list[str]:
    """Return the editor and its arguments; nothing where none is set.

    Raises:
        UsageError: the variable cannot be understood.
    """
    for variable in _VARIABLES:
        value = variables.get(variable, "").strip()
        if value:
            try:
                return shlex.split(value)
            except ValueError as error:
                raise UsageError(
                    f"{variable} cannot be understood: {error}.",
                    f"Set it to a command, for example {variable}=nano.",
                ) from error
    return []


async def edit_outside(app: App[int], command: list[str], path: Path) -> None:
    """Run an editor on a file until it ends. Whatever talks in Salon goes on talking.

    Raises:
        UsageError: the editor cannot be started, or the terminal cannot be handed over.
    """
    try:
        with app.batch_update(), app.suspend(), _deaf_to_interrupts():
            process = await asyncio.create_subprocess_exec(*command, str(path))
            status = await process.wait()
    except SuspendNotSupported as error:
        raise UsageError(
            "This terminal cannot be handed to another program.",
            f"Edit {path} elsewhere: it shows here at once.",
        ) from error
    except OSError as error:
        raise UsageError(
            f"{command[0]} cannot be started: {error.strerror}.",
            f"Set {' or '.join(_VARIABLES)} to an editor that is installed.",
        ) from error
    app.screen.refresh(layout=True)
    if status:
        raise UsageError(f"{command[0]} ended with status {status}.", "Look whether it has saved.")


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Leave Ctrl+C to the editor, in whose terminal it is pressed."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
