"""The commands of the Teams pane.

Refusing has another reply written, so it is on `r`, the key that regenerates in other panes;
`d` leaves a proposal out, `b` shows branches, `>` and `<` go to places found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.teams import commands
from tui.pane import completion
from tui.pane.common import session_rows
from tui.pane.table import Command, CommandTable
from tui.teams import arguments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.teams.controller import TeamsController


def _chosen(teams: TeamsController) -> bool:
    return teams.session.chosen


def _not_chosen(teams: TeamsController) -> bool:
    return not teams.session.chosen


def _started(teams: TeamsController) -> bool:
    return teams.session.started


def _at_work(teams: TeamsController) -> bool:
    return teams.session.at_work


def _stands_still(teams: TeamsController) -> bool:
    return teams.session.stands_still


def _proposed(teams: TeamsController) -> bool:
    """Whether the card shows a proposal."""
    card = teams.card.view
    return teams.session.chosen and card is not None and card.tone == "pending"


def _can_reply(teams: TeamsController) -> bool:
    """Whether the selected node has something to reply to."""
    state, path = teams.session.state, teams.view.selected
    return state is not None and path is not None and state.nodes[path].task is not None


def _nodes(teams: TeamsController, rest: str) -> Sequence[str]:
    state = teams.session.state
    return completion.last_word(rest, () if state is None else state.nodes)


def _delegates(teams: TeamsController, rest: str) -> Sequence[str]:
    state, path = teams.session.state, teams.view.selected
    if state is None or path is None:
        return []
    return completion.last_word(rest, (each.name for each in state.nodes[path].node.delegates))


def _levels(teams: TeamsController, rest: str) -> Sequence[str]:
    known = completion.last_word(rest, (*arguments.LEVELS, arguments.ALL))
    return [*known, *_nodes(teams, rest)]


_LIST: Sequence[Command[TeamsController]] = (
    Command(
        name="start",
        key="enter",
        label="Start",
        help="Start the team in the list",
        when=_not_chosen,
        asks=True,
    ),
    Command(
        name="visit",
        key="v",
        label="Seated",
        help="Show a team at work in a chat or at a meetup",
        when=_not_chosen,
        asks=True,
    ),
    Command(
        name="chat",
        key="c",
        label="Chat",
        help="Chat with the team as if it were one persona",
        when=_not_chosen,
        asks=True,
    ),
)
"""In the list of teams."""

_PROPOSALS: Sequence[Command[TeamsController]] = (
    Command(
        name="apply",
        key="a",
        usage="/apply [NUMBER]",
        help="Apply a proposal",
        reads=arguments.proposal,
        when=_proposed,
    ),
    Command(
        name="edit",
        key="e",
        usage="/edit [NUMBER] [TEXT]",
        help="Apply a proposal in other words",
        reads=arguments.proposal,
        when=_proposed,
        asks=True,
    ),
    Command(
        name="redirect",
        key="o",
        usage="/redirect [NUMBER] [TO]",
        help="Apply a proposal to another recipient",
        reads=arguments.proposal,
        when=_proposed,
        asks=True,
        complete=_delegates,
    ),
    Command(
        name="refuse",
        key="r",
        usage="/refuse [NUMBER] [REASON]",
        help="Have something else proposed",
        reads=arguments.proposal,
        when=_proposed,
        asks=True,
    ),
    Command(
        name="takeover",
        key="t",
        usage="/takeover [TEXT]",
        help="Reply in place of the selected node",
        when=_can_reply,
        asks=True,
    ),
    Command(
        name="skip",
        key="d",
        usage="/skip [NUMBER]",
        help="Continue without a proposal",
        reads=arguments.proposal,
        when=_proposed,
    ),
    Command(
        name="other",
        key="left_square_bracket",
        shown_key="[",
        help="Previous proposal of the node",
        arguments=(-1,),
        when=_chosen,
    ),
    Command(
        name="other",
        key="right_square_bracket",
        shown_key="]",
        help="Next proposal of the node",
        arguments=(1,),
        when=_chosen,
    ),
)
"""On a proposal of the selected node."""

_RUN: Sequence[Command[TeamsController]] = (
    Command(
        name="stop",
        key="escape",
        label="Stop",
        usage="/stop",
        help="Stop everything; what was said is kept",
        when=_at_work,
    ),
    Command(name="leave", key="escape", help="Go to the tree"),
    Command(
        name="autopilot",
        key="space",
        label="Autopilot",
        help="Switch the autopilot on or off",
        when=_chosen,
    ),
    Command(name="budget", key="A", help="Autopilot on a budget", when=_chosen, asks=True),
    Command(
        name="pilot",
        usage="/autopilot [BUDGET|off]",
        help="Apply everything, or 20 steps, 5000 tokens, $1",
        reads=arguments.budget,
        sends=commands.Autopilot,
        complete=completion.one_of(("off", "steps", "tokens")),
    ),
    Command(
        name="go",
        key="n",
        label="Continue",
        usage="/go",
        help="Let every node that is due reply, and try again what failed",
        sends=commands.Go,
        when=_stands_still,
    ),
    Command(
        name="pending",
        key="p",
        label="Pending",
        usage="/pending",
        help="Next pending proposal",
        when=_chosen,
    ),
    Command(
        name="write",
        key="i",
        label="Write",
        help="Speak to the selected node, or to the team",
        when=_chosen,
    ),
    Command(
        name="speak",
        key="enter",
        help="Speak to the selected node; in the timeline, go there",
        when=_chosen,
    ),
    Command(name="slash", key="slash", help="Type a command", when=_chosen),
    Command(
        name="send_now",
        key="ctrl+enter",
        help="Stop the reply of the selected node, and have it take in what is typed",
        when=_chosen,
    ),
    Command(
        name="say",
        usage="/say TEXT",
        help="Give the team something to do",
        sends=commands.Say,
    ),
    Command(
        name="answer",
        usage="/answer NODE TEXT",
        help="Say something to a node, whatever it is doing",
        reads=arguments.node_and_text,
        sends=commands.Answer,
        complete=_nodes,
    ),
    Command(
        name="now",
        usage="/now TEXT",
        help="Stop the reply of the selected node, and have it take this in",
    ),
    Command(
        name="autonomy",
        key="P",
        label="Autonomy",
        usage="/autonomy [NODE|all] [LEVEL]",
        help="Hold the proposals of a node: ask, unless-flagged, apply",
        reads=arguments.autonomy,
        when=_chosen,
        complete=_levels,
    ),
    Command(
        name="model",
        key="m",
        usage="/model [NAME]",
        help="Change the model of the selected node",
        when=_chosen,
        asks=True,
        complete=completion.models,
    ),
    Command(
        name="set",
        usage="/set NAME=VALUE …",
        help="Change parameters of the selected node",
        reads=arguments.parameters,
        complete=completion.parameters,
    ),
    Command(
        name="fork",
        key="f",
        label="Fork",
        usage="/fork [RECORD]",
        help="Continue from the selected moment as a new branch",
        when=_started,
        asks=True,
    ),
    Command(
        name="replay",
        key="R",
        label="Replay",
        usage="/replay [RECORD]",
        help="Go back to the selected moment, say something, run on",
        when=_started,
        asks=True,
    ),
    Command(
        name="seat",
        key="L",
        label="Left",
        help="Make it the left persona of a meetup",
        arguments=("a",),
        when=_not_chosen,
        asks=True,
    ),
    Command(
        name="seat",
        key="R",
        label="Right",
        help="Make it the right persona of a meetup",
        arguments=("b",),
        when=_not_chosen,
        asks=True,
    ),
    Command(
        name="jump", usage="/jump RECORD", help="Make a branch the main line", sends=commands.Jump
    ),
    Command(
        name="compare",
        key="b",
        label="Branches",
        usage="/compare",
        help="Branches side by side",
        when=_started,
        asks=True,
    ),
)
"""On a run and its nodes."""

_PAGES: Sequence[Command[TeamsController]] = (
    Command(
        name="show",
        key="l",
        label="Timeline",
        help="Show or hide the timeline",
        arguments=("timeline",),
        when=_chosen,
    ),
    Command(name="show", key="h", help="Show or hide the tree", arguments=("tree",), when=_chosen),
    Command(
        name="show",
        usage="/show [tree|timeline]",
        help="Show or hide a part of the pane",
        reads=arguments.part,
        complete=completion.one_of(arguments.PARTS),
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
        name="find",
        key="ctrl+f",
        usage="/find [TEXT]",
        help="Search on the page",
        when=_chosen,
        asks=True,
    ),
    Command(
        name="found",
        key="greater_than_sign",
        shown_key=">",
        help="Next match",
        arguments=(1,),
        when=_chosen,
    ),
    Command(
        name="found",
        key="less_than_sign",
        shown_key="<",
        help="Previous match",
        arguments=(-1,),
        when=_chosen,
    ),
    Command(name="copy", key="y", usage="/copy", help="Copy the selected message", when=_started),
    Command(
        name="export",
        key="x",
        usage="/export [FORMAT|FILE]",
        help="Write a transcript",
        when=_started,
        asks=True,
        complete=completion.formats(),
    ),
)
"""On what is shown."""

TABLE: CommandTable[TeamsController] = CommandTable(
    "teams",
    (*_LIST, *_PROPOSALS, *_RUN, *_PAGES, *session_rows("run", leaves=_chosen)),
    speech="send",
    spoken=(("any text", "what the idle team is to do; else it answers the selected node"),),
)
