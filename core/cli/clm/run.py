"""`salon clm run`: customers live, day by day, and a policy looks after them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import click

from core.cli.clm.options import customers_of, world_options
from core.cli.clm.printing import RunPrinter
from core.cli.driving import Show, drive, show_json, take_commands
from core.cli.output import echo
from core.cli.steer_help import steer_help
from core.cli.talk_options import meant, refuse_settled
from core.clm.simulation.commands import Command, End, Run, SetModel, SetPolicy
from core.clm.simulation.engine import SimulationEngine
from core.clm.simulation.setup import DEFAULT_POLICY, SimulationChoice
from core.clm.simulation.spec import ENGINE, POLICY_NAMES
from core.config.params import parse_assignments
from core.errors import SalonError
from core.events import DayEnded, Event, Started
from core.runtime import Runtime

_SETTLED = {
    "world": "--world",
    "customers": "--customers",
    "predictor": "--predictor",
    "seed": "--seed",
    "budget": "--budget",
    "no_save": "--no-save",
}
"""Flags that only a new run can take."""
_DAYS = 10


@click.command()
@world_options
@click.option("--days", type=click.IntRange(min=1), help=f"How many are to pass. [{_DAYS}]")
@click.option("--policy", type=click.Choice(POLICY_NAMES), help=f"Who decides. [{DEFAULT_POLICY}]")
@click.option("--model", metavar="MODEL", help="Whom the policy llm asks, as provider:model.")
@click.option("--set", "params", multiple=True, metavar="NAME=VALUE", help="Parameter of it.")
@click.option(
    "--predictor",
    type=click.Choice(["local", "mock", "kumo"]),
    help="Whose scores enter what is observed.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--steer", "steered", is_flag=True, help="Read commands from standard input.")
@steer_help("core.clm.simulation.commands")
@click.option("--resume", "resume_id", metavar="ID", help="Go on with a stored run, or `last`.")
@click.option("--no-save", is_flag=True, help="Keep nothing.")
@click.pass_obj
def run(runtime: Runtime, /, **flags: Any) -> None:
    """Let customers live for some days, each looked after every day.

    Up to 1,000 customers have records of their own; more are a population in arrays.
    """
    if not asyncio.run(_run(runtime, flags)):
        raise click.exceptions.Exit(1)


async def _run(runtime: Runtime, flags: dict[str, Any]) -> bool:
    """Run; false if it could not go on."""
    async with runtime:
        resumed = bool(flags["resume_id"])
        engine = await (_resumed(runtime, flags) if resumed else _new(runtime, flags))
        finished = resumed and engine.state.finished and not (flags["days"] or flags["steered"])
        try:
            await (_tell_finished(engine, flags) if finished else _drive(engine, flags))
        finally:
            await engine.log.session.close()
            if not flags["no_save"]:
                echo(f"— Go on with: {_how_to_go_on(engine)}", err=True)
        return engine.state.failed is None


def _how_to_go_on(engine: SimulationEngine) -> str:
    more = " --days N" if engine.state.finished else ""
    return f"salon clm run --resume {engine.session_id}{more}"


async def _tell_finished(engine: SimulationEngine, flags: dict[str, Any]) -> None:
    """Show the last day of a run that had finished; store what the flags change all the same."""
    show = _show(engine, flags)
    session, state = engine.log.session, engine.state

    def recall(event: Event) -> None:
        show(event)
        if isinstance(event, Started) and state.over:
            show(DayEnded(engine.session_id, state.over, session.tree.get(state.ends[-1])))

    async def leave(_: Callable[[], None]) -> None:
        await engine.idle()
        await engine.send(End())

    await drive(engine, recall, leave)
    days = "All days are over" if state.living or state.spec.bulk else "Every customer has left"
    echo(f"The run had finished before. {days}: {state.over}.", err=True)


def _show(engine: SimulationEngine, flags: dict[str, Any]) -> Show:
    return show_json if flags["as_json"] else RunPrinter(engine).show


async def _new(runtime: Runtime, flags: dict[str, Any]) -> SimulationEngine:
    size, cast = await asyncio.to_thread(customers_of, flags["customers"])
    choice = SimulationChoice(
        world=flags["world"] or "classic",
        cast=cast,
        size=size,
        days=flags["days"] or _DAYS,
        policy=flags["policy"] or DEFAULT_POLICY,
        model=flags["model"],
        params=parse_assignments(flags["params"]),
        predictor=flags["predictor"] or "",
        seed=flags["seed"],
        budget=flags["budget"],
    )
    create = runtime.create_unsaved if flags["no_save"] else runtime.store.create
    return await runtime.simulations.start(choice, create)


async def _resumed(runtime: Runtime, flags: dict[str, Any]) -> SimulationEngine:
    refuse_settled(_SETTLED, "run")
    session = await runtime.store.open(await meant(runtime, flags["resume_id"], ENGINE))
    try:
        engine = await asyncio.to_thread(runtime.simulations.engine, session)
        for change in _changes(flags):
            await engine.send(change)
    except BaseException:
        await session.close()
        raise
    return engine


def _changes(flags: dict[str, Any]) -> list[Command]:
    changes: list[Command] = []
    params = parse_assignments(flags["params"]).to_json()
    if flags["model"] or params:
        changes.append(SetModel(flags["model"], params))
    if flags["policy"]:
        changes.append(SetPolicy(flags["policy"]))
    return changes


async def _drive(engine: SimulationEngine, flags: dict[str, Any]) -> None:
    """Run an engine as the flags say, and print what it says.

    Raises:
        SalonError: it cannot go on, or a record not be stored.
    """
    refused: list[SalonError] = []

    async def feed(_: Callable[[], None]) -> None:
        try:
            if flags["steered"]:
                await take_commands(engine.send, Command, as_json=flags["as_json"])
            else:
                await engine.send(Run(_left(engine, flags["days"])))
        except SalonError as error:
            refused.append(error)
        await engine.idle()
        await engine.send(End())

    await drive(engine, _show(engine, flags), feed)
    if refused:
        raise refused[0]


def _left(engine: SimulationEngine, days: int | None) -> int | None:
    """Return how many days are to pass; a run that is resumed goes on to where it was meant to."""
    state = engine.state
    return days if days is not None and (state.over or days != state.days) else None
