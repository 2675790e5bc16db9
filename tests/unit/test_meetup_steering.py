"""What a human can do to a running meetup."""

from __future__ import annotations

import asyncio

import pytest

from core.errors import CommandError
from core.events import Changed, Ended, HeadMoved, Renamed, Said, TurnFinished, TurnStarted
from core.meetup.commands import (
    Command,
    Fork,
    Pause,
    Pin,
    Put,
    Regenerate,
    Rename,
    Resume,
    Say,
    SetRun,
    SetSeat,
    Step,
    Stop,
    Undo,
    Whisper,
)
from core.messages import Params
from core.providers.base import ModelRequest
from core.providers.script import Reply
from core.sessions.record import Kind
from meetup_kit import Table, numbered, table


def slow(request: ModelRequest) -> Reply:
    """Take a second a word, so that a turn can be caught in the middle."""
    return Reply(f"{numbered(request)} and more and more", tokens_per_second=1)


async def paused(taken: int = 0, /, **changes: object) -> Table:
    """Return a meetup that took some turns and is paused."""
    meetup = await table(attended=True, playing=False, **changes)
    meetup.start()
    await meetup.send(*[Step()] * taken)
    await meetup.until(lambda: meetup.state.turns == taken)
    await meetup.quiet()
    return meetup


async def caught(turns: int = 0) -> Table:
    """Return a meetup that took some turns and has said one word of the next."""
    count = 0

    def reply(request: ModelRequest) -> Reply | str:
        nonlocal count
        count += 1
        return slow(request) if count == turns + 1 else numbered(request)

    meetup = await table(reply, attended=True, turns=0)
    meetup.start()
    await meetup.until(lambda: meetup.state.turns == turns and meetup.engine.speaking)
    await meetup.until(lambda: type(meetup.events[-1]).__name__ == "TextDelta")
    return meetup


async def end(meetup: Table) -> None:
    await meetup.send(Stop())
    assert await meetup.finish() == "stopped"
    meetup.check()


async def test_step_takes_one_turn() -> None:
    meetup = await paused()
    assert meetup.said == []
    await meetup.send(Step())
    await meetup.until(lambda: meetup.state.turns == 1)
    await meetup.quiet()
    assert meetup.said == ["a: a1"]
    assert not meetup.engine.playing
    await end(meetup)


async def test_a_step_while_playing_finishes_the_turn_and_pauses() -> None:
    meetup = await table(lambda r: Reply(numbered(r), delay=0.05), attended=True, turns=0)
    meetup.start()
    await meetup.until(lambda: meetup.engine.speaking)
    await meetup.send(Step())
    await meetup.until(lambda: meetup.state.turns == 1)
    await meetup.quiet()
    assert meetup.said == ["a: a1"]
    await end(meetup)


async def test_pause_waits_for_the_end_of_the_turn_and_resume_goes_on() -> None:
    meetup = await table(lambda r: Reply(numbered(r), delay=0.05), attended=True, turns=3)
    meetup.start()
    await meetup.until(lambda: meetup.engine.speaking)
    await meetup.send(Pause())
    await meetup.until(lambda: meetup.state.turns == 1)
    await meetup.quiet()
    assert meetup.said == ["a: a1"]
    await meetup.send(Resume())
    assert await meetup.finish() == "turns"
    assert meetup.controls() == ["-:/start", "-:pause", "-:resume"]
    meetup.check()


async def test_pause_now_keeps_what_was_said() -> None:
    meetup = await caught()
    await meetup.send(Pause(now=True))
    assert not meetup.engine.speaking
    assert meetup.said == ["a: a1"]
    assert meetup.path(Kind.MESSAGE)[0].status == "stopped"
    await end(meetup)


async def test_stop_ends_in_mid_sentence() -> None:
    meetup = await caught(1)
    await meetup.send(Stop())
    assert await meetup.finish() == "stopped"
    assert meetup.said == ["a: a1", "b: b1"]
    assert [e.record.status for e in meetup.of(TurnFinished)] == ["complete", "stopped"]
    with pytest.raises(CommandError, match="has ended"):
        await meetup.engine.send(Resume())
    meetup.check()


async def test_a_turn_stopped_before_its_first_word_leaves_no_message_on_the_path() -> None:
    meetup = await table(lambda r: Reply("x", delay=30), attended=True)
    meetup.start()
    await meetup.until(lambda: bool(meetup.of(TurnStarted)))
    await end(meetup)
    assert meetup.said == []
    (finished,) = meetup.of(TurnFinished)
    assert (finished.record.status, finished.record.text) == ("stopped", "")


async def test_the_moderator_is_heard_by_both_and_a_whisper_by_one() -> None:
    meetup = await paused(1)
    await meetup.send(Say("Be brief."), Whisper("a", "Mention cats."), Step(), Step())
    await meetup.until(lambda: meetup.state.turns == 3)
    await meetup.quiet()
    assert meetup.heard[1] == ("a1\n\n(The moderator, to both of you:) Be brief.",)
    assert meetup.heard[2] == (
        "<start from salon>",
        "a1",
        "(The moderator, to both of you:) Be brief.\n\n"
        "(The moderator, to you alone:) Mention cats.\n\nb1",
    )
    assert [e.record.audience for e in meetup.of(Said)] == [(), ("a",)]
    await end(meetup)


async def test_words_said_during_a_turn_are_not_in_its_request() -> None:
    meetup = await table(lambda r: Reply(numbered(r), delay=0.05), attended=True, turns=2)
    meetup.start()
    await meetup.until(lambda: bool(meetup.of(TurnStarted)))
    await meetup.send(Say("Psst."))
    await meetup.finish()
    assert meetup.heard == [
        ("<start from salon>",),
        ("(The moderator, to both of you:) Psst.\n\na1",),
    ]
    meetup.check()


async def test_control_words_of_the_moderator_go_into_the_conversation() -> None:
    meetup = await paused(1)
    await meetup.send(Say("Time is up. /bye"), Resume())
    assert await meetup.finish() == "bye"
    assert meetup.said == ["a: a1", "b: b1"]
    assert meetup.controls() == ["-:/start", "-:/bye", "-:resume", "-:/end"]
    assert meetup.heard[1] == (
        "a1\n\n(The moderator, to both of you:) Time is up.\n\n<bye from moderator>",
    )
    assert meetup.path(Kind.CONTROL)[-1].author.kind == "human"
    meetup.check()


async def test_a_whispered_goodbye_is_answered_by_the_one_who_heard_it() -> None:
    meetup = await paused(1)
    await meetup.send(Whisper("a", "/bye"), Resume())
    assert await meetup.finish() == "bye"
    assert meetup.said == ["a: a1", "b: b1", "a: a2"]
    meetup.check()


@pytest.mark.parametrize("word", ["end", "stop"])
async def test_the_moderator_can_end_it(word: str) -> None:
    meetup = await paused(1)
    await meetup.send(Say(f"/{word}"))
    assert await meetup.finish() == word
    assert meetup.said == ["a: a1"]


async def test_literal_words_hold_no_control_word() -> None:
    meetup = await paused(1)
    await meetup.send(Say("/bye", literal=True), Step())
    await meetup.until(lambda: meetup.state.turns == 2)
    assert meetup.controls() == ["-:/start"]
    assert meetup.heard[1] == ("a1\n\n(The moderator, to both of you:) /bye",)
    await meetup.send(Stop())
    await meetup.finish()


async def test_a_pause_does_not_make_them_forget_a_goodbye() -> None:
    script = {"nodes": {"a": ["Hi. /bye"], "b": ["Bye."]}}
    meetup = await table(script, attended=True, playing=False)
    meetup.start()
    await meetup.send(Step())
    await meetup.until(lambda: meetup.state.turns == 1)
    await meetup.send(Pause(), Resume())
    assert await meetup.finish() == "bye"
    assert meetup.said == ["a: Hi.", "b: Bye."]


async def test_words_put_in_a_mouth_are_answered_by_the_other_side() -> None:
    meetup = await paused(1)
    await meetup.send(Put("b", "I love rain."), Step())
    await meetup.until(lambda: meetup.state.turns == 2)
    await meetup.quiet()
    assert meetup.said == ["a: a1", "b: I love rain.", "a: a2"]
    assert meetup.heard[-1] == ("<start from salon>", "a1", "I love rain.")
    record = meetup.path(Kind.MESSAGE)[1]
    assert (record.author.kind, record.node, record.data["turn"]) == ("human", "b", 2)
    assert meetup.state.turns == 2
    await end(meetup)


async def test_words_put_in_the_mouth_of_who_is_speaking_take_the_place_of_its_own() -> None:
    meetup = await caught(1)
    await meetup.send(Pause(), Put("b", "Rather this. /bye"), Resume())
    assert await meetup.finish() == "bye"
    assert meetup.said == ["a: a1", "b: Rather this.", "a: a2"]
    assert meetup.controls()[-1] == "b:/end"
    stopped = [each for each in meetup.session.tree if each.status == "stopped"]
    assert [each.text for each in stopped] == ["b1"]
    meetup.check()


async def test_regenerate_takes_the_last_turn_again_beside_the_old_one() -> None:
    replies = iter(["one", "two", "three"])
    meetup = await table(lambda r: next(replies), attended=True, playing=False)
    meetup.start()
    await meetup.send(Step(), Step())
    await meetup.until(lambda: meetup.state.turns == 2)
    await meetup.quiet()
    await meetup.send(Regenerate())
    await meetup.until(lambda: meetup.said[-1] == "b: three")
    await meetup.quiet()
    assert meetup.said == ["a: one", "b: three"]
    assert "two" in [each.text for each in meetup.session.tree]
    assert meetup.heard[1] == meetup.heard[2]
    assert [r.origin.ordinal for r in meetup.provider.requests] == [0, 0, 0]
    await end(meetup)


async def test_regenerate_changes_a_fixed_seed() -> None:
    meetup = await table(
        lambda r: str(r.params.seed), attended=True, playing=False, a_params=Params(seed=7)
    )
    meetup.start()
    await meetup.send(Step())
    for count in range(1, 3):
        await meetup.until(lambda: not meetup.engine.speaking and meetup.state.turns == 1)
        await meetup.send(SetSeat("b", params={"seed": count}), Regenerate())
    await meetup.until(lambda: meetup.said == ["a: 9"])
    await meetup.quiet()
    assert [r.params.seed for r in meetup.provider.requests] == [7, 8, 9]
    await end(meetup)


async def test_regenerate_in_mid_turn_takes_that_turn_again() -> None:
    meetup = await caught(1)
    await meetup.send(Pause(), Regenerate())
    await meetup.until(lambda: meetup.state.turns == 2 and not meetup.engine.speaking)
    await meetup.quiet()
    assert meetup.said == ["a: a1", "b: b1"]
    assert meetup.path(Kind.MESSAGE)[1].status == "complete"
    await end(meetup)


async def test_regenerate_before_the_first_word_of_a_turn_leaves_the_one_before_alone() -> None:
    waits = iter([0, 30, 0])
    meetup = await table(lambda r: Reply(numbered(r), delay=next(waits)), attended=True)
    meetup.start()
    await meetup.until(lambda: len(meetup.of(TurnStarted)) == 2)
    await meetup.send(Pause(), Regenerate())
    await meetup.until(lambda: meetup.state.turns == 2)
    await meetup.quiet()
    assert meetup.said == ["a: a1", "b: b1"]
    await end(meetup)


async def test_undo_takes_back_turns() -> None:
    meetup = await paused(4)
    await meetup.send(Undo(3))
    assert meetup.said == ["a: a1"]
    assert len([each for each in meetup.session.tree if each.kind == Kind.MESSAGE]) == 4
    await meetup.send(Step())
    await meetup.until(lambda: meetup.state.turns == 2)
    await meetup.quiet()
    assert meetup.said == ["a: a1", "b: b1"]
    assert len(meetup.of(HeadMoved)) == 1
    await end(meetup)


async def test_an_undo_that_is_refused_changes_nothing() -> None:
    meetup = await caught(1)
    with pytest.raises(CommandError, match="Only 2"):
        await meetup.send(Undo(3))
    assert meetup.engine.speaking
    await meetup.send(Pause(), Undo(2))
    await meetup.quiet()
    assert meetup.said == []
    await end(meetup)


async def test_the_opening_is_never_taken_back() -> None:
    meetup = await paused(1, opening="Hello.")
    with pytest.raises(CommandError):
        await meetup.send(Undo(2))
    await meetup.send(Undo(1))
    assert meetup.said == ["b: Hello."]
    await end(meetup)


async def test_fork_goes_on_after_any_turn() -> None:
    meetup = await paused(4)
    fourth = meetup.state.messages[3].id
    await meetup.send(Fork(turn=2), Step())
    await meetup.until(lambda: meetup.state.turns == 3)
    await meetup.quiet()
    assert meetup.said == ["a: a1", "b: b1", "a: a2"]
    await meetup.send(Fork(record=fourth))
    assert meetup.state.messages[-1].id == fourth
    await meetup.send(Fork(turn=0))
    assert meetup.said == []
    await end(meetup)


async def test_fork_keeps_the_control_words_of_its_turn() -> None:
    script = {"nodes": {"a": ["Who? /help", "So."], "b": ["Bob."]}}
    meetup = await table(script, attended=True, playing=False)
    meetup.start()
    await meetup.send(Step(), Step())
    await meetup.until(lambda: meetup.state.turns == 2)
    await meetup.quiet()
    await meetup.send(Fork(turn=1), Step())
    await meetup.until(lambda: meetup.state.turns == 2)
    await meetup.quiet()
    assert meetup.heard[-1] == ("Who?\n\n<help from Ann>",)
    await end(meetup)


async def test_a_change_of_seat_or_run_outlives_undo_and_fork() -> None:
    meetup = await paused(3, turns=5)
    await meetup.send(
        SetSeat("a", model="scripted:y", params={"temperature": 0.1}),
        SetRun(turns=7, rate=600, pace=9000, loops=True),
        Undo(2),
    )
    seat, spec = meetup.state.sides["a"].seat, meetup.state.spec
    assert (seat.model, seat.params) == ("scripted:y", Params(temperature=0.1))
    assert (spec.turns, spec.rate, spec.pace, spec.watch_loops) == (7, 600, 9000, True)
    await meetup.send(Fork(turn=0))
    assert meetup.state.sides["a"].seat == seat
    assert meetup.state.spec == spec
    assert meetup.state.limit_from == 0
    await end(meetup)


async def test_a_change_of_seat_takes_effect_with_the_next_turn() -> None:
    meetup = await paused(1)
    await meetup.send(SetSeat("b", model="scripted:y"), SetSeat("b", params={"top_k": 3}), Step())
    await meetup.until(lambda: meetup.state.turns == 2)
    await meetup.quiet()
    assert meetup.path(Kind.MESSAGE)[1].model == "scripted:y"
    request = meetup.provider.requests[1]
    assert (request.model, request.params) == ("y", Params(top_k=3))
    assert len(meetup.of(Changed)) == 2
    assert meetup.engine.participant("b").params == Params(top_k=3)
    await end(meetup)


async def test_a_limit_set_in_mid_run_counts_from_there() -> None:
    meetup = await paused(2, turns=3)
    await meetup.send(SetRun(turns=2), Resume())
    assert await meetup.finish() == "turns"
    assert meetup.state.turns == 4
    meetup.check()


@pytest.mark.parametrize(
    "command",
    [
        SetSeat("a", model="elisa:doctor"),
        SetSeat("a", model=":x"),
        SetSeat("a", params={"temperature": "hot"}),
        SetSeat("a", params={"temprature": 1}),
        SetRun(turns=-1),
        SetRun(rate=float("nan")),
        SetRun(),
        Say(" \n"),
        Put("b", ""),
        Undo(0),
        Fork(turn=9),
        Fork(record="nothing"),
    ],
)
async def test_what_cannot_be_done_changes_nothing(command: Command) -> None:
    meetup = await caught(1)
    records = len(meetup.session.tree)
    with pytest.raises(CommandError):
        await meetup.send(command)
    assert len(meetup.session.tree) == records
    assert meetup.engine.speaking
    await end(meetup)


async def test_nothing_can_be_regenerated_before_the_first_reply() -> None:
    meetup = await paused(opening="Hello.")
    with pytest.raises(CommandError, match="no reply"):
        await meetup.send(Regenerate())
    await end(meetup)


async def test_nobody_there_any_more_ends_a_pause() -> None:
    meetup = await paused(1)
    meetup.engine.leave_alone()
    assert await meetup.finish() == "stopped"


async def test_steps_that_were_asked_for_are_taken_before_it_is_left_alone() -> None:
    meetup = await paused(1)
    await meetup.send(Step(), Step())
    meetup.engine.leave_alone()
    assert await meetup.finish() == "stopped"
    assert meetup.state.turns == 3
    (ended,) = meetup.of(Ended)
    assert ended.turns == 3


async def test_left_alone_while_playing_it_plays_on() -> None:
    meetup = await table(attended=True, turns=4)
    meetup.start()
    meetup.engine.leave_alone()
    assert await meetup.finish() == "turns"


async def test_a_cancelled_sender_stays_cancelled() -> None:
    meetup = await caught()
    sender = asyncio.create_task(meetup.engine.send(Pause(now=True)))
    await asyncio.sleep(0)
    sender.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sender
    await end(meetup)


async def test_a_meetup_is_renamed_and_pinned_while_it_runs() -> None:
    meetup = await paused(1)
    await meetup.send(Rename(" Lovelace \n and Freud "), Pin())
    described = [each.record.data for each in meetup.of(Renamed)]
    assert described == [{"title": "Lovelace and Freud"}, {"pinned": True}]
    with pytest.raises(CommandError, match="needs words"):
        await meetup.send(Rename("\n"))
    await end(meetup)


async def test_a_command_before_the_run_begins_nothing() -> None:
    meetup = await table(numbered)
    await meetup.send(SetRun(turns=1))
    assert not meetup.engine.speaking
    assert not meetup.of(TurnStarted)
    await asyncio.wait_for(meetup.start(), 5)
    assert meetup.state.turns == 1
