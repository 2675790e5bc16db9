"""A chat from the first word to the last: saying, answering, closing, opening again."""

from __future__ import annotations

import asyncio

import pytest

from chat_kit import Table, ann, failing, never, reopened, slow, table
from core.chat.commands import (
    Attachment,
    Continue,
    Delete,
    Edit,
    End,
    Fork,
    Pin,
    Regenerate,
    Rename,
    Restore,
    Send,
    SetModel,
    Stop,
    Swipe,
)
from core.chat.records import Said
from core.errors import CommandError
from core.events import Ended, Failed, HeadMoved, Renamed, Started, TurnFinished, TurnStarted
from core.messages import Params
from core.providers.base import ModelRequest
from core.providers.script import Reply
from core.sessions.record import Kind
from core.text import clean_line


async def test_what_is_said_is_answered() -> None:
    chat = await table()
    await chat.do(Send("Hi?"), Send("And?"))
    assert chat.said == ["Hi?", "r1", "And?", "r2"]
    assert chat.asked == [["Hi?"], ["Hi?", "r1", "And?"]]
    assert [each.node for each in chat.state.messages] == ["human", "persona"] * 2
    assert [each.author.name for each in chat.state.messages] == ["Zoë", "Ann"] * 2
    assert [each.data["turn"] for each in chat.state.messages] == [1, 2, 3, 4]
    assert not chat.state.waiting


async def test_the_message_is_on_record_before_the_model_is_asked() -> None:
    chat = await table([])
    known: list[bool] = []

    def reply(request: ModelRequest) -> str:
        known.append(chat.said == ["Hi?"] and chat.state.waiting)
        return "Yes."

    chat.provider._answering = reply
    await chat.do(Send("Hi?"))
    assert known == [True]
    assert chat.said == ["Hi?", "Yes."]


async def test_events_come_in_order() -> None:
    chat = await table()
    await chat.do(Send("Hi?"))
    await chat.send(End())
    await chat.finish()
    assert [type(event).__name__ for event in chat.events] == [
        "Started",
        "Said",
        "TurnStarted",
        "TextDelta",
        "TurnFinished",
        "Ended",
    ]
    assert (chat.of(TurnStarted)[0].turn, chat.of(TurnStarted)[0].model) == (2, "scripted:x")
    (ended,) = chat.of(Ended)
    assert (ended.reason, ended.turns) == ("closed", 1)


@pytest.mark.parametrize("text", ["", "  \n"])
async def test_nothing_is_no_message(text: str) -> None:
    chat = await table()
    with pytest.raises(CommandError, match="nothing to say"):
        await chat.send(Send(text))
    assert len(chat.tree) == 1


@pytest.mark.parametrize(
    ("text", "fence"),
    [
        ("plain", "```"),
        ("```python\nx\n```", "````"),
        ("a ```` b\n`````", "``````"),
        ("`` two", "```"),
    ],
)
async def test_a_file_goes_along_in_a_fence_that_it_cannot_close(text: str, fence: str) -> None:
    chat = await table()
    name = "a\x1b[31m.py"
    await chat.do(Send("See:", (Attachment(name, text), Attachment("b", "2"))))
    whole = f"See:\n\n{clean_line(name)}:\n{fence}\n{text}\n{fence}\n\nb:\n```\n2\n```"
    assert chat.said[0] == chat.asked[0][0] == whole
    files = chat.state.messages[0].data["files"]
    assert [each["characters"] for each in files] == [len(text), 1]


async def test_files_can_go_without_a_word() -> None:
    chat = await table()
    await chat.do(Send("", (Attachment("a", "1"),)))
    assert chat.said == ["a:\n```\n1\n```", "r1"]


async def test_a_silent_reply_is_on_record_and_told() -> None:
    chat = await table(["", "Sorry."])
    await chat.do(Send("Hi?"), Send("Hm?"))
    assert chat.said == ["Hi?", "", "Hm?", "Sorry."]
    assert chat.notices() == ["silence"]
    assert chat.asked[1] == ["Hi?", "(says nothing)", "Hm?"]


async def test_two_messages_in_a_row_are_one_to_the_model() -> None:
    chat = await table([failing(), "Both?"])
    chat.provider._answering = lambda r: failing() if len(chat.asked) == 1 else "Both?"
    await chat.do(Send("One?"), Send("Two?"))
    assert chat.said == ["One?", "Two?", "Both?"]
    assert chat.asked[1] == ["One?\n\nTwo?"]


async def test_a_failed_reply_keeps_the_message_and_can_be_tried_again() -> None:
    chat = await table({"nodes": {"persona": [failing("Well, ")]}})
    await chat.do(Send("Hi?"))
    assert (chat.said, chat.state.waiting) == (["Hi?"], True)
    (failed,) = chat.of(Failed)
    assert chat.state.error == failed.record
    partial = chat.tree.get(failed.record.data["partial"])
    assert (partial.text, partial.status) == ("Well, ", "failed")
    assert chat.options() == ["Hi?"]
    chat.provider._answering = lambda request: "Better now."
    await chat.do(Regenerate())
    assert chat.said == ["Hi?", "Better now."]
    assert chat.state.error is None
    # What broke off can still be gone back to.
    assert chat.options() == ["Well, ", "Better now."]


async def test_usage_teaches_each_model_apart_how_long_prompts_really_are() -> None:
    usage = {"input_tokens": 40, "output_tokens": 2}
    chat = await table(lambda r: Reply.read({"text": "x", "usage": usage}))
    await chat.do(Send("Hi?"))
    learnt = chat.state.ratio("scripted:x")
    assert learnt == 40 / chat.last.data["estimated_prompt"]
    assert chat.state.prompt_tokens == 40
    await chat.do(SetModel("scripted:y"))
    assert (chat.state.ratio("scripted:x"), chat.state.ratio("scripted:y")) == (learnt, 1.0)


async def test_title_and_pin_are_the_sessions() -> None:
    chat = await table()
    await chat.do(Rename(" Tea\ttime "), Pin(), Pin(False))
    assert dict(chat.tree.meta) == {"title": "Tea time", "pinned": False}
    assert len(chat.of(Renamed)) == 3
    with pytest.raises(CommandError, match="title"):
        await chat.send(Rename(" \n"))


async def test_at_the_end_the_reply_under_way_is_finished() -> None:
    chat = await table(lambda r: Reply("one two", delay=0.02))
    await chat.send(Send("Hi?"), End())
    for command in (Send("And?"), Fork(chat.at(0)), SetModel("scripted:y")):
        with pytest.raises(CommandError, match="closed"):
            await chat.engine.send(command)
    assert await chat.finish() == "closed"
    assert chat.said == ["Hi?", "one two"]
    assert chat.state.messages[-1].status == "complete"
    assert chat.engine.ended
    chat.check()


async def test_at_the_end_a_reply_can_still_be_stopped() -> None:
    chat = await table(lambda r: slow("one two three"))
    await chat.send(Send("Hi?"))
    await chat.heard("one")
    await chat.send(End(), Stop(), End())
    assert await chat.finish() == "closed"
    assert chat.said == ["Hi?", "one "]
    with pytest.raises(CommandError, match="closed"):
        await chat.send(Send("Still there?"))
    # Nothing is left to stop or to end, so that is no mistake.
    await chat.send(Stop(), End())


async def test_who_only_looks_leaves_no_trace() -> None:
    first = await table()
    await first.do(Send("Hi?"))
    await first.send(End())
    await first.finish()
    size = len(first.tree)
    second = await reopened(first)
    await second.send(Stop(), End())
    await second.finish()
    assert len(first.tree) == size
    assert [type(each) for each in second.events] == [Started]
    assert second.of(Started)[0].resumed


async def test_a_cancelled_run_keeps_the_words_and_says_so() -> None:
    chat = await table(lambda r: slow("one two three"))
    await chat.send(Send("Hi?"))
    await chat.heard("one")
    await chat.cancel()
    assert chat.said == ["Hi?", "one "]
    assert chat.last.status == "stopped"
    assert chat.of(Ended)[0].reason == "interrupted"
    assert isinstance(chat.events[-1], Ended)
    assert not chat.engine.replying
    chat.check()


OPENINGS = {
    "send": [],
    "regenerate": [Regenerate()],
    "swiped": [Regenerate(), Swipe(-1)],
    "edit": [Edit("edited")],
    "delete": [Delete()],
    "set": [SetModel("scripted:y", {"temperature": 0.3})],
    "rename": [Rename("Tea"), Pin()],
    "continue": [Continue()],
}


@pytest.mark.parametrize("commands", OPENINGS.values(), ids=OPENINGS)
async def test_a_second_engine_goes_on_where_the_first_ended(commands: list[object]) -> None:
    first = await table()
    await first.do(Send("Hi?"), Send("And?"), *commands)  # type: ignore[arg-type]
    said, options = first.said, first.options()
    await first.send(End())
    await first.finish()
    second = await reopened(first)
    second.check()
    assert (second.said, second.options()) == (said, options)
    assert second.state.seat == first.state.seat
    asked = len(second.provider.requests)
    await asyncio.sleep(0.01)
    assert len(second.provider.requests) == asked
    await second.do(Send("Still?"))
    assert second.said[: len(said)] == said
    assert second.asked[asked][-1].endswith("Still?")


async def test_a_message_that_waits_is_not_sent_again_by_itself() -> None:
    first = await table(lambda r: never())
    await first.send(Send("Hi?"))
    await first.until(lambda: bool(first.provider.requests))
    await first.cancel()
    assert first.said == ["Hi?"]
    second = await reopened(first)
    await asyncio.sleep(0.01)
    assert (second.said, len(second.provider.requests)) == (["Hi?"], 1)
    second.provider._answering = lambda request: "Here."
    await second.do(Regenerate())
    assert second.said == ["Hi?", "Here."]


async def test_the_model_gone_is_said_before_anything_is_stored() -> None:
    chat = await table()
    await chat.do(Send("Hi?"))
    with pytest.raises(CommandError, match="no provider 'nobody'"):
        await chat.send(SetModel("nobody:x"))
    with pytest.raises(CommandError, match="not a model name"):
        await chat.send(SetModel(":x"))
    with pytest.raises(CommandError, match="temperature"):
        await chat.send(SetModel(params={"temperature": "hot"}))
    assert chat.state.seat.model == "scripted:x"
    assert not chat.path(Kind.SETTING)


async def test_a_model_is_changed_in_mid_chat_and_holds_on_every_branch() -> None:
    chat = await table(lambda r: f"{r.model}{len(r.messages)}", params=Params(top_k=3))
    await chat.do(Send("Hi?"), SetModel("scripted:y"), Send("And?"))
    assert chat.said == ["Hi?", "x2", "And?", "y4"]
    await chat.do(Fork(chat.at(1)), SetModel(params={"temperature": 0.2}), Regenerate())
    assert chat.said == ["Hi?", "y2"]
    assert chat.last.params == {"top_k": 3, "temperature": 0.2}
    assert chat.state.seat.model == "scripted:y"
    await chat.do(Swipe(-1))
    assert chat.said == ["Hi?", "x2"]
    assert chat.state.seat.params == Params(top_k=3, temperature=0.2)


async def test_a_model_changed_while_a_reply_is_written_is_the_next_ones() -> None:
    chat = await table(lambda r: Reply(r.model, delay=0.02))
    await chat.send(Send("Hi?"), SetModel("scripted:y"))
    await chat.do(Send("And?"))
    assert chat.said == ["Hi?", "x", "And?", "y"]


async def test_deleted_messages_come_back_where_they_were() -> None:
    chat = await table()
    await chat.do(Send("1?"), Send("2?"), Send("3?"))
    first, reply = chat.at(0), chat.at(3)
    await chat.do(Delete(first), Delete(reply))
    assert chat.said == ["r1", "2?", "3?", "r3"]
    await chat.do(Send("4?"))
    assert chat.asked[-1] == [
        "(The conversation begins. You speak first.)", "r1", "2?\n\n3?", "r3", "4?",
    ]  # fmt: skip
    await chat.do(Restore(first), Restore(reply))
    assert chat.said == ["1?", "r1", "2?", "r2", "3?", "r3", "4?", "r4"]
    with pytest.raises(CommandError, match="was not deleted"):
        await chat.send(Restore(first))


async def test_everything_can_be_deleted() -> None:
    chat = await table()
    await chat.do(Send("1?"), Send("2?"))
    ids = [each.id for each in chat.state.messages]
    for each in ids:
        await chat.do(Delete(each))
    assert chat.said == []
    for command in (Delete(), Delete(ids[0]), Regenerate(), Continue(), Swipe(), Edit("x")):
        with pytest.raises(CommandError):
            await chat.send(command)
    await chat.do(Send("3?"))
    assert (chat.said, chat.asked[-1]) == (["3?", "r3"], ["3?"])
    for each in ids:
        await chat.do(Restore(each))
    assert chat.said == ["1?", "r1", "2?", "r2", "3?", "r3"]


async def test_deleting_the_last_reply_and_asking_again_makes_an_alternative() -> None:
    chat = await table()
    await chat.do(Send("1?"), Delete())
    assert (chat.said, chat.state.waiting) == (["1?"], True)
    old = chat.named("r1").id
    await chat.do(Regenerate())
    assert (chat.said, chat.options()) == (["1?", "r2"], ["r2"])
    await chat.do(Restore(old))
    assert (chat.said, chat.options()) == (["1?", "r2"], ["r1", "r2"])


async def test_a_persona_with_a_greeting_is_asked_with_who_speaks_first() -> None:
    chat = await table(persona=ann(greeting="Tea, {{user}}?"))
    await chat.do(Send("Please."))
    assert chat.said == ["Tea, Zoë?", "Please.", "r1"]
    opening = "(The conversation begins. You speak first.)"
    assert chat.asked == [[opening, "Tea, Zoë?", "Please."]]
    assert chat.state.spoken == 1


async def test_of_several_greetings_one_is_chosen_and_the_others_are_a_swipe_away() -> None:
    chat = await table(
        persona=ann(greeting="One.", alternate_greetings=["Two.", "Three."]), greeting=1
    )
    assert (chat.said, chat.options()) == (["Two."], ["One.", "Two.", "Three."])
    chat.check()
    await chat.do(Swipe(), Send("Hm?"))
    await chat.do(Swipe(-1, chat.at(0)))
    assert chat.said == ["Two."]
    with pytest.raises(CommandError, match="no further"):
        await chat.send(Swipe(2))
    await chat.do(Swipe())
    assert chat.said == ["Three.", "Hm?", "r1"]
    await chat.do(Regenerate(chat.at(0)))
    assert chat.asked[-1] == ["(The conversation begins. You speak first.)"]
    assert chat.options() == ["One.", "Two.", "Three.", "r2"]


def heads(chat: Table) -> int:
    return len(chat.of(HeadMoved))


async def test_a_fork_goes_on_from_any_message_and_leaves_the_rest() -> None:
    chat = await table()
    await chat.do(Send("1?"), Send("2?"))
    await chat.do(Fork(chat.at(1)))
    assert chat.said == ["1?", "r1"]
    await chat.do(Send("3?"))
    await chat.do(Fork(chat.at(0)), Regenerate())
    assert chat.said == ["1?", "r4"]
    assert {each.text for each in chat.tree if each.kind == Kind.MESSAGE} == {
        "1?", "2?", "3?", "r1", "r2", "r3", "r4",
    }  # fmt: skip
    before = heads(chat)
    await chat.do(Fork(chat.last.id))
    assert heads(chat) == before
    for wrong in ("nobody", chat.session.id, next(r.id for r in chat.tree if r.kind == Kind.BLOB)):
        with pytest.raises(CommandError, match="no message"):
            await chat.send(Fork(wrong))


async def test_the_first_of_many_watchers_sees_what_the_last_does() -> None:
    chat = await table()
    with chat.engine.subscribe() as one, chat.engine.subscribe() as two:
        await chat.do(Send("Hi?"))
        await chat.send(End())
        await chat.finish()
        seen = [[type(each) async for each in watcher] for watcher in (one, two)]
    assert seen[0] == seen[1]
    assert seen[0] == [Said, TurnStarted, *seen[0][2:-2], TurnFinished, Ended]
