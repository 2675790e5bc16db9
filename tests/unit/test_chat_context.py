"""What a chat's model is told beside the messages, and what happens when a context is full."""

from __future__ import annotations

from itertools import pairwise

import pytest

from chat_kit import Table, ann, never, one_after_the_other, reopened, table
from core.chat.commands import Continue, Delete, Edit, Fork, Regenerate, Restore, Send, Stop, Swipe
from core.events import Failed, Notice
from core.providers.base import ModelRequest
from core.providers.continuing import GO_ON
from core.providers.script import Reply
from core.sessions.record import Kind, Record

WORDS = "word " * 40
"""About 50 tokens."""
EXAMPLES = "".join(f"<START>\nZoë: {n}? {WORDS}\nAnn: {n}! {WORDS}\n" for n in range(4))
LORE = {
    "entries": [
        {"keys": ["dragon"], "content": "Dragons breathe tea."},
        {"keys": ["cup"], "content": "Cups are blue."},
    ]
}


def wordy(request: ModelRequest) -> str:
    assert request.origin is not None
    return f"r{request.origin.ordinal + 1} {WORDS}"


def systems(chat: Table) -> list[str]:
    return [request.messages[0].content for request in chat.provider.requests]


def told(chat: Table, code: str = "context") -> list[Record]:
    return [each for each in chat.path(Kind.NOTICE) if each.data["code"] == code]


async def talk(chat: Table, rounds: int, start: int = 1) -> None:
    for number in range(start, start + rounds):
        await chat.do(Send(f"q{number}? {WORDS}"))


# Beside the messages


async def test_a_lorebook_entry_is_told_when_the_talk_comes_to_it() -> None:
    chat = await table(persona=ann(lorebook=LORE))
    await chat.do(Send("Hi?"), Send("A dragon and a cup?"), Send("And?"))
    assert chat.asked[0] == ["Hi?"]
    assert chat.asked[1][-1] == "Dragons breathe tea.\n\nCups are blue.\n\nA dragon and a cup?"
    # Still within what is looked through, told before the newest message only.
    assert chat.asked[2][-3:] == ["A dragon and a cup?", "r2", chat.asked[2][-1]]
    assert chat.asked[2][-1].endswith("Cups are blue.\n\nAnd?")


async def test_what_holds_most_comes_after_the_last_message() -> None:
    chat = await table(persona=ann(lorebook=LORE, post_history_instructions="Be brief, {{char}}."))
    await chat.do(Send("A cup?"), Regenerate(), Send("And?"))
    assert chat.asked[0] == chat.asked[1] == ["Cups are blue.\n\nA cup?\n\nBe brief, Ann."]
    assert chat.asked[2][0] == "A cup?"
    assert chat.asked[2][-1].endswith("And?\n\nBe brief, Ann.")


async def test_what_is_told_beside_stands_with_the_message_when_a_reply_goes_on() -> None:
    chat = await table(persona=ann(lorebook=LORE, post_history_instructions="Be brief."))
    await chat.do(Send("A cup?"), Continue())
    assert chat.asked[1] == ["Cups are blue.\n\nA cup?\n\nBe brief.", "r1", GO_ON]


async def test_an_edit_and_a_deletion_change_what_the_talk_has_come_to() -> None:
    chat = await table(persona=ann(lorebook=LORE))
    await chat.do(Send("A cup?"), Send("Well?"))
    first = chat.at(0)
    await chat.do(Edit("Hello?", first), Regenerate())
    assert chat.asked[-1] == ["Hello?", "r1", "Well?"]
    await chat.do(Edit("A dragon?", first), Regenerate())
    assert chat.asked[-1] == ["A dragon?", "r1", "Dragons breathe tea.\n\nWell?"]
    await chat.do(Delete(first), Regenerate())
    assert "Dragons" not in "".join(chat.asked[-1])


# Examples


async def test_examples_are_told_for_as_long_as_there_is_room() -> None:
    chat = await table(wordy, persona=ann(examples=EXAMPLES), context_length=1500)
    await talk(chat, 6)
    counts = [text.count("Zoë: ") for text in systems(chat)]
    assert counts[0] == 4
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] < 4
    assert f"Ann: 0! {WORDS.strip()}" in systems(chat)[0]
    dropped = told(chat, "examples")
    assert [each.record for each in chat.of(Notice)] == [*dropped, *told(chat)]
    assert dropped[-1].data["kept"] == counts[-1]
    assert "examples of speech left out" in dropped[0].text


async def test_messages_go_only_when_the_examples_are_gone() -> None:
    chat = await table(wordy, persona=ann(examples=EXAMPLES), context_length=1500)
    await talk(chat, 20)
    assert chat.state.examples == 0
    assert told(chat)
    first = told(chat)[0]
    gone = [each.seq for each in told(chat, "examples") if each.data["kept"] == 0]
    assert gone[0] < first.seq


async def test_examples_stay_away_until_one_goes_back_to_before() -> None:
    chat = await table(wordy, persona=ann(examples=EXAMPLES), context_length=1500)
    await talk(chat, 8)
    kept = chat.state.examples
    assert kept is not None
    await chat.do(Delete(chat.at(3)), Delete(chat.at(4)), Send("Short?"))
    assert chat.state.examples == kept
    await chat.do(Fork(chat.at(1)))
    assert chat.state.examples is None
    await chat.do(Send("Short?"))
    assert systems(chat)[-1].count("Zoë: ") == 4


# A context that is full


async def test_the_oldest_messages_after_the_first_go() -> None:
    chat = await table(wordy, context_length=1500)
    await talk(chat, 30)
    notices = told(chat)
    assert len(notices) > 1
    assert [each.record for each in chat.of(Notice)] == notices
    assert "1,500 tokens" in notices[0].text
    for number, contents in enumerate(chat.asked, 1):
        assert contents[0].startswith("q1? ")
        assert contents[-1].startswith(f"q{number}? ")
        assert sum(len(text) / 4 + 5 for text in contents) <= 1500
    sizes = [len(each) for each in chat.asked]
    drops = [i for i, (one, two) in enumerate(pairwise(sizes)) if two < one]
    assert len(drops) == len(notices)
    assert all(two - one >= 3 for one, two in pairwise(drops))


async def test_what_goes_can_be_summarised() -> None:
    def reply(request: ModelRequest) -> str:
        assert request.origin is not None
        return "They met." if request.origin.node.endswith("summary") else wordy(request)

    chat = await table(
        reply, context_length=1500, overflow="summarise", persona=ann(greeting="Hi!")
    )
    await talk(chat, 20)
    notices = told(chat)
    assert all(each.data["summary"] == "They met." for each in notices)
    contents = chat.asked[-1]
    assert contents[:2] == ["(The conversation begins. You speak first.)", "Hi!"]
    assert contents[2].startswith("(What was said before, in short:) They met.\n\nq")


async def test_a_stop_while_what_goes_is_summed_up_leaves_the_message_waiting() -> None:
    summing = []

    def reply(request: ModelRequest) -> str | Reply:
        assert request.origin is not None
        if request.origin.node.endswith("summary"):
            summing.append(request)
            return never()
        return wordy(request)

    chat = await table(reply, context_length=1500, overflow="summarise")
    while not summing:
        await chat.send(Send(f"q? {WORDS}"))
        await chat.until(lambda: not chat.engine.replying or bool(summing))
    assert chat.engine.replying
    said = chat.said
    await chat.do(Stop())
    assert (chat.said, chat.state.waiting) == (said, True)
    # The path also goes back where the old reply stands in wait.
    chat.provider._answering = wordy
    await chat.do(Regenerate())
    assert chat.said == [*said, chat.last.text]


async def test_what_was_dropped_is_back_on_a_branch_from_before() -> None:
    chat = await table(wordy, context_length=1500)
    await talk(chat, 12)
    assert told(chat)
    await chat.do(Fork(chat.at(3)), Send("x?"))
    assert not told(chat)
    assert [each[:2] for each in chat.asked[-1]] == ["q1", "r1", "q2", "r2", "x?"]


async def test_a_new_take_sees_what_the_old_one_saw() -> None:
    chat = await table(wordy, context_length=1500)
    await talk(chat, 12)
    places = [len(each) for each in chat.asked]
    short = places.index(min(places[5:]), 5)
    await chat.do(Regenerate(chat.at(2 * short + 1)))
    assert chat.asked[-1] == chat.asked[short]


async def test_dropping_holds_when_the_message_that_was_kept_from_is_deleted() -> None:
    chat = await table(wordy, context_length=1500)
    await talk(chat, 12)
    floor = told(chat)[-1].data["floor"]
    before = len(told(chat))
    size = len(chat.asked[-1])
    await chat.do(Delete(floor), Send("x?"))
    assert len(told(chat)) == before
    assert len(chat.asked[-1]) <= size + 2
    assert not any(each.startswith("r1 ") for each in chat.asked[-1])
    await chat.do(Restore(floor), Regenerate())
    assert any(each == chat.tree.get(floor).text for each in chat.asked[-1])


async def test_dropping_holds_when_everything_around_it_is_deleted() -> None:
    chat = await table(wordy, context_length=1500)
    await talk(chat, 12)
    replies = [each.id for each in chat.state.messages if each.node == "persona"]
    await chat.do(*(Delete(each) for each in replies))
    await chat.do(Send("x?"))
    (only,) = chat.asked[-1]
    # The first word and what was kept are one message now; what was dropped is not in it.
    assert only.startswith("q1? ")
    assert "q2? " not in only
    assert only.endswith("x?")


async def test_a_reply_can_go_on_although_nothing_else_fits() -> None:
    long = "long " * 500
    chat = await table(one_after_the_other("r1", "r2", long, "and on"), context_length=900)
    await chat.do(Send("1?"), Send("2?"), Send("3?"), Continue())
    assert chat.asked[-1] == ["1?", long, GO_ON]
    assert chat.said[-1] == f"{long}and on"
    assert told(chat)[-1].data["floor"] == ""


async def test_a_take_that_is_stopped_takes_its_notices_with_it() -> None:
    answers = iter([*(f"r{n} {WORDS}" for n in range(11)), never()])
    chat = await table(lambda r: next(answers), context_length=1500)
    await talk(chat, 11)
    path = [each.id for each in chat.tree.path]
    notices = len(chat.of(Notice))
    chat.context_length = 900
    chat.engine._participants._made.clear()
    await chat.send(Regenerate())
    await chat.until(lambda: len(chat.provider.requests) == 12)
    assert len(chat.of(Notice)) > notices
    await chat.do(Stop())
    assert [each.id for each in chat.tree.path] == path


async def test_a_message_longer_than_the_context_is_sent_all_the_same() -> None:
    chat = await table(context_length=400)
    await chat.do(Send("long " * 2000))
    assert chat.said[1] == "r1"


async def test_a_chat_opened_again_goes_on_with_what_it_had_dropped() -> None:
    first = await table(wordy, context_length=1500, persona=ann(examples=EXAMPLES))
    await talk(first, 12)
    view = first.engine.log.view.render("s")
    await first.cancel()
    second = await reopened(first)
    assert second.engine.log.view.render("s") == view
    assert second.state.examples == first.state.examples
    await second.do(Send("x?"))
    assert not second.of(Failed)


@pytest.mark.parametrize("overflow", ["drop", "summarise"])
async def test_whatever_was_dropped_can_be_swiped_and_taken_again(overflow: str) -> None:
    chat = await table(wordy, context_length=1500, overflow=overflow)
    await talk(chat, 10)
    said = chat.said
    for place in (1, 7, 13, 5):
        await chat.do(Regenerate(chat.at(place)), Send(f"x{place}? {WORDS}"))
        await chat.do(Swipe(-1, chat.at(place)))
        assert chat.said == said
