"""Errors of a command that are no `SalonError`. A command that met one ends with status 1."""

from __future__ import annotations

import logging
import os
import sys

from core.cli.output import complain, echo_json
from core.errors import SalonError
from core.faults import Fault, as_salon_error


def report_crash(error: Exception) -> int:
    """Say in one line what happened and where the details are; returns the exit status.

    With SALON_DEBUG set, the traceback is printed instead.
    """
    _tell(as_salon_error(error))
    return 1


def report_line(error: Exception, number: int, *, as_json: bool) -> None:
    """Say what is wrong with a line of `--steer`."""
    told = as_salon_error(error, f"line {number} of --steer")
    if as_json:
        kind = {"kind": "fault", "line": number} if isinstance(told, Fault) else {"kind": "command"}
        echo_json({"event": "error", **kind, "message": str(told)})
    else:
        _tell(told)


class BackgroundErrors(logging.Handler):
    """Tells what asyncio logs: the error of a task that no code waited for, for example."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            _tell(as_salon_error(error, "the background"))
        elif record.levelno >= logging.WARNING:
            complain(record.getMessage())


def _tell(told: SalonError) -> None:
    if os.environ.get("SALON_DEBUG") and isinstance(told, Fault):
        sys.stderr.write(told.details)
    else:
        complain(told.message, told.hint)
