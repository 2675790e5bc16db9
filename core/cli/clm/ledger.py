"""`salon clm ledger`: the evidence for each action, and customer lifetime value."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from core.cli.output import echo, echo_json, echo_table
from core.runtime import Runtime

if TYPE_CHECKING:
    from core.clm.simulation.state import SimulationState
    from core.clm.simulation.stored_run import StoredRun
    from core.clm.simulation.worth import Worth


@click.command()
@click.argument("session_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def ledger(runtime: Runtime, session_id: str, as_json: bool) -> None:
    """Show the ledger of a run: the evidence for each action, by customer and segment.

    In the market world, also the expected margin of the next 52 weeks (CLV).

    \b
    STATUS   SUCCESS (it pays), UNSURE, RESTING (failed just now), FORBIDDEN (hopeless)
    MEAN     posterior mean of the success rate, with its 90 % interval
    P(BEST)  probability that no other action has a higher value
    """
    told = asyncio.run(_told(runtime, session_id))
    if as_json:
        echo_json(told, indent=2)
    else:
        _show(told)


async def _told(runtime: Runtime, session_id: str) -> dict[str, Any]:
    from core.clm.simulation.export import worth_of
    from core.clm.simulation.stored_run import read_run

    run = await read_run(runtime.store, session_id)
    worth = await asyncio.to_thread(worth_of, run)
    return await asyncio.to_thread(_collected, run, worth)


def _collected(run: StoredRun, worth: Worth) -> dict[str, Any]:
    from core.clm.simulation.tables import entries, ledger_row, segment_entries

    state = run.state
    if state.spec.is_population:
        last = state.series[-1].segments if state.series else {}
        segments = [
            ledger_row("segment", each) for said in last.values() for each in said["ledger"]
        ]
        customers = []
    else:
        segments = [ledger_row("segment", each) for each in segment_entries(state)]
        customers = [ledger_row("customer", each) for each in entries(state)]
    return {
        "session": run.session,
        "day": state.over,
        "customers": customers,
        "segments": segments,
        "worth": _worth(state, worth),
    }


def _worth(state: SimulationState, worth: Worth) -> dict[str, Any]:
    told: dict[str, Any] = {"weeks": 52, "note": worth.note}
    if state.spec.is_population:
        count = len(worth.value)
        told["mean"] = sum(worth.value.values()) / count if count else None
        if count:
            from core.clm.simulation.lifetime_value import worth_by_segment

            told["segments"] = worth_by_segment(state.spec, worth)
        return told
    names = list(state.customers)
    places: dict[str, list[int]] = {}
    for place, who in enumerate(state.customers.values()):
        places.setdefault(who.segment, []).append(place)
    told["customers"] = {names[place]: value for place, value in worth.value.items()}
    told["segments"] = worth.mean(places)
    return told


def _show(told: Mapping[str, Any]) -> None:
    for what in ("customer", "segment"):
        rows = told[f"{what}s"]
        if rows:
            echo_table(
                [
                    what.upper(),
                    "ACTION",
                    "STATUS",
                    "TRIALS",
                    "SUCCESSES",
                    "MEAN",
                    "90 %",
                    "P(BEST)",
                    "REASON",
                ],
                [_row(what, each) for each in rows],
            )
            echo()
    worth = told["worth"]
    for name, value in worth.get("customers", {}).items():
        echo(f"{name}: CLV {value:,.2f} ({worth['weeks']} weeks)")
    for name, value in worth.get("segments", {}).items():
        if value is not None:
            echo(f"{name}: mean CLV of buyers {value:,.2f} (52 weeks)")
    if worth["note"]:
        echo(worth["note"])


def _row(what: str, said: Mapping[str, Any]) -> Sequence[object]:
    return (
        said[what],
        said["action"],
        said["word"],
        f"{said['n']:.0f}",
        f"{said['successes']:.0f}",
        f"{said['mean']:.0%}",
        f"{said['low']:.0%}–{said['high']:.0%}",
        f"{said['best']:.0%}",
        said["reason"],
    )
