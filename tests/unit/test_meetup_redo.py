"""Redo, alternatives and jumps in a meetup."""

from __future__ import annotations

import pytest

from core.errors import CommandError
from core.meetup.commands import Fork, Jump, Pause, Redo, Regenerate, Say, Step, Swipe, Undo
from core.sessions.record import Kind
from meetup_kit import Table
from unit.test_meetup_steering import caught, end, paused


async def answered_anew(meetup: Table) -> None:
    await meetup.send(Regenerate())
    await meetup.until(lambda: len(meetup.state.messages) > 0 and not meetup.engine.speaking)
    await meetup.quiet()


async def test_redo_puts_back_what_undo_took_one_message_at_a_time() -> None:
    meetup = await paused(4)
    before = meetup.said
    await meetup.send(Undo(3), Redo())
    assert meetup.said == before[:2]
    await meetup.send(Redo(2))
    assert meetup.said == before
    with pytest.raises(CommandError, match="nothing to redo"):
        await meetup.send(Redo())
    await end(meetup)


async def test_redo_of_more_than_there_is_changes_nothing() -> None:
    meetup = await paused(4)
    await meetup.send(Undo(2))
    said, records = meetup.said, len(list(meetup.session.tree))
    with pytest.raises(CommandError, match="Only 2 messages"):
        await meetup.send(Redo(3))
    assert (meetup.said, len(list(meetup.session.tree))) == (said, records)
    await end(meetup)


async def test_each_undo_can_be_redone_through_the_settings_that_it_restores() -> None:
    meetup = await paused(4)
    before = meetup.said
    for _ in range(3):
        await meetup.send(Undo())
    for _ in range(3):
        await meetup.send(Redo())
    assert meetup.said == before
    await end(meetup)


async def test_nothing_is_redone_after_a_new_turn() -> None:
    meetup = await paused(3)
    await meetup.send(Undo(2), Step())
    await meetup.until(lambda: meetup.state.turns == 2)
    await meetup.quiet()
    with pytest.raises(CommandError, match="nothing to redo"):
        await meetup.send(Redo())
    await end(meetup)


async def test_redo_goes_back_to_the_branch_that_was_left_last() -> None:
    meetup = await paused(2)
    await answered_anew(meetup)
    newer = meetup.state.messages[-1].id
    await meetup.send(Swipe(-1))
    older = meetup.state.messages[-1].id
    assert older != newer
    await meetup.send(Undo(), Redo())
    assert meetup.state.messages[-1].id == older
    await end(meetup)


async def test_redo_after_a_fork_returns_to_what_followed() -> None:
    meetup = await paused(4)
    before = meetup.said
    await meetup.send(Fork(turn=1), Redo(3))
    assert meetup.said == before
    await end(meetup)


async def test_words_of_the_moderator_are_redone() -> None:
    meetup = await paused(2)
    last = meetup.state.messages[-1].id
    await meetup.send(Say("Slower, please."), Fork(record=last), Redo())
    assert [each.text for each in meetup.path(Kind.MESSAGE)][-1] == "Slower, please."
    await end(meetup)


async def test_a_redo_that_is_refused_does_not_stop_a_turn() -> None:
    meetup = await caught(1)
    with pytest.raises(CommandError, match="nothing to redo"):
        await meetup.send(Redo())
    assert meetup.engine.speaking
    await meetup.send(Pause(now=True))
    await end(meetup)


async def test_alternatives_of_a_turn_are_gone_through_with_what_followed_them() -> None:
    meetup = await paused(4)
    whole, first = meetup.said, meetup.state.messages[1].id
    await meetup.send(Undo(3), Step())
    await meetup.until(lambda: meetup.state.turns == 2)
    await meetup.quiet()
    second = meetup.state.messages[-1].id
    with pytest.raises(CommandError, match="no further alternative"):
        await meetup.send(Swipe(1))
    await meetup.send(Swipe(-1, second))
    assert meetup.said == whole
    await meetup.send(Swipe(1, first))
    assert [each.id for each in meetup.state.messages][-1] == second
    await end(meetup)


async def test_a_jump_goes_to_the_branch_of_a_message() -> None:
    meetup = await paused(4)
    whole, third = meetup.said, meetup.state.messages[2].id
    await meetup.send(Fork(turn=1), Jump(third))
    assert meetup.said == whole
    with pytest.raises(CommandError, match="no message"):
        await meetup.send(Jump("01ARZ3NDEKTSV4RRFFQ69G5FAV"))
    await end(meetup)
