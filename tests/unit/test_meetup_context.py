"""What happens when a conversation outgrows a context."""

from __future__ import annotations

from itertools import pairwise

import pytest

from core.events import Notice
from core.meetup.commands import Pause, Resume, Say, Stop, Undo
from core.messages import Params
from core.providers.base import ModelRequest
from core.providers.script import Reply
from core.sessions.record import Kind, Record
from core.sessions.requests import rebuild
from meetup_kit import Table, numbered, table

WORDS = "word " * 40
"""About 50 tokens."""


def wordy(request: ModelRequest) -> str:
    return f"{numbered(request)} {WORDS}"


def notices(meetup: Table, code: str = "context") -> list[Record]:
    return [each for each in meetup.path(Kind.NOTICE) if each.data["code"] == code]


def sizes(meetup: Table, node: str) -> list[int]:
    return [len(r.messages) for r in meetup.provider.requests if r.origin.node == node]


async def test_the_oldest_messages_after_the_opening_go_first() -> None:
    meetup = await table(wordy, turns=40, opening="Dear Ann.", context_length=1500)
    assert await meetup.run() == "turns"
    assert {each.node for each in notices(meetup)} == {"a", "b"}
    for request in meetup.provider.requests:
        contents = [message.content for message in request.messages]
        assert "Dear Ann." in contents[1:3]
        # The end is never touched: the partner's last message is there.
        spoken = [each for each in meetup.state.messages if each.text == contents[-1]]
        assert spoken or contents[-1] == "Dear Ann."
        roles = [message.role for message in request.messages[1:]]
        assert all(one != two for one, two in pairwise(roles))
        assert sum(len(text) / 4 + 5 for text in contents) <= 1500
    meetup.check()


async def test_dropping_has_hysteresis() -> None:
    meetup = await table(wordy, turns=60, context_length=1500)
    await meetup.run()
    lengths = sizes(meetup, "a")
    drops = [i for i, (one, two) in enumerate(pairwise(lengths)) if two < one]
    assert len(drops) == len([each for each in notices(meetup) if each.node == "a"])
    # Between two drops the prompt keeps its beginning for several turns.
    assert all(two - one >= 3 for one, two in pairwise(drops))


async def test_each_drop_is_announced_recorded_and_kept_from_the_partner() -> None:
    meetup = await table(wordy, turns=30, context_length=1500)
    await meetup.run()
    found = notices(meetup)
    assert [each.record for each in meetup.of(Notice)] == found
    for each in found:
        assert each.data["dropped"] > 0
        assert "older message" in each.text
        assert "1,500 tokens" in each.text
        assert not any(each.text in text for heard in meetup.heard for text in heard)


async def test_each_side_has_a_budget_of_its_own() -> None:
    meetup = await table(wordy, turns=30, b_params=Params(context_length=1500))
    await meetup.run()
    assert {each.node for each in notices(meetup)} == {"b"}
    assert sizes(meetup, "a")[-1] == 30
    meetup.check()


async def test_what_the_moderator_said_at_the_beginning_stays() -> None:
    meetup = await table(wordy, turns=30, context_length=1500, attended=True, playing=False)
    meetup.start()
    await meetup.until(lambda: bool(meetup.events))
    await meetup.quiet()
    await meetup.send(Say("Speak of cats."), Resume())
    assert await meetup.finish() == "turns"
    assert notices(meetup)
    for request in meetup.provider.requests:
        assert "Speak of cats." in request.messages[1].content
    meetup.check()


async def test_real_usage_decides() -> None:
    def reply(request: ModelRequest) -> Reply:
        real = {"input_tokens": sum(len(each.content) for each in request.messages)}
        return Reply.read({"text": wordy(request), "usage": real})

    meetup = await table(reply, turns=20, context_length=2500)
    await meetup.run()
    assert meetup.state.sides["a"].ratio > 2
    assert notices(meetup)
    estimated = await table(wordy, turns=20, context_length=2500)
    await estimated.run()
    assert not notices(estimated)


async def test_a_server_that_reports_next_to_nothing_is_not_believed() -> None:
    meetup = await table(lambda r: Reply.read({"text": "x", "usage": {"input_tokens": 1}}), turns=2)
    await meetup.run()
    assert meetup.state.sides["a"].ratio == 0.5


async def test_what_is_dropped_can_be_summarised() -> None:
    summaries = 0

    def reply(request: ModelRequest) -> str:
        nonlocal summaries
        assert request.origin is not None
        if request.origin.node.endswith("summary"):
            summaries += 1
            return f" They met; part {summaries}. "
        return wordy(request)

    meetup = await table(reply, turns=50, context_length=1500, overflow="summarise")
    assert await meetup.run() == "turns"
    found = [each for each in notices(meetup) if each.node == "a"]
    assert len(found) > 2
    assert all("summarised" in each.text for each in found)
    asked = [r for r in meetup.provider.requests if r.origin.node == "a/summary"]
    assert [each.request for each in found] == [each.hash() for each in asked]
    assert all(each.params.max_tokens == 220 for each in asked)
    for notice, request in zip(found, asked, strict=True):
        assert rebuild(meetup.session.tree, notice.request).messages == request.messages
        assert notice.usage is not None
    # A summary takes up what the one before it said.
    assert found[0].data["summary"] in asked[1].messages[1].content
    last = [r for r in meetup.provider.requests if r.origin.node == "a"][-1]
    assert found[-1].data["summary"] in last.messages[1].content
    assert found[0].data["summary"] not in last.messages[1].content
    meetup.check()


async def test_a_summary_that_fails_leaves_a_plain_drop() -> None:
    def reply(request: ModelRequest) -> Reply | str:
        if request.origin.node.endswith("summary"):
            return Reply.read({"error": {"kind": "network"}})
        return wordy(request)

    meetup = await table(reply, turns=30, context_length=1500, overflow="summarise")
    assert await meetup.run() == "turns"
    assert len(notices(meetup, "summary_failed")) == len(notices(meetup))
    assert all("dropped" in each.text for each in notices(meetup))
    meetup.check()


@pytest.mark.parametrize("overflow", ["drop", "summarise"])
async def test_forgetting_is_undone_with_the_turns_that_made_it_necessary(overflow: str) -> None:
    meetup = await table(wordy, turns=0, context_length=1500, attended=True, overflow=overflow)
    meetup.start()
    await meetup.until(lambda: meetup.state.turns >= 25)
    await meetup.send(Pause(now=True), Undo(meetup.state.number - 4))
    assert not notices(meetup)
    meetup.check()
    await meetup.send(Resume())
    await meetup.until(lambda: meetup.state.turns >= 25)
    await meetup.send(Stop())
    await meetup.finish()
    assert notices(meetup)
    meetup.check()


async def test_one_message_larger_than_the_context_is_sent_all_the_same() -> None:
    meetup = await table(wordy, turns=2, opening="long " * 2000, context_length=1000)
    assert await meetup.run() == "turns"
    meetup.check()


async def test_a_long_talk_repeats_nothing_on_record() -> None:
    meetup = await table(wordy, turns=200, context_length=100_000)
    await meetup.run()
    size = dict.fromkeys((Kind.BLOB, Kind.MESSAGE), 0)
    for record in meetup.session.tree:
        if record.kind in size:
            size[record.kind] += len(record.text)
    assert size[Kind.BLOB] < size[Kind.MESSAGE] * 2
