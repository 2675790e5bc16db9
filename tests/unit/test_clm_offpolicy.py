"""Judging policies from logs: right on average, honest about doubt, and strict about input."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm_bandits import BernoulliWorld
from core.clm import decision_log
from core.clm.decision_log import COLUMNS, Log, parse_log, read_log
from core.clm.numeric import Floats, Ints
from core.clm.offpolicy import Method, always, by_segment, estimate, evenly, rank
from core.clm.population_learners import HierarchicalThompsonPopulation
from core.clm.population_run import Day, PopulationRun
from core.errors import SalonError
from core.prediction.tables import Limit

ACTIONS = ("A", "B", "C")
SEGMENTS = ("young", "old")
RATES = np.array([[0.2, 0.5, 0.3], [0.4, 0.1, 0.35]])
"""True success rates by segment and action."""
LOGGED = np.array([[0.6, 0.2, 0.2], [0.15, 0.7, 0.15]])
"""What was done, by segment."""
METHODS: tuple[Method, ...] = ("ips", "snips", "dr")


def log_of(
    days: Iterable[Day], segment: Ints, actions: Sequence[str], segments: Sequence[str]
) -> Log:
    """Return the log of a population's days.

    Args:
        days: as a simulation shows them.
        segment: (N,) of each customer.
        actions: names, in the order of the world's.
        segments: names.
    """
    kept = list(days)
    if not kept:
        raise SalonError("There is no day in this log.")
    each = np.arange(len(segment))
    return Log(
        tuple(actions),
        tuple(segments),
        np.tile(each, len(kept)),
        np.tile(segment.astype(np.int64), len(kept)),
        np.concatenate([day.action for day in kept]).astype(np.int64),
        np.concatenate([day.propensity for day in kept]).astype(np.float64),
        np.concatenate([day.value for day in kept]).astype(np.float64),
    )


def write_log(log: Log) -> Iterator[list[str]]:
    """Yield the rows of a CSV that `parse_log` reads, the header first."""
    yield list(COLUMNS)
    for index in range(len(log)):
        yield [
            str(log.customer[index]),
            log.segments[log.segment[index]],
            log.actions[log.action[index]],
            repr(float(log.propensity[index])),
            repr(float(log.reward[index])),
        ]


def logged(seed: int, size: int = 2000, each: int = 1) -> Log:
    """Return a log of `size` decisions, `each` of them about one customer."""
    rng = np.random.default_rng(seed)
    customer = np.repeat(np.arange(-(-size // each)), each)[:size]
    segment = rng.integers(0, 2, customer.max() + 1)[customer]
    steps = LOGGED[segment].cumsum(axis=1)
    action = (rng.random(size)[:, None] > steps).sum(axis=1)
    own = rng.normal(0, 0.1, customer.max() + 1)[customer]
    reward = (rng.random(size) < RATES[segment, action]) + own
    return Log(ACTIONS, SEGMENTS, customer, segment, action, LOGGED[segment, action], reward)


def targets(log: Log) -> dict[str, tuple[Floats, float]]:
    """Return policies with their true values."""
    return {
        "B": (always(log, "B"), RATES[:, 1].mean()),
        "even": (evenly(log), RATES.mean()),
        "best": (by_segment(log, {"young": "B", "old": "A"}), 0.45),
    }


def coverage(method: Method, name: str, each: int) -> float:
    """Return in how many of 400 simulated logs the interval covers the truth, as a share."""
    covered = 0
    for seed in range(400):
        log = logged(seed, each=each)
        target, truth = targets(log)[name]
        found = estimate(log, target, method)
        covered += found.low <= truth <= found.high
    return covered / 400


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ["B", "even", "best"])
def test_the_interval_covers_the_truth_as_often_as_it_says(method: Method, name: str) -> None:
    assert 0.93 <= coverage(method, name, 1) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_it_does_so_where_decisions_hang_together_by_customer(method: Method) -> None:
    shares = [coverage(method, name, 4) for name in ("B", "even", "best")]
    assert 0.93 <= np.mean(shares) <= 0.97


@pytest.mark.parametrize("method", METHODS)
def test_estimates_are_right_on_average(method: Method) -> None:
    found = [estimate(log, targets(log)["best"][0], method) for log in map(logged, range(40))]
    error = np.std([each.value for each in found]) / 40**0.5
    assert np.mean([each.value for each in found]) == pytest.approx(0.45, abs=4 * error)


def test_a_model_of_rewards_makes_the_interval_narrower() -> None:
    log = logged(1, 5000)
    log = replace(log, reward=log.reward + 5)
    target = targets(log)["best"][0]
    ips, dr = (estimate(log, target, method) for method in ("ips", "dr"))
    assert dr.high - dr.low < 0.5 * (ips.high - ips.low)
    assert ips.ess == dr.ess < len(log)


def test_the_logged_policy_itself_is_worth_what_was_earned() -> None:
    log = logged(2)
    same = estimate(log, LOGGED[log.segment], "ips")
    assert same.value == pytest.approx(log.reward.mean())
    assert same.ess == pytest.approx(len(log))
    assert same.heaviest == pytest.approx(1)


def test_policies_are_ranked_with_their_distance_from_the_first() -> None:
    log = logged(3, 8000)
    ranked = rank(log, {name: target for name, (target, _) in targets(log).items()})
    assert [each.name for each in ranked] == ["best", "even", "B"]
    assert ranked[0].behind == ranked[0].behind_low == ranked[0].behind_high == 0
    for each, truth in zip(ranked[1:], (0.45 - RATES.mean(), 0.45 - 0.3), strict=True):
        assert 0 < each.behind_low < truth < each.behind_high


def test_where_the_log_tells_too_little_nothing_is_ranked() -> None:
    log = logged(4, 150)
    with pytest.raises(SalonError, match=r"only \d+ decisions of 'C'"):
        rank(log, {"even": evenly(log), "C": always(log, "C")})
    with pytest.raises(SalonError, match="no policy to rank"):
        rank(log, {})


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (np.ones((3, 2)), "has the shape"),
        (np.full((2000, 3), 0.5), "sum to 1"),
        (np.tile([2.0, -1.0, 0.0], (2000, 1)), "are 0 or more"),
        (np.tile([np.nan, 1.0, 0.0], (2000, 1)), "are 0 or more"),
    ],
)
def test_what_is_no_distribution_is_refused(target: Floats, said: str) -> None:
    with pytest.raises(SalonError, match=said):
        estimate(logged(1), target)


def test_what_the_log_never_did_cannot_be_judged() -> None:
    log = logged(1)
    only = replace(log, action=np.zeros_like(log.action))
    with pytest.raises(SalonError, match="never did"):
        estimate(only, always(only, "B"))
    with pytest.raises(SalonError, match="no decision for 'D'"):
        always(log, "D")
    with pytest.raises(SalonError, match="says nothing of the segment 'old'"):
        by_segment(log, {"young": "A"})
    with pytest.raises(SalonError, match="no estimator"):
        estimate(log, evenly(log), "ipss")  # type: ignore[arg-type]


def test_a_learners_own_log_tells_what_another_policy_would_have_come_to() -> None:
    rates = np.repeat([[0.2], [0.5], [0.3]], 4000, axis=1)
    world = BernoulliWorld(rates, seed=9)
    days: list[Day] = []
    PopulationRun(world, HierarchicalThompsonPopulation(floor=0.2)).run(6, days.append)
    log = log_of(days, np.zeros(world.size, dtype=np.int8), world.actions.names, world.segments)
    found = estimate(log, always(log, "ACTION_2"), "snips")
    assert found.low < 0.5 < found.high
    assert found.high - found.low < 0.06


LINES = "customer,segment,action,propensity,reward,note\nann,s,A,0.5,1,hello\nbob,s,B,0.25,-2.5,\n"


def test_a_csv_is_read_by_the_names_of_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("\ufeff" + LINES, encoding="utf-8")
    log = read_log(path)
    assert log.actions == ("A", "B")
    assert log.propensity.tolist() == [0.5, 0.25]
    assert log.reward.tolist() == [1, -2.5]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("propensity", "chance", "has no column propensity.*run an experiment"),
        ("reward", "rewards", "has no column reward.*rewards"),
        ("0.25", "0", "row 3: propensity has to be above 0"),
        ("0.25", "1.01", "row 3: propensity has to be above 0"),
        ("0.25", "often", "row 3: propensity has to be a number, not 'often'"),
        ("0.25", "nan", "row 3: propensity has to be a number"),
        ("0.25", "", "row 3: propensity is missing"),
        ("-2.5", "inf", "row 3: reward has to be a number"),
        ("bob", " ", "row 3: customer is missing"),
        (",-2.5,", "", "row 3: reward is missing"),
        ("hello", '"hello', "log.csv, row"),
        ("bob", "b" * 200_000, "row 3"),
        (LINES[LINES.index("\n") + 1 :], "", "holds no decision"),
        (LINES, "", "has no column customer"),
    ],
)
def test_what_is_wrong_in_a_csv_is_named_by_row_and_column(old: str, new: str, said: str) -> None:
    with pytest.raises(SalonError, match=f"(?s)log.csv.*{said}|{said}"):
        parse_log(StringIO(LINES.replace(old, new)), "log.csv")


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(SalonError, match="cannot be read: No such file"):
        read_log(tmp_path / "none.csv")
    latin = tmp_path / "latin.csv"
    latin.write_bytes(LINES.replace("ann", "änn").encode("latin-1"))
    with pytest.raises(SalonError, match="not UTF-8"):
        read_log(latin)


def test_a_file_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.csv"
    with path.open("wb") as file:
        file.truncate(2 << 30)
    with pytest.raises(SalonError, match="2,048 MiB large"):
        read_log(path)
    monkeypatch.setattr(decision_log, "LIMIT", Limit(1 << 20, 1))
    with pytest.raises(SalonError, match="more than 1 decisions"):
        parse_log(StringIO(LINES), "log.csv")


@given(st.integers(0, 100), st.integers(1, 30))
def test_what_is_written_is_what_is_read(seed: int, size: int) -> None:
    log = logged(seed, size)
    text = StringIO()
    csv.writer(text).writerows(write_log(log))
    again = parse_log(StringIO(text.getvalue()), "log.csv")
    assert [again.actions[each] for each in again.action] == [ACTIONS[e] for e in log.action]
    assert [again.segments[each] for each in again.segment] == [SEGMENTS[e] for e in log.segment]
    assert np.array_equal(again.propensity, log.propensity)
    assert np.array_equal(again.reward, log.reward)
