"""The rules of a meetup: who begins, who answers, what ends it, who saw what."""

from __future__ import annotations

from itertools import pairwise

import pytest

from core.events import Controlled, Ended, Notice, Said, Started, TurnFinished, TurnStarted
from core.messages import Params
from core.sessions.record import Kind
from meetup_kit import Table, numbered, table


async def test_they_take_turns_until_the_limit() -> None:
    meetup = await table(turns=4)
    assert await meetup.run() == "turns"
    assert meetup.said == ["a: a1", "b: b1", "a: a2", "b: b2"]
    (ended,) = meetup.of(Ended)
    assert (ended.reason, ended.turns) == ("turns", 4)
    assert meetup.state.ended == "turns"
    meetup.check()


async def test_the_starter_is_asked_to_introduce_itself() -> None:
    meetup = await table(turns=1, starter="b")
    await meetup.run()
    assert meetup.said == ["b: b1"]
    assert meetup.heard == [("<start from salon>",)]
    (control,) = meetup.of(Controlled)
    assert (control.record.text, control.record.audience) == ("/start", ("b",))


async def test_the_opening_is_the_first_word_of_the_other_side() -> None:
    meetup = await table(turns=2, opening="Dear Ann, hello.\n\nBob", starter="a")
    await meetup.run()
    assert meetup.said == ["b: Dear Ann, hello.\n\nBob", "a: a1", "b: b1"]
    assert meetup.state.turns == 2
    assert meetup.heard[0] == ("Dear Ann, hello.\n\nBob",)
    # The one whose opening it is sees it as words of its own.
    messages = meetup.provider.requests[1].messages
    assert [(each.role, each.content) for each in messages[2:]] == [
        ("assistant", "Dear Ann, hello.\n\nBob"),
        ("user", "a1"),
    ]
    (said,) = meetup.of(Said)
    assert said.record.author.name == "Bob"
    assert "/start" not in [each.text for each in meetup.path(Kind.CONTROL)]
    meetup.check()


async def test_without_a_limit_only_words_end_it() -> None:
    meetup = await table(lambda r: "/end" if r.origin.ordinal == 30 else numbered(r), turns=0)
    assert await meetup.run() == "end"
    assert meetup.state.turns == 61
    meetup.check()


async def test_a_goodbye_gets_one_answer_and_then_an_end() -> None:
    meetup = await table({
        "nodes": {"a": ["Hi.", "I must go.\n/bye"], "b": ["Hello.", "Farewell."]}
    })
    assert await meetup.run() == "bye"
    assert meetup.said == ["a: Hi.", "b: Hello.", "a: I must go.", "b: Farewell."]
    assert meetup.controls() == ["-:/start", "a:/bye", "a:/end"]
    assert meetup.heard[-1] == ("Hi.", "Hello.", "I must go.\n\n<bye from Ann>")
    assert meetup.path(Kind.CONTROL)[-1].author.name == "Ann"
    meetup.check()


async def test_a_goodbye_in_the_answer_to_a_goodbye_changes_nothing() -> None:
    meetup = await table({"nodes": {"a": ["Hi. /bye"], "b": ["/bye"]}})
    assert await meetup.run() == "bye"
    assert meetup.controls() == ["-:/start", "a:/bye", "b:/bye", "a:/end"]
    assert meetup.said == ["a: Hi.", "b: "]
    meetup.check()


async def test_the_answer_to_a_goodbye_may_exceed_the_limit() -> None:
    meetup = await table({"nodes": {"a": ["So long. /bye"], "b": ["Bye."]}}, turns=1)
    assert await meetup.run() == "bye"
    assert meetup.state.turns == 2
    meetup.check()


@pytest.mark.parametrize("word", ["end", "stop"])
async def test_an_end_ends_it_at_once(word: str) -> None:
    meetup = await table({"nodes": {"a": ["Hi."], "b": [f"Enough. /{word.upper()}!"]}})
    assert await meetup.run() == word
    assert meetup.said == ["a: Hi.", "b: Enough."]
    assert meetup.controls() == ["-:/start", f"b:/{word}"]
    meetup.check()


@pytest.mark.parametrize("word", ["start", "help"])
async def test_a_request_for_an_introduction_is_handed_on(word: str) -> None:
    meetup = await table({"nodes": {"a": [f"/{word}", "I see."], "b": ["I am Bob."]}}, turns=3)
    assert await meetup.run() == "turns"
    assert meetup.heard[1] == (f"<{word} from Ann>",)
    assert meetup.heard[2][1:] == (f"/{word}", "I am Bob.")
    meetup.check()


async def test_the_partner_sees_neither_control_words_nor_notices() -> None:
    meetup = await table({"nodes": {"a": ["One\n/help\ntwo", ""], "b": ["", "Well?"]}}, turns=4)
    assert await meetup.run() == "turns"
    assert meetup.heard[1] == ("One\ntwo\n\n<help from Ann>",)
    assert meetup.heard[3] == ("One\ntwo\n\n<help from Ann>", "(says nothing)", "(says nothing)")
    silences = [each.record for each in meetup.of(Notice)]
    assert [each.data["code"] for each in silences] == ["silence", "silence"]
    assert [each.text for each in silences] == ["Bob said nothing.", "Ann said nothing."]
    meetup.check()


async def test_a_record_keeps_what_was_written() -> None:
    usage = {"input_tokens": 7, "output_tokens": 3}
    reply = {"text": " Hi. /bye ", "usage": usage, "finish": "length"}
    meetup = await table({"nodes": {"a": [reply], "b": ["x"]}}, a_params=Params(temperature=0.5))
    await meetup.run()
    record = meetup.path(Kind.MESSAGE)[0]
    assert (record.text, record.data["raw"], record.data["words"]) == (
        "Hi.",
        " Hi. /bye ",
        ["/bye"],
    )
    assert (record.usage.input_tokens, record.usage.output_tokens) == (7, 3)
    assert record.model == "scripted:x"
    assert record.params == {"temperature": 0.5}
    assert record.data["finish"] == "length"
    assert record.request == meetup.provider.requests[0].hash()


async def test_events_come_in_order() -> None:
    meetup = await table({"nodes": {"a": ["Go. /bye"], "b": ["Gone."]}})
    with meetup.engine.subscribe() as subscription:
        meetup.start()
        kinds = [type(event).__name__ async for event in subscription]
    assert [kind for kind in kinds if kind != "TextDelta"] == [
        "Started",
        "Controlled",
        "TurnStarted",
        "TurnFinished",
        "Controlled",
        "TurnStarted",
        "TurnFinished",
        "Controlled",
        "Ended",
    ]
    started = meetup.of(Started)[0]
    assert (started.session, started.resumed) == (meetup.session.id, False)
    turns = [(e.turn, e.node, e.name, e.model) for e in meetup.of(TurnStarted)]
    assert turns == [(1, "a", "Ann", "scripted:x"), (2, "b", "Bob", "scripted:x")]
    assert [e.turn for e in meetup.of(TurnFinished)] == [1, 2]


async def test_a_second_engine_goes_on_where_the_first_ended() -> None:
    first = await table(turns=3)
    await first.run()
    log = first.engine.log
    await log.append(log.new_record(Kind.CONTROL, "reopen", data={"turns": 2}))
    second = Table(first.session, first.provider)
    assert await second.run() == "turns"
    assert second.said == ["a: a1", "b: b1", "a: a2", "b: b2", "a: a3"]
    assert second.of(Started)[0].resumed
    assert second.state.turns == 5
    second.check()


async def test_a_goodbye_that_was_cut_off_is_answered_after_resuming() -> None:
    first = await table({"nodes": {"a": ["Hi. /bye"], "b": [{"text": "x", "delay": 30}]}})
    run = first.start()
    await first.until(lambda: len(first.of(TurnStarted)) == 2)
    run.cancel()
    await first.until(run.done)
    assert first.state.ended == "interrupted"
    log = first.engine.log
    await log.append(log.new_record(Kind.CONTROL, "reopen"))
    second = Table(first.session, type(first.provider).of(lambda r: "Bye then."))
    assert await second.run() == "bye"
    assert second.said == ["a: Hi.", "b: Bye then."]


async def test_the_prompt_only_grows_at_its_end() -> None:
    meetup = await table(turns=8)
    await meetup.run()
    for node in "ab":
        prompts = [r.messages for r in meetup.provider.requests if r.origin.node == node]
        for shorter, longer in pairwise(prompts):
            assert longer[: len(shorter)] == shorter
