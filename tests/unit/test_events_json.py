"""Events as `--json` prints them."""

from __future__ import annotations

import json
from typing import Any

from core.events import Edited, Failed, Renamed, Started, TextDelta, TurnFinished, TurnStarted
from core.meetup.commands import (
    Fork,
    Put,
    Regenerate,
    Resume,
    Say,
    SetRun,
    SetSeat,
    Step,
    Undo,
    Whisper,
)
from core.meetup.records import EVENTS
from core.providers.script import Reply
from meetup_kit import Table, table

_EVENTS = {Started, TurnStarted, TextDelta, TurnFinished, Failed, *EVENTS.values()}
_ELSEWHERE = {Edited, Renamed}
"""A meetup's messages are never edited, nor is it renamed while it runs; a chat may be."""


async def eventful() -> Table:
    """Return a meetup in which everything happened once."""
    replies = iter([
        "Hi. /help",
        "Bob.",
        Reply.read({
            "text": "I",
            "error": {"kind": "auth", "message": "No key.", "hint": "Set it."},
        }),
        "I see.",
        "",
        "Go. /bye",
        "Gone.",
    ])
    meetup = await table(lambda r: next(replies), attended=True, playing=False, turns=0)
    meetup.start()
    for count in range(3):
        await meetup.send(Step())
        await meetup.until(lambda: len(meetup.provider.requests) == count + 1)  # noqa: B023
        await meetup.quiet()
    await meetup.send(
        Say("Both."), Whisper("a", "One."), SetSeat("b", params={"top_k": 2}), SetRun(rate=60_000)
    )
    await meetup.send(Put("a", "Mine."), Undo(1), Fork(turn=2), Regenerate(), Resume())
    assert await meetup.finish() == "bye"
    return meetup


def of_kind(lines: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["event"] == kind]


async def test_every_event_has_its_keys() -> None:
    meetup = await eventful()
    assert {type(each) for each in meetup.events} == _EVENTS - _ELSEWHERE
    lines = [json.loads(json.dumps(event.to_json())) for event in meetup.events]
    (started,) = of_kind(lines, "started")
    assert started["session"] == meetup.session.id
    assert started["seats"]["a"] == {"name": "Ann", "model": "scripted:x"}
    for line in of_kind(lines, "turn_finished"):
        assert {"turn", "speaker", "name", "text", "model", "usage", "seconds"} <= line.keys()
        assert {"input_tokens", "output_tokens"} <= line["usage"].keys()
        assert (line["speaker"], line["name"]) in {("a", "Ann"), ("b", "Bob")}
    assert of_kind(lines, "turn_finished")[0]["text"] == "Hi."
    (error,) = of_kind(lines, "error")
    assert (error["kind"], error["message"], error["hint"]) == ("auth", "No key.", "Set it.")
    controls = [(line["word"], line["speaker"]) for line in of_kind(lines, "control")]
    assert controls[:2] == [("/start", "salon"), ("/help", "a")]
    assert [(line["to"], line["text"], line["put"]) for line in of_kind(lines, "said")] == [
        (["a", "b"], "Both.", False),
        (["a"], "One.", False),
        (["a", "b"], "Mine.", True),
    ]
    changed = of_kind(lines, "changed")
    assert changed[0]["params"] == {"top_k": 2}
    assert changed[1]["rate"] == 60_000
    assert of_kind(lines, "notice")[0]["code"] == "silence"
    assert all(line["to"] in meetup.session.tree for line in of_kind(lines, "head_moved"))
    (ended,) = of_kind(lines, "ended")
    assert (ended["reason"], ended["session"]) == ("bye", meetup.session.id)
    assert ended["turns"] == meetup.state.turns


async def test_the_deltas_of_a_turn_are_its_text() -> None:
    meetup = await eventful()
    lines = [event.to_json() for event in meetup.events]
    for finished in of_kind(lines, "turn_finished"):
        deltas = [d["text"] for d in of_kind(lines, "delta") if d["record"] == finished["record"]]
        assert "".join(deltas) == finished["text"]
