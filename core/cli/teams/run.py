"""`salon teams run`: a team works on something, alone or step by step."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import click

from core.cli.output import echo, echo_json
from core.cli.steer_help import steer_help
from core.cli.talk_options import Output, output_options, refuse_settled
from core.cli.teams.answer_files import out_option, write_out
from core.cli.teams.ending import Ending
from core.cli.teams.opening import begin, reopen
from core.cli.teams.pilot_options import Pilot, pilot_options
from core.cli.teams.playing import Play, play
from core.cli.texts import is_typed, read_piped
from core.engine.command_codec import decode_command
from core.errors import UsageError
from core.teams.commands import Command, Go, SetModel

if TYPE_CHECKING:
    from core.runtime import Runtime
    from core.sessions.record import Record
    from core.teams.engine import TeamEngine

_SETTLED = {"assignments": "--set", "params_file": "--params", "no_save": "--no-save"}
"""Flags that only a new run can take."""


@click.command()
@click.argument("team", required=False)
@click.option("--say", "said", multiple=True, metavar="TEXT", help="Task for the team.")
@pilot_options
@click.option("--model", metavar="MODEL", help="Model of all nodes, as provider:model.")
@click.option(
    "--set", "assignments", multiple=True, metavar="NAME=VALUE", help="Parameter of the team."
)
@click.option("--params", "params_file", metavar="FILE", help="File or preset with parameters.")
@click.option(
    "--autonomy", metavar="LEVEL", help="Autonomy of all nodes: ask, apply or unless-flagged."
)
@out_option
@click.option("--resume", "resume_id", metavar="ID", help="Resume a stored run, or `last`.")
@output_options
@steer_help("core.teams.commands")
@click.pass_obj
def run(runtime: Runtime, /, team: str | None, **flags: Any) -> None:
    """Run a team on a task.

    The run continues until everything waits for a decision; then the pending proposals are
    listed with the commands that decide on them. With --auto it continues until the final
    answer; exit status 1 means that there is none. Text piped to standard input is appended to
    the first --say.

    Standard output holds only the final answer.
    """
    output = Output.of(flags)
    pilot = Pilot.of(flags)
    if team is None and not flags["resume_id"]:
        raise UsageError(
            "Which team?", "For example: salon teams run dialogue. `salon teams list`."
        )
    said = _said(flags, output)
    if not (said or output.steered or flags["resume_id"]):
        raise UsageError("There is nothing to say.", "Give --say TEXT, or pipe it in.")
    if not asyncio.run(_run(runtime, team, flags, said, pilot, output)):
        raise click.exceptions.Exit(1)


def _said(flags: dict[str, Any], output: Output) -> list[str]:
    said = [text for text in flags["said"] if text.strip()]
    if not is_typed() and not output.steered:
        piped = read_piped().strip("\n")
        if piped.strip():
            said[:1] = [f"{said[0]}\n\n{piped}" if said else piped]
    return said


async def _run(
    runtime: Runtime,
    team: str | None,
    flags: dict[str, Any],
    said: list[str],
    pilot: Pilot,
    output: Output,
) -> bool:
    """Run the team; false if it did not come as far as was wanted."""
    commands = _commands(flags, said, pilot, output)
    async with runtime:
        engine = await _engine(runtime, team, flags, output)
        finals, count = len(engine.state.finals), 0
        finished = bool(flags["resume_id"]) and not (said or output.steered) and _is_over(engine)
        try:
            count = await play(engine, Play(commands, said, pilot, output.steered, output.as_json))
        finally:
            await output.close(engine.log.session)
        session = engine.session_id if output.save else ""
        if finished and len(engine.state.finals) == finals:
            finals -= 1
            _tell_finished(engine.state.finals[-1], output.as_json)
        write_out(engine.state.finals[finals:], flags["out"])
        ending = Ending(engine.state, session, finals, len(said) - count)
        return ending.tell(auto=pilot.auto, as_json=output.as_json)


def _is_over(engine: TeamEngine) -> bool:
    """Whether a run has given its answer, and nothing waits for anybody."""
    state = engine.state
    return bool(state.finals) and state.request is None and not state.inbox


def _tell_finished(final: Record, as_json: bool) -> None:
    echo("The run has finished; its answer:", err=True)
    if as_json:
        echo_json({"event": "final", "node": final.node, "text": final.text, "record": final.id})
    else:
        echo(final.text)


async def _engine(
    runtime: Runtime, team: str | None, flags: dict[str, Any], output: Output
) -> TeamEngine:
    if not flags["resume_id"]:
        assert team is not None
        return await begin(runtime, team, flags, save=output.save)
    if team is not None:
        raise UsageError("--resume brings its own team.", f"Leave {team} out.")
    refuse_settled(_SETTLED, "run")
    return await reopen(runtime, flags["resume_id"])


def _commands(
    flags: dict[str, Any], said: list[str], pilot: Pilot, output: Output
) -> list[Command]:
    commands: list[Command] = []
    if flags["resume_id"] and flags["model"]:
        commands.append(SetModel(model=flags["model"]))
    if flags["autonomy"]:
        commands.append(decode_command(Command, {"do": "autonomy", "level": flags["autonomy"]}))
    if flags["resume_id"] and not (said or pilot.auto or output.steered):
        commands.append(Go())
    return commands
