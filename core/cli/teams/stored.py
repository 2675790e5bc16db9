"""One verb on a stored run that nobody holds: opened, told, driven until everything waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from core.cli.teams.answer_files import out_option, write_out
from core.cli.teams.ending import Ending
from core.cli.teams.opening import reopen
from core.cli.teams.pilot_options import Pilot, pilot_options
from core.cli.teams.playing import Play, play
from core.cli.texts import read_piped
from core.errors import UsageError
from core.teams.commands import Command, SetModel

if TYPE_CHECKING:
    from core.runtime import Runtime

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--model", metavar="MODEL", help="Change the model of all nodes."),
    out_option,
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line."),
)

run_argument = click.argument("session_id", metavar="ID")
proposal_argument = click.argument("proposal", required=False)
node_option = click.option("--node", required=True, metavar="PATH", help="Path of the node.")
at_option = click.option(
    "--at",
    "record",
    required=True,
    metavar="RECORD",
    help="Step, as `timeline` prints it, or a proposal's number.",
)


def verb_options(command: Decorated) -> Decorated:
    """Add the flags of every verb: --auto with its budgets, --model, --out and --json."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return pilot_options(command)


def carry_out(
    runtime: Runtime, session_id: str, flags: dict[str, Any], commands: Sequence[Command]
) -> None:
    """Carry out commands on a stored run and what follows from them.

    Raises:
        SalonError: there is no such run, or it cannot be told that now.
        click.exceptions.Exit: a reply failed, or --auto came to no final answer.
    """
    pilot = Pilot.of(flags)
    if flags["model"]:
        commands = [SetModel(model=flags["model"]), *commands]
    what = Play(commands, pilot=pilot, as_json=flags["as_json"])
    if not asyncio.run(_carry_out(runtime, session_id, what, flags["out"])):
        raise click.exceptions.Exit(1)


def given_text(text: str) -> str:
    """Return a text that was given, or standard input where that is `-`.

    Raises:
        UsageError: there is none.
    """
    given = read_piped().strip("\n") if text == "-" else text
    if not given.strip():
        raise UsageError("The text is empty.", "Give one, or - and pipe it in.")
    return given


async def _carry_out(runtime: Runtime, session_id: str, what: Play, out: Path | None) -> bool:
    async with runtime:
        engine = await reopen(runtime, session_id)
        finals = len(engine.state.finals)
        try:
            await play(engine, what)
        finally:
            await engine.log.session.close()
        write_out(engine.state.finals[finals:], out)
        ending = Ending(engine.state, engine.session_id, finals)
        return ending.tell(auto=what.pilot.auto, as_json=what.as_json)
