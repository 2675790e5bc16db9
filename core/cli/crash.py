"""The last resort: an error that nobody foresaw."""

from __future__ import annotations

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

from core.cli.output import clean_line, complain
from core.errors import SalonError
from core.runtime import Runtime

_LONGEST_LOG = 1024 * 1024
"""Bytes after which the log begins anew."""
_SECRET_NAMES = ("KEY", "TOKEN", "SECRET", "PASSWORD")
_SHORTEST_SECRET = 6


def report_crash(error: Exception, runtime: Runtime | None) -> int:
    """Say in one line what happened and where the details are; returns the exit status.

    With SALON_DEBUG set, the traceback is printed instead.
    """
    if os.environ.get("SALON_DEBUG"):
        traceback.print_exception(error)
        return 1
    if isinstance(error, OSError) and error.strerror:
        about = f": {error.filename}" if error.filename else ""
        complain(f"{error.strerror}{about}.", "SALON_DEBUG=1 shows the details.")
        return 1
    log = _write_details(error, runtime or Runtime())
    where = f"The details are in {log}." if log else "SALON_DEBUG=1 shows the details."
    secrets = secret_values(runtime)
    said = without_secrets(clean_line(str(error)), secrets) or "nothing more is known"
    complain(f"something went wrong: {type(error).__name__}: {said}.", where)
    return 1


def secret_values(runtime: Runtime | None) -> set[str]:
    """Return every value that may be a secret: of the process, and of `.env` where it is read."""
    found = dict(os.environ)
    if runtime is not None and "variables" in runtime.__dict__:
        found.update(runtime.variables.values())
    return {
        value
        for name, value in found.items()
        if len(value) >= _SHORTEST_SECRET and any(each in name.upper() for each in _SECRET_NAMES)
    }


def without_secrets(text: str, secrets: set[str]) -> str:
    """Return `text` with every secret in it blotted out."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    return text


def _write_details(error: Exception, runtime: Runtime) -> Path | None:
    """Append the traceback to the log; `None` if there is no way to."""
    details = "".join(traceback.format_exception(error))
    entry = f"{datetime.now(UTC).isoformat(timespec='seconds')}\n{details}\n"
    try:
        path = runtime.places.data / "errors.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        large = path.exists() and path.stat().st_size > _LONGEST_LOG
        path.touch(mode=0o600)
        with path.open("w" if large else "a", encoding="utf-8", errors="replace") as file:
            file.write(without_secrets(entry, secret_values(runtime)))
    except (OSError, SalonError):
        return None
    return path
