"""What nothing can catch: the terminal is given back, with what happened, and the status is 1."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from salon_process import SalonProcess
from terminal import Terminal

PLANT = """
import sys, threading
import tui.__main__, tui.app, tui.last_resort, tui.dialogs.fault
from tui.app import SalonApp

def fail(*_, **__):
    raise {error}

{plant}
sys.argv = ["salon", *sys.argv[1:]]
tui.__main__.main()
"""
SHELL = 'stty -a | head -3; {command}; echo "status $?"; stty -a | grep -o -- "-*icanon"; echo done'

FATAL = {
    "compose": ("SalonApp.get_default_screen = fail", ""),
    "start": ("SalonApp.__init__ = fail", ""),
    "loop": ("tui.last_resort.run_app = fail", ""),
    "memory": ("SalonApp.action_help = fail", "MemoryError('no room')"),
    "panel": ("SalonApp.action_help = tui.dialogs.fault.FaultScreen.compose = fail", ""),
    "writer": ("SalonApp.action_help = lambda self: self._driver._writer_thread.write(5)", ""),
}
"""What is planted, and the error, where it is another one."""


@contextmanager
def shell(salon: SalonProcess, plant: str, error: str) -> Iterator[Terminal]:
    """Run the app with a fault planted, in a shell that tells its status afterwards."""
    program = salon.home / "planted.py"
    program.write_text(PLANT.format(plant=plant, error=error or "ZeroDivisionError('planted')"))
    options = f"--data-dir {salon.home / 'data'} --set model=eliza:doctor"
    command = f"{sys.executable} {program} {options}"
    run = ["sh", "-c", SHELL.format(command=command)]
    with Terminal(run, cwd=salon.home, environment=salon.environment) as terminal:
        yield terminal


@pytest.mark.slow
@pytest.mark.parametrize("case", FATAL)
def test_the_terminal_is_given_back(tmp_path: Path, case: str) -> None:
    salon = SalonProcess(tmp_path)
    plant, error = FATAL[case]
    with shell(salon, plant, error) as terminal:
        if case in {"memory", "panel", "writer"}:
            terminal.see("Meetup", "space")
            terminal.press("\x1bOP")
        terminal.see("status 1", "done")
        text = terminal.text.replace("\n", "")
        name = {"memory": "MemoryError", "writer": "TypeError"}.get(case, "")
        assert f"salon: This is a fault of Salon's: {name}" in text
        assert "errors.log" in text
        assert text.count("Traceback") == 0
        assert "-icanon" not in terminal.text.split("status 1")[1]
        if case not in {"start", "loop"}:
            assert "and everything that was said is kept." in text
    log = (tmp_path / "data" / "errors.log").read_text("utf-8")
    assert "Traceback" in log
