"""Commands as JSON lines."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

import pytest

from core.cli.steering import steer
from core.engine.command_codec import decode_command
from core.errors import CommandError, SalonError, UsageError
from core.meetup.commands import (
    Command,
    Fork,
    Pause,
    Put,
    Regenerate,
    Resume,
    Say,
    SetRun,
    SetSeat,
    Step,
    Stop,
    Undo,
    Whisper,
)

READ = [
    ({"do": "pause"}, Pause()),
    ({"do": "pause", "now": True}, Pause(now=True)),
    ({"do": "resume"}, Resume()),
    ({"do": "step"}, Step()),
    ({"do": "stop"}, Stop()),
    ({"do": "say", "text": "Hi"}, Say("Hi")),
    ({"do": "whisper", "to": "a", "text": "Psst"}, Whisper("a", "Psst")),
    ({"do": "put", "to": "b", "text": "I do."}, Put("b", "I do.")),
    ({"do": "regenerate"}, Regenerate()),
    ({"do": "undo"}, Undo(1)),
    ({"do": "undo", "turns": 2}, Undo(2)),
    ({"do": "set", "to": "a", "model": "eliza:parry"}, SetSeat("a", "eliza:parry")),
    ({"do": "set", "to": "b", "params": {"top_k": 3}}, SetSeat("b", None, {"top_k": 3})),
    ({"do": "set", "turns": 20}, SetRun(turns=20)),
    ({"do": "set", "rate": 1.5, "pace": 0}, SetRun(rate=1.5, pace=0)),
    ({"do": "set", "loops": False}, SetRun(loops=False)),
    ({"do": "fork", "turn": 3}, Fork(turn=3)),
    ({"do": "fork", "record": "01X"}, Fork(record="01X")),
    ({"do": "resume", "later": float("inf")}, Resume()),
    ({"do": "step", "\ud800": "\ud800"}, Step()),
]

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "Unknown command None"),
    ({"do": "dance"}, "There are: fork, jump, pause"),
    ({"do": ["say"]}, "Unknown command"),
    ({"do": "say"}, '"text"'),
    ({"do": "say", "text": " "}, '"text"'),
    ({"do": "say", "text": 3}, '"text"'),
    ({"do": "whisper", "text": "x"}, '"to"'),
    ({"do": "whisper", "text": "x", "to": "c"}, '"to"'),
    ({"do": "put", "text": "x", "to": ["a"]}, '"to"'),
    ({"do": "undo", "turns": 0}, "from 1"),
    ({"do": "undo", "turns": 1.5}, "whole number"),
    ({"do": "undo", "turns": "1\ud800"}, "whole number"),
    ({"do": "undo", "turns": float("inf")}, "from 1"),
    ({"do": "undo", "turns": "2"}, "from 1"),
    ({"do": "undo", "turns": True}, "from 1"),
    ({"do": "set", "turns": -1}, "from 0"),
    ({"do": "set", "rate": float("nan")}, "from 0"),
    ({"do": "set", "loops": "no"}, "true or false"),
    ({"do": "set", "to": "a"}, "something to set"),
    ({"do": "set", "to": "a", "model": 3}, '"model" of "set" has to be a text such as'),
    ({"do": "set", "to": "a", "params": [1]}, '"params" of "set" has to be an object'),
    ({"do": "set", "to": "x", "model": "eliza"}, '"to"'),
    ({"do": "fork"}, "needs a place"),
    ({"do": "fork", "turn": 1, "record": "x"}, "needs a place"),
    ({"do": "pause", "now": 1}, "true or false"),
]


@pytest.mark.parametrize(("line", "command"), READ)
def test_what_is_read(line: dict[str, Any], command: Command) -> None:
    assert decode_command(Command, line) == command


@pytest.mark.parametrize(("line", "message"), REFUSED)
def test_what_is_refused(line: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        decode_command(Command, line)
    assert message in str(caught.value)


class Stdin:
    """A pipe in place of standard input."""

    def __init__(self) -> None:
        self.out, self._in = os.pipe()

    def write(self, data: bytes) -> None:
        os.write(self._in, data)

    def end(self) -> None:
        os.close(self._in)


@pytest.fixture
def stdin() -> Any:
    pipe = Stdin()
    yield pipe
    os.close(pipe.out)


async def read_all(stdin: Stdin) -> tuple[list[dict[str, Any]], list[str]]:
    done: list[dict[str, Any]] = []
    told: list[str] = []

    async def carry_out(values: dict[str, Any]) -> None:
        if values.get("do") == "fail":
            raise CommandError("Not now.")
        done.append(values)

    def tell(error: Exception, number: int) -> None:
        assert isinstance(error, SalonError)
        assert number > 0
        told.append(error.message)

    await steer(carry_out, tell, stdin.out)
    return done, told


async def test_lines_are_carried_out_in_order(stdin: Stdin) -> None:
    stdin.write(b'{"do": "pause"}\r\n\n  \n{"do": "say", "text": "\xc3\xa9"}\n{"do": "stop"}')
    stdin.end()
    done, told = await read_all(stdin)
    assert done == [{"do": "pause"}, {"do": "say", "text": "é"}, {"do": "stop"}]
    assert told == []


async def test_a_bad_line_is_told_and_the_next_is_read(stdin: Stdin) -> None:
    deep = b"[" * 100_000
    stdin.write(b'{"do"\n[1]\n\xff\xfe\n{"do": "fail"}\n')
    writing = asyncio.create_task(asyncio.to_thread(stdin.write, deep + b'\n{"do": "step"}\n'))
    reading = asyncio.create_task(read_all(stdin))
    await writing
    stdin.end()
    done, told = await reading
    assert done == [{"do": "step"}]
    assert [each.split(":")[0] for each in told] == [
        "Not a JSON object",
        "Not a JSON object.",
        "Not a JSON object",
        "Not now.",
        "Not a JSON object",
    ]


async def test_a_line_that_comes_in_pieces_is_one_line(stdin: Stdin) -> None:
    reading = asyncio.create_task(read_all(stdin))
    for byte in json.dumps({"do": "say", "text": "ä b"}, ensure_ascii=False).encode():
        stdin.write(bytes([byte]))
        await asyncio.sleep(0)
    stdin.end()
    assert (await reading)[0] == [{"do": "say", "text": "ä b"}]
