"""Runs the app, and says what happened where an error ended it."""

from __future__ import annotations

import sys
import termios
import threading
from typing import TYPE_CHECKING, Any

from core.faults import as_salon_error

if TYPE_CHECKING:
    from tui.app import SalonApp

_INTERRUPTED = 130
"""128 + SIGINT, as a shell reports it."""
_LEAVE_SCREEN = (
    "\x1b[?7h\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[<u\x1b[?1049l\x1b[?25h"
)
"""Long lines wrapped, no mouse and focus reports, the ordinary keyboard, screen and cursor."""


def run_app(app: SalonApp) -> int:
    """Run the app until it ends; returns the exit status of the process."""
    terminal = _Terminal()
    hook, threading.excepthook = threading.excepthook, app.on_thread_error
    crash: BaseException | None
    try:
        app.run()
        crash = app.crash
    except KeyboardInterrupt:
        terminal.restore()
        return _INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort, which hides nothing
        crash = error
    finally:
        threading.excepthook = hook
    if crash is None:
        return app.return_code or 0
    terminal.restore(in_any_case=app.is_mute)
    told = as_salon_error(crash, "the app")
    where = told.hint.rstrip(".") or "No details were kept"
    sys.stderr.write(f"salon: {told.message} {where}, and everything that was said is kept.\n")
    return 1


class _Terminal:
    """The terminal as it was before the app."""

    def __init__(self) -> None:
        self._file = sys.__stderr__
        self._before = self._modes()

    def restore(self, *, in_any_case: bool = False) -> None:
        """Put the terminal back, unless the app has done so."""
        if self._file is None or self._before is None:
            return
        if self._modes() == self._before and not in_any_case:
            return
        termios.tcsetattr(self._file.fileno(), termios.TCSANOW, self._before)
        self._file.write(_LEAVE_SCREEN)
        self._file.flush()

    def _modes(self) -> list[Any] | None:
        try:
            return None if self._file is None else termios.tcgetattr(self._file.fileno())
        except (termios.error, OSError, ValueError):
            return None
