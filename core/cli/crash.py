"""The last resort of a command: an error that is no `SalonError`."""

from __future__ import annotations

import os
import sys

from core.cli.output import complain
from core.faults import Fault, as_salon_error


def report_crash(error: Exception) -> int:
    """Say in one line what happened and where the details are; returns the exit status.

    With SALON_DEBUG set, the traceback is printed instead.
    """
    fault = as_salon_error(error)
    if os.environ.get("SALON_DEBUG"):
        sys.stderr.write(fault.details if isinstance(fault, Fault) else f"{fault}\n")
    else:
        complain(fault.message, fault.hint)
    return 1
