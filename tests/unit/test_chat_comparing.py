"""Several models that answer the same message side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from chat_kit import Table, ann, failing, never, slow, table
from core.chat.commands import (
    Attachment,
    Compare,
    Delete,
    Edit,
    Jump,
    Regenerate,
    Restore,
    Send,
    SetModel,
    Stop,
    Swipe,
)
from core.engine.participant_spec import ParticipantSpec
from core.errors import CommandError
from core.events import Failed, HeadMoved, TurnFinished, TurnStarted
from core.messages import Params
from core.participants import Participant
from core.providers.base import ModelRequest
from core.providers.script import Reply
from core.sessions.record import Kind

X, Y, Z = "scripted:x", "scripted:y", "scripted:z"


def by_model(**replies: str | Reply) -> Callable[[ModelRequest], str | Reply]:
    """Answer each model's requests with a reply of its own; by default its name."""
    return lambda request: replies.get(request.model, request.model)


def finished(chat: Table) -> dict[str | None, tuple[str, str]]:
    """Return status and text of what each model said last."""
    return {e.record.model: (e.record.status, e.record.text) for e in chat.of(TurnFinished)}


def shorten(chat: Table, model: str, length: int) -> None:
    """Give one model a short context."""
    seat = chat.engine._participants._make

    def shortened(key: str, wanted: ParticipantSpec) -> Participant:
        chat.context_length = length if wanted.model == model else 100_000
        return seat(key, wanted)

    chat.engine._participants._make = shortened


async def test_each_model_answers_and_none_is_the_path_until_one_is_kept() -> None:
    chat = await table(by_model())
    await chat.do(Compare((X, Y, Z), "Who?", (Attachment("a", "1"),)))
    assert chat.said == ["Who?\n\na:\n```\n1\n```"]
    assert finished(chat) == {each: ("complete", each[-1]) for each in (X, Y, Z)}
    assert {e.record_id for e in chat.of(TurnStarted)} == {
        e.record.id for e in chat.of(TurnFinished)
    }
    assert chat.asked[0] == chat.asked[1] == chat.asked[2]
    assert all(e.record.data["compared"] for e in chat.of(TurnFinished))
    await chat.do(Jump(chat.named("y").id))
    assert (chat.said[1:], chat.options()) == (["y"], ["x", "y", "z"])
    await chat.do(Swipe(), Send("And?"))
    # It is the seat's model that goes on, whichever reply was kept.
    assert chat.said[1:] == ["z", "And?", "x"]


async def test_without_a_text_the_last_message_is_answered_again() -> None:
    chat = await table(by_model())
    await chat.do(Send("1?"), Compare((Y, Z)))
    assert chat.said == ["1?"]
    assert chat.asked[1] == chat.asked[2] == ["1?"]
    await chat.do(Swipe(2))
    assert (chat.said, len(chat.options())) == (["1?", chat.last.text], 3)
    await chat.do(Compare((X, Y)))
    assert len(chat.tree.children(chat.at(0))) == 5


async def test_one_fails_one_is_stopped_and_one_is_kept() -> None:
    chat = await table(by_model(y=failing("Well, "), z=slow("one two three")))
    await chat.send(Compare((X, Y, Z), "Who?"))
    await chat.heard("one")
    await chat.until(lambda: len(chat.of(TurnFinished)) == 2)
    await chat.do(Stop())
    assert finished(chat) == {
        X: ("complete", "x"),
        Y: ("failed", "Well, "),
        Z: ("stopped", "one "),
    }
    (failed,) = chat.of(Failed)
    assert failed.record.data["partial"] == chat.named("Well, ").id
    assert (chat.said, chat.state.waiting) == (["Who?"], True)
    await chat.do(Jump(chat.named("one ").id))
    assert (chat.said, chat.state.error) == (["Who?", "one "], None)
    assert sorted(chat.options()) == ["Well, ", "one ", "x"]
    await chat.do(Send("And?"))
    assert chat.said == ["Who?", "one ", "And?", "x"]


@pytest.mark.parametrize("command", [Stop(), Regenerate()])
async def test_stopped_before_any_word_the_path_goes_back(command: Stop | Regenerate) -> None:
    chat = await table(by_model(y=never(), z=never()))
    await chat.do(Send("1?"))
    head = chat.tree.head
    await chat.send(Compare((Y, Z)))
    await chat.until(lambda: len(chat.provider.requests) == 3)
    assert chat.said == ["1?"]
    await chat.do(command)
    if command == Stop():
        assert (chat.said, chat.tree.head) == (["1?", "x"], head)
    else:
        assert (chat.said, len(chat.options())) == (["1?", "x"], 2)


async def test_if_all_fail_the_message_waits_and_says_why() -> None:
    chat = await table(by_model(y=failing(), z=failing()))
    await chat.do(Send("1?"), Compare((Y, Z)))
    assert (chat.said, chat.state.waiting) == (["1?"], True)
    assert chat.state.error is not None
    assert len(chat.of(Failed)) == 2
    await chat.do(Swipe())
    assert (chat.said, chat.state.error) == (["1?", "x"], None)


async def test_one_word_of_one_is_enough_to_stay() -> None:
    chat = await table(by_model(y=never(), z=slow("one two")))
    await chat.do(Send("1?"))
    await chat.send(Compare((Y, Z)))
    await chat.heard("one")
    await chat.do(Stop())
    assert (chat.said, chat.state.waiting) == (["1?"], True)
    await chat.do(Swipe(-1))
    assert chat.said == ["1?", "one "]


async def test_the_path_stays_until_the_last_of_them_is_over() -> None:
    chat = await table(by_model(y="", z=slow("one two")))
    await chat.do(Send("1?"))
    await chat.send(Compare((Y, Z)))
    await chat.until(lambda: len(chat.of(TurnFinished)) == 2)
    await chat.heard("one")
    assert (chat.said, chat.engine.replying) == (["1?"], True)
    await chat.do(Stop())
    assert chat.said == ["1?"]


async def test_silence_all_round_leaves_the_path_as_it_was() -> None:
    chat = await table(by_model(y="", z=""))
    await chat.do(Send("1?"), Compare((Y, Z)))
    assert chat.said == ["1?", "x"]


async def test_only_a_message_just_before_the_reply_is_answered_again() -> None:
    chat = await table(by_model())
    await chat.do(Send("1?"), Send("2?"))
    await chat.do(Delete(chat.at(2)))
    with pytest.raises(CommandError, match="no message to answer"):
        await chat.send(Compare((X, Y)))
    await chat.do(Delete())
    await chat.do(Compare((X, Y)))
    assert chat.said == ["1?"]


async def test_the_message_may_be_edited_and_the_model_changed_meanwhile() -> None:
    chat = await table(by_model(y=slow("one two"), z=slow("three four")))
    await chat.send(Compare((Y, Z), "Who?"))
    await chat.heard("three")
    await chat.send(Edit("What?"), SetModel(Z), Delete())
    assert chat.said == []
    await chat.send(Restore(chat.named("Who?").id))
    await chat.do(Stop())
    assert (chat.said, chat.state.seat.model) == (["What?"], Z)
    await chat.do(Swipe())
    assert (chat.said[0], len(chat.options())) == ("What?", 2)
    assert chat.asked == [["Who?"], ["Who?"]]


async def test_it_waits_for_a_reply_that_is_written() -> None:
    chat = await table(by_model(x=Reply("x", delay=0.02)))
    await chat.send(Send("1?"))
    await chat.do(Compare((X, Y), "2?"))
    assert chat.said == ["1?", "x", "2?"]
    assert chat.asked[1] == ["1?", "x", "2?"]


async def test_it_needs_two_models_and_something_to_answer() -> None:
    chat = await table(by_model(), persona=ann(greeting="Tea?"))
    for models in ((), (X,), (X, X), tuple(f"scripted:{n}" for n in range(9))):
        with pytest.raises(CommandError, match="two to 8"):
            await chat.send(Compare(models, "Who?"))
    with pytest.raises(CommandError, match="no provider"):
        await chat.send(Compare((X, "nobody:y"), "Who?"))
    with pytest.raises(CommandError, match="no message to answer"):
        await chat.send(Compare((X, Y)))
    assert (chat.said, chat.of(HeadMoved)) == (["Tea?"], [])


async def test_what_does_not_fit_a_small_model_is_left_out_for_it_alone() -> None:
    chat = await table(lambda r: "word " * 60, context_length=100_000)
    for number in range(6):
        await chat.do(Send(f"{number}?"))
    shorten(chat, Y, 700)
    await chat.do(Compare((Y, Z), "last?"))
    small, large = chat.asked[-2:]
    assert (len(large), large[-1]) == (13, "last?")
    assert len(small) < 10
    assert (small[0], small[-1]) == ("0?", "last?")
    assert chat.notices() == []


async def test_examples_are_left_out_for_a_small_model_first() -> None:
    examples = "<START>\nAnn: " + "well " * 150
    chat = await table(by_model(), persona=ann(examples=examples), params=Params(max_tokens=50))
    await chat.do(Send("1?"))
    shorten(chat, Y, 200)
    await chat.do(Compare((X, Y), "last?"))
    systems = {each.model: each.messages[0].content for each in chat.provider.requests[-2:]}
    assert ("well" in systems["x"], "well" in systems["y"]) == (True, False)
    assert chat.asked[-1] == chat.asked[-2] == ["1?", "x", "last?"]


async def test_many_comparisons_at_once_are_made_one_after_the_other() -> None:
    chat = await table(by_model())
    await asyncio.gather(*(chat.send(Compare((X, Y), f"{n}?")) for n in range(5)))
    await chat.engine.idle()
    chat.check()
    assert chat.said == [f"{n}?" for n in range(5)]
    for message in chat.path(Kind.MESSAGE):
        beside = [each for each in chat.tree.children(message.id) if each.node == "persona"]
        assert sorted(each.text for each in beside) == ["x", "y"]
