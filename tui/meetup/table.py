"""The commands of the Meetup pane.

The pane is the first that the app paints: what the engine's commands need is imported with the
first of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from core.errors import UsageError
from tui.pane import completion
from tui.pane.common import alternative_rows, session_rows
from tui.pane.table import Command, CommandTable, whole_number

if TYPE_CHECKING:
    from tui.meetup.controller import MeetupController


def _started(meetup: MeetupController) -> bool:
    return meetup.session.started


def _not_started(meetup: MeetupController) -> bool:
    return not meetup.session.started


def _playing(meetup: MeetupController) -> bool:
    return meetup.session.playing


def _not_playing(meetup: MeetupController) -> bool:
    return not meetup.session.playing


def _busy(meetup: MeetupController) -> bool:
    return meetup.session.busy


def _has_previous(meetup: MeetupController) -> bool:
    return meetup.has_alternative(-1)


def _has_next(meetup: MeetupController) -> bool:
    return meetup.has_alternative(1)


def _engine(name: str) -> Callable[..., Any]:
    """Return what makes a command of the engine, which is imported with the first one."""

    def make(*arguments: object) -> Any:
        from core.meetup import commands

        return getattr(commands, name)(*arguments)

    return make


def _set_parameters(side: str, params: object) -> Any:
    from core.meetup import commands

    return commands.SetSeat(side, params=params)  # type: ignore[arg-type]


def _set_run(name: str) -> Callable[[object], Any]:
    def make(value: object) -> Any:
        from core.meetup import commands

        return commands.SetRun(**{name: value})  # type: ignore[arg-type]

    return make


def _side_and_text(usage: str) -> Callable[[str], tuple[object, ...]]:
    """Return what reads a side and what follows it."""

    def read(rest: str) -> tuple[object, ...]:
        side, _, text = rest.partition(" ")
        if side.lower() not in {"a", "b"}:
            raise UsageError(f"Which side, a or b? {usage}")
        if not text.strip():
            raise UsageError(f"An argument is missing: {usage}")
        return side.lower(), text.strip()

    return read


def _parameters(rest: str) -> tuple[object, ...]:
    from core.config.params import parse_assignments

    side, text = _side_and_text("/set a temperature=0.2")(rest)
    return side, parse_assignments(str(text).split()).to_json()


def _whole(usage: str) -> Callable[[str], tuple[object, ...]]:
    return lambda rest: (whole_number(rest, usage),)


def _count(rest: str) -> tuple[object, ...]:
    return (max(1, whole_number(rest, "/undo 2")),)


def _number(usage: str) -> Callable[[str], tuple[object, ...]]:
    def read(rest: str) -> tuple[object, ...]:
        try:
            number = float(rest)
        except ValueError:
            number = -1.0
        if not 0 <= number < 1e6:
            raise UsageError(f"A number from 0 up is needed: {usage}")
        return (number,)

    return read


def _whispers(side: str, name: str) -> Command[MeetupController]:
    return Command(
        name=f"whisper_{side}",
        usage=f"/{side} TEXT",
        help=f"Whisper to the {name} persona",
        reads=lambda rest: (side, rest),
        sends=_engine("Whisper"),
    )


_TURNS: Sequence[Command[MeetupController]] = (
    Command(
        name="play",
        key="space",
        label="Start",
        help="Start, or continue after a pause or the end",
        when=_not_playing,
    ),
    Command(
        name="pause",
        key="space",
        label="Pause",
        help="Pause after this turn",
        when=_playing,
    ),
    Command(
        name="stop",
        key="escape",
        label="Stop",
        help="Stop the present turn; what was said is kept",
        when=_busy,
    ),
    Command(name="write", key="i,escape", shown_key="i", label="Write", help="Go to the prompt"),
    Command(name="step", key="n", label="Next turn", help="Take one turn and pause"),
    Command(
        name="regenerate",
        key="r",
        label="Regenerate",
        usage="/retry",
        help="Regenerate last turn",
        when=_started,
    ),
    Command(
        name="again",
        usage="/again",
        help="Regenerate last turn, like /retry",
        sends=_engine("Regenerate"),
        when=_started,
    ),
    Command(
        name="undo",
        key="u",
        label="Undo",
        usage="/undo [N]",
        help="Undo the last message, or the last N turns",
        reads=_count,
        sends=_engine("Undo"),
        when=_started,
    ),
    Command(
        name="redo",
        key="U",
        label="Redo",
        usage="/redo [N]",
        help="Redo the message that was undone, or N messages",
        reads=_whole("/redo 2"),
        sends=_engine("Redo"),
        when=_started,
    ),
    *alternative_rows(
        previous=("Previous alternative of a turn", _has_previous),
        following=("Next alternative of a turn", _has_next),
    ),
    Command(
        name="branches",
        key="b",
        label="Branches",
        usage="/branches",
        help="Show all branches as a map",
        when=_started,
        asks=True,
    ),
    Command(
        name="fork",
        key="f",
        label="Fork",
        usage="/fork [N]",
        help="Continue from here, or from turn N, as a new branch",
        reads=_whole("/fork 3"),
        sends=_engine("Fork"),
        when=_started,
    ),
)

_SETUP: Sequence[Command[MeetupController]] = (
    Command(
        name="persona",
        key="L",
        label="Left persona",
        help="Choose the left persona",
        arguments=("a",),
        when=_not_started,
        asks=True,
    ),
    Command(
        name="persona",
        key="R",
        label="Right persona",
        help="Choose the right persona",
        arguments=("b",),
        when=_not_started,
        asks=True,
    ),
    Command(
        name="model", key="m", label="Model", help="Change the model of one persona", asks=True
    ),
    Command(
        name="set_model",
        usage="/model a|b NAME",
        help="Change the model of the left or right persona from here on",
        reads=_side_and_text("/model a local:smollm2"),
        sends=_engine("SetSeat"),
        complete=completion.models,
    ),
    Command(
        name="parameters",
        usage="/set a|b NAME=VALUE",
        help="Change parameters of the left or right persona from here on",
        reads=_parameters,
        sends=_set_parameters,
        complete=completion.parameters,
    ),
    Command(
        name="opening",
        key="e",
        label="Opening",
        usage="/opening",
        help="Edit the opening message, of the persona that does not start",
        when=_not_started,
        asks=True,
    ),
    Command(
        name="settings",
        key="s",
        label="Settings",
        usage="/settings",
        help="Meetup settings: turns, who starts, reading speed",
        when=_not_started,
        asks=True,
    ),
    Command(
        name="turns",
        usage="/turns N",
        help="Turn limit, counted from here; 0: none",
        reads=_whole("/turns 20"),
        sends=_set_run("turns"),
    ),
    Command(
        name="rate",
        usage="/rate N",
        help="Most messages per minute; 0: no limit",
        reads=_number("/rate 6"),
        sends=_set_run("rate"),
    ),
    Command(
        name="pace",
        usage="/pace N",
        help="Reading speed in words per minute; 0: off",
        reads=_number("/pace 250"),
        sends=_set_run("pace"),
    ),
)

_PAGES: Sequence[Command[MeetupController]] = (
    Command(
        name="sent",
        key="w",
        usage="/sent",
        help="Prompt sent for a turn",
        when=_started,
        asks=True,
    ),
    Command(
        name="find",
        key="ctrl+f",
        usage="/find [TEXT]",
        help="Search in this meetup",
        when=_started,
        asks=True,
    ),
    Command(
        name="found",
        key="greater_than_sign",
        help="Next match",
        arguments=(1,),
        when=_started,
    ),
    Command(
        name="found",
        key="less_than_sign",
        help="Previous match",
        arguments=(-1,),
        when=_started,
    ),
    Command(name="copy", key="y", usage="/copy", help="Copy the message", when=_started),
    Command(
        name="copy",
        key="C",
        help="Copy the code of the message",
        arguments=("code",),
        when=_started,
    ),
    Command(
        name="copy",
        key="Y",
        help="Copy the whole meetup",
        arguments=("all",),
        when=_started,
    ),
    Command(
        name="pager",
        key="o",
        usage="/pager",
        help="Read the meetup in your pager",
        when=_started,
        asks=True,
    ),
    Command(
        name="editor",
        key="O",
        usage="/editor",
        help="Read the meetup in your editor",
        when=_started,
        asks=True,
    ),
    Command(
        name="compose",
        key="ctrl+g",
        usage="/write",
        help="Write in your editor",
        asks=True,
    ),
    Command(
        name="export",
        key="x",
        label="Export",
        usage="/export [FORMAT|FILE]",
        help="Write a transcript",
        when=_started,
        asks=True,
        complete=completion.formats(),
    ),
    Command(name="scroll", key="pageup", arguments=(-1,)),
    Command(name="scroll", key="pagedown", arguments=(1,)),
)

TABLE: CommandTable[MeetupController] = CommandTable(
    "meetup",
    (
        *_TURNS,
        *_SETUP,
        _whispers("a", "left"),
        _whispers("b", "right"),
        Command(
            name="speak_as",
            usage="/put a|b TEXT",
            help="Speak as the left or right persona",
            reads=_side_and_text("/put a TEXT"),
        ),
        *_PAGES,
        Command(name="end", usage="/stop", help="End the meetup", when=_started),
        *session_rows("meetup"),
    ),
    speech="say",
    spoken=(
        ("any text", "speaks to both"),
        ("`/start` `/bye` `/end`", "goes into the conversation"),
    ),
    passed_on=frozenset({"/start", "/bye", "/end"}),
)
