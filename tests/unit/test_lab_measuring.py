"""Figures of the lab, held against scipy and against counts by hand."""

from __future__ import annotations

import random
from dataclasses import replace
from statistics import fmean
from typing import Any

import pytest
from scipy import stats

from core.config.prices import Prices, check_price
from core.lab.learning.profile_updates import windows
from core.lab.learning.recall import recall
from core.lab.measuring.intervals import of_people, paired, t_quantile
from core.lab.measuring.metrics import episode_rows, matches
from core.lab.measuring.report import make_report
from core.providers.tokens import estimate_tokens
from core.sessions.record import CODE, Record
from core.sessions.session import Session
from lab_kit import stage, world


@pytest.mark.parametrize("freedom", [1, 2, 5, 30, 199])
def test_the_quantile_of_t_is_scipys(freedom: int) -> None:
    assert t_quantile(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-6)


def test_a_paired_interval_is_that_of_a_t_test_over_people() -> None:
    rng = random.Random(2)
    one = {(f"p{p}", f"s{s}"): rng.random() + p % 3 for p in range(12) for s in range(5)}
    other = {place: value + rng.random() for place, value in one.items()}
    found = paired(one, other)
    assert found is not None
    people = [
        fmean(one[f"p{p}", f"s{s}"] - other[f"p{p}", f"s{s}"] for s in range(5)) for p in range(12)
    ]
    low, high = stats.t.interval(0.95, 11, loc=fmean(people), scale=stats.sem(people))
    assert (found.mean, found.low, found.high) == pytest.approx((fmean(people), low, high))
    assert found.sure
    assert paired({}, one) is None


def test_one_person_says_nothing_of_others() -> None:
    alone = of_people([1.0])
    assert (alone.low, alone.high, alone.sure) == (None, None, False)


def test_an_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = random.Random(11)
    hits = 0
    for _ in range(1000):
        found = of_people([rng.gauss(0.5, 1) for _ in range(8)])
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= 0.5 <= found.high
    assert 925 <= hits <= 975


@pytest.mark.parametrize(
    ("path", "learnt", "true", "same"),
    [
        ("preference.format", "short lists", "Short lists", True),
        ("preference.format", "lists", "short lists", True),
        ("preference.format", "numbered list, short", "short numbered lists", True),
        ("preference.format", "long prose", "short lists", False),
        ("personality.thinking_or_feeling", "T", "F", False),
        ("demographics.age", "34", "43", False),
    ],
)
def test_what_counts_as_learnt(path: str, learnt: str, true: str, same: bool) -> None:
    assert matches(path, learnt, true) is same


def test_what_fits_a_question_is_recalled_best_first_and_nothing_else() -> None:
    passages = [
        "User: my cat is ill\n\nAssistant: See a vet.",
        "User: trains to Cork\n\nAssistant: At seven.",
        "User: a train to Cork on Sunday, the early train\n\nAssistant: At five.",
    ]
    assert recall("early train to cork", passages) == [passages[2], passages[1]]
    assert recall("xylophone", passages) == []
    assert recall("anything", []) == []
    assert len(recall("user", passages * 3, 2)) <= 2


def test_conversations_are_split_between_turns_and_nothing_is_left_out() -> None:
    talks = [[f"turn {talk} {i} " + "word " * 30 for i in range(9)] for talk in range(4)]
    groups = list(windows(talks, 200))
    assert len(groups) > 4
    assert all(sum(map(estimate_tokens, group)) <= 260 for group in groups)
    assert [each for group in groups for piece in group for each in piece.split("\n\n")] == [
        turn for talk in talks for turn in talk
    ]
    assert list(windows([["short"], ["shorter"]], 200)) == [["short", "shorter"]]


async def test_tokens_and_cost_are_those_of_the_records_judgements_apart() -> None:
    run = await stage(world(2, 2), settings=("none", "learnt-1"), judged=True)
    await run.run()
    prices = Prices({"scripted:*": check_price({"input": 1, "output": 10})})
    rows = episode_rows(run.engine.state, run.session.tree, prices)
    assert len(rows) == 4
    counted = [
        each
        for each in run.session.tree
        if each.usage is not None and "/judge" not in each.node and "/" in each.node
    ]
    used = [each.usage for each in counted if each.usage is not None]
    assert sum(each.tokens for each in rows) == sum(
        each.input_tokens + each.output_tokens for each in used
    )
    assert sum(each.cost for each in rows) == pytest.approx(
        sum(each.input_tokens + 10 * each.output_tokens for each in used) / 1e6
    )


async def test_a_report_of_a_run_that_has_just_begun_says_so() -> None:
    run = await stage(world(2, 2))
    report = make_report(run.engine.state, run.session.tree, Prices(), "x", "t")
    assert not report.finished
    assert report.settings == ()
    assert "The run is not finished." in report.notes


async def test_a_judge_that_is_the_assistant_is_named() -> None:
    run = await stage(world(2, 2), settings=("none",), judged=True)
    await run.run()
    spec = run.engine.state.spec
    run.engine.state.spec = replace(spec, seats={**spec.seats, "judge": spec.seats["assistant"]})
    report = make_report(run.engine.state, run.session.tree, Prices(), "x", "t")
    assert any("judges itself" in each for each in report.notes)


@pytest.mark.parametrize(
    ("leaky", "told"),
    [
        ({"query": 1, "scene": 1}, "1 neutral query and 1 scene give something"),
        ({"query": 1}, "1 neutral query gives something"),
        ({"scene": 2}, "2 scenes give something"),
        ({"query": 3, "scene": 2}, "3 neutral queries and 2 scenes give something"),
    ],
)
async def test_what_leaks_is_counted_in_right_numbers(leaky: dict[str, int], told: str) -> None:
    run = await stage(world(2, 2))
    for kind, count in leaky.items():
        data = {"person": "p001", "scene": "s001", "flags": ["leak"]}
        data |= {"type": "career", "expected": "", "tools": [], "facts": []}
        await run.session.append(*_chained(run.session, kind, count, data))
    report = make_report(run.engine.state, run.session.tree, Prices(), "x", "t")
    assert any(each.startswith(told) for each in report.notes), report.notes
    assert report.leaks == sum(leaky.values())


def _chained(session: Session, kind: str, count: int, data: dict[str, Any]) -> list[Record]:
    parent, records = session.tree.head, []
    for _ in range(count):
        record = Record(session.source.new_id(), kind, parent, CODE, session.source.now())
        records.append(replace(record, data=data))
        parent = record.id
    return records


async def test_a_mean_over_people_counts_nobody_for_more_scenes() -> None:
    first, second = world(2, 6)
    short = replace(second, scenes={"s001": second.scenes["s001"]})
    run = await stage([first, short], settings=("none", "learnt-1"))
    assert await run.run() == "done"
    report = make_report(run.engine.state, run.session.tree, Prices(), "x", "t")
    by_person: dict[str, list[int]] = {}
    for row in report.scene_rows:
        if row.setting == "learnt-1":
            by_person.setdefault(row.person, []).append(row.utterances)
    means = [fmean(each) for each in by_person.values()]
    assert fmean(means) != fmean(each for mine in by_person.values() for each in mine)
    assert report.figures["learnt-1"]["utterances"] == pytest.approx(fmean(means))
    shown = report.figures["learnt-1"]["utterances"], report.figures["none"]["utterances"]
    assert shown[0] is not None
    assert shown[1] is not None
    difference = report.differences["learnt-1 - none"]["utterances"].mean
    assert shown[0] - shown[1] == pytest.approx(difference)


async def test_a_judge_that_answers_nonsense_is_named() -> None:
    run = await stage(
        world(1, 2), {"judge": lambda request: "Very good!"}, settings=("none",), judged=True
    )
    await run.run()
    report = make_report(run.engine.state, run.session.tree, Prices(), "s", "t")
    assert report.figures["none"]["helpfulness"] is None
    (note,) = (each for each in report.notes if "no score" in each)
    assert note.startswith("scripted:judge gave no score that can be read, 8 times")
