from __future__ import annotations

from pathlib import Path

import pytest

from pilot.days_kit import (
    CAST,
    answer,
    at_days,
    begun,
    drafted,
    head,
    lived,
    page,
    rested,
    scripted,
    titles,
)
from pilot.salon import runtime_for, until
from tui.screens.customer import CustomerScreen
from tui.widgets.top_bar import TopBar


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=str)
async def test_the_start_card_says_what_can_be_run_and_how(tmp_path: Path, size) -> None:
    async with at_days(runtime_for(tmp_path), size) as (pilot, _):
        shown = page(pilot)
        for words in ("The day simulator", "classic", "llm", "42", "enter starts", "ctrl+r"):
            assert words in shown
        assert "F7 Days" in pilot.app.screen.query_one(TopBar).render().plain


async def test_choices_turn_and_numbers_are_typed(tmp_path: Path) -> None:
    async with at_days(runtime_for(tmp_path)) as (pilot, days):
        await pilot.press("right", "down", "1", "5", "0")
        assert (days.stage.draft.world, days.stage.draft.size) == ("market", 150)
        await pilot.press("backspace")
        assert days.stage.draft.size == 15
        await drafted(pilot, days, "ucb1", "market")
        days.start.form.at = "seed"
        await pilot.press("7")
        assert (days.stage.draft.policy, days.stage.draft.seed) == ("ucb1", 7)
        assert pilot.app.current_mode == "days"


async def test_a_population_leaves_models_and_predictors_out(tmp_path: Path) -> None:
    async with at_days(runtime_for(tmp_path)) as (pilot, days):
        assert days.stage.draft.policy == "llm"
        await pilot.press("right", "down", *"2000")
        assert days.stage.draft.policy == "hierarchical-thompson"
        assert "llm" not in days.stage.draft.policies
        assert "budget" in page(pilot)
        assert "predictor" not in page(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=str)
async def test_a_day_is_told_in_cards_with_what_was_learnt(tmp_path: Path, size) -> None:
    async with at_days(runtime_for(tmp_path), size) as (pilot, days):
        await begun(pilot, days)
        assert "Nothing has happened yet" in page(pilot)
        await lived(pilot, days, "n", 1)
        assert titles(days) == CAST
        state = days.stage.state
        story = days.stories.stories[0]
        card = state.customers["sam"].cards[0]
        assert story.thought == card.thought
        assert story.delta == card.delta
        assert story.word == card.verdict
        assert "Day 1 of 30" in head(days)
        assert f"{state.engagement:5.1f}" in head(days)
        words = {(row.who, row.action): row.word for row in days.learnt.rows}
        for who in state.customers.values():
            for each in who.cards:
                if each.verdict:
                    assert words[who.id, each.action] == each.verdict
        await pilot.press("g")
        await pilot.pause()
        for words_of in ("Student Sam", "thought", "action", "impact", "learnt", "Corporate Clara"):
            assert words_of in page(pilot)


async def test_the_keys_for_days(tmp_path: Path) -> None:
    async with at_days(runtime_for(tmp_path)) as (pilot, days):
        days.stage.draft = days.stage.draft.with_days(12)
        days.show_start()
        await begun(pilot, days)
        await lived(pilot, days, "w", 7)
        await lived(pilot, days, "n", 8)
        await lived(pilot, days, "space", 12)
        await pilot.press("space")
        await until(pilot, lambda: "All planned days are over" in days.status.problem)
        await lived(pilot, days, "n", 13)
        await pilot.press("s")
        await until(pilot, lambda: days.stage.state.day == 14 and not days.stage.working)
        assert titles(days) == titles(days)[:1]
        assert "1 of" in days.status.state


async def test_a_key_that_comes_too_early_is_for_the_run_that_begins(tmp_path: Path) -> None:
    async with at_days(runtime_for(tmp_path)) as (pilot, days):
        await drafted(pilot, days, "rules")
        await pilot.press("enter", "n")
        await rested(pilot, days, 1)
        assert len(list((tmp_path / "sessions").glob("*.jsonl"))) == 1


async def test_thoughts_stream_into_their_card_and_can_be_stopped(tmp_path: Path) -> None:
    slow = {"text": answer("Slowly, one word after the other.", "SEND_TUTORIAL")}
    slow["tokens_per_second"] = 12
    async with at_days(scripted(tmp_path, [slow])) as (pilot, days):
        await begun(pilot, days, "llm")
        await pilot.press("n")
        await until(
            pilot, lambda: any(each.thinking and each.thought for each in days.stories.stories)
        )
        partial = next(each for each in days.stories.stories if each.thinking)
        assert "Slowly, one word after the other.".startswith(partial.thought)
        assert "▍" in page(pilot)
        assert "{" not in partial.thought
        await pilot.press("escape")
        await until(pilot, lambda: not days.stage.working and not days.board.stale)
        assert not any(each.thinking for each in days.stories.stories)
        stopped = [each for each in days.stage.session.tree.path if each.status == "stopped"]
        assert len(stopped) == 1
        card = days.stories.stories[-1]
        assert card.thought == f"{stopped[0].text.strip()} …"
        assert card.about == "stopped"
        assert "n finishes it" in days.status.state
        assert days.stage.state.over == 0


async def test_a_fallback_is_marked_and_never_silent(tmp_path: Path) -> None:
    async with at_days(scripted(tmp_path, ["no JSON at all"])) as (pilot, days):
        await begun(pilot, days, "llm")
        await pilot.press("s")
        await until(pilot, lambda: days.stage.state.cards and not days.stage.working)
        await until(pilot, lambda: bool(days.stories.stories) and not days.board.stale)
        assert "fallback: rules" in days.stories.stories[0].mark
        await pilot.pause()
        assert "⚑ fallback: rules" in page(pilot)


async def test_a_model_that_fails_says_so_in_place_and_can_be_tried_again(tmp_path: Path) -> None:
    # Each customer's first answer fails once.
    failing = {"text": answer("Fine.", "SEND_TUTORIAL"), "error": {"times": 1}}
    async with at_days(scripted(tmp_path, [failing])) as (pilot, days):
        await begun(pilot, days, "llm")
        for name in CAST:
            await pilot.press("n")
            await until(pilot, lambda: days.stage.working or days.stage.state.failed is not None)
            await until(pilot, lambda: not days.stage.working and not days.board.stale)
            assert days.stage.state.failed is not None
            assert days.stories.stories[-1].title == name
            assert "space tries again" in days.stories.stories[-1].problem
            assert "could not be asked" in days.status.state
        await lived(pilot, days, "n", 1)
        assert not any(each.problem for each in days.stories.stories)


async def test_words_of_others_are_shown_as_they_stand(tmp_path: Path) -> None:
    thought = "[red]stop[/red] [@click=app.quit]here[/] \x1b[31m"
    async with at_days(scripted(tmp_path, [answer(thought, "SEND_TUTORIAL", thought)])) as (
        pilot,
        days,
    ):
        await begun(pilot, days, "llm")
        await lived(pilot, days, "n", 1)
        await pilot.press("g")
        await pilot.pause()
        assert "[@click=app.quit]here[/]" in page(pilot)
        assert "\x1b" not in page(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, CustomerScreen))
        await pilot.pause()
        assert "[@click=app.quit]here[/]" in page(pilot)


async def test_earlier_days_can_be_looked_at_while_others_pass(tmp_path: Path) -> None:
    async with at_days(runtime_for(tmp_path)) as (pilot, days):
        await begun(pilot, days)
        await lived(pilot, days, "w", 7)
        await pilot.press("left", "left")
        assert "looking at day 5" in head(days)
        fifth = [each.cards[4].thought for each in days.stage.state.customers.values()]
        assert [each.thought for each in days.stories.stories] == fifth
        await lived(pilot, days, "n", 8)
        assert "looking at day 5" in head(days)
        await pilot.press("G")
        await pilot.pause()
        assert "looking at" not in head(days)
        assert days.board.day == 8


async def test_who_reads_a_card_keeps_it_when_the_next_day_begins(tmp_path: Path) -> None:
    async with at_days(runtime_for(tmp_path)) as (pilot, days):
        await begun(pilot, days)
        await lived(pilot, days, "n", 1)
        await pilot.press("g")
        await lived(pilot, days, "n", 2)
        assert "looking at day 1" in head(days)
        assert days.stories.cursor == 0


@pytest.mark.slow
async def test_a_population_is_told_in_sums_and_a_sample(tmp_path: Path) -> None:
    # Imported now, or it takes part of the time for which the pane is waited for.
    pytest.importorskip("scipy.stats")
    async with at_days(runtime_for(tmp_path)) as (pilot, days):
        await drafted(pilot, days, "thompson", "market")
        days.start.form.at = "customers"
        await pilot.press(*"2000")
        days.start.form.at = "days"
        # So many that they are not over before anybody looks.
        await pilot.press(*"3000")
        await begun(pilot, days, "thompson")
        assert days.bulk
        before = len(pilot.app.screen.query("*"))
        await lived(pilot, days, "w", 7)
        assert len(pilot.app.screen.query("*")) == before
        shown = page(pilot)
        for words in ("of 2,000", "How they stand", "What was done", "Segments"):
            assert words in shown
        assert "Day 7 of 3,000" in head(days)
        assert {row.who for row in days.learnt.rows} == set(days.stage.state.series[-1].segments)
        await pilot.press("enter", "s")
        await pilot.pause()
        assert days.stage.state.over == 7
        await pilot.press("space")
        await until(pilot, lambda: days.stage.going)
        await pilot.press("space")
        await until(pilot, lambda: not days.stage.working and not days.board.stale)
        assert not days.stage.going


async def test_what_came_of_it_is_said_once(tmp_path: Path) -> None:
    async with at_days(runtime_for(tmp_path)) as (pilot, days):
        await begun(pilot, days, "hierarchical-thompson")
        await lived(pilot, days, "n", 1)
        story = next(each for each in days.stories.stories if "not interested" in each.impact)
        assert story.impact.count("not interested") == 1


async def test_an_earlier_day_says_how_to_go_on_from_there(tmp_path: Path) -> None:
    async with at_days(runtime_for(tmp_path), (80, 24)) as (pilot, days):
        await begun(pilot, days)
        await lived(pilot, days, "w", 7)
        await pilot.press("left")
        assert "looking at day 6 · → on, f from here, G newest" in page(pilot)


async def test_what_a_population_taught_is_seen_beside_its_chart(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    async with at_days(runtime_for(tmp_path), (200, 60)) as (pilot, days):
        await pilot.press("right", "down", "2", "0", "0", "0")
        await pilot.press("enter")
        await until(pilot, lambda: days.begun and days.stage.running)
        await lived(pilot, days, "n", 1)
        await until(pilot, lambda: "Price-Sensitive" in page(pilot))
        assert days.learnt.size.height > 20
