"""`salon lab`: people, their lives with an assistant, and what it learns of them."""

from __future__ import annotations

import click

from core.cli.lazy import LazyCommand, LazyGroup

COMMANDS = {
    "generate": LazyCommand("core.cli.lab.making", "generate", "Make up people and scenes."),
    "queries": LazyCommand("core.cli.lab.making", "queries", "Write what opens each scene."),
    "run": LazyCommand("core.cli.lab.making", "run", "Live the scenes through, and learn."),
    "pipeline": LazyCommand("core.cli.lab.making", "pipeline", "All three, one after another."),
    "report": LazyCommand("core.cli.lab.reporting", "report", "Say in figures what it came to."),
    "import": LazyCommand("core.cli.lab.exchange", "import_", "Take in a data set."),
    "export": LazyCommand("core.cli.lab.exchange", "export", "Write people as a data set."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def lab() -> None:
    """Let an assistant learn people, and measure whether it helped.

    Everything stands in one folder, and whatever was interrupted goes on where it was when
    the same command is given again.
    """
