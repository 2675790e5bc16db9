"""Replies that are stopped, gone on with and taken again, wherever they stand."""

from __future__ import annotations

import asyncio

import pytest

from chat_kit import Table, ann, counted, failing, never, one_after_the_other, slow, table
from core.chat.commands import (
    Continue,
    Edit,
    Fork,
    Jump,
    Regenerate,
    Send,
    SetModel,
    Stop,
    Swipe,
)
from core.errors import CommandError
from core.events import Failed, HeadMoved, TextDelta, TurnFinished, TurnStarted
from core.messages import Params
from core.providers.continuing import GO_ON
from core.providers.script import Reply
from core.sessions.record import Kind


async def caught(*replies: str | Reply, **changes: object) -> Table:
    """Return a chat whose last reply is caught after its first word."""
    chat = await table(one_after_the_other(*replies, slow("one two three"), "then"), **changes)
    for number in range(len(replies)):
        await chat.do(Send(f"{number}?"))
    await chat.send(Send("last?"))
    await chat.heard("one")
    return chat


# Stopping


async def test_stopped_in_mid_word_it_keeps_what_was_said() -> None:
    chat = await table(lambda r: Reply(chunks=("Un", "believable"), tokens_per_second=1))
    await chat.send(Send("Hi?"))
    await chat.heard("Un")
    await chat.do(Stop())
    assert (chat.said, chat.last.status) == (["Hi?", "Un"], "stopped")
    assert chat.last.usage is not None
    assert chat.last.usage.estimated
    await chat.do(Stop(), Stop())
    assert len(chat.of(TurnFinished)) == 1


async def test_stopped_before_the_first_word_it_leaves_the_message_waiting() -> None:
    chat = await table(lambda r: never())
    await chat.send(Send("Hi?"))
    await chat.until(lambda: bool(chat.of(TurnStarted)))
    await chat.do(Stop())
    assert (chat.said, chat.state.waiting) == (["Hi?"], True)
    (finished,) = chat.of(TurnFinished)
    assert (finished.record.status, finished.record.text) == ("stopped", "")
    # Nothing is there to swipe to.
    with pytest.raises(CommandError):
        await chat.send(Swipe())


async def test_stopped_before_it_has_even_begun() -> None:
    chat = await table(lambda r: never())
    await asyncio.gather(chat.send(Send("Hi?")), chat.send(Stop()))
    assert not chat.engine.replying
    assert chat.said == ["Hi?"]
    chat.provider._answering = lambda r: "r1"
    await chat.do(Regenerate())
    chat.provider._answering = lambda r: never()
    for command in (Regenerate(), Continue(), Regenerate(chat.at(0))):
        await asyncio.gather(chat.send(command), chat.send(Stop()))
        assert chat.said == ["Hi?", "r1"]
    chat.check()


async def test_stopped_twice_at_once() -> None:
    chat = await caught()
    await chat.until(lambda: chat.engine.replying)
    await chat.do(Stop(), Stop())
    assert chat.said == ["last?", "one "]


async def test_a_stop_with_nothing_to_stop_is_no_mistake() -> None:
    chat = await table()
    await chat.do(Stop(), Send("Hi?"), Stop())
    assert chat.said == ["Hi?", "r1"]


# Continuing


async def test_a_stopped_reply_goes_on_beside_itself() -> None:
    chat = await caught()
    await chat.do(Stop(), Continue())
    assert chat.said == ["last?", "one then"]
    assert chat.asked[-1] == ["last?", "one ", GO_ON]
    assert chat.options() == ["one ", "one then"]
    stopped = chat.named("one ")
    assert (chat.last.data["continues"], chat.last.data["taken_over"]) == (stopped.id, 4)
    first = next(e for e in chat.of(TextDelta) if e.record_id == chat.last.id)
    assert (first.start, first.text) == (0, "one ")
    assert chat.asked[-1][:2] == ["last?", "one "]


async def test_a_wire_that_goes_on_in_place_is_sent_no_note_and_trusted_with_the_joint() -> None:
    chat = await table(one_after_the_other(failing(), "Un", "der", "way"))
    chat.provider.continues = True
    await chat.do(Send("Hi?"), Regenerate(), Continue(), Continue())
    assert chat.said == ["Hi?", "Underway"]
    assert chat.asked[2:] == [["Hi?", "Un"], ["Hi?", "Under"]]
    assert chat.options() == ["Un", "Under", "Underway"]


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        ("The end", "is near", "The end is near"),
        ("The end.", "Not", "The end. Not"),
        ("The end", " is", "The end is"),
        ("The end ", "is", "The end is"),
        ("The end", ", almost", "The end, almost"),
        ("half-", "way", "half-way"),
        ("line\n", "next", "line\nnext"),
        ("你好", "吗", "你好吗"),
        ("(", "so", "(so"),
    ],
)
async def test_what_a_model_was_asked_for_in_words_is_joined(
    before: str, after: str, whole: str
) -> None:
    chat = await table(one_after_the_other(before, Reply(chunks=(after, " more"))))
    await chat.do(Send("Hi?"), Continue())
    assert chat.said == ["Hi?", f"{whole} more"]
    assert chat.options() == [before, f"{whole} more"]


async def test_an_edited_reply_goes_on_with_its_new_words() -> None:
    chat = await table(one_after_the_other("Once", "there was", "and then"))
    await chat.do(Send("Hi?"), Edit("Twice"), Continue())
    assert chat.said == ["Hi?", "Twice there was"]
    assert chat.asked[-1] == ["Hi?", "Twice", GO_ON]
    await chat.do(Swipe(-1))
    assert chat.said == ["Hi?", "Twice"]


async def test_a_greeting_goes_on_after_a_note_that_it_came_first() -> None:
    chat = await table(persona=ann(greeting="Tea"))
    await chat.do(Continue())
    assert chat.asked == [["(The conversation begins. You speak first.)", "Tea", GO_ON]]
    assert chat.said == ["Tea r1"]


@pytest.mark.parametrize("reply", ["", "  ", failing(), failing(" ")])
async def test_nothing_more_leaves_the_reply_as_it_was(reply: str | Reply) -> None:
    chat = await table(one_after_the_other("Once", "more", reply, "on"))
    await chat.do(Send("1?"), Send("2?"))
    last, path = chat.last.id, [each.id for each in chat.tree.path]
    await chat.do(Continue())
    assert (chat.said, chat.last.id) == (["1?", "Once", "2?", "more"], last)
    assert [each.id for each in chat.tree.path][: len(path)] == path
    assert chat.notices() in (["silence"], ["error"])
    if chat.notices() == ["silence"]:
        assert chat.path(Kind.NOTICE)[0].text == "Ann had nothing to add."
    # What only repeats it is no alternative of it.
    assert chat.options() == ["more"]
    await chat.do(Continue())
    assert chat.said[-1] == "more on"


async def test_stopped_again_before_another_word_it_leaves_the_reply_as_it_was() -> None:
    chat = await table(one_after_the_other("Once", never()))
    await chat.do(Send("1?"))
    last = chat.last.id
    await chat.send(Continue())
    await chat.until(lambda: len(chat.of(TurnStarted)) == 2)
    await chat.do(Stop())
    assert (chat.said, chat.last.id, chat.options()) == (["1?", "Once"], last, ["Once"])
    assert chat.tree.head == last


async def test_a_failure_in_mid_continuation_leaves_the_reply_and_what_was_added() -> None:
    chat = await table(one_after_the_other("Once", failing("upon a")))
    await chat.do(Send("1?"), Continue())
    assert chat.said == ["1?", "Once"]
    assert chat.options() == ["Once", "Once upon a"]
    assert chat.state.error is not None
    await chat.do(Swipe())
    assert (chat.said, chat.last.status) == (["1?", "Once upon a"], "failed")


async def test_only_a_reply_that_is_over_can_go_on() -> None:
    chat = await caught("Once")
    with pytest.raises(CommandError, match="still being written"):
        await chat.send(Continue())
    assert chat.engine.replying
    await chat.do(Stop())
    await chat.do(Fork(chat.at(2)))
    with pytest.raises(CommandError, match="no reply"):
        await chat.send(Continue())


# Taking again


async def test_the_last_reply_is_taken_again_beside_the_old_one() -> None:
    chat = await table()
    await chat.do(Send("1?"), Send("2?"), Regenerate(), Regenerate())
    assert chat.said == ["1?", "r1", "2?", "r4"]
    assert chat.options() == ["r2", "r3", "r4"]
    assert chat.asked[1] == chat.asked[2] == chat.asked[3]
    assert {each.parent for each in chat.tree if each.text in {"r2", "r3", "r4"}} == {chat.at(2)}


async def test_the_path_ends_before_the_old_reply_while_the_new_one_is_written() -> None:
    chat = await table(one_after_the_other("one", slow("two three")))
    await chat.do(Send("1?"))
    await chat.send(Regenerate())
    assert chat.said == ["1?"]
    await chat.heard("two")
    assert [type(event) for event in chat.events[-3:]] == [HeadMoved, TurnStarted, TextDelta]
    await chat.do(Stop())
    assert (chat.said, chat.options()) == (["1?", "two "], ["one", "two "])


async def test_a_reply_in_mid_history_is_taken_again_and_what_followed_stays_a_swipe_away() -> None:
    chat = await table()
    await chat.do(Send("1?"), Send("2?"), Send("3?"))
    await chat.do(Regenerate(chat.at(1)))
    assert chat.said == ["1?", "r4"]
    assert chat.asked[-1] == ["1?"]
    await chat.do(Swipe(-1))
    assert chat.said == ["1?", "r1", "2?", "r2", "3?", "r3"]


async def test_a_message_in_mid_history_is_answered_anew() -> None:
    chat = await table()
    await chat.do(Send("1?"), Send("2?"))
    await chat.do(Regenerate(chat.at(0)))
    assert chat.said == ["1?", "r3"]
    assert chat.options() == ["r1", "r3"]


async def test_a_message_that_was_never_answered_is() -> None:
    chat = await table(one_after_the_other(never(), "r1", "r2"))
    await chat.send(Send("1?"))
    await chat.until(lambda: bool(chat.provider.requests))
    await chat.do(Stop(), Send("2?"))
    await chat.do(Regenerate(chat.at(0)))
    assert (chat.said, chat.asked[-1]) == (["1?", "r2"], ["1?"])


async def test_a_reply_on_another_branch_is_taken_again_there() -> None:
    chat = await table()
    await chat.do(Send("1?"), Send("2?"))
    other = chat.at(3)
    await chat.do(Fork(chat.at(1)), Send("3?"), Regenerate(other))
    assert chat.said == ["1?", "r1", "2?", "r4"]


NOTHING = {
    "empty": [""],
    "blank": [" \n"],
    "failing": [failing()],
    "refused": [failing(" ")],
    "overflow": [failing(kind="context_overflow")] * 2,
}


@pytest.mark.parametrize("replies", NOTHING.values(), ids=NOTHING)
@pytest.mark.parametrize("place", [1, 2, 3, 5])
async def test_if_nothing_comes_of_it_the_path_goes_back(
    place: int, replies: list[str | Reply]
) -> None:
    chat = await table(one_after_the_other("r1", "r2", "r3", *replies, "r4"))
    await chat.do(Send("1?"), Send("2?"), Send("3?"))
    said, ids = chat.said, [each.id for each in chat.state.messages]
    await chat.do(Regenerate(ids[place]))
    assert [each.id for each in chat.state.messages] == ids
    assert [chat.options(each) for each in ids if chat.tree.get(each).text != "2?"]
    assert chat.notices() in (["silence"], ["error"])
    assert bool(chat.of(Failed)) == (chat.state.error is not None)
    assert chat.said == said
    await chat.do(Regenerate(ids[place]))
    assert chat.last.text == "r4"


@pytest.mark.parametrize("place", [1, 2, 5])
async def test_stopped_before_the_first_word_the_path_goes_back(place: int) -> None:
    chat = await table(one_after_the_other("r1", "r2", "r3", never()))
    await chat.do(Send("1?"), Send("2?"), Send("3?"))
    path = [each.id for each in chat.tree.path]
    await chat.send(Regenerate(chat.at(place)))
    await chat.until(lambda: len(chat.of(TurnStarted)) == 4)
    await chat.do(Stop())
    assert [each.id for each in chat.tree.path] == path
    # Nobody ever sees the path as it was in between.
    assert [type(each) for each in chat.events[-2:]] == [TurnFinished, HeadMoved]
    assert chat.heads[-2:] == [path[-1], path[-1]]


async def test_from_another_branch_the_path_goes_back_to_where_it_was() -> None:
    chat = await table(one_after_the_other("r1", "r2", "r3", failing()))
    await chat.do(Send("1?"), Send("2?"))
    other = chat.at(3)
    await chat.do(Fork(chat.at(1)), Send("3?"))
    said = chat.said
    await chat.do(Regenerate(other))
    assert chat.said == said


async def test_taken_again_while_it_is_written_the_words_so_far_are_an_alternative() -> None:
    chat = await caught("r0")
    await chat.do(Regenerate())
    assert chat.said == ["0?", "r0", "last?", "then"]
    assert chat.options() == ["one ", "then"]


async def test_with_a_seed_another_take_has_another_seed_and_a_retry_the_same() -> None:
    chat = await table(
        one_after_the_other("a", "b", failing(), "c", never(), "d", "e"), params=Params(seed=7)
    )
    await chat.do(Send("1?"), Regenerate(), Regenerate(), Regenerate())
    seeds = [each.params.seed for each in chat.provider.requests]
    assert seeds == [7, 8, 9, 9]
    await chat.do(Swipe(-1), SetModel("scripted:y"))
    await chat.send(Regenerate())
    await chat.until(lambda: len(chat.provider.requests) == 5)
    await chat.do(Stop(), Regenerate(), Continue())
    # One that was stopped was drawn as well; going on is a question of its own.
    assert [each.params.seed for each in chat.provider.requests][4:] == [10, 11, 7]


async def test_a_greeting_is_no_take() -> None:
    chat = await table(persona=ann(greeting="Tea?"), params=Params(seed=7))
    await chat.do(Regenerate(), Regenerate())
    assert [each.params.seed for each in chat.provider.requests] == [7, 8]


async def test_a_reply_that_is_stopped_before_its_task_began_tidies_up_after_itself() -> None:
    chat = await table(one_after_the_other("r1", "r2"))
    await chat.do(Send("1?"))
    path = [each.id for each in chat.tree.path]
    await chat.engine._dispatch[Regenerate](Regenerate())
    assert not chat.tree.on_path(path[-1])
    await chat.engine._replies.interrupt()
    assert [each.id for each in chat.tree.path] == path
    chat.check()


@pytest.mark.parametrize("wrong", ["nobody", ""])
async def test_what_is_not_there_cannot_be_taken_again(wrong: str) -> None:
    chat = await caught("r0")
    with pytest.raises(CommandError, match="no message"):
        await chat.send(Regenerate(wrong))
    assert chat.engine.replying
    await chat.do(Stop())


async def test_a_model_that_is_gone_is_noticed_before_anything_changes() -> None:
    chat = await table(counted())
    await chat.do(Send("1?"))
    chat.provider._answering = None
    heads = len(chat.of(HeadMoved))
    for command in (Send("2?"), Regenerate(), Continue(), Edit("new", chat.at(0), resend=True)):
        with pytest.raises(CommandError, match="cannot be read"):
            await chat.send(command)
    assert (chat.said, len(chat.of(HeadMoved))) == (["1?", "r1"], heads)


async def test_an_overflow_is_answered_with_less_and_only_once() -> None:
    chat = await table(one_after_the_other("r1", failing(kind="context_overflow"), "r2"))
    await chat.do(Send("1?"), Send("2?"))
    assert chat.said == ["1?", "r1", "2?", "r2"]
    assert [each.record.status for each in chat.of(TurnFinished)] == [
        "complete",
        "failed",
        "complete",
    ]
    assert chat.options() == ["r2"]


async def test_stopped_while_it_tries_with_less_the_path_goes_back() -> None:
    chat = await table(one_after_the_other("r1", failing(kind="context_overflow"), never()))
    await chat.do(Send("1?"))
    path = [each.id for each in chat.tree.path]
    await chat.send(Regenerate())
    await chat.until(lambda: len(chat.provider.requests) == 3)
    await chat.do(Stop())
    assert [each.id for each in chat.tree.path] == path


async def test_a_jump_to_a_reply_that_was_left_leads_to_its_end() -> None:
    chat = await table()
    await chat.do(Send("1?"), Send("2?"))
    left = chat.at(1)
    await chat.do(Regenerate(left), Send("3?"), Jump(left))
    assert chat.said == ["1?", "r1", "2?", "r2"]
    await chat.do(Jump(left))
    assert chat.said == ["1?", "r1", "2?", "r2"]
