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
    """Apply a proposal: send it to its recipient, and continue."""
    carry_out(runtime, session_id, flags, [Apply(proposal)])


@click.command()
@run_argument
@node_option
@click.argument("text")
@verb_options
@click.pass_obj
def answer(runtime: Runtime, /, session_id: str, node: str, text: str, **flags: Any) -> None:
    """Send a message to a node, which revises its proposal. TEXT - reads standard input.

    A node that is idle or waiting reads it at its next turn.
    """
    carry_out(runtime, session_id, flags, [Answer(node, given_text(text))])


@click.command()
@run_argument
@click.argument("proposal")
@click.argument("text")
@verb_options
@click.pass_obj
def edit(runtime: Runtime, /, session_id: str, proposal: str, text: str, **flags: Any) -> None:
    """Apply a proposal with another text. TEXT - reads standard input."""
    carry_out(runtime, session_id, flags, [Edit(given_text(text), proposal)])


@click.command()
@run_argument
@click.argument("proposal")
@click.argument("text", required=False)
@click.option(
    "--to",
    required=True,
    metavar="NAME",
    help="Recipient: a delegate's name, or empty for the parent.",
)
@verb_options
@click.pass_obj
def redirect(
    runtime: Runtime, /, session_id: str, proposal: str, text: str | None, to: str, **flags: Any
) -> None:
    """Apply a proposal to another recipient, optionally with another text."""
    words = None if text is None else given_text(text)
    carry_out(runtime, session_id, flags, [Redirect(to, proposal, words)])


@click.command()
@run_argument
@proposal_argument
@click.option("--reason", default="", metavar="TEXT", help="Reason, which the node is told.")
@verb_options
@click.pass_obj
def refuse(
    runtime: Runtime, /, session_id: str, proposal: str | None, reason: str, **flags: Any
) -> None:
    """Reject a proposal; the node proposes something else."""
    words = given_text(reason) if reason else ""
    carry_out(runtime, session_id, flags, [Refuse(proposal, words)])


@click.command("take-over")
@run_argument
@node_option
@click.argument("text")
@click.option("--to", default="", metavar="NAME", help="Recipient: a delegate's name. [the parent]")
@verb_options
@click.pass_obj
def take_over(
    runtime: Runtime, /, session_id: str, node: str, text: str, to: str, **flags: Any
) -> None:
    """Reply in place of a node; its pending proposals and requests are cancelled."""
    carry_out(runtime, session_id, flags, [TakeOver(node, given_text(text), to)])


@click.command()
@run_argument
@proposal_argument
@verb_options
@click.pass_obj
def skip(runtime: Runtime, /, session_id: str, proposal: str | None, **flags: Any) -> None:
    """Continue without the result of a proposal."""
    carry_out(runtime, session_id, flags, [Skip(proposal)])


@click.command()
@run_argument
@click.argument("level")
@click.option("--node", metavar="PATH", help="Path of the node. [all]")
@verb_options
@click.pass_obj
def autonomy(
    runtime: Runtime, /, session_id: str, level: str, node: str | None, **flags: Any
) -> None:
    """Set a node's autonomy: ask (hold proposals), apply, or unless-flagged."""
    command = decode_command(Command, {"do": "autonomy", "level": level, "node": node})
    carry_out(runtime, session_id, flags, [command])
