"""`salon teams proposals` and `timeline`: a stored run, looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from core.cli.output import clean_line, echo, echo_json
from core.cli.teams.ending import resume
from core.cli.teams.opening import look
from core.cli.teams.proposal_cards import ALL, brief, card, receiver
from core.cli.teams.stored import run_argument
from core.sessions.record import Record, format_time
from core.teams.records import TeamKind
from core.teams.timeline import Line, timeline

if TYPE_CHECKING:
    from core.runtime import Runtime
    from core.sessions.reading import StoredView
    from core.sessions.tree import SessionTree
    from core.teams.state import TeamState

_SHORTEST_ID = 6
_COLUMN = 12


@click.command()
@run_argument
@click.option("--all", "decided_too", is_flag=True, help="Include decided proposals.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def proposals(runtime: Runtime, session_id: str, decided_too: bool, as_json: bool) -> None:
    """Print pending proposals, the oldest first.

    Failed replies and open questions are printed to standard error.
    """
    view, state = _read(runtime, session_id)
    chosen = [
        each
        for each in state.proposals.values()
        if decided_too or state.states[each.id] == "pending"
    ]
    if as_json:
        echo_json([_proposal_json(each, state, view.tree) for each in chosen], indent=2)
    else:
        for each in chosen:
            _show_card(each, state)
    for each in state.inbox:
        if each.kind != TeamKind.PROPOSAL:
            echo(f"{each.node or ALL}: {clean_line(each.text)}", err=True)
    if not state.inbox:
        more = "" if state.request is None else f" Resume with: {resume(view.id)}"
        echo("Nothing waits for you." + more, err=True)


@click.command("timeline")
@run_argument
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@click.pass_obj
def timeline_command(runtime: Runtime, session_id: str, as_json: bool) -> None:
    """Print the steps of the main line, each with the RECORD that --at takes."""
    view, state = _read(runtime, session_id)
    lines = timeline(view.tree.path)
    shortest = _telling(each.id for each in view.tree)
    for line in lines:
        if as_json:
            echo_json(_line_json(line, state))
        elif line.record.data.get("reason") != "closed":
            echo(_row(line, state, shortest))


def _read(runtime: Runtime, session_id: str) -> tuple[StoredView, TeamState]:
    view, state = asyncio.run(look(runtime, session_id))
    for notice in view.notices:
        echo(notice, err=True)
    return view, state


def _show_card(proposal: Record, state: TeamState) -> None:
    became = state.states[proposal.id]
    mark = "" if became == "pending" else f" ({clean_line(became).replace('_', ' ')})"
    head, *rest = card(proposal, state.numbers[proposal.id])
    click.echo(click.style(head + mark, bold=True))
    echo("\n".join(rest))


def _proposal_json(proposal: Record, state: TeamState, tree: SessionTree) -> dict[str, Any]:
    """Return a proposal as JSON values, with what became of it and the reply it comes from."""
    data = proposal.data
    source = str(data.get("source", ""))
    reply = tree.get(source) if source in tree else None
    usage = None if reply is None else reply.usage
    return {
        "id": proposal.id,
        "number": state.numbers[proposal.id],
        "node": proposal.node,
        "to": data.get("to", ""),
        "message": proposal.text,
        "reasoning": data.get("reasoning", ""),
        "state": state.states[proposal.id],
        "flags": list(data.get("flags", ())),
        "author": proposal.author.kind,
        "source": source or None,
        "model": None if reply is None else reply.model,
        "params": None if reply is None else reply.params,
        "request": None if reply is None else reply.request,
        "usage": None if usage is None else usage.to_json(),
    }


def _line_json(line: Line, state: TeamState) -> dict[str, Any]:
    """Return a step as JSON values; `record` is what `--at` takes."""
    record = line.record
    return {
        "record": record.id,
        "what": line.what,
        "node": line.node,
        "to": line.to,
        "text": record.text or line.text,
        "proposal": line.proposal or None,
        "number": state.numbers.get(line.proposal),
        "author": record.author.kind,
        "at": format_time(record.at),
    }


def _row(line: Line, state: TeamState, shortest: int) -> str:
    number = state.numbers.get(line.proposal)
    which = f"{line.what} #{number}" if number is not None else line.what
    who = clean_line(line.node) or ALL
    if line.proposal:
        who += f" → {receiver(line.node, '' if line.to == _parent(line.node) else line.to)}"
    elif line.to:
        who = f"to {clean_line(line.to)}"
    said = f": {brief(line.text)}" if line.text else ""
    return f"{line.record.id[-shortest:]}  {which:<{_COLUMN}}  {who}{said}"


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _telling(ids: Iterable[str]) -> int:
    """Return how many letters at the end tell ids apart."""
    known = list(ids)
    length = _SHORTEST_ID
    while len({each[-length:] for each in known}) < len(known):
        length += 1
    return length
