"""The last resort of a command: an error that is no `SalonError`."""

from __future__ import annotations

import os
import traceback

from core.cli.output import complain
from core.faults import as_salon_error


def report_crash(error: Exception) -> int:
    """Say in one line what happened and where the details are; returns the exit status.

    With SALON_DEBUG set, the traceback is printed instead.
    """
    fault = as_salon_error(error)
    if os.environ.get("SALON_DEBUG"):
        traceback.print_exception(error)
    else:
        complain(fault.message, fault.hint)
    return 1
