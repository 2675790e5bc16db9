"""The local predictor, the mock, the policy, and the choice of actions."""

from __future__ import annotations

import asyncio
import random
from array import array
from datetime import UTC, date, datetime, timedelta

import pytest

from core.errors import PredictionError
from core.prediction.evidence import ActionChoice, Evidence, Outcome
from core.prediction.local import LocalPredictor
from core.prediction.mock import MockPredictor
from core.prediction.policy import ThresholdPolicy
from core.prediction.predictor import ACTIONS, Case, Prediction
from core.prediction.predictors import NAMES, make_predictor
from core.prediction.recommendations import recommend
from core.prediction.transactions import Transactions
from core.prediction.users import User
from customer_data import cdnow_rows

DAY = date(2025, 8, 15)


def user(name: str, idle: int = 3, interactions: float = 5, purchases: float = 1) -> User:
    return User(name, idle, interactions, purchases)


FOUR = [user(str(number)) for number in range(1, 5)]


def outcome(name: str, action: str, engaged: bool, *, idle: int = 3, minute: int = 0) -> Outcome:
    return Outcome(
        user_id=name,
        action=action,
        engaged=engaged,
        at=datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minute),
        features=user(name, idle).features(),
        recommended=True,
    )


def cdnow_case() -> Case:
    rows = cdnow_rows()
    numbers: dict[str, int] = {}
    customer = array("q", (numbers.setdefault(each, len(numbers)) for each, _, _ in rows))
    day = array("q", (when.toordinal() for _, when, _ in rows))
    money = array("d", (paid for _, _, paid in rows))
    events = Transactions(list(numbers), customer, day, money)
    users = [user(name) for name in [*list(numbers)[:200], "stranger"]]
    return Case(users, events.last_day, events, horizon=56)


def test_the_mock_says_that_it_is_one_and_repeats_itself() -> None:
    case = Case(FOUR, DAY)
    forecast = asyncio.run(MockPredictor().predict(case))
    assert forecast.predictor == "mock"
    assert all(each.basis == "random" and "mock" in each.note for each in forecast.predictions)
    assert all(0 <= each.engagement_score <= 1 for each in forecast.predictions)
    assert forecast == asyncio.run(MockPredictor().predict(case))
    other = asyncio.run(MockPredictor().predict(Case(FOUR, DAY, seed=1)))
    assert forecast.predictions != other.predictions


def test_four_users_get_a_prior_that_says_so() -> None:
    forecast = asyncio.run(LocalPredictor().predict(Case(FOUR, DAY)))
    assert {each.engagement_score for each in forecast.predictions} == {0.5}
    for each in forecast.predictions:
        assert each.basis == "prior"
        assert each.note.startswith("insufficient data: there are no events")
    assert forecast.calibration is None


def test_a_few_outcomes_move_the_prior_and_no_more() -> None:
    evidence = Evidence([outcome(str(i), "send_message", False, minute=i) for i in range(8)])
    forecast = asyncio.run(LocalPredictor().predict(Case(FOUR, DAY, evidence=evidence)))
    assert {each.engagement_score for each in forecast.predictions} == {0.1}
    assert "8 outcomes" in forecast.predictions[0].note


def test_a_few_events_are_too_little() -> None:
    start = DAY.toordinal() - 100
    events = Transactions(["1", "2"], array("q", [0, 1, 0]), array("q", [start] * 3), None)
    forecast = asyncio.run(LocalPredictor().predict(Case(FOUR, DAY, events)))
    assert all("insufficient data" in each.note for each in forecast.predictions)


def test_scores_learnt_from_events_have_reasons_and_a_calibration() -> None:
    case = cdnow_case()
    forecast = asyncio.run(LocalPredictor().predict(case))
    *known, stranger = forecast.predictions
    assert len({each.engagement_score for each in known}) > 50
    assert all(each.basis == "model" and not each.note for each in known)
    assert all(len(each.reasons) >= 2 for each in known)
    assert forecast.calibration is not None
    assert forecast.calibration["auc"] > 0.75
    assert forecast.calibration["ece"] < 0.03
    assert set(forecast.calibration["compared"]) == {"logistic", "bg_nbd"}
    assert stranger.basis == "prior"
    assert stranger.note.startswith("insufficient data: no event of this user")
    assert stranger.engagement_score == forecast.calibration["base_rate"]


def test_reasons_of_the_ranked_first_and_last_differ_as_their_scores_do() -> None:
    predictions = asyncio.run(LocalPredictor().predict(cdnow_case())).predictions[:-1]
    best = max(predictions, key=lambda each: each.engagement_score)
    worst = min(predictions, key=lambda each: each.engagement_score)
    assert "(+" in best.reasons[0]
    assert "(-" in worst.reasons[0]


@pytest.mark.parametrize("identified", [True, False])
def test_bg_nbd_tells_of_dropout_only_where_it_is_identified(
    monkeypatch: pytest.MonkeyPatch, identified: bool
) -> None:
    monkeypatch.setattr("core.prediction.models.engagement.METHODS", ("bg_nbd",))
    if not identified:
        monkeypatch.setattr(
            "core.prediction.models.bg_nbd_fit._unidentified", lambda *_: "nobody knows"
        )
    forecast = asyncio.run(LocalPredictor().predict(cdnow_case()))
    assert forecast.method == "bg_nbd"
    assert forecast.calibration is not None
    assert forecast.calibration["auc"] > 0.75
    reasons = [each.reasons for each in forecast.predictions[:-1]]
    assert all("events expected in 56 days" in each[0] for each in reasons)
    assert any("still a customer" in text for each in reasons for text in each) == identified


def test_predictors_are_made_by_their_names() -> None:
    assert [make_predictor(name).name for name in NAMES] == list(NAMES)
    with pytest.raises(PredictionError, match=r"no predictor 'locl'\. Did you mean local\?"):
        make_predictor("locl")


def test_scores_are_learnt_from_outcomes_where_there_are_no_events() -> None:
    rng = random.Random(7)
    outcomes = []
    for i in range(400):
        idle = rng.randrange(60)
        engaged = rng.random() < (0.9 if idle < 20 else 0.1)
        outcomes.append(outcome(f"u{i}", "send_message", engaged, idle=idle, minute=i))
    users = [user("fresh", idle=1), user("gone", idle=59)]
    forecast = asyncio.run(LocalPredictor().predict(Case(users, DAY, evidence=Evidence(outcomes))))
    fresh, gone = forecast.predictions
    assert fresh.engagement_score > 0.75
    assert gone.engagement_score < 0.25
    assert "last active 59 days ago" in gone.reasons[0]
    assert forecast.calibration is not None
    assert forecast.calibration["auc"] > 0.8


@pytest.mark.parametrize(
    ("score", "action"), [(0.71, "offer_discount"), (0.7, "send_message"), (0.0, "send_message")]
)
def test_the_seeds_rule_takes_the_recommended_action_above_its_threshold(
    score: float, action: str
) -> None:
    prediction = Prediction("1", score, "offer_discount", "model")
    assert ThresholdPolicy().decide(prediction) == action
    assert ThresholdPolicy(0.9, "wait").decide(prediction) == "wait"


def test_without_outcomes_every_action_is_as_likely() -> None:
    choice = ActionChoice(ACTIONS, Evidence(), "seed")
    assert all(each == pytest.approx(1 / 3, abs=0.04) for each in choice.propensities().values())
    assert sum(choice.propensities().values()) == pytest.approx(1)
    action, reason = choice.choose("1")
    assert action in ACTIONS
    assert "no outcome is known yet" in reason
    assert choice.choose("1") == (action, reason)


def test_the_action_that_works_takes_over_and_a_failure_forbids_none() -> None:
    outcomes = [outcome(str(i), "offer_discount", i % 10 < 8, minute=i) for i in range(50)]
    outcomes += [outcome(str(i), "send_message", i % 10 < 3, minute=i) for i in range(50)]
    outcomes.append(outcome("x", "recommend_product", False))
    choice = ActionChoice(ACTIONS, Evidence(outcomes), "seed")
    likely = choice.propensities()
    assert likely["offer_discount"] > 0.8
    assert likely["send_message"] < 0.01
    assert 0 < likely["recommend_product"] < 0.2
    users = [f"u{i}" for i in range(200)]
    chosen = [choice.choose(each)[0] for each in users]
    assert chosen.count("offer_discount") > 150
    assert choice.choose(users[chosen.index("offer_discount")])[1].endswith("40 of 50 times")


def test_what_the_policy_did_for_the_rest_says_nothing_of_the_choice() -> None:
    ignored = Outcome("1", "send_message", True, datetime(2025, 1, 1, tzinfo=UTC))
    assert Evidence([ignored]).counts(ACTIONS)["send_message"] == (0, 0)


def test_a_recommendation_tells_how_likely_it_was() -> None:
    case = Case(FOUR, DAY)
    made = asyncio.run(recommend(LocalPredictor(), case, ThresholdPolicy(threshold=0.4)))
    assert all(each.followed for each in made.rows)
    assert all(each.propensity == pytest.approx(1 / 3, abs=0.04) for each in made.rows)
    made = asyncio.run(recommend(LocalPredictor(), case, ThresholdPolicy()))
    assert all(not each.followed and each.propensity == 1 for each in made.rows)
