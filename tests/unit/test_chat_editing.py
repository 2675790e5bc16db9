"""Messages that are given other words or left out, and going from one alternative to another."""

from __future__ import annotations

import pytest

from chat_kit import Table, every_text, never, one_after_the_other, slow, table
from core.chat.commands import (
    Continue,
    Delete,
    Edit,
    Fork,
    Jump,
    Regenerate,
    Restore,
    Send,
    Stop,
    Swipe,
)
from core.errors import CommandError
from core.events import Edited, HeadMoved, Said, TurnStarted
from core.sessions.record import Kind


async def talked(rounds: int = 3) -> Table:
    """Return a chat in which `1?` was answered with `r1`, and so on."""
    chat = await table()
    for number in range(1, rounds + 1):
        await chat.do(Send(f"{number}?"))
    return chat


# Other words in place


@pytest.mark.parametrize("place", range(6))
async def test_an_edit_in_place_changes_the_words_and_what_follows_stays(place: int) -> None:
    chat = await talked()
    ids = [each.id for each in chat.state.messages]
    said = chat.said
    await chat.do(Edit("new", ids[place]))
    assert [each.id for each in chat.state.messages] == ids
    assert chat.said == [*said[:place], "new", *said[place + 1 :]]
    (edited,) = chat.of(Edited)
    assert edited.record.data["target"] == ids[place]
    await chat.do(Send("4?"))
    assert chat.asked[-1] == [*chat.said[:6], "4?"]
    assert {said[place], "new"} <= every_text(chat.tree)
    # The words from before are still what the earlier requests were made of.
    assert chat.asked[2] == said[:5]


async def test_the_last_edit_counts_and_the_same_words_are_none() -> None:
    chat = await talked(1)
    await chat.do(Edit("new"), Edit("newer"), Edit("newer"))
    assert chat.said == ["1?", "newer"]
    assert len(chat.of(Edited)) == 2
    assert {"r1", "new", "newer"} <= every_text(chat.tree)


async def test_an_edit_holds_on_every_branch_that_shares_the_message() -> None:
    chat = await talked(2)
    await chat.do(Regenerate(chat.at(3)), Edit("new", chat.at(0)), Swipe(-1))
    assert chat.said == ["new", "r1", "2?", "r2"]


async def test_an_alternative_off_the_path_can_be_edited() -> None:
    chat = await talked(1)
    await chat.do(Regenerate())
    await chat.do(Edit("new", chat.named("r1").id))
    assert (chat.said, chat.options()) == (["1?", "r2"], ["new", "r2"])


@pytest.mark.parametrize("text", ["", " \n"])
async def test_a_message_cannot_lose_its_words_by_editing(text: str) -> None:
    chat = await talked(1)
    with pytest.raises(CommandError, match="needs words"):
        await chat.send(Edit(text))
    assert chat.said == ["1?", "r1"]


async def test_a_message_can_be_edited_while_its_reply_is_written() -> None:
    chat = await table(one_after_the_other(slow("one two three"), "r2"))
    await chat.send(Send("1?"))
    await chat.heard("one")
    await chat.send(Edit("new?"))
    assert (chat.said, chat.engine.replying) == (["new?"], True)
    await chat.do(Stop(), Send("2?"))
    assert chat.said == ["new?", "one ", "2?", "r2"]
    assert [each[0] for each in chat.asked] == ["1?", "new?"]


async def test_what_waits_can_be_deleted_while_its_reply_is_written() -> None:
    chat = await table(lambda r: slow("one two three"))
    await chat.send(Send("1?"))
    await chat.heard("one")
    await chat.send(Delete())
    await chat.do(Stop())
    assert chat.said == ["one "]
    await chat.do(Restore(chat.named("1?").id))
    assert chat.said == ["1?", "one "]


# Other words beside


@pytest.mark.parametrize("place", [0, 2, 4])
async def test_other_words_of_the_human_are_answered_beside_the_old_ones(place: int) -> None:
    chat = await talked()
    said, old = chat.said, chat.at(place)
    await chat.do(Edit("new?", old, resend=True))
    assert chat.said == [*said[:place], "new?", "r4"]
    assert chat.asked[-1] == [*said[:place], "new?"]
    assert chat.options(chat.at(place)) == [said[place], "new?"]
    assert chat.state.messages[place].data["instead_of"] == old
    await chat.do(Swipe(-1, chat.at(place)))
    assert chat.said == said


@pytest.mark.parametrize("place", [1, 3, 5])
async def test_other_words_of_the_persona_wait_for_the_human(place: int) -> None:
    chat = await talked()
    said = chat.said
    asked = len(chat.asked)
    await chat.do(Edit("Mine.", chat.at(place), resend=True))
    assert chat.said == [*said[:place], "Mine."]
    assert len(chat.asked) == asked
    put = chat.of(Said)[-1].record
    assert (put.node, put.author.kind, put.author.name) == ("persona", "human", "Ann")
    await chat.do(Send("And?"), Continue())
    assert chat.asked[-2] == [*said[:place], "Mine.", "And?"]
    # Recorded answers are numbered by what the model said itself.
    assert chat.state.spoken == place // 2 + 1


async def test_a_message_being_answered_is_said_again_in_other_words() -> None:
    chat = await table(one_after_the_other(slow("one two"), "r2"))
    await chat.send(Send("1?"))
    await chat.heard("one")
    await chat.do(Edit("2?", resend=True))
    assert chat.said == ["2?", "r2"]
    await chat.do(Swipe(-1, chat.at(0)))
    assert chat.said == ["1?", "one "]


# Left out


@pytest.mark.parametrize("place", range(6))
async def test_a_message_left_out_is_told_to_nobody_and_comes_back(place: int) -> None:
    chat = await talked()
    said, gone = chat.said, chat.at(place)
    await chat.do(Delete(gone))
    assert chat.said == [*said[:place], *said[place + 1 :]]
    await chat.do(Send("4?"))
    assert said[place] not in "\n".join(chat.asked[-1]).split("\n")
    with pytest.raises(CommandError, match="no message"):
        await chat.send(Delete(gone))
    with pytest.raises(CommandError, match="no message"):
        await chat.send(Edit("new", gone))
    await chat.do(Restore(gone))
    assert chat.said == [*said, "4?", "r4"]


async def test_a_reply_after_a_message_that_was_left_out_is_asked_for_in_words() -> None:
    chat = await talked(2)
    await chat.do(Delete(chat.at(2)))
    await chat.do(Regenerate(chat.at(2)))
    assert chat.asked[-1] == ["1?", "r1", "(Say something more.)"]
    await chat.do(Continue())
    assert chat.asked[-1][:2] == ["1?", "r1\n\nr3"]


async def test_an_alternative_that_was_deleted_is_none() -> None:
    chat = await talked(1)
    await chat.do(Regenerate(), Regenerate())
    await chat.do(Delete(chat.named("r2").id))
    assert chat.options() == ["r1", "r3"]
    await chat.do(Swipe(-1))
    assert chat.said == ["1?", "r1"]


async def test_nothing_else_can_be_left_out() -> None:
    chat = await talked(1)
    for wrong in (chat.session.id, "nobody"):
        with pytest.raises(CommandError, match="no message"):
            await chat.send(Delete(wrong))
        with pytest.raises(CommandError, match="not deleted"):
            await chat.send(Restore(wrong))


# From one alternative to another


async def test_swiping_goes_both_ways_and_stops_at_the_ends() -> None:
    chat = await talked(1)
    await chat.do(Regenerate(), Regenerate(), Swipe(-2))
    assert chat.said == ["1?", "r1"]
    with pytest.raises(CommandError, match="no further"):
        await chat.send(Swipe(-1))
    await chat.do(Swipe(1))
    assert chat.said == ["1?", "r2"]
    await chat.do(Swipe(1))
    with pytest.raises(CommandError, match="no further"):
        await chat.send(Swipe(1))
    assert chat.said == ["1?", "r3"]


async def test_swiping_in_mid_history_brings_back_what_followed_last() -> None:
    chat = await talked(3)
    first = chat.at(1)
    await chat.do(Regenerate(first), Send("x?"))
    await chat.do(Swipe(-1, chat.at(1)))
    assert chat.said == ["1?", "r1", "2?", "r2", "3?", "r3"]
    await chat.do(Regenerate(chat.at(3)), Send("y?"))
    await chat.do(Swipe(1, first))
    assert chat.said == ["1?", "r4", "x?", "r5"]
    await chat.do(Swipe(-1, chat.at(1)))
    assert chat.said == ["1?", "r1", "2?", "r6", "y?", "r7"]


async def test_swiping_back_to_a_fork_finds_it_as_it_was_left() -> None:
    chat = await talked(3)
    await chat.do(Fork(chat.at(3)))
    await chat.do(Regenerate(chat.at(1)), Swipe(-1))
    assert chat.said == ["1?", "r1", "2?", "r2"]


async def test_the_humans_words_can_be_swiped_too() -> None:
    chat = await talked(2)
    await chat.do(Edit("new?", chat.at(2), resend=True))
    await chat.do(Swipe(-1, chat.at(2)))
    assert chat.said == ["1?", "r1", "2?", "r2"]
    with pytest.raises(CommandError, match="no further"):
        await chat.send(Swipe(1, chat.at(0)))
    await chat.do(Swipe(1, chat.at(2)))
    assert chat.said == ["1?", "r1", "new?", "r3"]


@pytest.mark.parametrize(("step", "reply"), [(1, "r1"), (2, "r2"), (-1, "r3"), (-3, "r1")])
async def test_from_a_message_that_waits_one_swipes_to_its_replies(step: int, reply: str) -> None:
    chat = await talked(1)
    await chat.do(Regenerate(), Regenerate())
    await chat.do(Fork(chat.at(0)))
    for wrong in (4, -4):
        with pytest.raises(CommandError, match="no further"):
            await chat.send(Swipe(wrong))
    await chat.do(Swipe(step))
    assert chat.said == ["1?", reply]


async def test_a_swipe_that_leads_nowhere_stops_no_reply() -> None:
    chat = await table(one_after_the_other("r1", slow("one two three")))
    await chat.do(Send("1?"))
    await chat.send(Send("2?"))
    await chat.heard("one")
    for command in (Swipe(), Swipe(-1), Swipe(1, chat.at(1)), Jump("nobody"), Fork("nobody")):
        with pytest.raises(CommandError):
            await chat.send(command)
    assert chat.engine.replying
    await chat.do(Stop())
    assert chat.said == ["1?", "r1", "2?", "one "]


async def test_a_swipe_back_stops_what_is_written_and_keeps_it() -> None:
    chat = await table(one_after_the_other("r1", slow("one two three")))
    await chat.do(Send("1?"))
    old = chat.last.id
    await chat.send(Regenerate())
    await chat.heard("one")
    await chat.do(Jump(old))
    assert (chat.said, chat.options()) == (["1?", "r1"], ["r1", "one "])


async def test_a_fork_while_a_new_take_has_no_words_goes_where_it_was_told() -> None:
    chat = await table(one_after_the_other("r1", "r2", never()))
    await chat.do(Send("1?"), Send("2?"))
    first = chat.at(0)
    await chat.send(Regenerate())
    await chat.until(lambda: len(chat.of(TurnStarted)) == 3)
    await chat.do(Fork(first))
    assert chat.said == ["1?"]
    targets = [e.record.data["target"] for e in chat.of(HeadMoved)]
    assert targets[-1] == first


async def test_going_where_one_is_moves_nothing() -> None:
    chat = await talked(2)
    before = len(chat.tree)
    await chat.do(Jump(chat.at(0)), Jump(chat.at(3)), Fork(chat.at(3)))
    assert len(chat.tree) == before


async def test_every_branch_can_be_jumped_to() -> None:
    chat = await talked(2)
    await chat.do(Regenerate(chat.at(1)))
    await chat.do(Edit("other?", chat.at(0), resend=True))
    for text, said in {
        "r2": ["1?", "r1", "2?", "r2"],
        "r3": ["1?", "r3"],
        "r4": ["other?", "r4"],
        "1?": ["1?", "r3"],
    }.items():
        await chat.do(Jump(chat.named(text).id))
        assert chat.said == said
    assert [each.text for each in chat.tree if each.kind == Kind.MESSAGE] == [
        "1?", "r1", "2?", "r2", "r3", "other?", "r4",
    ]  # fmt: skip
