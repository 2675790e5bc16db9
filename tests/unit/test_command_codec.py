"""Commands declared once: read from JSON, explained where wrong, documented, handled."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta, field, to_builtins

from core.chat.commands import Command as Chat
from core.clm.simulation.commands import Command as Clm
from core.engine.command_codec import decode_command, document
from core.engine.commands import EngineCommand, Pin, SetModel, Text
from core.engine.handlers import CommandHandlers, bind_handlers, check_handlers, handles
from core.errors import UsageError
from core.lab.commands import Command as Lab
from core.meetup.commands import Command as Meetup
from core.teams.commands import Command as Teams

UNIONS = [Chat, Clm, Teams, Lab, Meetup]


class PaintWall(EngineCommand, frozen=True):
    """Paint a wall.

    More on that.
    """

    side: Literal["n", "s"] = field(name="to")
    coats: Annotated[int, Meta(ge=1, le=4, description="How thick.")] = 2
    litres: Annotated[float, Meta(gt=0)] | None = None
    colours: tuple[str, ...] = ()


class PaintAll(EngineCommand, frozen=True, tag="paint_wall"):
    """Paint all walls, on one line
    after another."""

    coats: int = 1


class Note(EngineCommand, frozen=True):
    """Write it down."""

    text: Text


Toy = PaintWall | PaintAll | Note | SetModel


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ({"do": "note", "text": "x", "unknown": 1}, Note("x")),
        ({"do": "paint_wall"}, PaintAll()),
        ({"do": "paint_wall", "coats": 3}, PaintAll(3)),
        ({"do": "paint_wall", "to": "n", "coats": None}, PaintWall("n")),
        ({"do": "paint_wall", "to": "s", "coats": 4.0, "litres": 2}, PaintWall("s", 4, 2.0)),
        ({"do": "paint_wall", "to": "s", "colours": ["red"]}, PaintWall("s", colours=("red",))),
    ],
)
def test_what_is_read(line: dict[str, Any], command: EngineCommand) -> None:
    assert decode_command(Toy, line) == command
    assert decode_command(Toy, to_builtins(command)) == command


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"do": "x"}, "Unknown command 'x'. There are: note, paint_wall, set."),
        ({"do": {"a": ["x" * 900]}}, "Unknown command {'a': ['xxxx"),
        ({"do": "note"}, '"note" needs "text": a text that is not blank. Add "text": "…".'),
        ({"do": "note", "text": " "}, '"text" of "note" has to be a text that is not blank, not'),
        ({"do": "note", "text": "\n"}, "not '\\n'."),
        ({"do": "paint_wall", "to": None}, '"paint_wall" needs "to": "n" or "s". Add "to": "n".'),
        (
            {"do": "paint_wall", "to": "n", "coats": 5},
            '"coats" of "paint_wall" has to be a whole number from 1 to 4, not 5.',
        ),
        ({"do": "paint_wall", "to": "n", "coats": True}, "not True."),
        ({"do": "paint_wall", "to": "n", "litres": 0}, "a number above 0, not 0."),
        ({"do": "paint_wall", "to": "n", "litres": float("inf")}, "a number above 0, not inf."),
        ({"do": "paint_wall", "to": "n", "litres": float("nan")}, "a number above 0, not nan."),
        ({"do": "paint_wall", "to": "n", "colours": [1]}, "a list, each item a text, not [1]."),
        (
            {"do": "set", "model": 3},
            '"model" of "set" has to be a text such as "local:smollm2", not 3.',
        ),
        ({"do": "set"}, '"set" needs something to set. Add "model" or "params".'),
    ],
)
def test_what_is_refused(line: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        decode_command(Toy, line)
    assert message in str(refused.value)
    assert len(str(refused.value)) < 300


def test_commands_are_documented_from_their_declaration() -> None:
    wall, everything, note, model = document(Toy)
    assert (wall.verb, wall.summary) == ("paint_wall", "Paint a wall.")
    assert everything.summary == "Paint all walls, on one line after another."
    assert wall.line == '{"do": "paint_wall", "to": "n"}'
    assert note.line == '{"do": "note", "text": "…"}'
    assert model.line == '{"do": "set"}'
    coats = wall.fields[1]
    assert (coats.name, coats.expected, coats.default) == (
        "coats",
        "a whole number from 1 to 4",
        "2",
    )
    assert (coats.required, coats.description) == (False, "How thick.")
    assert model.fields[0].expected == 'a text such as "local:smollm2"'


@pytest.mark.parametrize("union", UNIONS)
def test_every_documented_line_is_read(union: Any) -> None:
    for row in document(union):
        assert row.summary.endswith("."), row
        assert all(each.expected for each in row.fields)
        values = json.loads(row.line)
        values |= {} if row.verb not in {"set", "fork"} else {"model": "a:b", "turn": 1}
        assert decode_command(union, values)


class Painter(CommandHandlers):
    def __init__(self) -> None:
        self.done: list[EngineCommand] = []

    @handles(PaintWall)
    async def wall(self, command: PaintWall) -> None:
        self.done.append(command)

    @handles(PaintAll)
    async def all_walls(self, command: PaintAll) -> None:
        self.done.append(command)


class Other(Painter):
    @handles(Note)
    async def note(self, command: Note) -> None:
        self.done.append(command)

    @handles(Pin)
    async def pin(self, command: Pin) -> None:
        raise AssertionError


async def test_handlers_are_found_by_their_declaration() -> None:
    painter = Other()
    dispatch = bind_handlers(PaintWall | PaintAll | Note, [painter])
    assert set(dispatch) == {PaintWall, PaintAll, Note}
    for command in (PaintAll(), Note("x"), PaintWall("n")):
        await dispatch[type(command)](command)
    assert painter.done == [PaintAll(), Note("x"), PaintWall("n")]


def test_a_command_without_its_one_handler_is_an_error_of_the_class() -> None:
    check_handlers(PaintWall | PaintAll, [Painter])
    with pytest.raises(TypeError, match=r"Note \(no handler\)"):
        check_handlers(Toy, [Painter])
    with pytest.raises(TypeError, match=r"PaintWall \(Painter\.wall, Other\.wall\)"):
        check_handlers(PaintWall | Note, [Painter, Other])
