"""The commands of the lab pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import UsageError
from core.lab.spec import GOLDEN, NONE, RETRIEVAL
from tui.lab.draft import LANGUAGES
from tui.lab.exporting import TABLES
from tui.pane import completion
from tui.pane.common import session_rows
from tui.pane.table import Command, CommandTable, whole_number

if TYPE_CHECKING:
    from tui.lab.controller import LabController

_SETTINGS = (NONE, GOLDEN, RETRIEVAL, "learnt-1", "learnt-3", "learnt-5")


def _started(lab: LabController) -> bool:
    return lab.session.started


def _not_started(lab: LabController) -> bool:
    return not lab.session.started


def _can_run(lab: LabController) -> bool:
    state = lab.session.state
    return state is not None and not lab.session.going and not state.finished


def _can_pause(lab: LabController) -> bool:
    return lab.session.going


def _can_stop(lab: LabController) -> bool:
    return lab.session.busy


def _names(rest: str) -> tuple[object, ...]:
    return (rest.replace(",", " ").split(),)


def _calls(rest: str) -> tuple[object, ...]:
    calls = whole_number(rest, "/parallel 8")
    if not calls:
        raise UsageError("One call at least: /parallel 1")
    return (calls,)


TABLE: CommandTable[LabController] = CommandTable(
    "lab",
    (
        Command(
            name="start",
            key="enter",
            label="Start",
            help="Start this run",
            when=_not_started,
            asks=True,
        ),
        Command(
            name="run",
            key="space",
            label="Run",
            usage="/run",
            help="Continue the run",
            when=_can_run,
        ),
        Command(
            name="pause",
            key="space",
            label="Pause",
            usage="/pause",
            help="Start no further model call",
            when=_can_pause,
        ),
        Command(
            name="stop",
            key="escape",
            label="Stop",
            usage="/stop",
            help="Stop at once; what was answered is kept",
            when=_can_stop,
        ),
        Command(
            name="people",
            usage="/people N|FOLDER",
            help="Choose the people of the next run: new ones, or those of a lab folder",
            complete=completion.paths,
        ),
        Command(
            name="settings",
            usage="/settings NAME …",
            help="Choose the settings that are compared",
            reads=_names,
            complete=completion.one_of(_SETTINGS),
        ),
        Command(
            name="language",
            usage="/language CODE",
            help="Choose the language of new people",
            complete=completion.one_of(LANGUAGES),
        ),
        Command(
            name="model",
            key="m",
            label="Model",
            usage="/model [NAME]",
            help="Choose the model of every role",
            when=_not_started,
            asks=True,
            complete=completion.models,
        ),
        Command(
            name="judge",
            key="J",
            label="Judge",
            usage="/judge [NAME]",
            help="Choose the model that judges replies",
            when=_not_started,
            asks=True,
            complete=completion.models,
        ),
        Command(
            name="setting",
            key="s",
            label="Setting",
            help="Show the same scene under the next setting",
            when=_started,
        ),
        Command(
            name="look", key="left", help="Show the scene before", arguments=(-1,), when=_started
        ),
        Command(
            name="look", key="right", help="Show the scene after", arguments=(1,), when=_started
        ),
        Command(name="newest", key="n", help="Show the newest scene", when=_started),
        Command(
            name="learned",
            key="l",
            label="Learned",
            help="Go to what was learned, and back",
            when=_started,
        ),
        Command(
            name="evidence",
            key="enter",
            usage="/evidence",
            help="Go to the words that the selected value rests on",
            when=_started,
        ),
        Command(
            name="truth",
            key="t",
            usage="/truth",
            help="Show the true profile, or what was learned",
            when=_started,
        ),
        Command(
            name="charts",
            key="v",
            label="Charts",
            usage="/charts",
            help="Charts of the measures by scene and setting",
            when=_started,
            asks=True,
        ),
        Command(
            name="compare",
            key="c",
            label="Compare",
            usage="/compare",
            help="Figures, differences, and another run beside",
            when=_started,
            asks=True,
        ),
        Command(
            name="again",
            key="r",
            usage="/again",
            help="Set up a run with the same people and other settings",
            when=_started,
            asks=True,
        ),
        Command(
            name="export",
            key="x",
            label="Export",
            usage="/export [FORMAT|FILE]",
            help="Write figures, people or a transcript",
            when=_started,
            asks=True,
            complete=completion.formats(*TABLES),
        ),
        Command(
            name="chat",
            key="a",
            usage="/chat",
            help="Save the selected person as a persona and chat with it",
            when=_started,
            asks=True,
        ),
        Command(
            name="sent",
            key="w",
            usage="/sent",
            help="Prompt sent for the selected reply",
            when=_started,
            asks=True,
        ),
        Command(
            name="parallel",
            usage="/parallel N",
            help="Most model calls at a time",
            reads=_calls,
        ),
        Command(
            name="more",
            key="plus",
            help="One more model call at a time",
            arguments=(1,),
            when=_started,
        ),
        Command(
            name="more",
            key="minus",
            help="One model call less at a time",
            arguments=(-1,),
            when=_started,
        ),
        Command(
            name="open",
            usage="/open FOLDER",
            help="Open the newest run of a lab folder",
            asks=True,
            complete=completion.paths,
        ),
        Command(name="profile", usage="/profile", help="Your own profile", asks=True),
        Command(name="write", key="slash", help="Type a command"),
        *session_rows("run"),
    ),
)
