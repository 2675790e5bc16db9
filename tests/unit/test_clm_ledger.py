"""The ledger's words, what they rest on, and what has to hold of them whatever happens."""

from __future__ import annotations

import json
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from core.clm.actions import DO_NOTHING
from core.clm.beta import STRONGEST, WEAKEST, Beta, Stake, chance_of_best, chance_of_more, strength
from core.clm.ledger import Ledger
from core.clm.words import LedgerRules, Word
from core.errors import ConfigError

ACTIONS = ("A", "B", "C")
PARAMETER = st.floats(0.05, 3000)


def filled(*outcomes: tuple[str, int, int], rules: LedgerRules | None = None) -> Ledger:
    """Return a ledger in which one customer tried actions: (action, successes, failures)."""
    ledger = Ledger(ACTIONS, rules or LedgerRules())
    for action, wins, losses in outcomes:
        for success in [True] * wins + [False] * losses:
            ledger.record("ann", "s", action, success, 0)
    return ledger


def words(ledger: Ledger, day: int, who: str = "ann") -> dict[str, Word]:
    return {each.action: each.word for each in ledger.entries(who, "s", day)}


@given(PARAMETER, PARAMETER, st.floats(0, 1))
def test_the_beta_distribution_is_that_of_scipy(a: float, b: float, rate: float) -> None:
    assert Beta(a, b).below(rate) == pytest.approx(stats.beta.cdf(rate, a, b), abs=1e-8)
    assert Beta(a, b).mean == pytest.approx(stats.beta.mean(a, b))


@given(st.floats(0.5, 300), st.floats(0.5, 300), st.floats(0.01, 0.99))
def test_quantiles_invert_it(a: float, b: float, probability: float) -> None:
    belief = Beta(a, b)
    assert belief.below(belief.quantile(probability)) == pytest.approx(probability, abs=1e-6)


def test_the_chance_of_being_best_is_what_drawing_says() -> None:
    beliefs = [Beta(3, 9), Beta(20, 30), Beta(2, 2), Beta(4, 40)]
    stakes = [Stake(), Stake(2, -0.5), Stake(), Stake(9, 0)]
    rng = Random(1)
    won = [0] * len(beliefs)
    for _ in range(40_000):
        drawn = [s.value(rng.betavariate(*b)) for b, s in zip(beliefs, stakes, strict=True)]
        won[drawn.index(max(drawn))] += 1
    chances = chance_of_best(beliefs, stakes)
    assert sum(chances) == pytest.approx(1)
    assert chances == pytest.approx([each / 40_000 for each in won], abs=0.01)
    assert chance_of_more(*[Beta(5, 5), Stake()] * 2) == pytest.approx(0.5)


def test_one_failure_rests_for_longer_each_time_and_is_tried_again() -> None:
    ledger, day, rests = Ledger(ACTIONS), 0, []
    for _ in range(5):
        ledger.record("ann", "s", "A", False, day)
        assert words(ledger, day)["A"] is Word.RESTING
        start = day
        while "A" in ledger.get_forbidden_actions("ann", day):
            day += 1
        rests.append(day - start - 1)
    assert rests == [2, 4, 8, 16, 16]
    ledger.record("ann", "s", "A", True, day)
    assert words(ledger, day)["A"] is not Word.RESTING


def test_success_needs_evidence_and_says_so() -> None:
    ledger = Ledger(ACTIONS, stakes=dict.fromkeys(ACTIONS, Stake(1, -0.5)))
    assert words(ledger, 0) == dict.fromkeys(ACTIONS, Word.UNSURE)
    for day in range(4):
        ledger.record("ann", "s", "A", True, day)
    entry = ledger.entries("ann", "s", 4)[0]
    assert entry.word is Word.SUCCESS
    assert entry.gain == pytest.approx(1 - stats.beta.cdf(1 / 3, 5, 1), abs=0.02)
    assert entry.low < entry.mean < entry.high
    assert entry.reason == "4 of 4 worked; 99% sure that it pays"
    assert ledger.get_success_hints("ann", "s", 4) == ("A",)


def test_nothing_is_forbidden_before_eight_trials_nor_after_parole_without_a_new_one() -> None:
    ledger = filled(("B", 20, 0), ("A", 0, 7))
    assert words(ledger, 20)["A"] is Word.UNSURE
    ledger.record("ann", "s", "A", False, 20)
    entry = ledger.entries("ann", "s", 20)[0]
    assert (entry.word, entry.until) == (Word.FORBIDDEN, 80)
    assert "0 of 8 worked" in entry.reason
    assert "A" in ledger.get_forbidden_actions("ann", 79)
    ledger.record("ann", "s", "B", True, 80)
    assert words(ledger, 80)["A"] is Word.UNSURE, "on parole"
    ledger.record("ann", "s", "A", False, 81)
    assert words(ledger, 81)["A"] is Word.FORBIDDEN


def test_what_might_be_the_best_is_never_forbidden() -> None:
    ledger = Ledger(ACTIONS)
    for day in range(60):
        for action in ACTIONS:
            ledger.record("ann", "s", action, day % 6 == 0, day)
        assert Word.FORBIDDEN not in words(ledger, day).values()


def test_other_customers_of_the_segment_are_a_prior_and_own_trials_are_not_counted_twice() -> None:
    ledger = Ledger(ACTIONS)
    for customer in range(30):
        for success in [True] * 4 + [False]:
            ledger.record(f"c{customer}", "s", "A", success, 0)
    stranger = ledger.belief("new", "s", "A", 0)
    assert stranger.mean == pytest.approx(0.8, abs=0.02)
    assert ledger.belief("new", "other", "A", 0) == Beta(1, 1)
    alone = Ledger(ACTIONS)
    alone.record("ann", "s", "A", True, 0)
    assert alone.belief("ann", "s", "A", 0) == Beta(2, 1)
    segment = ledger.segment_entries("s", 0)[0]
    assert (segment.n, segment.successes) == (150, 120)


def test_older_evidence_counts_less() -> None:
    ledger = filled(("A", 10, 0), rules=LedgerRules(half_life=10))
    assert ledger.entries("ann", "s", 20)[0].n == pytest.approx(2.5)
    assert ledger.tally("ann", "A").trials == 10


def test_values_are_those_above_doing_nothing_where_that_is_learnt_from() -> None:
    ledger = Ledger(("A", DO_NOTHING))
    for day in range(40):
        ledger.record("ann", "s", "A", day % 2 == 0, day)
        ledger.record("ann", "s", DO_NOTHING, day % 2 == 0, day)
    gain = ledger.entries("ann", "s", 40)[0].gain
    assert gain == pytest.approx(0.5, abs=0.02)
    assert words(ledger, 40)["A"] is Word.UNSURE


def test_the_strength_of_a_prior_follows_how_much_customers_differ() -> None:
    rng = Random(3)

    def groups(kappa: float) -> list[list[tuple[float, float]]]:
        made = []
        for mean in (0.2, 0.4, 0.6):
            rates = [rng.betavariate(kappa * mean, kappa * (1 - mean)) for _ in range(400)]
            made.append([(30.0, float(sum(rng.random() < p for _ in range(30)))) for p in rates])
        return made

    for kappa in (4, 12, 40):
        assert strength(groups(kappa), default=1) == pytest.approx(kappa, rel=0.3)
    assert strength([], default=7) == 7
    assert strength([[(10.0, 5.0)] * 50], default=7) == STRONGEST
    assert strength([[(10.0, 10.0), (10.0, 0.0)] * 50], default=7) == WEAKEST


def test_what_no_ledger_can_hold_is_refused() -> None:
    ledger = Ledger(ACTIONS)
    with pytest.raises(ConfigError, match="knows no action 'D'"):
        ledger.record("ann", "s", "D", True, 0)
    with pytest.raises(ConfigError, match="count from 0"):
        ledger.record("ann", "s", "A", True, -1)
    said = filled(("A", 1, 1)).to_json()
    said["own"]["ann"]["A"]["n"] = -1
    with pytest.raises(ConfigError, match=r"ledger\.own\.ann\.A\.n"):
        Ledger.from_json(said, ACTIONS)


def test_when_it_was_asked_changes_nothing() -> None:
    rules = LedgerRules(enough=1, rest=0, half_life=1.0)
    asked, silent = Ledger(ACTIONS, rules), Ledger(ACTIONS, rules)
    for customer, success in (("ann", False), ("ann", False), ("bob", True)):
        for ledger in (asked, silent):
            ledger.record(customer, "s", "A", success, 0)
        asked.entries("ann", "s", 0)
    again = Ledger.from_json(asked.to_json(), ACTIONS, rules)
    entries = asked.entries("ann", "s", 0)
    assert entries == silent.entries("ann", "s", 0) == again.entries("ann", "s", 0)


class Trial(NamedTuple):
    customer: str
    action: str
    success: bool
    later: int


trials = st.lists(
    st.builds(
        Trial,
        st.sampled_from(["ann", "bob"]),
        st.sampled_from(ACTIONS),
        st.booleans(),
        st.integers(0, 20),
    ),
    max_size=60,
)
rules = st.builds(
    LedgerRules,
    enough=st.integers(1, 10),
    hopeless=st.floats(0, 0.3),
    parole=st.integers(1, 60),
    rest=st.integers(0, 5),
    half_life=st.floats(1, 1000),
)


@settings(max_examples=60)
@given(trials, rules)
def test_whatever_happens_something_may_be_done_and_the_words_agree(
    happened: list[Trial], rules: LedgerRules
) -> None:
    ledger, day = Ledger(ACTIONS, rules), 0
    for trial in happened:
        day += trial.later
        ledger.record(trial.customer, "s", trial.action, trial.success, day)
        avoided = ledger.get_forbidden_actions(trial.customer, day)
        assert len(avoided) < len(ACTIONS)
        assert len(ledger.get_forbidden_actions(trial.customer, day, ("A",))) == 0
        for name in avoided:
            word = ledger.word(trial.customer, name, day)
            assert word is not None
            assert word.avoided
    for entry in ledger.entries("ann", "s", day):
        assert 0 <= entry.low <= entry.mean <= entry.high <= 1
        assert 0 <= entry.successes <= entry.n + 1e-9
        assert -1e-9 <= entry.best <= 1 + 1e-9
        assert (entry.until is not None) == entry.word.avoided
        assert entry.until is None or day < entry.until
    known = json.loads(json.dumps(ledger.to_json()))
    again = Ledger.from_json(known, ACTIONS, rules)
    assert again.to_json() == ledger.to_json()
    assert again.entries("ann", "s", day) == ledger.entries("ann", "s", day)
