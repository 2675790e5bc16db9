"""KumoRFM: a hosted model of relational data, through the vendor's SDK.

Contract-tested against a server on loopback, never run live. Users' rows leave the machine:
nothing is sent, and the SDK is not even imported, before that was agreed to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from core.errors import PredictionError
from core.masking import known_secrets
from core.prediction.evidence import ActionChoice
from core.prediction.extras import need
from core.prediction.predictor import Case, Forecast, Prediction
from core.prediction.transactions import Transactions
from core.prediction.users import User
from core.text import clean_line

KEY_VARIABLE, URL_VARIABLE = "KUMO_API_KEY", "RFM_API_URL"
METHOD = "KumoRFM, contract-tested, never run live"
BATCH = 1000
"""Users that the service scores in one call."""
_TRACE = 300
"""Characters of a service's complaint that are repeated."""


class KumoPredictor:
    """Asks KumoRFM who will have an event within the horizon; `True_PROB` is the score."""

    name = "kumo"

    def __init__(self, key: str | None, url: str | None = None, *, agreed: bool = False) -> None:
        """Name the service.

        Args:
            key: The API key; never logged.
            url: The service's address; `None`: the SDK's own.
            agreed: Whether users' rows may be sent to it.
        """
        self._key = key
        self._url = url
        self._agreed = agreed

    async def predict(self, case: Case) -> Forecast:
        """Score the users in a thread; actions are chosen as the local predictor chooses them.

        Raises:
            PredictionError: it was not agreed to, the key or the SDK is missing, there are no
                events, or the service refuses or cannot be reached.
        """
        events = self._ready(case)
        scores = await asyncio.to_thread(self._scores, case, events)
        choice = ActionChoice(case.actions, case.evidence, f"{case.seed}:{case.as_of}")
        predictions = []
        for user in case.users:
            action, reason = choice.choose(user.user_id)
            predictions.append(
                Prediction(
                    user_id=user.user_id,
                    engagement_score=scores[user.user_id],
                    recommended_action=action,
                    basis="model",
                    reasons=(f"KumoRFM, probability of an event in {case.horizon} days", reason),
                )
            )
        return Forecast(self.name, predictions, METHOD, propensities=choice.propensities())

    def _ready(self, case: Case) -> Transactions:
        if not self._agreed:
            raise PredictionError(
                "KumoRFM is a service: the rows of all users and events would be sent to it.",
                "Agree with --yes, or with the setting recommend.rows_may_leave.",
            )
        if not self._key:
            raise PredictionError(
                "KumoRFM needs a key.", f"Put it into the environment as {KEY_VARIABLE}."
            )
        if case.events is None:
            raise PredictionError(
                "KumoRFM learns from events, and there are none.", "Name a table with --events."
            )
        need("kumo", "KumoRFM")
        return case.events

    def _scores(self, case: Case, events: Transactions) -> dict[str, float]:
        import pandas
        from kumoai import rfm

        try:
            rfm.init(url=self._url, api_key=self._key, log_level="ERROR")
            silent = _silent_progress()
            tables = {
                "users": pandas.DataFrame(user_columns(case.users, events)),
                "events": pandas.DataFrame(event_columns(events)),
            }
            tables["events"]["date"] = pandas.to_datetime(tables["events"]["date"])
            model = rfm.KumoRFM(rfm.Graph.from_data(tables, verbose=False), verbose=silent)
            scores: dict[str, float] = {}
            for start in range(0, len(case.users), BATCH):
                ids = [each.user_id for each in case.users[start : start + BATCH]]
                answer = model.predict(
                    query(case.horizon),
                    indices=ids,
                    anchor_time=pandas.Timestamp(case.as_of),
                    run_mode="fast",
                    verbose=silent,
                )
                scores |= scores_of(answer.to_dict("list"), ids)
        except (ValueError, RuntimeError, OSError) as error:
            raise self._refused(error) from error
        return scores

    def _refused(self, error: Exception) -> PredictionError:
        said = clean_line(known_secrets({}, [self._key]).mask(str(error)))
        if len(said) > _TRACE:
            said = f"{said[:_TRACE]}…"
        if "401" in said or "403" in said:
            return PredictionError(f"KumoRFM refuses the key: {said}", f"Look at {KEY_VARIABLE}.")
        return PredictionError(
            f"KumoRFM did not answer: {said}", "Try again later, or use --predictor local."
        )


def _silent_progress() -> Any:
    """Return a progress logger for the SDK whose own ones write escape codes to any output."""
    from kumoai.utils import ProgressLogger

    def nothing(*_args: object) -> None:
        pass

    shown = ("on_enter", "on_exit", "on_log", "on_init_progress", "on_step", "__exit__")
    methods = {"__enter__": lambda logger: logger, **dict.fromkeys(shown, nothing)}
    return type("Silent", (ProgressLogger,), methods)("", verbose=False)


def query(horizon: int) -> str:
    """Return the predictive query: will a user have an event within `horizon` days?

    Users are named apart from it, so that no id can be read as part of the query.
    """
    return f"PREDICT COUNT(events.*, 0, {horizon}, days) > 0 FOR EACH users.user_id"


def user_columns(users: Sequence[User], events: Transactions) -> dict[str, list[str]]:
    """Return the table of users, by column: the ids of all who are asked about or had events.

    Nothing else of them, since their counts are those of today: the service looks back at
    them from past days as well, and would learn from what had not happened yet.
    """
    return {"user_id": list(dict.fromkeys([*(each.user_id for each in users), *events.ids]))}


def event_columns(events: Transactions) -> dict[str, list[object]]:
    """Return the table of events, by column; of a date its ISO form."""
    columns: dict[str, list[object]] = {
        "event_id": list(range(len(events.day))),
        "user_id": [events.ids[each] for each in events.customer],
        "date": [date.fromordinal(each).isoformat() for each in events.day],
    }
    if events.amount is not None:
        columns["amount"] = list(events.amount)
    return columns


def scores_of(answer: Mapping[str, Sequence[Any]], ids: Sequence[str]) -> dict[str, float]:
    """Return the scores of an answer's columns ENTITY and True_PROB, by user.

    Raises:
        PredictionError: a user is missing, or something is no probability.
    """
    try:
        entities, chances = answer["ENTITY"], answer["True_PROB"]
        found = {
            str(entity): float(chance) for entity, chance in zip(entities, chances, strict=True)
        }
    except (KeyError, TypeError, ValueError) as error:
        raise PredictionError(
            "KumoRFM's answer cannot be understood.", "Another version of kumoai may be needed."
        ) from error
    missing = [each for each in ids if each not in found]
    if missing or not all(0 <= each <= 1 for each in found.values()):
        raise PredictionError(
            f"KumoRFM's answer lacks {len(missing)} users, or holds what is no probability.",
            "Try again later, or use --predictor local.",
        )
    return {each: found[each] for each in ids}
