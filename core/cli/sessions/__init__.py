"""`salon sessions`: what is on record, finding it again, and getting it out."""

from __future__ import annotations

import click

from core.cli.sessions import keeping, listing, showing


@click.group()
def sessions() -> None:
    """List, search, show, export and keep sessions.

    For an ID its beginning or its end will do if no other has it; `last` is the newest.
    """


for _command in (*listing.COMMANDS, *showing.COMMANDS, *keeping.COMMANDS):
    sessions.add_command(_command)
