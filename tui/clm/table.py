"""The commands of the CLM pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.clm.simulation import commands
from core.clm.simulation.spec import POLICY_NAMES
from core.config.params import parse_assignments
from core.errors import UsageError
from core.text import clean_line
from tui.clm.tables import TABLES
from tui.pane import completion
from tui.pane.common import session_rows
from tui.pane.table import Command, CommandTable, whole_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui.clm.controller import ClmController

_WEEK = 7


def _started(clm: ClmController) -> bool:
    return clm.session.started


def _not_started(clm: ClmController) -> bool:
    return not clm.session.started


def _cast(clm: ClmController) -> bool:
    """Whether customers have a card each, which those of a population have not."""
    return clm.session.started and not clm.session.population


def _can_run(clm: ClmController) -> bool:
    return clm.session.started and not clm.session.going


def _can_pause(clm: ClmController) -> bool:
    return clm.session.going


def _can_stop(clm: ClmController) -> bool:
    return clm.session.busy


def _model_decides(clm: ClmController) -> bool:
    return clm.policy == "llm"


def _days(rest: str) -> tuple[object, ...]:
    days = whole_number(rest, "/run 7")
    if not days:
        raise UsageError("One day at least: /run 7")
    return (days,)


def _day(rest: str) -> tuple[object, ...]:
    return (whole_number(rest, "/fork 5"),)


def _params(rest: str) -> tuple[object, ...]:
    return (parse_assignments(rest.split()).to_json(),)


def _set_params(params: Mapping[str, object]) -> commands.SetModel:
    return commands.SetModel(params=params)


def _customer_names(clm: ClmController, rest: str) -> Sequence[str]:
    state = clm.session.state
    people = () if state is None else state.customers.values()
    return completion.whole_line(rest, sorted(clean_line(each.name) for each in people))


def _days_so_far(clm: ClmController, rest: str) -> Sequence[str]:
    state = clm.session.state
    days = range(0) if state is None else range(state.over + 1)
    return completion.last_word(rest, map(str, days))


TABLE: CommandTable[ClmController] = CommandTable(
    "clm",
    (
        Command(name="start", key="enter", label="Start", help="Start this run", when=_not_started),
        Command(
            name="run",
            key="space",
            label="Run",
            usage="/run [N]",
            help="Run N days, or all that are planned",
            reads=_days,
            sends=commands.Run,
            when=_can_run,
        ),
        Command(
            name="pause",
            key="space",
            label="Pause",
            usage="/pause",
            help="Pause after this customer",
            sends=commands.Pause,
            when=_can_pause,
        ),
        Command(name="next", key="n", label="Next day", help="Run the next day", when=_started),
        Command(
            name="week",
            key="W",
            label="Week",
            help="Run seven days",
            arguments=(_WEEK,),
            sends=commands.Run,
            when=_started,
        ),
        Command(
            name="step",
            key="o",
            usage="/step",
            help="Decide for one more customer",
            sends=commands.Step,
            when=_cast,
        ),
        Command(
            name="stop",
            key="escape",
            label="Stop",
            usage="/stop",
            help="Stop at once; what was decided is kept",
            sends=commands.Stop,
            when=_can_stop,
        ),
        Command(
            name="customer",
            key="enter",
            label="Customer",
            usage="/customer [NAME]",
            help="Open the page of a customer",
            when=_cast,
            asks=True,
            complete=_customer_names,
        ),
        Command(
            name="policy",
            key="P",
            label="Policy",
            usage="/policy [NAME]",
            help="Change the policy from the next customer on",
            sends=commands.SetPolicy,
            asks=True,
            complete=completion.one_of(POLICY_NAMES),
        ),
        Command(
            name="model",
            key="m",
            usage="/model [NAME]",
            help="Change the model of the policy llm",
            sends=commands.SetModel,
            when=_model_decides,
            asks=True,
            complete=completion.models,
        ),
        Command(
            name="set",
            usage="/set NAME=VALUE",
            help="Change the parameters of that model",
            reads=_params,
            sends=_set_params,
            complete=completion.parameters,
        ),
        Command(
            name="customers",
            usage="/customers N|FILE",
            help="Choose the customers of the next run",
            complete=completion.paths,
        ),
        Command(
            name="compare",
            key="c",
            label="Compare",
            usage="/compare [POLICY]",
            help="Run the same days under another policy",
            when=_started,
            asks=True,
            complete=completion.one_of(POLICY_NAMES),
        ),
        Command(
            name="charts",
            key="v",
            label="Charts",
            usage="/charts",
            help="Charts of engagement, money, regret and calibration",
            when=_started,
            asks=True,
        ),
        Command(
            name="ledger",
            key="l",
            label="Ledger",
            help="Show what was learned in place of the cards",
            when=_started,
        ),
        Command(
            name="fork",
            key="f",
            label="Fork",
            usage="/fork [DAY]",
            help="Continue from the end of a day as a new branch",
            reads=_day,
            when=_started,
            asks=True,
            complete=_days_so_far,
        ),
        Command(
            name="reset",
            key="r",
            label="Reset",
            usage="/reset",
            help="Set up the same run again, with this seed or another",
            when=_started,
            asks=True,
        ),
        Command(
            name="sent",
            key="w",
            usage="/sent",
            help="Prompt sent for the selected card",
            when=_cast,
            asks=True,
        ),
        Command(
            name="export",
            key="x",
            label="Export",
            usage="/export [FORMAT|FILE]",
            help="Write tables or a transcript",
            when=_started,
            asks=True,
            complete=completion.formats(*TABLES),
        ),
        Command(
            name="look", key="left", help="Show the day before", arguments=(-1,), when=_started
        ),
        Command(name="look", key="right", help="Show the day after", arguments=(1,), when=_started),
        Command(name="newest", help="Show the newest day", when=_started),
        Command(
            name="copy",
            key="y",
            usage="/copy",
            help="Copy the selected card",
            when=_cast,
        ),
        Command(name="write", key="slash", help="Type a command"),
        *session_rows("run"),
    ),
)
