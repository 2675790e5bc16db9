"""`salon recommend`: scores, decisions, records and what became of them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from core.cli.recommend import recommend
from core.errors import PredictionError, SalonError, UsageError
from core.prediction.log import RecommendationLog
from core.runtime import Options, Runtime
from core.sessions.store import SessionStore
from customer_data import SEED, cdnow_rows

FEEDBACK = "user_id,outcome\n1,1\n2,0\n"


class Salon:
    """The command in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ: dict[str, str] = {}
        self.assignments: tuple[str, ...] = ()
        self.file("users.csv", SEED)

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path

    @property
    def runtime(self) -> Runtime:
        options = Options(
            env_file=self.file("none.env", ""),
            assignments=self.assignments,
            sessions=self.folder / "sessions",
            data_dir=self.folder / "data",
        )
        return Runtime(options, self.environ)

    @property
    def store(self) -> SessionStore:
        return self.runtime.store

    def run(self, *arguments: str) -> Result:
        named = [str(self.folder / each) if each.endswith(".csv") else each for each in arguments]
        result = CliRunner().invoke(recommend, named, obj=self.runtime)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def rows(self, *arguments: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run(*arguments, "--json").stdout.splitlines()]


@pytest.fixture
def salon(tmp_path: Path) -> Salon:
    return Salon(tmp_path)


def test_the_seeds_users_get_a_prior_and_a_note(salon: Salon) -> None:
    rows = salon.rows("users.csv", "--today", "2025-08-15")
    assert [each["user_id"] for each in rows] == ["1", "2", "3", "4"]
    for row in rows:
        assert row["action"] == "send_message"
        assert row["engagement_score"] == 0.5
        assert row["predictor"] == "local"
        assert row["note"].startswith("insufficient data")
        assert row["as_of"] == "2025-08-15"
    assert [each["days_since_last_active"] for each in rows] == [5, 3, 4, 6]


def test_one_user_is_one_object(salon: Salon) -> None:
    assert [each["user_id"] for each in salon.rows("users.csv", "--user", "3")] == ["3"]
    with pytest.raises(PredictionError, match="no user '99'"):
        salon.run("users.csv", "--user", "99")


def test_the_mock_follows_the_seeds_rule(salon: Salon) -> None:
    text = SEED + "".join(f"{i},30,F,2025-08-01,1,0\n" for i in range(5, 60))
    salon.file("users.csv", text)
    rows = salon.rows("users.csv", "--predictor", "mock")
    above = [each for each in rows if each["engagement_score"] > 0.7]
    assert above
    assert all(each["action"] == each["recommended_action"] for each in above)
    rest = [each for each in rows if each["engagement_score"] <= 0.7]
    assert {each["action"] for each in rest} == {"send_message"}
    assert {each["predictor"] for each in rows} == {"mock"}
    assert rows == salon.rows("users.csv", "--predictor", "mock")
    assert rows != salon.rows("users.csv", "--predictor", "mock", "--seed", "2")


def test_the_rule_can_be_set_otherwise(salon: Salon) -> None:
    salon.assignments = ("recommend.threshold=0.4", 'recommend.actions=["wave"]')
    assert {each["action"] for each in salon.rows("users.csv")} == {"wave"}
    salon.assignments = ("recommend.otherwise=wait", "recommend.predictor=mock")
    rows = salon.rows("users.csv")
    assert {each["predictor"] for each in rows} == {"mock"}
    assert "wait" in {each["action"] for each in rows}


def test_for_people_there_is_a_table(salon: Salon) -> None:
    shown = salon.run("users.csv", "--today", "2025-08-15").stdout
    assert "send_message" in shown
    assert shown.count("insufficient data") == 1
    assert "local (prior), as of 2025-08-15, for the 14 days after" in shown


def test_events_are_learnt_from(salon: Salon) -> None:
    rows = cdnow_rows()
    salon.file(
        "events.csv",
        "user_id,date,amount\n" + "".join(f"{who},{day},{paid}\n" for who, day, paid in rows),
    )
    ids = sorted({who for who, _, _ in rows})[:20]
    users = "".join(f"{who},3,1,1\n" for who in ids)
    salon.file("users.csv", "user_id,days_since_last_active,interactions,purchases\n" + users)
    found = salon.rows("users.csv", "--events", "events.csv", "--horizon", "56")
    assert len({each["engagement_score"] for each in found}) > 5
    assert all(each["basis"] == "model" and "note" not in each for each in found)
    assert {each["as_of"] for each in found} == {"1998-06-30"}
    shown = salon.run("users.csv", "--events", "events.csv", "--horizon", "56").stdout
    assert "on past holdouts: AUC 0.8" in shown


def test_recommendations_are_on_record_with_what_they_rest_on(salon: Salon) -> None:
    salon.run("users.csv", "--today", "2025-08-15")
    [summary] = asyncio.run(salon.store.list())
    assert (summary.engine, summary.title) == ("recommend", "Recommendations for users.csv")
    tree = asyncio.run(salon.store.read(summary.id)).tree
    assert tree.root.data["threshold"] == 0.7
    assert tree.root.data["as_of"] == "2025-08-15"
    records = [each for each in tree if each.kind == "recommendation"]
    assert len(records) == 4
    [row] = records[0].data["rows"]
    assert row["features"] == {"days_since_last_active": 5, "interactions": 15, "purchases": 2}
    assert row["propensity"] == 1.0
    assert not row["followed"]
    assert [each.id for each in tree.path] == [each.id for each in tree]


def test_a_crowd_is_on_record_in_bulk(salon: Salon) -> None:
    users = "".join(f"u{i},3,1,1\n" for i in range(2500))
    salon.file("users.csv", "user_id,days_since_last_active,interactions,purchases\n" + users)
    salon.run("users.csv")
    [summary] = asyncio.run(salon.store.list())
    assert summary.records == 1 + 3
    assert len(asyncio.run(RecommendationLog(salon.store).logged())) == 2500


def test_nothing_is_on_record_where_that_is_not_wanted(salon: Salon) -> None:
    salon.run("users.csv", "--no-save")
    assert asyncio.run(salon.store.list()) == []


def test_what_became_of_them_is_learnt(salon: Salon) -> None:
    salon.run("users.csv")
    salon.file("feedback.csv", FEEDBACK)
    assert "2 recommendations" in salon.run("--feedback", "feedback.csv").stderr
    evidence = asyncio.run(RecommendationLog(salon.store).evidence())
    assert [(each.user_id, each.engaged) for each in evidence.outcomes] == [
        ("1", True),
        ("2", False),
    ]
    assert evidence.outcomes[0].features["interactions"] == 15
    salon.file("feedback.csv", "user_id,outcome\n2,1\n")
    rows = salon.rows("users.csv", "--feedback", "feedback.csv")
    assert {each["engagement_score"] for each in rows} == {0.75}


def test_enough_feedback_trains_the_predictor(salon: Salon) -> None:
    header = "user_id,days_since_last_active,interactions,purchases\n"
    users = "".join(f"u{i},{i % 50},1,1\n" for i in range(300))
    salon.file("users.csv", header + users)
    salon.run("users.csv")
    outcomes = "".join(f"u{i},{int((i % 50 < 25) != (i % 11 == 0))}\n" for i in range(300))
    salon.file("feedback.csv", "user_id,outcome\n" + outcomes)
    salon.run("--feedback", "feedback.csv")
    rows = salon.rows("users.csv")
    by_user = {each["user_id"]: each["engagement_score"] for each in rows}
    assert by_user["u1"] > 0.8
    assert by_user["u49"] < 0.3
    assert all(each["basis"] == "model" for each in rows)


def test_feedback_on_somebody_unknown_is_refused_whole(salon: Salon) -> None:
    salon.file("feedback.csv", FEEDBACK)
    with pytest.raises(PredictionError, match="Nothing was recommended to anybody yet"):
        salon.run("--feedback", "feedback.csv")
    salon.run("users.csv")
    salon.file("feedback.csv", "user_id,outcome\n1,1\n12,1\n")
    with pytest.raises(PredictionError, match=r"row 2 \(line 3\), column user_id: nothing was"):
        salon.run("--feedback", "feedback.csv")
    salon.file("feedback.csv", "user_id,outcome,date\n1,1,2020-01-01\n")
    with pytest.raises(PredictionError, match="column date: nothing was recommended to this user"):
        salon.run("--feedback", "feedback.csv")
    assert not asyncio.run(RecommendationLog(salon.store).evidence()).outcomes


def test_erased_recommendations_are_neither_listed_nor_learnt_from(salon: Salon) -> None:
    salon.run("users.csv")
    salon.file("feedback.csv", FEEDBACK)
    salon.run("--feedback", "feedback.csv")
    [summary] = asyncio.run(salon.store.list())
    asyncio.run(salon.store.erase(summary.id))
    log = RecommendationLog(salon.store)
    assert asyncio.run(log.logged()) == []
    assert not asyncio.run(log.evidence()).outcomes


def test_rows_leave_the_machine_only_when_that_was_agreed_to(salon: Salon) -> None:
    salon.environ = {"KUMO_API_KEY": "a-key"}
    with pytest.raises(PredictionError, match=r"would be sent to it\. Agree with --yes"):
        salon.run("users.csv", "--predictor", "kumo")
    salon.environ = {}
    with pytest.raises(PredictionError, match="KUMO_API_KEY"):
        salon.run("users.csv", "--predictor", "kumo", "--yes")
    salon.assignments = ("recommend.rows_may_leave=true",)
    with pytest.raises(PredictionError, match="KUMO_API_KEY"):
        salon.run("users.csv", "--predictor", "kumo")
    assert asyncio.run(salon.store.list()) == []


def test_without_users_and_feedback_there_is_nothing_to_do(salon: Salon) -> None:
    with pytest.raises(UsageError, match="is missing"):
        salon.run()


def test_every_error_is_one_that_a_person_can_act_on(salon: Salon) -> None:
    salon.file("users.csv", SEED.replace(",15,", ",-15,"))
    with pytest.raises(SalonError) as caught:
        salon.run("users.csv")
    assert "row 1 (line 2), column interactions: '-15' is negative" in str(caught.value)
    assert caught.value.hint
