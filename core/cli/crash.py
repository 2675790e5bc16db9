"""Errors of a command that are no `SalonError`."""

from __future__ import annotations

import os
import sys

import click

from core.cli.output import complain, echo_json
from core.errors import SalonError
from core.faults import Fault, as_salon_error

_STATUS = "core.cli.crash.status"
"""Where the context of a command keeps the exit status that it ends with at best."""


def report_crash(error: Exception) -> int:
    """Say in one line what happened and where the details are; returns the exit status.

    With SALON_DEBUG set, the traceback is printed instead.
    """
    _tell(as_salon_error(error))
    return 1


def report_error(error: Exception, doing: str, *, subject: str = "") -> SalonError:
    """Say what one of several things met; the command does the others, and ends with status 1.

    Args:
        error: What was caught.
        doing: What was being done, for the log.
        subject: Put before the message: the file that it was, for example.
    """
    told = as_salon_error(error, doing)
    _tell(told, subject)
    end_with_failure()
    return told


def report_line(error: Exception, number: int, *, as_json: bool) -> None:
    """Say what is wrong with a line of `--steer`; after a fault the command ends with status 1."""
    told = as_salon_error(error, f"line {number} of --steer")
    is_fault = not isinstance(error, SalonError)
    if is_fault:
        end_with_failure()
    if as_json:
        kind = {"kind": "fault", "line": number} if is_fault else {"kind": "command"}
        echo_json({"event": "error", **kind, "message": str(told)})
    else:
        _tell(told)


def end_with_failure() -> None:
    """Let the present command end with status 1 where it would end with 0."""
    ctx = click.get_current_context(silent=True)
    if ctx is not None:
        ctx.meta[_STATUS] = 1


def status_of(ctx: click.Context) -> int:
    """Return the exit status of a command that was carried out."""
    return int(ctx.meta.get(_STATUS, 0))


def _tell(told: SalonError, subject: str = "") -> None:
    if os.environ.get("SALON_DEBUG") and isinstance(told, Fault):
        sys.stderr.write(told.details)
    else:
        message = f"{subject}: {told.message}" if subject else told.message
        complain(message, told.hint)
