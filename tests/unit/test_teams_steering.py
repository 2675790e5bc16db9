"""Commands to a team as JSON lines."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from core.engine.command_codec import decode_command
from core.errors import UsageError
from core.teams.commands import (
    Answer,
    Apply,
    Autopilot,
    Command,
    Edit,
    End,
    Fork,
    Go,
    Jump,
    Pin,
    Redirect,
    Refuse,
    Rename,
    Replay,
    Say,
    SetAutonomy,
    SetModel,
    Skip,
    Stop,
    TakeOver,
)

READ = [
    ({"do": "say", "text": "Hi"}, Say("Hi")),
    ({"do": "apply"}, Apply()),
    ({"do": "apply", "proposal": "#3"}, Apply("#3")),
    ({"do": "apply", "proposal": 3}, Apply("3")),
    ({"do": "answer", "node": "a/b", "text": "No."}, Answer("a/b", "No.")),
    ({"do": "answer", "node": "a", "text": "No.", "now": True}, Answer("a", "No.", now=True)),
    ({"do": "edit", "proposal": "3", "text": "So."}, Edit("So.", "3")),
    ({"do": "edit", "text": "So."}, Edit("So.")),
    ({"do": "redirect", "proposal": "3", "to": "b"}, Redirect("b", "3")),
    ({"do": "redirect", "to": "b", "text": "You."}, Redirect("b", None, "You.")),
    ({"do": "redirect", "to": ""}, Redirect("")),
    ({"do": "redirect", "to": None}, Redirect("")),
    ({"do": "refuse"}, Refuse()),
    ({"do": "refuse", "proposal": "3", "reason": "Long."}, Refuse("3", "Long.")),
    ({"do": "take_over", "node": "a", "text": "I."}, TakeOver("a", "I.")),
    ({"do": "take_over", "node": "a", "text": "I.", "to": "b"}, TakeOver("a", "I.", "b")),
    ({"do": "skip", "proposal": "3"}, Skip("3")),
    ({"do": "autonomy", "level": "apply"}, SetAutonomy("apply")),
    ({"do": "autonomy", "level": "unless-flagged"}, SetAutonomy("unless_flagged")),
    ({"do": "autonomy", "level": "ask", "node": "a"}, SetAutonomy("ask", "a")),
    ({"do": "autopilot"}, Autopilot()),
    ({"do": "autopilot", "on": False}, Autopilot(on=False)),
    (
        {"do": "autopilot", "steps": 3, "tokens": 900, "dollars": 1},
        Autopilot(steps=3, tokens=900, dollars=1.0),
    ),
    ({"do": "go"}, Go()),
    ({"do": "stop"}, Stop()),
    ({"do": "set", "model": "eliza:doctor"}, SetModel(None, "eliza:doctor")),
    (
        {"do": "set", "node": "a", "params": {"top_k": 3}},
        SetModel("a", None, {"top_k": 3}),
    ),
    ({"do": "fork", "record": "01X"}, Fork("01X")),
    ({"do": "replay", "record": "7", "node": "a", "text": "Hm."}, Replay("7", "a", "Hm.")),
    ({"do": "jump", "record": "01X"}, Jump("01X")),
    ({"do": "rename", "title": "Lines"}, Rename("Lines")),
    ({"do": "pin"}, Pin()),
    ({"do": "pin", "pinned": False}, Pin(pinned=False)),
    ({"do": "end"}, End()),
]

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "Unknown command None"),
    ({"do": "dance"}, "There are: answer, apply"),
    ({"do": ["say"]}, "Unknown command"),
    ({"do": "say"}, '"text"'),
    ({"do": "say", "text": " "}, '"text"'),
    ({"do": "say", "text": 3}, '"text"'),
    ({"do": "apply", "proposal": True}, '"proposal" of "apply" has to be a text'),
    ({"do": "redirect"}, '"redirect" needs "to"'),
    ({"do": "answer", "text": "x"}, '"node"'),
    ({"do": "answer", "node": "a"}, '"text"'),
    ({"do": "answer", "node": "a", "text": "x", "now": 1}, "true or false"),
    ({"do": "edit", "proposal": "3"}, '"text"'),
    ({"do": "redirect", "to": ["b"]}, '"to" of "redirect" has to be a text'),
    ({"do": "refuse", "reason": False}, '"reason" of "refuse" has to be a text'),
    ({"do": "take_over", "node": "a"}, '"text"'),
    ({"do": "autonomy"}, '"autonomy" needs "level"'),
    ({"do": "autonomy", "level": "free"}, 'has to be "apply", "ask" or "unless_flagged"'),
    ({"do": "autopilot", "on": "yes"}, "true or false"),
    ({"do": "autopilot", "steps": 0}, "whole number from 1"),
    ({"do": "autopilot", "steps": True}, "whole number from 1"),
    ({"do": "autopilot", "tokens": 1.5}, "whole number from 1"),
    ({"do": "autopilot", "dollars": 0}, "above 0"),
    ({"do": "autopilot", "dollars": float("nan")}, "above 0"),
    ({"do": "set"}, "something to set"),
    ({"do": "set", "params": [1]}, '"params" of "set" has to be an object'),
    ({"do": "set", "model": 3}, '"model" of "set" has to be a text such as'),
    ({"do": "fork"}, '"record"'),
    ({"do": "replay", "record": "7", "text": "x"}, '"node"'),
    ({"do": "jump", "record": 7}, '"record"'),
    ({"do": "rename", "title": ""}, '"title"'),
    ({"do": "pin", "pinned": "yes"}, "true or false"),
]


@pytest.mark.parametrize(("line", "command"), READ)
def test_what_is_read(line: dict[str, Any], command: Command) -> None:
    assert decode_command(Command, line) == command


def test_every_command_can_be_read() -> None:
    assert {type(command) for _, command in READ} == set(get_args(Command))


@pytest.mark.parametrize(("line", "message"), REFUSED)
def test_what_is_refused(line: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        decode_command(Command, line)
    assert message in str(caught.value)
