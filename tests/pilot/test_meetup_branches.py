from __future__ import annotations

from pathlib import Path

from pilot.salon import opened, runtime_for, until
from tui.conversation.branches_screen import BranchesScreen


def said(meetup) -> list[str]:
    return [each.id for each in meetup.session.state.messages]


async def taken(pilot, meetup, turns: int) -> None:
    """Have a meetup take some turns and pause."""
    await pilot.press("escape")
    for turn in range(1, turns + 1):
        await pilot.press("n")
        await until(
            pilot,
            lambda turn=turn: (
                meetup.session.state is not None
                and meetup.session.state.turns == turn
                and not meetup.session.busy
            ),
        )


async def test_undo_and_redo(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path)) as (pilot, meetup):
        await taken(pilot, meetup, 3)
        before = said(meetup)
        await pilot.press("u", "u")
        await until(pilot, lambda: said(meetup) == before[:1])
        await pilot.press("U")
        await until(pilot, lambda: said(meetup) == before[:2])
        await pilot.press("U")
        await until(pilot, lambda: said(meetup) == before)
        assert [each.id for each in meetup.talk.entries if each.speaker] == before
        await pilot.press("U")
        await until(pilot, lambda: "nothing to redo" in meetup.status.problem)


async def test_a_regenerated_turn_is_one_of_two(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path)) as (pilot, meetup):
        await taken(pilot, meetup, 2)
        first = said(meetup)[-1]
        await pilot.press("r")
        await until(
            pilot, lambda: said(meetup)[-1:] not in ([], [first]) and len(said(meetup)) == 2
        )
        second = said(meetup)[-1]
        await until(pilot, lambda: "‹ 2 of 2 ›" in meetup.talk.entry(second).footer)
        await pilot.press("left")
        await until(pilot, lambda: said(meetup)[-1] == first)
        assert "‹ 1 of 2 ›" in meetup.talk.entry(first).footer
        await pilot.press("right")
        await until(pilot, lambda: said(meetup)[-1] == second)


async def test_the_branch_map_goes_to_a_branch(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path)) as (pilot, meetup):
        await taken(pilot, meetup, 3)
        before = said(meetup)
        meetup.talk.move_cursor(before[0])
        await pilot.press("f")
        await until(pilot, lambda: said(meetup) == before[:1])
        assert "kept on its branch" in meetup.status.hint
        await pilot.press("n")
        await until(pilot, lambda: len(said(meetup)) == 2 and not meetup.session.busy)
        await pilot.press("b")
        await until(pilot, lambda: isinstance(pilot.app.screen, BranchesScreen))
        assert "2 branches" in pilot.app.screen._title()
        await pilot.press("k", "enter")
        await until(pilot, lambda: said(meetup) == before)


async def test_a_sentence_typed_into_a_new_pane_is_words_and_no_commands(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path)) as (pilot, meetup):
        names = [each.name for each in meetup.view.participants()]
        await pilot.press(*"sunny", "space", *"Rx", "space", *"bound")
        assert meetup.prompt.text == "sunny Rx bound"
        assert [each.name for each in meetup.view.participants()] == names
        assert not meetup.session.started


async def test_a_model_named_before_the_start_changes_the_setup(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path)) as (pilot, meetup):
        await pilot.press(*"/model", "space", *"b", "space", *"eliza:parry", "enter")
        await until(pilot, lambda: meetup.session.setup.participants["b"].model == "eliza:parry")
        assert not meetup.session.started
        assert not list((tmp_path / "sessions").glob("*.jsonl"))
        assert meetup.view.participants()[1].model == "eliza:parry"
