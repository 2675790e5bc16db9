"""A world whose answer is known, without any model: learning has to pay exactly as it must."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from core.config.prices import Prices
from core.lab.learning import prompts
from core.lab.measuring.report import Report, make_report
from core.profiles.profile import Profile
from lab_kit import Stage, stage, world

SETTINGS = ("none", "golden", "retrieval", "learnt-1", "learnt-3", "learnt-5")


async def lived(people: int, scenes: int = 9, **options: Any) -> Stage:
    options = {"settings": SETTINGS, "parallel": 32, **options}
    run = await stage(world(people, scenes), **options)
    assert await run.run() == "done"
    return run


def report_of(run: Stage) -> Report:
    return make_report(run.engine.state, run.session.tree, Prices(), run.session.id, "world")


def check_world(report: Report) -> None:
    for setting in ("learnt-1", "learnt-3", "learnt-5"):
        figures = report.figures[setting]
        assert figures["recall_revealed"] is not None
        assert figures["recall_revealed"] >= 0.95
        assert figures["precision"] == 1
        assert figures["leaked"] == 0
        first, last = report.thirds[setting]
        assert last < first
    learnt = ("learnt-1", "learnt-3", "learnt-5")
    for pair in (*(f"{each} - none" for each in learnt), "golden - none"):
        fewer = report.differences[pair]["utterances"]
        assert fewer.sure
        assert fewer.mean < 0
    for each in learnt:
        more = report.differences[f"{each} - golden"]["utterances"]
        assert more.sure
        assert more.mean > 0
    first, last = report.thirds["none"]
    assert first == last


def check_learnt(run: Stage) -> None:
    """Compare what was learnt with what was said, by the words alone and not by the report's."""
    revealed = learnt = 0
    texts = {each.id: each.text for each in run.session.tree}
    for episode in run.engine.state.episodes.values():
        if not episode.setting.startswith("learnt"):
            continue
        truth = run.engine.state.people[episode.person].truth.plain()
        said = " ".join(
            each.text
            for talk in episode.conversations.values()
            for each in talk.messages
            if each.node.endswith("/user")
        )
        told = {path: value for path, value in truth.items() if f"my {path} is {value}." in said}
        assert episode.profile.plain().items() <= told.items()
        revealed, learnt = revealed + len(told), learnt + len(episode.profile.plain())
        for _, value in episode.profile.items():
            (evidence,) = value.evidence
            assert texts[evidence.record][evidence.start : evidence.end] == evidence.quote
            assert value.text in evidence.quote
    assert revealed
    assert learnt >= 0.95 * revealed


async def test_what_was_told_is_learnt_and_nothing_else_and_it_pays() -> None:
    run = await lived(12)
    check_learnt(run)
    check_world(report_of(run))


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_two_hundred_people_learn_what_they_told_and_nothing_else() -> None:
    run = await lived(200, 6, settings=("none", "golden", "learnt-1", "learnt-3", "learnt-5"))
    check_learnt(run)
    check_world(report_of(run))


async def test_without_the_profile_in_the_prompt_the_effect_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def cut(profile: Profile) -> str:
        return prompts.NOBODY_KNOWS

    monkeypatch.setattr(prompts, "known_part", cut)
    report = report_of(await lived(8, settings=("none", "golden", "learnt-1")))
    for pair in ("golden - none", "learnt-1 - none"):
        assert report.differences[pair]["utterances"].mean == 0
    assert report.figures["learnt-1"]["recall_revealed"] == 1


async def test_assistants_never_see_the_truth_and_users_see_both_sides() -> None:
    people = world(4, 6)
    run = await stage(people, settings=("none", "learnt-1"), parallel=4)
    await run.run()
    truths = {each.key: [v.text for _, v in each.profile.items()] for each in people}
    assistants = [each for each in run.provider.requests if each.model == "assistant"]
    assert assistants
    for request in assistants:
        assert request.origin is not None
        key, setting, scene, _ = request.origin.node.split("/")
        talk = run.engine.state.episodes[key, setting].conversations[scene]
        told = " ".join(
            each.text
            for each in run.session.tree.path
            if each.kind == "message" and each.node.startswith(f"{key}/{setting}/")
        )
        system = request.messages[0].content
        assert all(value not in system or value in told for value in truths[key])
        if setting == "none":
            assert not any(value in system for value in truths[key])
        assert talk.over
    for request in (each for each in run.provider.requests if each.model == "user"):
        assert request.origin is not None
        key = request.origin.node.split("/")[0]
        assert all(value in request.messages[0].content for value in truths[key])
        shown = request.messages[-1].content
        assert "You: " in shown
        assert "Assistant: " in shown


async def test_a_learnt_profile_can_start_from_a_share_of_the_truth() -> None:
    run = await lived(6, settings=("learnt-3",), start=1.0)
    assert report_of(run).figures["learnt-3"]["utterances"] == 1
    half = await lived(6, settings=("learnt-3",), start=0.5)
    given = [
        sum(bool(each.data.get("given")) for each in episode.edits)
        for episode in half.engine.state.episodes.values()
    ]
    truth = next(iter(half.engine.state.people.values())).truth
    assert given == [round(len(truth.values) / 2)] * 6


async def test_locked_fields_are_not_learnt() -> None:
    run = await lived(6, settings=("learnt-1",), locked=("Preference", "pattern > Usage"))
    for episode in run.engine.state.episodes.values():
        assert not any(path.startswith("preference.") for path in episode.profile.values)
        assert "pattern.usage" not in episode.profile.values
    assert any(episode.refused for episode in run.engine.state.episodes.values())


async def test_seeds_are_the_same_under_every_setting_and_differ_between_places() -> None:
    run = await lived(2, 3, settings=("none", "golden"))
    seeds: dict[str, dict[tuple[str, ...], int | None]] = {}
    for request in run.provider.requests:
        assert request.origin is not None
        person, setting, scene, role = request.origin.node.split("/")
        if request.origin.ordinal == 0:
            seeds.setdefault(setting, {})[person, scene, role] = request.params.seed
    assert seeds["none"] == seeds["golden"]
    assert len(set(seeds["none"].values())) == len(seeds["none"])


def of_event(run: Stage, name: str) -> Sequence[dict[str, Any]]:
    return [line for each in run.events if (line := each.to_json())["event"] == name]


async def test_events_tell_what_happens() -> None:
    run = await lived(2, 3, settings=("none", "learnt-1"), judged=True, judgements=2)
    edits = of_event(run, "profile_edit")
    assert edits
    for each in edits:
        assert {"field", "old", "new", "evidence", "person", "setting"} <= each.keys()
        quote = each["evidence"][0]
        record = run.session.tree.get(quote["record"])
        start, end = quote["span"]
        assert record.text[start:end] == quote["quote"]
        assert record.node.endswith("/user")
    assert len(of_event(run, "satisfied")) == sum(
        len(talk.verdicts)
        for episode in run.engine.state.episodes.values()
        for talk in episode.conversations.values()
    )
    assert len(of_event(run, "scored")) == 2 * 2 * 3 * 2 * 2 + 2 * 2 * 2
    assert of_event(run, "turn_finished")
    (ended,) = of_event(run, "ended")
    assert ended["reason"] == "done"


async def test_a_report_says_where_a_judge_judges_itself_and_how_it_repeats() -> None:
    run = await lived(2, 3, settings=("none", "learnt-1"), judged=True, judgements=3)
    report = report_of(run)
    same = {each.metric: each for each in report.agreements}
    assert same["helpfulness"].judgements == 2 * 2 * 3 * 3
    assert same["helpfulness"].pairs == 2 * 2 * 3 * 3
    assert same["helpfulness"].same == 1
    assert not any("judges itself" in note for note in report.notes)
    assert not report.gaps
