"""`salon clm evaluate`: off-policy evaluation from a log."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.cli.output import echo, echo_json, echo_table
from core.errors import SalonError, UsageError
from core.runtime import Runtime

if TYPE_CHECKING:
    from core.clm.decision_log import Log
    from core.clm.offpolicy import Estimate


@click.command()
@click.argument("log", metavar="LOG.csv|ID")
@click.option(
    "--policy",
    "policies",
    multiple=True,
    required=True,
    metavar="P",
    help="An action (always taken), random, or SEGMENT=ACTION,…; repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def evaluate(runtime: Runtime, log: str, policies: Sequence[str], as_json: bool) -> None:
    """Estimate the mean reward per decision of policies, from the log of another policy.

    LOG is a CSV file with the columns customer, segment, action, propensity and reward, or the
    ID of a run. Estimators are IPS, SNIPS and DR, with 95 % intervals clustered by customer.
    Policies are not ranked if the effective sample size is too small.

    \b
    EFFECTIVE   effective sample size of the weighted log
    MAX WEIGHT  largest importance weight: target probability / propensity
    REGRET      difference from the best of the ranked policies
    """
    found = _log(runtime, log)
    told = _judged(found, list(dict.fromkeys(policies)))
    if as_json:
        echo_json(told, indent=2)
    else:
        _show(told)


def _log(runtime: Runtime, source: str) -> Log:
    path = Path(source)
    if path.exists() or path.suffix:
        from core.clm.decision_log import read_log

        return read_log(path)
    from core.clm.simulation.logs import log_of_run
    from core.clm.simulation.stored_run import read_run

    return log_of_run(asyncio.run(read_run(runtime.store, source)))


def _judged(log: Log, policies: Sequence[str]) -> dict[str, Any]:
    from core.clm.offpolicy import estimate, rank

    targets = {name: _target(log, name) for name in policies}
    told: dict[str, Any] = {
        "decisions": len(log),
        "policies": {
            name: {
                method: _said(estimate(log, target, method)) for method in ("ips", "snips", "dr")
            }
            for name, target in targets.items()
        },
    }
    try:
        ranked = rank(log, targets)
    except SalonError as error:
        told |= {"ranking": None, "refused": str(error)}
    else:
        told["ranking"] = [
            {
                "policy": each.name,
                "value": each.estimate.value,
                "behind": each.behind,
                "low": each.behind_low,
                "high": each.behind_high,
            }
            for each in ranked
        ]
    return told


def _target(log: Log, name: str) -> Any:
    from core.clm.offpolicy import always, by_segment, evenly

    if name == "random":
        return evenly(log)
    if "=" not in name:
        return always(log, name)
    chosen: dict[str, str] = {}
    for part in name.split(","):
        segment, _, action = (each.strip() for each in part.partition("="))
        if not segment or not action:
            raise UsageError(f"{part!r} is not SEGMENT=ACTION.", f"Write it like: {name}.")
        always(log, action)
        chosen[segment] = action
    return by_segment(log, chosen)


def _said(found: Estimate) -> dict[str, Any]:
    said = asdict(found)
    del said["method"]
    return said


def _show(told: dict[str, Any]) -> None:
    rows = [
        (
            name,
            method.upper(),
            f"{found['value']:.4f}",
            f"{found['low']:.4f} to {found['high']:.4f}",
            f"{found['ess']:,.0f}",
            f"{found['heaviest']:.1f}",
        )
        for name, methods in told["policies"].items()
        for method, found in methods.items()
    ]
    echo_table(["POLICY", "METHOD", "REWARD", "95 %", "EFFECTIVE", "MAX WEIGHT"], rows)
    echo()
    echo(f"{told['decisions']:,} decisions")
    if told["ranking"] is None:
        echo(f"not ranked: {told['refused']}")
    elif len(told["ranking"]) > 1:
        for place, each in enumerate(told["ranking"], start=1):
            echo(
                f"{place}. {each['policy']}: regret {each['behind']:.4f} "
                f"({each['low']:.4f} to {each['high']:.4f})"
            )
