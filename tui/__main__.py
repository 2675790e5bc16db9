"""The command `salon`: the app when there is nothing to run, else the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main() -> None:
    """Open the app, or run a command and exit with its status."""
    options = app_options(sys.argv[1:])
    if options is None:
        from core.cli.main import main as run_command

        sys.exit(run_command())
    sys.exit(_open_app(options))


def app_options(arguments: Sequence[str]) -> dict[str, list[str]] | None:
    """Return the global options by name if there is nothing else on the command line.

    `None` leaves the rest, help and mistakes included, to `core.cli`, whose parser takes
    longer to import than the app may take for its first paint.
    """
