"""Commands to a chat: as JSON lines, and as a human types them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from core.chat.commands import (
    Command,
    Compare,
    Continue,
    Delete,
    Edit,
    End,
    Fork,
    Jump,
    Pin,
    Regenerate,
    Rename,
    Restore,
    Send,
    SetModel,
    Stop,
    Swipe,
)
from core.cli.chat_talk import help_lines, read_typed
from core.cli.steering import TypedReader
from core.engine.command_codec import decode_command
from core.errors import UsageError

READ = [
    ({"do": "send", "text": "Hi"}, Send("Hi")),
    ({"do": "stop"}, Stop()),
    ({"do": "continue"}, Continue()),
    ({"do": "regenerate"}, Regenerate()),
    ({"do": "regenerate", "record": "01X"}, Regenerate("01X")),
    ({"do": "edit", "text": "Ho"}, Edit("Ho")),
    ({"do": "edit", "record": "01X", "text": "Ho", "resend": True}, Edit("Ho", "01X", True)),
    ({"do": "swipe"}, Swipe()),
    ({"do": "swipe", "step": -2, "record": "01X"}, Swipe(-2, "01X")),
    ({"do": "delete"}, Delete()),
    ({"do": "restore", "record": "01X"}, Restore("01X")),
    ({"do": "fork", "record": "01X"}, Fork("01X")),
    ({"do": "jump", "record": "01X"}, Jump("01X")),
    ({"do": "set", "model": "eliza:parry"}, SetModel("eliza:parry")),
    ({"do": "set", "params": {"top_k": 3}}, SetModel(None, {"top_k": 3})),
    ({"do": "compare", "models": ["a:b", "c:d"]}, Compare(("a:b", "c:d"))),
    ({"do": "compare", "models": ["a:b"], "text": "X"}, Compare(("a:b",), "X")),
    ({"do": "rename", "title": "Talk"}, Rename("Talk")),
    ({"do": "pin"}, Pin()),
    ({"do": "pin", "pinned": False}, Pin(False)),
    ({"do": "end"}, End()),
]

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "Unknown command None"),
    ({"do": "dance"}, "There are: compare, continue"),
    ({"do": ["send"]}, "Unknown command"),
    ({"do": "send"}, '"text"'),
    ({"do": "send", "text": " "}, '"text"'),
    ({"do": "send", "text": 3}, '"text"'),
    ({"do": "edit", "record": "01X"}, '"text"'),
    ({"do": "edit", "text": "x", "resend": 1}, "true or false"),
    ({"do": "regenerate", "record": 3}, '"record" of'),
    ({"do": "swipe", "step": 0}, "whole number"),
    ({"do": "swipe", "step": True}, "whole number"),
    ({"do": "swipe", "step": 1.5}, "whole number"),
    ({"do": "restore"}, '"record"'),
    ({"do": "fork"}, '"record"'),
    ({"do": "jump", "record": None}, '"record"'),
    ({"do": "set"}, "something to set"),
    ({"do": "set", "model": 3}, '"model" of "set" has to be a text such as'),
    ({"do": "set", "params": [1]}, '"params" of "set" has to be an object'),
    ({"do": "compare", "models": "a:b"}, '"models" of "compare" has to be a list'),
    ({"do": "compare", "models": [1]}, '"models" of "compare" has to be a list'),
    ({"do": "rename"}, '"title"'),
    ({"do": "pin", "pinned": "yes"}, "true or false"),
]


@pytest.mark.parametrize(("line", "command"), READ)
def test_what_is_read(line: dict[str, Any], command: Command) -> None:
    assert decode_command(Command, line) == command


@pytest.mark.parametrize(("line", "message"), REFUSED)
def test_what_is_refused(line: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        decode_command(Command, line)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("Hello\nthere", Send("Hello\nthere")),
        (" /retry", Send(" /retry")),
        ("//retry", Send("/retry")),
        ("/retry", Regenerate()),
        ("/CONTINUE ", Continue()),
        ("/stop", Stop()),
        ("/model  eliza:parry ", SetModel("eliza:parry")),
        ("/model", SetModel("")),
        ("/quit", End()),
        ("/help", None),
    ],
)
def test_what_is_typed(text: str, command: Command | None) -> None:
    assert read_typed(text) == command


def test_a_typed_command_that_does_not_exist() -> None:
    with pytest.raises(UsageError, match="no command /etc/passwd"):
        read_typed("/etc/passwd is a file")


def test_help_names_every_command() -> None:
    for word in ("/retry", "/continue", "/stop", "/model", "/quit"):
        assert word in help_lines()


@pytest.fixture
def typing() -> Iterator[tuple[int, int]]:
    out, into = os.pipe()
    yield out, into
    os.close(out)


async def test_lines_that_come_at_once_were_pasted(typing: tuple[int, int]) -> None:
    out, into = typing
    reader = TypedReader(out)
    os.write(into, b"one\n")
    assert await anext(reader) == "one"
    os.write(into, b"two\n\xc3\xa4\n\nfour\n")
    assert await anext(reader) == "two\nä\n\nfour"
    os.write(into, b"\n")
    assert await anext(reader) == ""
    os.write(into, b"half a line")
    os.close(into)
    assert [text async for text in reader] == ["half a line"]
