"""The engine of a run: a day is observe, decide, act, evaluate, learn; all of it on record."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from core.clm.actions import DO_NOTHING
from core.clm.records import ActionChosen, DayEnded, DayKind, DayStarted, Impacted, Learned
from core.clm.simulation.card import Status
from core.clm.simulation.commands import (
    Fork,
    Jump,
    Pause,
    Pin,
    Rename,
    Run,
    SetModel,
    SetPolicy,
    Step,
    Stop,
)
from core.clm.simulation.spec import ENGINE, POPULATION_POLICIES
from core.clm.words import Word
from core.errors import CommandError, ConfigError, ProviderError
from core.events import Changed, HeadMoved, TextDelta
from core.ids import CountingSource
from core.providers.base import ModelRequest
from core.providers.script import Reply
from core.sessions.memory import MemorySession
from core.sessions.record import Kind
from run_kit import answer, running, settings_of

FIVE = ("sam", "clara", "greg", "sarah", "betty")


async def test_a_day_is_five_steps_for_each_customer(tmp_path: Path) -> None:
    async with running(tmp_path) as bench:
        await bench.do(Run(1))
        kinds = [each.kind for each in bench.path[1:]]
        turn = [DayKind.ACTION_CHOSEN, DayKind.IMPACT, DayKind.LEARNED]
        assert kinds == [DayKind.DAY, *turn * 5, DayKind.DAY_ENDED]
        assert [each.node for each in bench.path if each.kind == DayKind.ACTION_CHOSEN] == list(
            FIVE
        )
        events = [type(each) for each in bench.events if type(each).__name__ != "Started"]
        assert events == [DayStarted, *[ActionChosen, Impacted, Learned] * 5, DayEnded]
        for card in bench.state.cards.values():
            assert card.action in card.choice.data["allowed"]
            assert 0 < card.propensity <= 1
            assert card.observation["text"]
            assert card.delta is not None
        assert bench.state.over == bench.state.day == 1
        assert bench.state.series[0].spend == pytest.approx(
            sum(each.impact.data["cost"] for each in bench.state.cards.values() if each.impact)
        )


async def test_the_fold_is_the_live_state_at_every_step(tmp_path: Path) -> None:
    async with running(tmp_path, seed=5) as bench:
        for _ in range(17):
            await bench.do(Step())
            assert bench.fresh().outline() == bench.state.outline()
        await bench.do(SetPolicy("thompson"), Run(2), Fork(1), SetPolicy("one-strike"), Run(3))
        assert bench.fresh().outline() == bench.state.outline()


async def test_a_step_is_one_customer_and_the_last_one_ends_the_day(tmp_path: Path) -> None:
    async with running(tmp_path) as bench:
        for number in range(4):
            await bench.do(Step())
            assert len(bench.state.cards) == number + 1
            assert [each.id for each in bench.state.waiting] == list(FIVE[number + 1 :])
            assert bench.state.over == 0
        await bench.do(Step())
        assert (bench.state.over, bench.state.under_way) == (1, False)


@pytest.mark.parametrize("policy", POPULATION_POLICIES)
@pytest.mark.parametrize("world", ["classic", "market"])
async def test_every_policy_decides_in_both_worlds(tmp_path: Path, policy: str, world: str) -> None:
    async with running(tmp_path, policy=policy, world=world, size=6, seed=2) as bench:
        await bench.do(Run(3))
        assert (bench.state.over, bench.state.failed) == (3, None)
        assert {card.policy for who in bench.state.customers.values() for card in who.cards} == {
            policy
        }
        assert bench.fresh().outline() == bench.state.outline()


async def test_the_same_seed_gives_the_same_records(tmp_path: Path) -> None:
    courses = []
    for seed in (7, 7, 8):
        async with running(tmp_path, seed=seed) as bench:
            await bench.do(Run(4))
            courses.append(bench.course())
    assert courses[0] == courses[1] != courses[2]


async def test_steps_and_days_come_to_the_same(tmp_path: Path) -> None:
    courses = []
    for commands in ([Run(2)], [Step()] * 3 + [Run(1), Pause(), Run(1)]):
        async with running(tmp_path, seed=3) as bench:
            await bench.do(*commands)
            courses.append(bench.course())
    assert courses[0] == courses[1]


async def test_a_fork_goes_on_from_its_day_and_leaves_the_other_branch(tmp_path: Path) -> None:
    async with running(tmp_path, seed=4) as bench:
        await bench.do(Run(8))
        outlines = bench.state.outline()
        first_end = bench.state.ends[-1]
        await bench.do(Fork(5))
        assert (bench.state.over, bench.state.day) == (5, 5)
        assert any(isinstance(each, HeadMoved) for each in bench.events)
        await bench.do(SetPolicy("random"), Run(3))
        assert bench.state.over == 8
        assert bench.state.outline() != outlines
        await bench.do(Jump(first_end))
        assert bench.state.ends[-1] == first_end
        assert bench.state.series == bench.fresh().series
        await bench.do(Fork(5), Run(3))
        again = bench.state.outline()
        for told in (again, outlines):
            del told["cards"], told["changes"]
            for who in told["customers"].values():
                del who["cards"]
        assert again == outlines
        await bench.do(Fork(0))
        assert (bench.state.over, bench.state.day) == (0, 0)


async def test_a_policy_is_switched_in_mid_run(tmp_path: Path) -> None:
    async with running(tmp_path, policy="random") as bench:
        await bench.do(Step(), Step(), SetPolicy("oracle"), Run(1))
        policies = [each.policy for each in bench.state.cards.values()]
        assert policies == ["random"] * 2 + ["oracle"] * 3
        assert [each.impact.data["regret"] for each in bench.state.cards.values()][2:] == [0] * 3
        assert sum(isinstance(each, Changed) for each in bench.events) == 1
        with pytest.raises(CommandError, match="no policy 'nobody'"):
            await bench.do(SetPolicy("nobody"))


async def test_churn_happens_and_whoever_left_is_let_alone(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, classic={"refusals": 1})
    async with running(tmp_path, settings=settings, policy="random", seed=1) as bench:
        await bench.do(Run(25))
        gone = [who for who in bench.state.customers.values() if who.status is Status.CHURNED]
        assert gone
        for who in gone:
            last = who.cards[-1]
            assert last.impact is not None
            assert last.impact.data["events"][-1] == "Left"
            assert last.day < 25 or last.day == bench.state.over
        assert bench.state.series[-1].statuses["churned"] == len(gone)


async def test_the_ledger_changes_its_ways_within_ten_days(tmp_path: Path) -> None:
    async with running(tmp_path, seed=0) as bench:
        await bench.do(Run(10))
        verdicts = {each.data["verdict"] for each in bench.state.changes}
        assert {Word.RESTING, Word.SUCCESS} <= verdicts
        for who in bench.state.customers.values():
            resting: dict[str, int] = {}
            for card in who.cards:
                others = [
                    each
                    for each in card.choice.data["allowed"]
                    if resting.get(each, 0) <= card.day and each != card.action
                ]
                assert resting.get(card.action, 0) <= card.day or not others
                if card.learned is not None and card.learned.data.get("until"):
                    resting[card.action] = card.learned.data["until"]


async def test_somebody_presumed_lost_gets_a_few_tries_and_is_then_left_alone(
    tmp_path: Path,
) -> None:
    settings = settings_of(
        tmp_path, run={"win_back": 2}, observer={"silent": 1, "at_risk": 1, "lost": 1}
    )
    async with running(tmp_path, settings=settings, policy="random", seed=1) as bench:
        await bench.do(Run(12))
        alone = [
            card
            for who in bench.state.customers.values()
            for card in who.cards
            if card.choice.data["allowed"] == [DO_NOTHING]
        ]
        assert alone
        assert all("left alone" in each.observation["text"] for each in alone)


async def test_the_predictors_score_is_seen(tmp_path: Path) -> None:
    async with running(tmp_path, predictor="mock", policy="rules") as bench:
        await bench.do(Run(2))
        for card in bench.state.cards.values():
            assert 0 <= card.observation["score"] <= 1
            assert card.observation["basis"] == "random"
            assert "likely to do something soon (random)" in card.observation["text"]


async def test_what_cannot_be_chosen_is_refused(tmp_path: Path) -> None:
    for choice, words in (
        ({"world": "market", "size": 2000, "policy": "llm"}, "A model cannot decide for 2,000"),
        ({"size": 2000}, "holds up to 1,000"),
        ({"world": "market", "cast": ()}, "draws its customers from the seed"),
        ({"cast": ()}, "There is no customer"),
        ({"budget": 3.0}, "for populations"),
        ({"policy": "nobody"}, "no policy"),
        ({"policy": "llm", "model": "nowhere:x"}, "no provider"),
    ):
        with pytest.raises((ConfigError, ProviderError), match=words):
            async with running(tmp_path, **choice):  # type: ignore[arg-type]
                pass


async def test_other_commands(tmp_path: Path) -> None:
    async with running(tmp_path, days=2) as bench:
        await bench.do(Rename(" My \n run "), Pin(), Run(), SetModel("scripted:y", {"top_k": 3}))
        assert bench.engine.log.session.tree.meta == {"title": "My run", "pinned": True}
        assert (bench.state.over, bench.state.model) == (2, "scripted:y")
        assert bench.state.params.top_k == 3
        for command, words in (
            (Run(), "All 2 days are over"),
            (Fork(3), "Day 3 is not over"),
            (Jump("nothing"), "There is no record"),
            (Rename(" "), "needs words"),
        ):
            with pytest.raises(CommandError, match=words):
                await bench.do(command)


async def test_stop_in_mid_sentence_keeps_the_words_and_asks_again(tmp_path: Path) -> None:
    slow = True

    def answering(request: ModelRequest) -> Reply:
        text = answer("SEND_TUTORIAL", "a long thought " * 10)
        return Reply(text, tokens_per_second=100 if slow else None)

    async with running(tmp_path, answering, policy="llm") as bench:
        with bench.engine.subscribe() as events:
            await bench.engine.send(Run(1))
            async for event in events:
                if isinstance(event, TextDelta):
                    break
        await bench.engine.send(Stop())
        assert not bench.engine.working
        assert not bench.engine.going
        (kept,) = [each for each in bench.path if each.kind == Kind.MESSAGE]
        assert (kept.status, kept.node) == ("stopped", "sam")
        assert "a long".startswith(kept.text[:6])
        assert [each.id for each in bench.state.waiting] == list(FIVE)
        assert bench.fresh().outline() == bench.state.outline()
        slow = False
        await bench.do(Run(1))
        assert bench.state.over == 1
        assert len(bench.state.cards) == 5


@pytest.mark.parametrize("refused", [Fork(7), Jump("nothing")])
async def test_a_refused_way_back_stops_nothing(tmp_path: Path, refused: Fork | Jump) -> None:
    async with running(tmp_path) as bench:
        await bench.engine.send(Run(2))
        with pytest.raises(CommandError):
            await bench.engine.send(refused)
        assert bench.engine.going
        await bench.engine.idle()
        assert bench.state.over == 2


@pytest.mark.parametrize("policy", ["hierarchical-thompson", "one-strike"])
async def test_a_decision_without_its_impact_is_made_anew(tmp_path: Path, policy: str) -> None:
    async with running(tmp_path, policy=policy, seed=2) as whole:
        await whole.do(Run(3))
        expected = whole.state.outline()
        records = whole.path
    cut = [at for at, each in enumerate(records) if each.kind == DayKind.ACTION_CHOSEN][7] + 1
    torn = await MemorySession.create(CountingSource(), ENGINE, records[0].data)
    for each in records[1:cut]:
        own = torn.source.new_id()
        await torn.append(replace(each, id=own, parent=torn.tree.head))
    async with running(tmp_path, session=torn) as bench:
        await bench.do(Run(3 - bench.state.over))
        found = bench.state.outline()
        assert bench.fresh().outline() == found
        for told in (found, expected):
            del told["cards"], told["changes"]
            for who in told["customers"].values():
                del who["cards"]
        assert found == expected


async def test_pause_lets_the_present_customer_be_the_last(tmp_path: Path) -> None:
    asked = asyncio.Event()

    def answering(request: ModelRequest) -> Reply:
        asked.set()
        return Reply(answer("ASK_INTEREST"), delay=0.05)

    async with running(tmp_path, answering, policy="llm") as bench:
        await bench.engine.send(Run(1))
        await asked.wait()
        await bench.do(Pause())
        assert list(bench.state.cards) == ["sam"]
        assert bench.state.cards["sam"].learned is not None


async def test_looking_at_the_ledger_changes_no_decision(tmp_path: Path) -> None:
    courses = []
    for looking in (False, True):
        async with running(tmp_path, seed=6, size=12) as bench:
            for _ in range(60):
                await bench.do(Step())
                if looking:
                    for who in bench.state.customers.values():
                        bench.state.ledger.verdict(who.id, who.segment, "SEND_TUTORIAL", 99)
                    bench.state.ledger.entries("c0001", "High-Value", bench.state.day + 1)
            courses.append(bench.course())
    assert courses[0] == courses[1]
