"""A team in a seat: it answers for a persona, remembers, takes back, and can be steered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import pytest

from core.errors import ProviderError
from core.ids import CountingSource
from core.messages import Message, ModelName, Params
from core.providers.base import Completion, ModelRequest
from core.providers.script import Reply
from core.sessions.memory import MemorySession
from core.teams.commands import Apply, Autopilot, End
from core.teams.engine import TeamEngine
from core.teams.participant import SeatedTeam, TeamParticipant
from core.teams.setup import ENGINE
from teams_kit import Answering, ask, engine_on, final, node, provider_of, team

PAIR = team(node("lead", node("left")))


def answering(path: str, ordinal: int, request: ModelRequest) -> str:
    if path == "lead/left":
        return "left says"
    return final(f"answer {ordinal // 2}") if ordinal % 2 else ask("left", f"go {ordinal}")


def room_of(answer: Answering, *, attended: bool = False) -> SeatedTeam:
    async def begin() -> TeamEngine:
        session = await MemorySession.create(CountingSource(), ENGINE, PAIR.to_json())
        return engine_on(session, provider_of(answer))

    return SeatedTeam(begin, lambda: attended)


async def reply(room: SeatedTeam, *texts: str) -> str:
    roles = ("user", "assistant")
    messages = tuple(Message(roles[at % 2], text) for at, text in enumerate(texts))
    participant = TeamParticipant("Team", ModelName("team", "x"), Params(), room)
    async with aclosing(participant.reply(ModelRequest("x", messages))) as parts:
        async for part in parts:
            if isinstance(part, Completion):
                assert part.usage.output_tokens > 0
                return part.text
    raise AssertionError("no completion")


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to that")


async def test_it_answers_and_remembers():
    room = room_of(answering)
    assert await reply(room, "One?") == "answer 0"
    assert await reply(room, "One?", "answer 0", "Two?") == "answer 1"
    assert room.engine is not None
    assert len(room.engine.state.finals) == 2
    await room.aclose()


async def test_what_is_taken_back_is_forgotten():
    room = room_of(answering)
    await reply(room, "One?")
    await reply(room, "One?", "answer 0", "Two?")
    assert await reply(room, "One?", "answer 0", "Two, again?") == "answer 1"
    assert room.engine is not None
    assert len(room.engine.state.finals) == 2
    await room.aclose()


async def test_a_team_that_was_not_there_is_told_what_was_said():
    seen: list[str] = []

    def listening(path: str, ordinal: int, request: ModelRequest) -> str:
        seen.append(request.messages[-1].content)
        return answering(path, ordinal, request)

    room = room_of(listening)
    await reply(room, "Early?", "Earlier words.", "And now?")
    assert "Early?" in seen[0]
    assert "Earlier words." in seen[0]
    assert "And now?" in seen[0]
    await room.aclose()


async def test_without_a_human_a_held_answer_is_an_error():
    room = room_of(lambda path, ordinal, request: ask("nobody", "hm"))
    with pytest.raises(ProviderError, match="came to no answer"):
        await reply(room, "One?")
    await room.aclose()


async def test_what_came_to_no_answer_can_be_asked_again():
    said = [ask("nobody", "hm")]
    room = room_of(lambda path, ordinal, request: said[-1])
    talk = ("Early?", "Earlier words.", "And now?")
    with pytest.raises(ProviderError, match="came to no answer"):
        await reply(room, *talk)
    said.append(final("So."))
    assert await reply(room, *talk) == "So."
    await room.aclose()


async def test_a_run_that_somebody_ended_is_begun_anew():
    room = room_of(answering)
    await reply(room, "One?")
    first = room.engine
    assert first is not None
    await first.send(End())
    await until(lambda: first.ended)
    assert await reply(room, "One?", "answer 0", "Two?") == "answer 0"
    assert room.engine is not None
    assert room.engine is not first
    (request,) = (each for each in room.engine.log.session.tree if each.data.get("request"))
    assert "One?" in request.text
    await room.aclose()


async def test_a_run_that_is_ended_while_it_is_asked_is_an_error():
    room = room_of(answering)
    await reply(room, "One?")
    assert room.engine is not None
    await room.engine.send(End())
    with pytest.raises(ProviderError, match="The run is closed"):
        await reply(room, "One?", "answer 0", "Two?")
    await room.aclose()


async def test_with_a_human_it_waits_for_decisions():
    def slow(path: str, ordinal: int, request: ModelRequest) -> Reply:
        return Reply(answering(path, ordinal, request), delay=0.05)

    room = room_of(slow, attended=True)
    waiting = asyncio.create_task(reply(room, "One?"))
    await until(lambda: room.engine is not None and room.engine.state.request is not None)
    assert room.engine is not None
    await room.engine.send(Autopilot(on=False))
    await room.engine.idle()
    assert not waiting.done()
    while room.engine.state.request is not None:
        await room.engine.send(Apply())
        await room.engine.idle()
    assert await asyncio.wait_for(waiting, 5) == "answer 0"
    await room.aclose()


async def test_stopping_the_reply_stops_the_team():
    def slow(path: str, ordinal: int, request: ModelRequest) -> Reply:
        return Reply("word " * 500, tokens_per_second=50)

    room = room_of(slow)
    waiting = asyncio.create_task(reply(room, "One?"))
    await until(lambda: room.engine is not None and room.engine.thinking)
    assert room.engine is not None
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert not room.engine.thinking
    assert not room.engine.going
    await room.aclose()
