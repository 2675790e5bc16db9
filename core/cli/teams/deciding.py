"""The verbs that decide about proposals of a stored run, or put other words in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from core.cli.teams.stored import (
    carry_out,
    given_text,
    node_option,
    proposal_argument,
    run_argument,
    verb_options,
)
from core.engine.command_codec import decode_command
from core.teams.commands import (
    Answer,
    Apply,
    Command,
    Edit,
    Redirect,
    Refuse,
    Skip,
    TakeOver,
)

if TYPE_CHECKING:
    from core.runtime import Runtime


@click.command()
@run_argument
@proposal_argument
@verb_options
@click.pass_obj
def apply(runtime: Runtime, /, session_id: str, proposal: str | None, **flags: Any) -> None:
    """Let a proposal through to whom it is for, and see what comes of it."""
    carry_out(runtime, session_id, flags, [Apply(proposal)])


@click.command()
@run_argument
@node_option
@click.argument("text")
@verb_options
@click.pass_obj
def answer(runtime: Runtime, /, session_id: str, node: str, text: str, **flags: Any) -> None:
    """Say something to a node; what it proposed is revised. For TEXT, - is standard input.

    A node that idles or waits hears it at its next turn.
    """
    carry_out(runtime, session_id, flags, [Answer(node, given_text(text))])


@click.command()
@run_argument
@click.argument("proposal")
@click.argument("text")
@verb_options
@click.pass_obj
def edit(runtime: Runtime, /, session_id: str, proposal: str, text: str, **flags: Any) -> None:
    """Let a proposal through with other words. For TEXT, - is standard input."""
    carry_out(runtime, session_id, flags, [Edit(given_text(text), proposal)])


@click.command()
@run_argument
@click.argument("proposal")
@click.argument("text", required=False)
@click.option("--to", required=True, metavar="NAME", help="A delegate; empty: the parent.")
@verb_options
@click.pass_obj
def redirect(
    runtime: Runtime, /, session_id: str, proposal: str, text: str | None, to: str, **flags: Any
) -> None:
    """Let a proposal through to another delegate or the parent, with other words if you like."""
    words = None if text is None else given_text(text)
    carry_out(runtime, session_id, flags, [Redirect(to, proposal, words)])


@click.command()
@run_argument
@proposal_argument
@click.option("--reason", default="", metavar="TEXT", help="What is wrong with it.")
@verb_options
@click.pass_obj
def refuse(
    runtime: Runtime, /, session_id: str, proposal: str | None, reason: str, **flags: Any
) -> None:
    """Have the node propose something else."""
    words = given_text(reason) if reason else ""
    carry_out(runtime, session_id, flags, [Refuse(proposal, words)])


@click.command("take-over")
@run_argument
@node_option
@click.argument("text")
@click.option("--to", default="", metavar="NAME", help="A delegate to ask; else its parent.")
@verb_options
@click.pass_obj
def take_over(
    runtime: Runtime, /, session_id: str, node: str, text: str, to: str, **flags: Any
) -> None:
    """Reply in place of a node; what it had proposed or asked for is called off."""
    carry_out(runtime, session_id, flags, [TakeOver(node, given_text(text), to)])


@click.command()
@run_argument
@proposal_argument
@verb_options
@click.pass_obj
def skip(runtime: Runtime, /, session_id: str, proposal: str | None, **flags: Any) -> None:
    """Go on without what a proposal asks for or answers."""
    carry_out(runtime, session_id, flags, [Skip(proposal)])


@click.command()
@run_argument
@click.argument("level")
@click.option("--node", metavar="PATH", help="Which node; else all.")
@verb_options
@click.pass_obj
def autonomy(
    runtime: Runtime, /, session_id: str, level: str, node: str | None, **flags: Any
) -> None:
    """Hold a node's proposals (ask), let them through (apply), or unless-flagged."""
    command = decode_command(Command, {"do": "autonomy", "level": level, "node": node})
    carry_out(runtime, session_id, flags, [command])
