"""`salon sessions rename`, `pin`, `fork`, `import`, `delete`, `restore`, `erase`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.cli.output import echo

if TYPE_CHECKING:
    from core.runtime import Runtime


@click.command()
@click.argument("session_id", metavar="ID")
@click.argument("title", nargs=-1, required=True)
@click.pass_obj
def rename(runtime: Runtime, session_id: str, title: tuple[str, ...]) -> None:
    """Change the TITLE of a session; '' restores the original one."""
    echo(asyncio.run(runtime.store.rename(session_id, " ".join(title))))


@click.command()
@click.argument("session_id", metavar="ID")
@click.option("--off", is_flag=True, help="Unpin it.")
@click.pass_obj
def pin(runtime: Runtime, session_id: str, off: bool) -> None:
    """Pin a session to the top of the list."""
    echo(asyncio.run(runtime.store.pin(session_id, not off)))


@click.command()
@click.argument("session_id", metavar="ID")
@click.pass_obj
def fork(runtime: Runtime, session_id: str) -> None:
    """Copy a session into a new one, and print its ID."""
    echo(asyncio.run(runtime.store.fork(session_id)))


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--model", default="", help="Model of a chat whose file names none.")
@click.pass_obj
def import_command(runtime: Runtime, file: Path, model: str) -> None:
    """Import a session (jsonl) or a SillyTavern chat, and print its ID."""
    imported = asyncio.run(runtime.store.import_file(file, model=model))
    for notice in imported.notices:
        echo(notice, err=True)
    echo(imported.id)


@click.command()
@click.argument("session_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.pass_obj
def delete(runtime: Runtime, session_id: str, yes: bool) -> None:
    """Move a session to the trash; `restore` brings it back."""
    full_id = asyncio.run(runtime.store.resolve(session_id))
    if not yes:
        click.confirm(f"Move session {full_id} to the trash?", abort=True, err=True)
    echo(f"Moved to {asyncio.run(runtime.store.trash(full_id))}")


@click.command()
@click.argument("session_id", metavar="ID")
@click.pass_obj
def restore(runtime: Runtime, session_id: str) -> None:
    """Restore a session from the trash, and print its ID."""
    echo(asyncio.run(runtime.store.restore(session_id)))


@click.command()
@click.argument("session_id", metavar="ID")
@click.option("--record", "records", multiple=True, metavar="RECORD", help="Erase only this record.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.pass_obj
def erase(runtime: Runtime, session_id: str, records: tuple[str, ...], yes: bool) -> None:
    """Erase the texts of a session, or of some of its records, for good.

    The file is rewritten: ids, times and structure stay, texts are removed. A copy in the trash
    is erased too. --record also erases edits and quotes of the record. Forks and exports are
    separate files and keep their texts.
    """
    if not yes:
        what = "1 record" if len(records) == 1 else f"{len(records)} records"
        what = f"{what} of session {session_id}" if records else f"session {session_id}"
        click.confirm(f"Erase all texts of {what} for good?", abort=True, err=True)
        click.confirm("Nothing can bring them back. Erase them?", abort=True, err=True)
    done = asyncio.run(runtime.store.erase(session_id, records or None))
    for path in done.removed:
        echo(f"Removed {path}", err=True)
    echo("Forks and exports of it are files of their own: they keep their texts.", err=True)
    texts = "1 record" if done.records == 1 else f"{done.records:,} records"
    echo(f"Erased {texts} of {done.session}")


COMMANDS = (rename, pin, fork, import_command, delete, restore, erase)
