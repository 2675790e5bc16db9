"""`salon profile show`, `diff` and `export`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from core.cli.output import echo, echo_json
from core.profile.erasure import sweep
from core.profile.files import write_profile
from core.profile.store import OwnProfile
from core.profiles.edits import Edit, edit_of
from core.profiles.front_matter import persona_profile
from core.profiles.profile import Profile
from core.runtime import Runtime


@click.command()
@click.option(
    "--persona", metavar="NAME", help="Show the profile in a persona's file instead of yours."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def show(runtime: Runtime, persona: str | None, as_json: bool) -> None:
    """Show the profile, with the date of each value and the messages it is based on."""
    if persona is not None:
        _show_persona(runtime, persona, as_json)
        return
    own, lost = asyncio.run(_load(runtime))
    for sentence in lost:
        echo(sentence, err=True)
    if as_json:
        echo_json(_as_json(own))
        return
    state = own.state
    standing = "paused" if state.paused else "on"
    echo(f"Your profile is {standing if state.on else 'off'}; version {state.version or 'none'}")
    for path, value in own.profile.items():
        lock = " [locked]" if path in state.locked else ""
        echo(f"  {path}: {value.text}{lock}")
        for each in value.evidence:
            echo(f"      “{each.quote}” · session {each.session}, record {each.record}")
    if not own.profile:
        echo("  Nothing is remembered.")
    for record in state.pending.values():
        edit = edit_of(record)
        if edit is not None:
            quotes = " ".join(f"“{each.quote}”" for each in edit.evidence)
            echo(f"  proposed {record.id[-6:]}: {edit.in_words()}  {quotes}")


@click.command()
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per change.")
@click.pass_obj
def diff(runtime: Runtime, old: str | None, new: str | None, as_json: bool) -> None:
    """Show the changes from version OLD to NEW (default: current); without OLD, list versions."""
    own, _ = asyncio.run(_load(runtime))
    if old is None:
        _list_versions(own, as_json)
        return
    edits = asyncio.run(runtime.own_profile.between(old, new or ""))
    _show_edits(edits, as_json)
    if not edits and not as_json:
        echo("Nothing differs.")


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def export(runtime: Runtime, file: Path | None) -> None:
    """Export the profile as JSON, with its provenance."""
    own, _ = asyncio.run(_load(runtime))
    if file is None:
        echo_json(own.profile.to_json(), indent=2)
        return
    write_profile(own.profile, file)
    echo(f"Your profile · {file}")


async def _load(runtime: Runtime) -> tuple[OwnProfile, list[str]]:
    lost = await sweep(runtime.own_profile, runtime.store)
    return await runtime.own_profile.load(), lost


def _as_json(own: OwnProfile) -> dict[str, Any]:
    state = own.state
    return {
        "session": own.session,
        "on": state.on,
        "paused": state.paused,
        "locked": sorted(state.locked),
        "version": state.version,
        "profile": own.profile.to_json(),
        "proposals": [
            {"id": record.id, **edit.to_json()}
            for record in state.pending.values()
            if (edit := edit_of(record)) is not None
        ],
    }


def _list_versions(own: OwnProfile, as_json: bool) -> None:
    for record in own.state.edits:
        edit = edit_of(record)
        words = "(forgotten)" if edit is None else edit.in_words()
        if as_json:
            data = {} if edit is None else edit.to_json()
            echo_json({"version": record.id, "at": record.to_json()["at"], **data})
        else:
            echo(f"{record.id}  {record.at:%Y-%m-%d %H:%M}  {words}")
    if not own.state.edits and not as_json:
        echo("There are no versions yet: nothing was ever remembered.")


def _show_edits(edits: Sequence[Edit], as_json: bool) -> None:
    for each in edits:
        if as_json:
            echo_json({"event": "profile_edit", **each.to_json()})
        else:
            echo(each.in_words())


def _show_persona(runtime: Runtime, name: str, as_json: bool) -> None:
    found: Profile
    found, problems = persona_profile(runtime.library.find(name))
    for each in problems:
        echo(f"{name}: not understood: {each}", err=True)
    if as_json:
        echo_json(found.plain())
        return
    for line in found.lines():
        echo(line)
    if not found:
        echo(f"The file of {name} holds no profile.")
