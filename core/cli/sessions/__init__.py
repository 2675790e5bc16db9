"""`salon sessions`: what is on record, finding it again, and getting it out."""

from __future__ import annotations

import click

from core.cli.sessions import keeping, listing, showing


@click.group()
def sessions() -> None:
    """List, search, show, export and manage sessions.

    An ID can be shortened to its beginning or end if that is unique; `last` is the newest.
    """


for _command in (*listing.COMMANDS, *showing.COMMANDS, *keeping.COMMANDS):
    sessions.add_command(_command)
