"""`salon recommend`: what to do for which user, and learning from what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.cli.output import echo, echo_json, echo_table
from core.errors import UsageError

if TYPE_CHECKING:
    from core.prediction.log import RecommendationLog
    from core.prediction.predictor import Case, Predictor
    from core.prediction.recommendations import Recommendations
    from core.runtime import Runtime

_FILE = click.Path(path_type=Path)
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("file", metavar="[USERS]", required=False, type=_FILE)
@click.option("--events", "events_file", metavar="FILE", type=_FILE, help="Events to train on.")
@click.option("--user", "user_id", metavar="ID", help="Recommend for this user only.")
@click.option(
    "--predictor",
    type=click.Choice(["local", "mock", "kumo"]),
    help="Predictor that scores the users.",
)
@click.option(
    "--horizon", type=click.IntRange(1, 3650), metavar="DAYS", help="Horizon of the prediction."
)
@click.option("--today", type=_DAY, help="Reference date. [today]")
@click.option("--seed", type=int, default=0, show_default=True, help="Random seed.")
@click.option("--feedback", metavar="FILE", type=_FILE, help="Outcomes of recommendations.")
@click.option("--yes", is_flag=True, help="Allow sending rows to a service (kumo).")
@click.option("--no-save", is_flag=True, help="Do not save a session.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per user.")
@click.pass_obj
def recommend(
    runtime: Runtime,
    file: Path | None,
    events_file: Path | None,
    user_id: str | None,
    predictor: str | None,
    horizon: int | None,
    today: datetime | None,
    seed: int,
    feedback: Path | None,
    yes: bool,
    no_save: bool,
    as_json: bool,
) -> None:
    """Recommend an action for each user of a table (CSV or Parquet).

    USERS has the columns user_id, interactions, purchases and last_active (a date) or
    days_since_last_active. EVENTS has user_id and date; the predictor is trained on them.
    FEEDBACK has user_id and outcome (1: engaged, 0: not), and optionally date and action.
    """
    if file is None and feedback is None:
        raise UsageError("Whom to recommend something to is missing.", "Name a table of users.")
    log = _log(runtime)
    if feedback is not None:
        asyncio.run(_take_feedback(log, feedback))
    if file is None:
        return
    day = None if today is None else today.date()
    case = _case(runtime, file, events_file, user_id, horizon or 0, day, seed)
    chosen = _predictor(runtime, predictor, yes)
    made = asyncio.run(_recommend(runtime, log, case, chosen))
    if not no_save:
        session = asyncio.run(log.add(made, f"Recommendations for {file.name}"))
        echo(f"On record as session {session}.", err=True)
    _show(made, as_json)


def _log(runtime: Runtime) -> RecommendationLog:
    from core.prediction.log import RecommendationLog

    return RecommendationLog(runtime.store)


async def _take_feedback(log: RecommendationLog, file: Path) -> None:
    from core.prediction.feedback import match_feedback

    found = match_feedback(file, await log.logged())
    await log.report(found)
    echo(f"Took in what became of {len(found)} recommendations.", err=True)


def _case(
    runtime: Runtime,
    file: Path,
    events_file: Path | None,
    user_id: str | None,
    horizon: int,
    today: date | None,
    seed: int,
) -> Case:
    """Read the tables.

    Where no day is named things stand as of the last event, and without events as of today.
    """
    from core.prediction.predictor import Case
    from core.prediction.transactions import read_events
    from core.prediction.users import find_user, read_users

    settings = runtime.settings.recommend
    latest = today or datetime.now(UTC).astimezone().date()
    events = None if events_file is None else read_events(events_file, latest=latest)
    as_of = latest if today is not None or events is None else events.last_day
    users = read_users(file, as_of, latest)
    wanted = list(users.values()) if user_id is None else [find_user(users, user_id)]
    return Case(
        users=wanted,
        as_of=as_of,
        events=events,
        horizon=horizon or settings.horizon,
        actions=settings.actions,
        seed=seed,
    )


def _predictor(runtime: Runtime, name: str | None, yes: bool) -> Predictor:
    from core.prediction.predictors import make_predictor

    settings = runtime.settings.recommend
    return make_predictor(
        name or settings.predictor,
        runtime.variables.values(),
        agreed=yes or settings.rows_may_leave,
    )


async def _recommend(
    runtime: Runtime, log: RecommendationLog, case: Case, predictor: Predictor
) -> Recommendations:
    from dataclasses import replace

    from core.prediction.policy import ThresholdPolicy
    from core.prediction.recommendations import recommend as recommend_case

    settings = runtime.settings.recommend
    policy = ThresholdPolicy(settings.threshold, settings.otherwise)
    return await recommend_case(predictor, replace(case, evidence=await log.evidence()), policy)


def _show(made: Recommendations, as_json: bool) -> None:
    if as_json:
        for each in made.rows:
            echo_json({**each.to_json(), "as_of": made.as_of.isoformat()})
        return
    echo_table(
        ["USER", "ACTION", "SCORE", "BASIS", "WHY"],
        [
            (
                each.user.user_id,
                each.action,
                f"{each.prediction.engagement_score:.2f}",
                each.prediction.basis,
                "; ".join(each.prediction.reasons),
            )
            for each in made.rows
        ],
    )
    echo()
    for line in _remarks(made):
        echo(line)


def _remarks(made: Recommendations) -> Sequence[str]:
    """Return how the scores were made, how good such scores were, and what keeps them from it."""
    forecast = made.forecast
    lines = [
        f"{forecast.predictor} ({forecast.method}), as of {made.as_of}, "
        f"for the {made.horizon} days after"
    ]
    if forecast.calibration is not None:
        lines.append(f"on past holdouts: {_figures(forecast.calibration)}")
    notes = dict.fromkeys(each.prediction.note for each in made.rows if each.prediction.note)
    return [*lines, *notes]


def _figures(calibration: Mapping[str, Any]) -> str:
    told = [f"Brier {calibration['brier']:.3f}", f"calibration error {calibration['ece']:.3f}"]
    if calibration["auc"] is not None:
        told.insert(0, f"AUC {calibration['auc']:.3f}")
    return ", ".join(told)
