"""What an assistant and its user say to each other, tools and slips included."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from core.events import TextDelta
from core.lab.people.imported import Given
from core.lab.records import Judged
from core.providers.base import ModelRequest
from core.providers.script import Reply
from core.providers.tokens import estimate_messages
from core.sessions.record import Record
from lab_kit import Stage, stage, world

TOOL = {"name": "find_train", "arguments": ["to", "day"], "description": "finds trains"}


def with_tools(people: int = 1) -> list[Given]:
    """Return people with one scene in which a tool exists."""
    return [
        replace(
            each,
            scenes={
                key: (text, {**data, "tools": [TOOL]}) for key, (text, data) in each.scenes.items()
            },
        )
        for each in world(people, 1)
    ]


def call(message: str = "", **arguments: str) -> str:
    return json.dumps({"tool": "find_train", "arguments": arguments, "message": message})


def say(message: str) -> str:
    return json.dumps({"tool": "none", "arguments": {}, "message": message})


async def lived(replies: list[str], **players: Any) -> Stage:
    """Run one scene in which the assistant says these things, one after the other."""
    waiting = iter(replies)
    tools = {"tools": lambda request: json.dumps({"result": "7:05"})}
    satisfied = {"user": lambda r: json.dumps({"satisfied": True, "missing": "", "say": "Ta."})}
    options = {"assistant": lambda request: next(waiting), **tools, **satisfied, **players}
    run = await stage(with_tools(), options, settings=("none",))
    assert await run.run() == "done"
    return run


def turns(run: Stage) -> list[Record]:
    (episode,) = run.engine.state.episodes.values()
    (talk,) = episode.conversations.values()
    return talk.turns


async def test_a_call_is_answered_and_its_result_read_before_the_reply() -> None:
    run = await lived([call(to="Cork", day="Sunday"), say("At 7:05.")])
    asked, called, tool, reply = turns(run)
    assert called.data["call"] == {
        "name": "find_train",
        "arguments": {"to": "Cork", "day": "Sunday"},
    }
    assert (tool.kind, tool.text, tool.data["repeated"]) == ("tool", "7:05", False)
    assert (asked.node[-4:], reply.text) == ("user", "At 7:05.")
    last = [each for each in run.provider.requests if each.model == "assistant"][-1]
    assert last.messages[-1].content.startswith("[find_train(to=Cork, day=Sunday) returned: 7:05]")
    judged = [each for each in run.provider.requests if each.model == "user"][-1]
    assert "find_train(to=Cork, day=Sunday) returned: 7:05" in judged.messages[-1].content


async def test_retrieval_recalls_what_was_replied_after_a_tool_was_called() -> None:
    people = [
        replace(
            each,
            scenes={
                key: (text, {**data, "tools": [TOOL]}) for key, (text, data) in each.scenes.items()
            },
        )
        for each in world(1, 2)
    ]
    waiting = iter([call(to="Cork", day="Monday"), say("Take the early one."), say("Done.")])
    players = {
        "assistant": lambda request: next(waiting),
        "tools": lambda request: json.dumps({"result": "7:05"}),
        "user": lambda r: json.dumps({"satisfied": True, "missing": "", "say": "Ta."}),
    }
    run = await stage(people, players, settings=("retrieval",))
    assert await run.run() == "done"
    last = [each for each in run.provider.requests if each.model == "assistant"][-1]
    assert "Assistant: Take the early one." in last.messages[0].content


async def test_the_same_call_has_the_same_answer_and_asks_nobody() -> None:
    run = await lived([
        call(to="Cork", day="Sunday"),
        call(day=" SUNDAY", to="cork"),
        say("At 7:05."),
    ])
    _, _, first, _, second, _ = turns(run)
    assert (second.text, second.data["repeated"]) == (first.text, True)
    assert sum(each.model == "tools" for each in run.provider.requests) == 1


async def test_a_call_that_lacks_something_is_refused_without_a_model() -> None:
    run = await lived([call(to="Cork"), say("Which day?")])
    _, _, tool, _ = turns(run)
    assert tool.text == "error: missing day"
    assert tool.data["flags"] == ["refused"]
    assert not any(each.model == "tools" for each in run.provider.requests)


CALLS = [call(to="Cork", day="Sunday"), call(to="Cork", day="Monday")]


async def test_after_two_calls_the_assistant_has_to_reply_in_the_form_that_it_wrote_before() -> (
    None
):
    run = await lived([*CALLS, say("There is one each day.")])
    *_, before, last = [each for each in run.provider.requests if each.model == "assistant"]
    assert before.schema is not None
    assert last.schema is not None
    assert before.schema["properties"]["tool"]["enum"] == ["none", "find_train"]
    assert last.schema["properties"]["tool"]["enum"] == ["none"]
    assert last.schema["properties"].keys() == before.schema["properties"].keys()
    assert json.loads(last.messages[-2].content)["tool"] == "find_train"
    assert "No tool can be called any more" in last.messages[0].content
    assert "No tool can be called any more" not in before.messages[0].content
    assert turns(run)[-1].text == "There is one each day."
    assert not run.engine.state.gaps


async def test_a_third_call_is_mended_into_a_reply_and_calls_nothing() -> None:
    run = await lived([*CALLS, call("Let me see.", to="Cork", day="Friday"), say("None then.")])
    assert sum(each.kind == "tool" for each in turns(run)) == 2
    assert turns(run)[-1].text == "None then."
    assert not run.engine.state.gaps


async def test_a_reply_in_the_wrong_form_is_mended_once_and_the_slip_is_not_heard() -> None:
    run = await lived(["I would say seven.", say("At seven.")])
    assert [each.text for each in turns(run)][1:] == ["At seven."]
    assert not run.engine.state.gaps
    second = [each for each in run.provider.requests if each.model == "assistant"][1]
    assert "cannot be used" in second.messages[-1].content


async def test_a_reply_that_stays_in_the_wrong_form_stands_as_it_is_and_is_flagged() -> None:
    run = await lived(["I would say seven.", "Seven, I said."])
    assert [each.text for each in turns(run)][1:] == ["Seven, I said."]
    (gap,) = run.engine.state.gaps
    assert gap.data["malformed"]


async def test_only_the_message_of_a_reply_is_shown_while_it_streams() -> None:
    run = await lived([call("Let me look.", to="Cork", day="Sunday"), say('At "seven".\nSoon.')])
    for message in [each for each in turns(run) if each.kind == "message" and each.request]:
        shown = "".join(
            each.text
            for each in run.events
            if isinstance(each, TextDelta) and each.record_id == message.id
        )
        assert shown == message.text
    assert turns(run)[1].text == "Let me look."


async def test_a_user_that_cannot_answer_in_form_ends_the_scene_flagged() -> None:
    run = await lived([say("Hm.")], user=lambda request: "I am delighted")
    (episode,) = run.engine.state.episodes.values()
    (talk,) = episode.conversations.values()
    assert talk.over
    assert not talk.satisfied
    assert talk.verdicts[0].data["flags"] == ["gap"]


def prompt_size(request: ModelRequest) -> int:
    return estimate_messages(request.messages)


async def test_long_conversations_are_cut_in_prompts_and_never_on_record() -> None:
    def user(request: ModelRequest) -> str:
        missing = {"satisfied": False, "missing": "x", "say": "more " * 70}
        return json.dumps(missing)

    run = await stage(
        world(1, 2),
        {"assistant": lambda request: "word " * 150, "user": user},
        settings=("learnt-1",),
        rounds=8,
        context_length=1400,
    )
    assert await run.run() == "done"
    dropped = [each.data["dropped"] for each in run.session.tree if "dropped" in each.data]
    assert dropped
    for request in run.provider.requests:
        assert prompt_size(request) < 1400
    shown = [each.messages[-1].content for each in run.provider.requests if each.model == "user"]
    assert any("turns …)" in each for each in shown)
    (episode,) = run.engine.state.episodes.values()
    for talk in episode.conversations.values():
        assert len(talk.messages) == 17
        assert all(len(each.text) > 300 for each in talk.messages[1:])
    kept = "".join(
        each.messages[-1].content for each in run.provider.requests if each.model == "optimiser"
    )
    assert kept.count("more more") > 8
    assert sum(each.model == "optimiser" for each in run.provider.requests) > 2


async def test_whoever_stops_watching_lets_a_failure_end_the_run() -> None:
    def failing(request: ModelRequest) -> Reply:
        return Reply.read({"text": "", "error": {"kind": "auth", "message": "No key."}})

    run = await stage(world(2, 1), {"assistant": failing}, attended=True)
    task = asyncio.create_task(run.run())
    for _ in range(200):
        await asyncio.sleep(0)
    assert not task.done()
    run.engine.leave_alone()
    assert await task == "failed"
    errors = [line for each in run.events if (line := each.to_json())["event"] == "error"]
    assert errors[0]["message"] == "No key."


@pytest.mark.parametrize("command", [{"do": "fly"}, {"do": "parallel", "calls": 0}, {}])
def test_commands_that_mean_nothing_are_refused(command: dict[str, Any]) -> None:
    from core.engine.command_codec import decode_command
    from core.errors import UsageError
    from core.lab.commands import Command

    with pytest.raises(UsageError):
        decode_command(Command, command)


async def test_somebody_is_done_long_before_everybody_is() -> None:
    run = await stage(world(20, 3), settings=("none", "learnt-1"), parallel=2)
    assert await run.run() == "done"
    judged = [each.record for each in run.events if isinstance(each, Judged)]
    over = [each.data["person"] for each in judged if each.data["over"]]
    first = max(place for place, person in enumerate(over) if person == "p001")
    assert first < len(over) / 4
