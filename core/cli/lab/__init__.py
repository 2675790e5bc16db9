"""`salon lab`: people, their lives with an assistant, and what it learns of them."""

from __future__ import annotations

import click

from core.cli.lazy import LazyCommand, LazyGroup

COMMANDS = {
    "generate": LazyCommand("core.cli.lab.making", "generate", "Generate people and scenes."),
    "queries": LazyCommand(
        "core.cli.lab.making", "queries", "Generate the opening query of each scene."
    ),
    "run": LazyCommand(
        "core.cli.lab.making", "run", "Run the scenes under each setting, and learn."
    ),
    "pipeline": LazyCommand(
        "core.cli.lab.making", "pipeline", "Run generate, queries and run in one session."
    ),
    "report": LazyCommand("core.cli.lab.reporting", "report", "Report the measures of a run."),
    "import": LazyCommand(
        "core.cli.lab.exchange", "import_", "Import people and scenes from a data set."
    ),
    "export": LazyCommand(
        "core.cli.lab.exchange", "export", "Export people and scenes as a data set."
    ),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def lab() -> None:
    """Measure assistants that learn about their users.

    All data is in one folder. A command that was interrupted continues when it is run again.
    """
