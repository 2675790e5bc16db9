"""The command `salon`: the app when there is nothing to run, else the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from core.runtime import Options, Runtime

_FILES = {"--config": "config_file", "--env-file": "env_file"}
_FOLDERS = {"--sessions": "sessions", "--data-dir": "data_dir"}
_ASSIGNMENT = "--set"


def main() -> None:
    """Open the app, or run a command and exit with its status."""
    options = app_options(sys.argv[1:])
    if options is None:
        from core.cli.main import main as run_command

        sys.exit(run_command())
    sys.exit(_open_app(Runtime(options)))


def app_options(arguments: Sequence[str]) -> Options | None:
    """Return the global options if the command line holds nothing else.

    `None` leaves the rest, help and mistakes included, to `core.cli`, whose parser takes
    longer to import than the app may take for its first paint.
    """
    paths: dict[str, Path] = {}
    assignments: list[str] = []
    words = iter(arguments)
    for word in words:
        name, equals, given = word.partition("=")
        value = given if equals else next(words, "")
        path = Path(value)
        if name == _ASSIGNMENT and "=" in value:
            assignments.append(value)
        elif name in _FILES and path.is_file():
            paths[_FILES[name]] = path
        elif name in _FOLDERS and value and not path.is_file():
            paths[_FOLDERS[name]] = path
        else:
            return None
    return Options(assignments=tuple(assignments), **paths)


def _open_app(runtime: Runtime) -> int:
    if not os.isatty(0) or not os.isatty(2):
        sys.stderr.write("salon: the app needs a terminal. `salon --help` lists what does not.\n")
        return 2
    runtime.log_faults()
    try:
        from tui.app import SalonApp
        from tui.last_resort import run_app

        return run_app(SalonApp(runtime))
    except Exception as error:  # noqa: BLE001 - the last resort, which hides nothing
        from core.cli.crash import report_crash

        return report_crash(error)


if __name__ == "__main__":
    main()
