"""Errors that are no `SalonError`: what a person is told of one, and where its details go.

Every boundary (a command, a steering line, a pane, one file of several, a background task)
passes what it catches through `as_salon_error`. The log is one file for the whole process;
`log_faults_to` says where it is.
"""

from __future__ import annotations

import errno
import os
import traceback
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from core.errors import SalonError
from core.files import open_file
from core.masking import Masker, known_secrets
from core.text import clean_line

LOG_NAME = "errors.log"
_LONGEST_LOG = 1024 * 1024
"""Bytes after which the log begins anew."""
_LONGEST_MESSAGE = 500
"""Characters of an error that are shown; the log has all of it."""
_OF_THE_MACHINE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE})
"""What can befall any write or read, and is no fault of the program."""
_REMEMBERED = 50
"""Entries that are not written again."""
_FAULT = "_salon_fault"
"""Attribute of an exception that was logged before: its `Fault`."""


class Fault(SalonError):
    """An error that Salon did not foresee. `details` is its traceback, without secrets."""

    def __init__(self, message: str, hint: str = "", details: str = "") -> None:
        super().__init__(message, hint)
        self.details = details


def masker_of_process() -> Masker:
    """Return what hides the secrets among the variables of the process."""
    return known_secrets(os.environ)


class _Log:
    """Where faults of this process are written, and what hides secrets there."""

    def __init__(self) -> None:
        self.folder: Callable[[], Path] | None = None
        self.masker: Callable[[], Masker] = masker_of_process
        self.faults = 0
        """How many errors were no `SalonError`."""
        self._latest: deque[tuple[Path, str]] = deque(maxlen=_REMEMBERED)

    def write(self, entry: str) -> Path | None:
        """Append an entry; `None` if that is not possible."""
        if self.folder is None:
            return None
        stamp = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            path = self.folder() / LOG_NAME
            if (path, entry) in self._latest and path.exists():
                # A list that is read again and again would fill the log with one file's fault.
                return path
            path.parent.mkdir(parents=True, exist_ok=True)
            large = path.exists() and path.stat().st_size > _LONGEST_LOG
            if not path.exists():
                path.touch(mode=0o600)
            mode = "w" if large else "a"
            with open(path, mode, encoding="utf-8", errors="replace", opener=open_file) as file:
                file.write(f"{stamp}\n{entry}\n")
        except (OSError, SalonError):
            # The fault is shown all the same, without the name of a log.
            return None
        self._latest.append((path, entry))
        return path


_LOG = _Log()


def log_faults_to(
    folder: Callable[[], Path], masker: Callable[[], Masker] = masker_of_process
) -> None:
    """Say where the log of this process is kept; both are called when a fault is logged.

    Args:
        folder: Returns the folder of the log. It may raise `SalonError`.
        masker: Returns what hides secrets in it.
    """
    _LOG.folder, _LOG.masker = folder, masker


def fault_count() -> int:
    """Return how many faults there were in this process so far."""
    return _LOG.faults


def as_salon_error(error: BaseException, doing: str = "") -> SalonError:
    """Return an error as a person is told of it; what is no `SalonError` is logged, once.

    Args:
        error: What was caught.
        doing: What was being done, for the log, such as the name of a pane or a file.
    """
    if isinstance(error, SalonError):
        return error
    known = getattr(error, _FAULT, None)
    if isinstance(known, Fault):
        return known
    _LOG.faults += 1
    mask = _LOG.masker().mask
    details = mask("".join(traceback.format_exception(error)))
    log = _LOG.write(f"{clean_line(doing)}\n{details}" if doing else details)
    said = clean_line(mask(_said(error)))[:_LONGEST_MESSAGE]
    where = f"The details are in {log}." if log else "SALON_DEBUG=1 shows the details."
    fault = Fault(_sentence(error, said), where, details)
    fault.__cause__ = error
    setattr(error, _FAULT, fault)
    return fault


def _sentence(error: BaseException, said: str) -> str:
    if isinstance(error, OSError) and error.errno in _OF_THE_MACHINE:
        return f"{said}."
    what = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return f"This is a fault of Salon's: {what.rstrip('.')}."


def _said(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error)
