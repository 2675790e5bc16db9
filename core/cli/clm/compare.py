"""`salon clm compare`: policies on the same customers and days."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import click

from core.cli.clm.options import customers_of, world_options
from core.cli.output import echo, echo_json, echo_table
from core.clm.simulation.comparison import SEEDS, PolicyResult, compare_policies
from core.clm.simulation.setup import SimulationChoice
from core.errors import UsageError
from core.runtime import Runtime


@click.command()
@click.option(
    "--policies",
    required=True,
    metavar="A,B,…",
    help="Policies to compare; the first is the baseline.",
)
@world_options
@click.option(
    "--days", type=click.IntRange(min=1), default=30, show_default=True, help="Days per run."
)
@click.option(
    "--seeds",
    type=click.IntRange(min=2),
    default=SEEDS,
    show_default=True,
    help="Number of runs per policy.",
)
@click.option("--model", metavar="MODEL", help="Model of the policy llm, as provider:model.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def compare(runtime: Runtime, /, **flags: Any) -> None:
    """Compare policies on the same customers and days (common random numbers).

    Margin, cost and regret are per customer over all days; in the classic world regret is in
    points of engagement.
    """
    policies = [each.strip() for each in flags["policies"].split(",") if each.strip()]
    if len(policies) < 2:
        raise UsageError("--policies needs at least two.", "For example: one-strike,thompson.")
    results = asyncio.run(_compare(runtime, policies, flags))
    if flags["as_json"]:
        echo_json(
            {
                "world": flags["world"] or "classic",
                "days": flags["days"],
                "seed": flags["seed"],
                "policies": [each.to_json() for each in results],
            },
            indent=2,
        )
    else:
        _show(results, flags["days"])


async def _compare(
    runtime: Runtime, policies: list[str], flags: dict[str, Any]
) -> list[PolicyResult]:
    size, cast = await asyncio.to_thread(customers_of, flags["customers"])
    choice = SimulationChoice(
        world=flags["world"] or "classic",
        cast=cast,
        size=size,
        model=flags["model"],
        seed=flags["seed"],
        budget=flags["budget"],
    )

    def progress(done: int, total: int) -> None:
        if sys.stderr.isatty():
            echo(f"\r{done} of {total} runs", nl=done == total, err=True)

    async with runtime:
        return await compare_policies(
            runtime.simulations,
            choice,
            policies,
            days=flags["days"],
            seeds=flags["seeds"],
            progress=progress,
        )


def _show(results: list[PolicyResult], days: int) -> None:
    first = results[0]
    echo_table(
        ["POLICY", "MARGIN", f"VS. {first.policy}", "COST", "REGRET", "ENGAGEMENT", "CHURNED"],
        [
            (
                each.policy,
                f"{each.margin:,.2f}",
                "–"
                if each is first
                else f"{each.difference:+,.2f} ({each.low:+,.2f} to {each.high:+,.2f})",
                f"{each.spend:,.2f}",
                f"{each.regret:,.2f}",
                f"{each.engagement:.1f}",
                f"{each.churned:.0%}",
            )
            for each in results
        ],
    )
    echo()
    echo(
        f"per customer over {days} days; {first.runs} runs per policy on the same "
        f"customers and days, {first.confidence:.0%} intervals"
    )
