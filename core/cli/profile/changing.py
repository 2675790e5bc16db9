"""`salon profile` commands that change it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click

from core.cli.output import echo, echo_json
from core.errors import UsageError
from core.profile.erasure import Forgotten
from core.profile.erasure import forget as forget_fields
from core.profile.files import load_profile
from core.profile.profile_import import with_evidence_here
from core.profiles.edits import Edit
from core.profiles.fields import FIELDS, fields_of, require_field
from core.profiles.profile import Profile
from core.profiles.validation import Proposed
from core.runtime import Runtime
from core.text import counted

_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object per change.")
_ALL = "all"


@click.command()
@click.pass_obj
def on(runtime: Runtime) -> None:
    """Turn the profile on: learn from chats, and include it in prompts; only on this machine."""
    asyncio.run(runtime.own_profile.switch(True))
    echo("On. `salon profile learn` proposes what to remember; `salon profile off` ends it.")


@click.command()
@click.pass_obj
def off(runtime: Runtime) -> None:
    """Turn the profile off; stored values stay until they are erased with `forget`."""
    asyncio.run(runtime.own_profile.switch(False))
    echo("Off. What is remembered stays; `salon profile forget all` erases it.")


@click.command()
@click.pass_obj
def pause(runtime: Runtime) -> None:
    """Stop learning and using the profile until `salon profile resume`."""
    asyncio.run(runtime.own_profile.pause(True))
    echo("Paused.")


@click.command()
@click.pass_obj
def resume(runtime: Runtime) -> None:
    """Resume the profile after a pause."""
    asyncio.run(runtime.own_profile.pause(False))
    echo("Resumed.")


@click.command()
@click.argument("proposal")
@click.option("--as", "new", metavar="VALUE", help="Store this value instead.")
@_JSON
@click.pass_obj
def accept(runtime: Runtime, proposal: str, new: str | None, as_json: bool) -> None:
    """Accept a proposed edit, given by its ID or a part of it."""
    _tell([asyncio.run(runtime.own_profile.accept(proposal, new))], as_json)


@click.command()
@click.argument("proposal")
@click.pass_obj
def refuse(runtime: Runtime, proposal: str) -> None:
    """Reject a proposed edit, given by its ID or a part of it."""
    asyncio.run(runtime.own_profile.refuse(proposal))
    echo("Refused.")


@click.command()
@click.argument("field")
@click.argument("value", required=False)
@click.option("--remove", is_flag=True, help="Remove the value; the history keeps it.")
@click.option("--old", metavar="VALUE", help="Value to replace, if the field has several.")
@_JSON
@click.pass_obj
def edit(
    runtime: Runtime, field: str, value: str | None, remove: bool, old: str | None, as_json: bool
) -> None:
    """Set a value of FIELD; if the field can hold several, the value is added."""
    if value is None and not remove:
        raise UsageError("What to remember is missing.", "Add a value, or --remove.")
    path, op = require_field(field).path, "remove" if remove else "set"
    _tell([asyncio.run(runtime.own_profile.edit(Proposed(path, op, value, old)))], as_json)


@click.command()
@click.argument("field")
@click.pass_obj
def lock(runtime: Runtime, field: str) -> None:
    """Lock a field or a group against changes."""
    locked = asyncio.run(runtime.own_profile.lock(field))
    echo(f"Locked are: {', '.join(locked)}.")


@click.command()
@click.argument("field")
@click.pass_obj
def unlock(runtime: Runtime, field: str) -> None:
    """Unlock a field or a group."""
    locked = asyncio.run(runtime.own_profile.lock(field, False))
    echo(f"Locked are: {', '.join(locked) or 'none'}.")


@click.command()
@click.argument("version")
@_JSON
@click.pass_obj
def rollback(runtime: Runtime, version: str, as_json: bool) -> None:
    """Restore VERSION of the profile; `salon profile diff` lists the versions."""
    _tell(asyncio.run(runtime.own_profile.rollback(version)), as_json)


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_JSON
@click.pass_obj
def import_(runtime: Runtime, file: Path, as_json: bool) -> None:
    """Import a profile from JSON: an export, or groups and fields in any spelling."""
    found, problems = load_profile(file)
    for each in problems:
        echo(f"{file}: not understood: {each}", err=True)
    _tell(asyncio.run(_take_in(runtime, found)), as_json)


async def _take_in(runtime: Runtime, found: Profile) -> Sequence[Edit]:
    known = await with_evidence_here(found, runtime.store)
    return await runtime.own_profile.merge(known)


@click.command()
@click.argument("field")
@click.option("--messages", is_flag=True, help="Also erase the chat messages it is based on.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def forget(runtime: Runtime, field: str, messages: bool, yes: bool, as_json: bool) -> None:
    """Erase a field, a group or `all` for good, with proposals, quotes and copies."""
    if field.strip().lower() == _ALL:
        paths = list(FIELDS)
    else:
        paths = [each.path for each in fields_of(field)]
    if not yes and not click.confirm(f"Erase {', '.join(paths)} for good?", err=True):
        raise click.Abort
    done = asyncio.run(forget_fields(runtime.own_profile, runtime.store, paths, messages=messages))
    if as_json:
        echo_json({
            "event": "forgotten",
            "fields": list(done.fields),
            "records": done.records,
            "chats": list(done.chats),
            "still_said": [list(each) for each in done.still_said],
        })
    else:
        _tell_forgotten(done)


def _tell_forgotten(done: Forgotten) -> None:
    records, chats = counted(done.records, "record"), counted(len(done.chats), "chat")
    echo(f"Erased: {records} of the profile, copies in {chats}.")
    if done.still_said:
        messages = counted(len(done.still_said), "message")
        say = "says" if len(done.still_said) == 1 else "say"
        echo(
            f"{messages} of yours in chats still {say} it; "
            "`salon profile forget … --messages` would have erased it. One by one:"
        )
        for session, record in done.still_said:
            echo(f"  salon sessions erase {session} {record}")


def _tell(edits: Sequence[Edit], as_json: bool) -> None:
    for each in edits:
        if as_json:
            echo_json({"event": "profile_edit", **each.to_json()})
        else:
            echo(each.in_words())
    if not edits and not as_json:
        echo("Nothing changed.")
