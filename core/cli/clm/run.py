"""`salon clm run`: the day simulator."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from core.cli.clm.options import customers_of, world_options
from core.cli.clm.printing import RunPrinter
from core.cli.output import echo
from core.cli.runner import Show, drive_work, reopened, show_json, take_commands
from core.cli.steer_help import steer_help
from core.cli.talk_options import refuse_settled
from core.clm.records import DayEnded
from core.clm.simulation.commands import Command, Run, SetModel, SetPolicy
from core.clm.simulation.engine import SimulationEngine
from core.clm.simulation.setup import DEFAULT_POLICY, SimulationChoice
from core.clm.simulation.spec import ENGINE, POLICY_NAMES
from core.config.params import parse_assignments
from core.events import Event, Started
from core.runtime import Runtime
from core.sessions.session import Session

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
@click.option("--days", type=click.IntRange(min=1), help=f"Days to simulate. [{_DAYS}]")
@click.option("--policy", type=click.Choice(POLICY_NAMES), help=f"Policy. [{DEFAULT_POLICY}]")
@click.option("--model", metavar="MODEL", help="Model of the policy llm, as provider:model.")
@click.option(
    "--set", "params", multiple=True, metavar="NAME=VALUE", help="Parameter of that model."
)
@click.option(
    "--predictor",
    type=click.Choice(["local", "mock", "kumo"]),
    help="Predictor whose scores policies see.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@click.option("--steer", "steered", is_flag=True, help="Read commands from standard input.")
@steer_help("core.clm.simulation.commands")
@click.option("--resume", "resume_id", metavar="ID", help="Resume a stored run, or `last`.")
@click.option("--no-save", is_flag=True, help="Do not save the session.")
@click.pass_obj
def run(runtime: Runtime, /, **flags: Any) -> None:
    """Simulate customers day by day under a policy.

    Up to 1,000 customers are simulated with records of their own, more as a population.
    """
    if not asyncio.run(_run(runtime, flags)):
        raise click.exceptions.Exit(1)


async def _run(runtime: Runtime, flags: dict[str, Any]) -> bool:
    """Run; false if it failed."""
    async with runtime:
        resumed = bool(flags["resume_id"])
        engine = await (_resumed(runtime, flags) if resumed else _new(runtime, flags))
        finished = resumed and engine.state.finished and not (flags["days"] or flags["steered"])
        try:
            await (_tell_finished(engine, flags) if finished else _drive(engine, flags))
        finally:
            await engine.log.session.close()
            if not flags["no_save"]:
                echo(f"— Resume with: {_resume_command(engine)}", err=True)
        return engine.state.failed is None


def _resume_command(engine: SimulationEngine) -> str:
    more = " --days N" if engine.state.finished else ""
    return f"salon clm run --resume {engine.session_id}{more}"


async def _tell_finished(engine: SimulationEngine, flags: dict[str, Any]) -> None:
    """Show the last day of a finished run, and store what the flags change."""
    show = _show(engine, flags)
    session, state = engine.log.session, engine.state

    def recall(event: Event) -> None:
        show(event)
        if isinstance(event, Started) and state.over:
            show(DayEnded(engine.session_id, session.tree.get(state.ends[-1])))

    await drive_work(engine, recall, engine.idle)
    days = (
        "All days have been simulated"
        if state.living or state.spec.is_population
        else "Every customer has left"
    )
    echo(f"The run has finished. {days}: {state.over}.", err=True)


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
    runtime.saved = not flags["no_save"]
    return await runtime.simulations.start(choice, runtime.create)


async def _resumed(runtime: Runtime, flags: dict[str, Any]) -> SimulationEngine:
    refuse_settled(_SETTLED, "run")

    async def open_(session: Session) -> SimulationEngine:
        engine = await asyncio.to_thread(runtime.simulations.engine, session)
        for change in _changes(flags):
            await engine.send(change)
        return engine

    return await reopened(runtime, flags["resume_id"], ENGINE, open_)


def _changes(flags: dict[str, Any]) -> list[Command]:
    changes: list[Command] = []
    params = parse_assignments(flags["params"]).to_json()
    if flags["model"] or params:
        changes.append(SetModel(flags["model"], params))
    if flags["policy"]:
        changes.append(SetPolicy(flags["policy"]))
    return changes


async def _drive(engine: SimulationEngine, flags: dict[str, Any]) -> None:
    """Run an engine as the flags say, and print its events.

    Raises:
        SalonError: it cannot continue, or a record could not be stored.
    """

    async def work() -> None:
        if flags["steered"]:
            await take_commands(engine.send, Command, as_json=flags["as_json"])
        else:
            await engine.send(Run(_left(engine, flags["days"])))
        await engine.idle()

    await drive_work(engine, _show(engine, flags), work)


def _left(engine: SimulationEngine, days: int | None) -> int | None:
    """Return the days to simulate; a resumed run continues to its planned end."""
    state = engine.state
    return days if days is not None and (state.over or days != state.days) else None
