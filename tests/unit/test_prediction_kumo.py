"""The adapter of KumoRFM, with a stand-in for the SDK: what it asks and what it makes of it.

That the SDK takes it and a server understands it is tested in `tests/contract/test_kumo_sdk.py`.
"""

from __future__ import annotations

import asyncio
import sys
from array import array
from datetime import date
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from core.errors import PredictionError
from core.prediction.kumo import (
    BATCH,
    KumoPredictor,
    event_columns,
    query,
    scores_of,
    user_columns,
)
from core.prediction.predictor import Case
from core.prediction.transactions import Transactions
from core.prediction.users import User

DAY = date(2025, 8, 15)
KEY = "key-of-nobody"


def case(count: int = 3, *, events: bool = True) -> Case:
    users = [User(f"u{i}", 3, 5, 1) for i in range(count)]
    start = DAY.toordinal() - 3
    happened = Transactions(["u0", "x"], array("q", [0, 1]), array("q", [start, start + 1]), None)
    return Case(users, DAY, happened if events else None, horizon=21)


class Frame:
    """As much of a data frame as the adapter uses."""

    def __init__(self, columns: dict[str, list[Any]]) -> None:
        self.columns = columns

    def __getitem__(self, name: str) -> list[Any]:
        return self.columns[name]

    def __setitem__(self, name: str, values: list[Any]) -> None:
        self.columns[name] = values

    def to_dict(self, orient: str) -> dict[str, list[Any]]:
        assert orient == "list"
        return self.columns


class Service:
    """What the stand-in was asked, and what it answers."""

    def __init__(self) -> None:
        self.inits: list[dict[str, Any]] = []
        self.tables: dict[str, Frame] = {}
        self.calls: list[dict[str, Any]] = []
        self.error: Exception | None = None

    def init(self, **arguments: Any) -> None:
        self.inits.append(arguments)
        if self.error is not None:
            raise self.error

    def from_data(self, tables: dict[str, Frame], verbose: bool) -> str:
        self.tables = tables
        return "the graph"

    def model(self, graph: str, verbose: object) -> SimpleNamespace:
        assert graph == "the graph"
        return SimpleNamespace(predict=self.predict)

    def predict(self, text: str, **arguments: Any) -> Frame:
        self.calls.append({"query": text, **arguments})
        ids = list(reversed(arguments["indices"]))
        chances = [int(each[1:]) / 10_000 for each in ids]
        return Frame({"ENTITY": ids, "True_PROB": chances, "False_PROB": chances})


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    made = Service()
    graph = SimpleNamespace(from_data=made.from_data)
    rfm = SimpleNamespace(init=made.init, Graph=graph, KumoRFM=made.model)
    pandas = SimpleNamespace(DataFrame=Frame, to_datetime=list, Timestamp=lambda day: day)
    for name, parts in {
        "kumoai": {"rfm": rfm},
        "kumoai.utils": {"ProgressLogger": type("P", (), {"__init__": lambda self, *a, **k: None})},
        "pandas": vars(pandas),
    }.items():
        module = ModuleType(name)
        module.__spec__ = ModuleSpec(name, None)
        module.__dict__.update(parts)
        monkeypatch.setitem(sys.modules, name, module)
    return made


def predict(predictor: KumoPredictor, wanted: Case) -> Any:
    return asyncio.run(predictor.predict(wanted))


def test_scores_come_back_to_their_users(service: Service) -> None:
    forecast = predict(KumoPredictor(KEY, "http://x/api", agreed=True), case())
    assert forecast.predictor == "kumo"
    found = {each.user_id: each.engagement_score for each in forecast.predictions}
    assert found == {"u0": 0.0, "u1": 0.0001, "u2": 0.0002}
    assert service.inits == [{"url": "http://x/api", "api_key": KEY, "log_level": "ERROR"}]


def test_the_query_is_one_the_service_knows_and_holds_no_id(service: Service) -> None:
    predict(KumoPredictor(KEY, agreed=True), case())
    [call] = service.calls
    assert call["query"] == query(21)
    assert query(21) == "PREDICT COUNT(events.*, 0, 21, days) > 0 FOR EACH users.user_id"
    assert call["indices"] == ["u0", "u1", "u2"]
    assert call["run_mode"] == "fast"
    assert call["anchor_time"] == DAY


def test_no_more_is_sent_than_is_needed(service: Service) -> None:
    predict(KumoPredictor(KEY, agreed=True), case())
    assert set(service.tables) == {"users", "events"}
    assert set(service.tables["users"].columns) == {"user_id"}
    assert set(service.tables["events"].columns) == {"event_id", "user_id", "date"}


def test_for_one_user_it_learns_from_all_of_them(service: Service) -> None:
    wanted = case(1)
    predict(KumoPredictor(KEY, agreed=True), wanted)
    assert service.tables["users"].columns == {"user_id": ["u0", "x"]}
    assert service.calls[0]["indices"] == ["u0"]
    assert wanted.events is not None
    assert user_columns(case().users, wanted.events) == {"user_id": ["u0", "u1", "u2", "x"]}


def test_events_are_told_with_their_amounts_where_these_are_known() -> None:
    days = array("q", [DAY.toordinal()])
    told = event_columns(Transactions(["a"], array("q", [0]), days, array("d", [2.5])))
    assert told == {"event_id": [0], "user_id": ["a"], "date": ["2025-08-15"], "amount": [2.5]}


def test_a_crowd_is_asked_about_in_batches(service: Service) -> None:
    forecast = predict(KumoPredictor(KEY, agreed=True), case(2 * BATCH + 1))
    assert [len(each["indices"]) for each in service.calls] == [BATCH, BATCH, 1]
    assert len(forecast.predictions) == 2 * BATCH + 1


@pytest.mark.parametrize(
    ("predictor", "wanted", "complaint"),
    [
        (KumoPredictor(KEY), case(), "would be sent to it. Agree with --yes"),
        (KumoPredictor(None, agreed=True), case(), "needs a key. Put it into the environment"),
        (KumoPredictor(KEY, agreed=True), case(events=False), "Name a table with --events"),
    ],
)
def test_without_consent_key_or_events_nothing_is_imported_or_sent(
    service: Service, predictor: KumoPredictor, wanted: Case, complaint: str
) -> None:
    with pytest.raises(PredictionError) as caught:
        predict(predictor, wanted)
    assert complaint in str(caught.value)
    assert not service.inits
    assert not service.calls


@pytest.mark.parametrize(
    ("error", "complaint"),
    [
        (ValueError(f"authentication failed for {KEY}. HTTP 401: no"), "refuses the key"),
        (RuntimeError("the context is too large"), "did not answer: the context is too large"),
        (ConnectionError("nobody there"), "did not answer: nobody there"),
        (ValueError("\x1b[2J" + "x" * 5000), "did not answer: [2Jxxx"),
    ],
)
def test_what_the_service_says_against_it_is_one_sentence(
    service: Service, error: Exception, complaint: str
) -> None:
    service.error = error
    with pytest.raises(PredictionError) as caught:
        predict(KumoPredictor(KEY, agreed=True), case())
    assert complaint in str(caught.value)
    assert KEY not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"ENTITY": ["u0"], "True_PROB": []},
        {"ENTITY": ["u0"], "True_PROB": ["high"]},
        {"ENTITY": ["u0"], "True_PROB": [1.5]},
        {"ENTITY": ["u0"], "True_PROB": [float("nan")]},
        {"ENTITY": ["u1"], "True_PROB": [0.5]},
    ],
)
def test_an_answer_that_makes_no_sense_is_no_score(answer: dict[str, list[Any]]) -> None:
    with pytest.raises(PredictionError, match="KumoRFM's answer"):
        scores_of(answer, ["u0"])


def test_where_the_sdk_is_missing_it_is_said_how_to_add_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("core.prediction.extras.find_spec", lambda name: None)
    with pytest.raises(PredictionError, match=r"kumoai, which .* pip install 'salon\[kumo\]'"):
        predict(KumoPredictor(KEY, agreed=True), case())
