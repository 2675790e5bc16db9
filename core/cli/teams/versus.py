"""`salon teams versus`: a team against one persona alone, on the same inputs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.cli.output import clean_line, echo, echo_json, echo_table
from core.cli.teams.ending import Ending
from core.cli.teams.opening import seated
from core.cli.teams.pilot_options import Pilot
from core.cli.teams.playing import Play, play
from core.cli.teams.proposal_cards import brief
from core.cli.texts import read_file
from core.costs import Total
from core.errors import UsageError
from core.events import Event
from core.messages import Usage
from core.personas.persona import Persona
from core.teams.single import single_team
from core.teams.team import Team
from core.teams.versus import Comparison, Figure, Outcome, Paired, Trial, compare, style_measure

if TYPE_CHECKING:
    from core.runtime import Runtime

_SHOWN: Mapping[Figure, str] = {
    "adherence": "style, 0 to 1",
    "tokens": "tokens",
    "calls": "calls",
    "seconds": "seconds",
}


@click.command()
@click.argument("team")
@click.option(
    "--inputs",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="File of inputs, one per line.",
)
@click.option("--say", "said", multiple=True, metavar="TEXT", help="Input.")
@click.option("--model", metavar="MODEL", help="Model of both sides, as provider:model.")
@click.option(
    "--set", "assignments", multiple=True, metavar="NAME=VALUE", help="Parameter of the team."
)
@click.option("--params", "params_file", metavar="FILE", help="File or preset with parameters.")
@click.option(
    "--max-steps", type=click.IntRange(min=1), metavar="N", help="Decision limit per input."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def versus(runtime: Runtime, /, team: str, **flags: Any) -> None:
    """Compare a team with one persona that has the whole prompt, on the same inputs.

    Both sides answer each input from scratch, the team on autopilot; nothing is saved. Style is
    measured against the team's sample lines, without a model: 0 is as close as ordinary text, 1
    as close as the sample lines to each other. Exit status 1 means that no input was answered
    on both sides.
    """
    inputs = _inputs(flags)
    found = asyncio.run(_versus(runtime, team, flags, inputs))
    if flags["as_json"]:
        echo_json({"team": team, **found.to_json()}, indent=2)
    else:
        _show(found)
    if not found.counted:
        raise click.exceptions.Exit(1)


def _inputs(flags: Mapping[str, Any]) -> list[str]:
    texts = list(flags["said"])
    if flags["inputs"] is not None:
        texts += read_file(flags["inputs"]).splitlines()
    given = [each.strip() for each in texts if each.strip()]
    if not given:
        raise UsageError("There is nothing to compare on.", "Give --inputs FILE or --say TEXT.")
    return given


async def _versus(
    runtime: Runtime, name: str, flags: Mapping[str, Any], inputs: Sequence[str]
) -> Comparison:
    pilot = Pilot(auto=True, steps=flags["max_steps"])
    async with runtime:
        draft, team, personas = await seated(runtime, name, flags)
        measure = style_measure(draft, team.params)
        alone, persona = single_team(draft, team, runtime.team_runs.factory)

        async def single(text: str) -> Outcome:
            return await _outcome(runtime, alone, persona, text, pilot)

        async def nested(text: str) -> Outcome:
            return await _outcome(runtime, team, personas, text, pilot)

        told = None if flags["as_json"] else _teller(len(inputs))
        return await compare(inputs, single, nested, measure, told)


async def _outcome(
    runtime: Runtime, team: Team, personas: Mapping[str, Persona], text: str, pilot: Pilot
) -> Outcome:
    engine = await runtime.team_runs.start(team, personas, runtime.create_unsaved)
    began = time.monotonic()
    await play(engine, Play(said=[text], pilot=pilot), _say_nothing)
    seconds = time.monotonic() - began
    tree = engine.log.session.tree
    total = Total.of(tree, runtime.settings.prices)
    ending = Ending(engine.state, "", 0)
    return Outcome(
        text=engine.state.finals[-1].text if ending.reached else "",
        usage=Usage(
            total.input_tokens, total.output_tokens, total.cached_tokens, estimated=total.estimated
        ),
        calls=total.answers,
        seconds=round(seconds, 3),
        problem="" if ending.reached else _problem(ending),
    )


def _problem(ending: Ending) -> str:
    """Say why there is no answer; nobody has seen what failed."""
    return " ".join([ending.why, *(clean_line(each.text) for each in ending.failures[:1])])


def _say_nothing(event: Event) -> None:
    """Watch a run that is only measured."""


def _teller(count: int) -> Callable[[Trial], None]:
    done = 0

    def tell(trial: Trial) -> None:
        nonlocal done
        done += 1
        echo(f"{done} of {count}: {brief(trial.input)}", err=True)
        sides = (
            ("alone", trial.single, trial.single_adherence),
            ("team", trial.nested, trial.nested_adherence),
        )
        for who, outcome, adherence in sides:
            said = f"failed. {outcome.problem}" if outcome.problem else clean_line(outcome.text)
            echo(f"  {who:<5} {adherence.score:.2f}  {said}", err=True)

    return tell


def _show(found: Comparison) -> None:
    rows = [
        _row(paired, len(found.counted))
        for figure in _SHOWN
        if (paired := found.paired(figure)) is not None
    ]
    if rows:
        echo_table(["MEAN", "ALONE", "TEAM", "DIFFERENCE", "95 %", "TEAM HAS MORE"], rows)
    echo(f"{len(found.counted)} of {len(found.trials)} inputs were answered on both sides.")


def _row(paired: Paired, count: int) -> tuple[object, ...]:
    digits = 2 if paired.figure in ("adherence", "seconds") else 1
    return (
        _SHOWN[paired.figure],
        f"{paired.single:.{digits}f}",
        f"{paired.nested:.{digits}f}",
        f"{paired.difference:+.{digits}f}",
        f"{paired.low:+.{digits}f} to {paired.high:+.{digits}f}",
        f"in {paired.more} of {count}",
    )
