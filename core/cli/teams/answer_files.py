"""The flag that has the files of final answers written, and how they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from core.cli.output import echo
from core.sessions.record import Record

out_option = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Directory for the files of the final answer.",
)


def write_out(finals: Sequence[Record], folder: Path | None) -> None:
    """Write the files that final answers name into a folder, if one is given.

    Raises:
        FilesError: they cannot be written.
    """
    from core.teams.files import named_files, write_files

    if folder is None:
        return
    for final in finals:
        files = named_files(final.text)
        for path in write_files(files, folder):
            echo(f"Wrote {path}", err=True)
        if not files:
            echo("The final answer names no file; nothing was written.", err=True)
