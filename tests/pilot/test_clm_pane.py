from __future__ import annotations

from pathlib import Path

import pytest

from pilot.clm_kit import (
    CAST,
    answer,
    at_clm,
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
from tui.clm.customer import CustomerScreen
from tui.widgets.top_bar import TopBar


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=str)
async def test_the_start_card_says_what_can_be_run_and_how(tmp_path: Path, size) -> None:
    async with at_clm(runtime_for(tmp_path), size) as (pilot, _):
        shown = page(pilot)
        for words in ("The day simulator", "classic", "llm", "42", "enter starts", "ctrl+r"):
            assert words in shown
        assert "F7 CLM" in pilot.app.screen.query_one(TopBar).render().plain


async def test_choices_turn_and_numbers_are_typed(tmp_path: Path) -> None:
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        await pilot.press("right", "down", "1", "5", "0")
        assert (clm.session.draft.world, clm.session.draft.size) == ("market", 150)
        await pilot.press("backspace")
        assert clm.session.draft.size == 15
        await drafted(pilot, clm, "ucb1", "market")
        clm.start.form.at = "seed"
        await pilot.press("7")
        assert (clm.session.draft.policy, clm.session.draft.seed) == ("ucb1", 7)
        assert pilot.app.current_mode == "clm"


async def test_a_population_leaves_models_and_predictors_out(tmp_path: Path) -> None:
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        assert clm.session.draft.policy == "llm"
        await pilot.press("right", "down", *"2000")
        assert clm.session.draft.policy == "hierarchical-thompson"
        assert "llm" not in clm.session.draft.policies
        assert "budget" in page(pilot)
        assert "predictor" not in page(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=str)
async def test_a_day_is_told_in_cards_with_what_was_learnt(tmp_path: Path, size) -> None:
    async with at_clm(runtime_for(tmp_path), size) as (pilot, clm):
        await begun(pilot, clm)
        assert "Nothing has happened yet" in page(pilot)
        await lived(pilot, clm, "n", 1)
        assert titles(clm) == CAST
        state = clm.session.state
        story = clm.stories.stories[0]
        card = state.customers["sam"].cards[0]
        assert story.thought == card.thought
        assert story.delta == card.delta
        assert story.word == card.verdict
        assert "Day 1 of 30" in head(clm)
        assert f"{state.engagement:5.1f}" in head(clm)
        words = {(row.who, row.action): row.word for row in clm.learnt.rows}
        for who in state.customers.values():
            for each in who.cards:
                if each.verdict:
                    assert words[who.id, each.action] == each.verdict
        await pilot.press("g")
        await pilot.pause()
        for words_of in ("Student Sam", "thought", "action", "impact", "learnt", "Corporate Clara"):
            assert words_of in page(pilot)


async def test_the_keys_for_days(tmp_path: Path) -> None:
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        clm.session.draft = clm.session.draft.with_days(12)
        clm.show_setup()
        await begun(pilot, clm)
        await lived(pilot, clm, "W", 7)
        await lived(pilot, clm, "n", 8)
        await lived(pilot, clm, "space", 12)
        await pilot.press("space")
        await until(pilot, lambda: "All planned days are over" in clm.status.problem)
        await lived(pilot, clm, "n", 13)
        await pilot.press("o")
        await until(pilot, lambda: clm.session.state.day == 14 and not clm.session.busy)
        assert titles(clm) == titles(clm)[:1]
        assert "1 of" in clm.status.state


async def test_a_key_that_comes_too_early_is_for_the_run_that_begins(tmp_path: Path) -> None:
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        await drafted(pilot, clm, "rules")
        await pilot.press("enter", "n")
        await rested(pilot, clm, 1)
        assert len(list((tmp_path / "sessions").glob("*.jsonl"))) == 1


async def test_thoughts_stream_into_their_card_and_can_be_stopped(tmp_path: Path) -> None:
    slow = {"text": answer("Slowly, one word after the other.", "SEND_TUTORIAL")}
    slow["tokens_per_second"] = 4
    async with at_clm(scripted(tmp_path, [slow])) as (pilot, clm):
        await begun(pilot, clm, "llm")
        await pilot.press("n")
        await until(
            pilot, lambda: any(each.thinking and each.thought for each in clm.stories.stories)
        )
        partial = next(each for each in clm.stories.stories if each.thinking)
        assert "Slowly, one word after the other.".startswith(partial.thought)
        assert "▍" in page(pilot)
        assert "{" not in partial.thought
        await pilot.press("escape")
        await until(pilot, lambda: not clm.session.busy and not clm.view.stale)
        assert not any(each.thinking for each in clm.stories.stories)
        stopped = [each for each in clm.session.stored.tree.path if each.status == "stopped"]
        assert len(stopped) == 1
        card = clm.stories.stories[-1]
        assert card.thought == f"{stopped[0].text.strip()} …"
        assert card.about == "stopped"
        assert "n finishes it" in clm.status.state
        assert clm.session.state.over == 0


async def test_a_fallback_is_marked_and_never_silent(tmp_path: Path) -> None:
    async with at_clm(scripted(tmp_path, ["no JSON at all"])) as (pilot, clm):
        await begun(pilot, clm, "llm")
        await pilot.press("o")
        await until(pilot, lambda: clm.session.state.cards and not clm.session.busy)
        await until(pilot, lambda: bool(clm.stories.stories) and not clm.view.stale)
        assert "fallback: rules" in clm.stories.stories[0].mark
        await pilot.pause()
        assert "⚑ fallback: rules" in page(pilot)


async def test_a_model_that_fails_says_so_in_place_and_can_be_tried_again(tmp_path: Path) -> None:
    # Each customer's first answer fails once.
    failing = {"text": answer("Fine.", "SEND_TUTORIAL"), "error": {"times": 1}}
    async with at_clm(scripted(tmp_path, [failing])) as (pilot, clm):
        await begun(pilot, clm, "llm")
        for name in CAST:
            await pilot.press("n")
            await until(pilot, lambda: clm.session.busy or clm.session.state.failed is not None)
            await until(pilot, lambda: not clm.session.busy and not clm.view.stale)
            assert clm.session.state.failed is not None
            assert clm.stories.stories[-1].title == name
            assert "space tries again" in clm.stories.stories[-1].problem
            assert "could not be asked" in clm.status.state
        await lived(pilot, clm, "n", 1)
        assert not any(each.problem for each in clm.stories.stories)


async def test_words_of_others_are_shown_as_they_stand(tmp_path: Path) -> None:
    thought = "[red]stop[/red] [@click=app.quit]here[/] \x1b[31m"
    async with at_clm(scripted(tmp_path, [answer(thought, "SEND_TUTORIAL", thought)])) as (
        pilot,
        clm,
    ):
        await begun(pilot, clm, "llm")
        await lived(pilot, clm, "n", 1)
        await pilot.press("g")
        await pilot.pause()
        assert "[@click=app.quit]here[/]" in page(pilot)
        assert "\x1b" not in page(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, CustomerScreen))
        await pilot.pause()
        assert "[@click=app.quit]here[/]" in page(pilot)


async def test_earlier_days_can_be_looked_at_while_others_pass(tmp_path: Path) -> None:
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        await begun(pilot, clm)
        await lived(pilot, clm, "W", 7)
        await pilot.press("left", "left")
        assert "looking at day 5" in head(clm)
        fifth = [each.cards[4].thought for each in clm.session.state.customers.values()]
        assert [each.thought for each in clm.stories.stories] == fifth
        await lived(pilot, clm, "n", 8)
        assert "looking at day 5" in head(clm)
        await pilot.press("G")
        await pilot.pause()
        assert "looking at" not in head(clm)
        assert clm.view.day == 8


async def test_who_reads_a_card_keeps_it_when_the_next_day_begins(tmp_path: Path) -> None:
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        await begun(pilot, clm)
        await lived(pilot, clm, "n", 1)
        await pilot.press("g")
        await lived(pilot, clm, "n", 2)
        assert "looking at day 1" in head(clm)
        assert clm.stories.cursor == 0


@pytest.mark.slow
async def test_a_population_is_told_in_sums_and_a_sample(tmp_path: Path) -> None:
    # Imported now, or it takes part of the time for which the pane is waited for.
    pytest.importorskip("scipy.stats")
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        await drafted(pilot, clm, "thompson", "market")
        clm.start.form.at = "customers"
        await pilot.press(*"2000")
        clm.start.form.at = "days"
        # So many that they are not over before anybody looks.
        await pilot.press(*"3000")
        await begun(pilot, clm, "thompson")
        assert clm.session.population
        before = len(pilot.app.screen.query("*"))
        await lived(pilot, clm, "W", 7)
        assert len(pilot.app.screen.query("*")) == before
        shown = page(pilot)
        for words in ("of 2,000", "How they stand", "What was done", "Segments"):
            assert words in shown
        assert "Day 7 of 3,000" in head(clm)
        assert {row.who for row in clm.learnt.rows} == set(clm.session.state.series[-1].segments)
        await pilot.press("enter", "o")
        await pilot.pause()
        assert clm.session.state.over == 7
        await pilot.press("space")
        await until(pilot, lambda: clm.session.going)
        await pilot.press("space")
        await until(pilot, lambda: not clm.session.busy and not clm.view.stale)
        assert not clm.session.going


async def test_what_came_of_it_is_said_once(tmp_path: Path) -> None:
    async with at_clm(runtime_for(tmp_path)) as (pilot, clm):
        await begun(pilot, clm, "hierarchical-thompson")
        await lived(pilot, clm, "n", 1)
        story = next(each for each in clm.stories.stories if "not interested" in each.impact)
        assert story.impact.count("not interested") == 1


async def test_an_earlier_day_says_how_to_go_on_from_there(tmp_path: Path) -> None:
    async with at_clm(runtime_for(tmp_path), (80, 24)) as (pilot, clm):
        await begun(pilot, clm)
        await lived(pilot, clm, "W", 7)
        await pilot.press("left")
        assert "looking at day 6 · → on, f from here, G newest" in page(pilot)


async def test_what_a_population_taught_is_seen_beside_its_chart(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    async with at_clm(runtime_for(tmp_path), (200, 60)) as (pilot, clm):
        await pilot.press("right", "down", "2", "0", "0", "0")
        await pilot.press("enter")
        await until(pilot, lambda: clm.session.started and clm.session.running)
        await lived(pilot, clm, "n", 1)
        await until(pilot, lambda: "Price-Sensitive" in page(pilot))
        assert clm.learnt.size.height > 20
