"""`salon teams fork`, `replay` and `jump`: going on from another step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from core.cli.teams.stored import (
    at_option,
    carry_out,
    given_text,
    node_option,
    run_argument,
    verb_options,
)
from core.teams.commands import Fork, Jump, Replay

if TYPE_CHECKING:
    from core.runtime import Runtime


@click.command()
@run_argument
@at_option
@verb_options
@click.pass_obj
def fork(runtime: Runtime, /, session_id: str, record: str, **flags: Any) -> None:
    """Go back to a step as a new branch, and wait there.

    RECORD is a step as `timeline` prints it, or the number of a proposal.
    """
    carry_out(runtime, session_id, flags, [Fork(record)])


@click.command()
@run_argument
@at_option
@node_option
@click.option("--say", "text", required=True, metavar="TEXT", help="Message to the node.")
@verb_options
@click.pass_obj
def replay(
    runtime: Runtime, /, session_id: str, record: str, node: str, text: str, **flags: Any
) -> None:
    """Go back to a step, send a message to a node there, and continue from it.

    Everything before the step is taken from the record; no model is called for it.
    """
    carry_out(runtime, session_id, flags, [Replay(record, node, given_text(text))])


@click.command()
@run_argument
@at_option
@verb_options
@click.pass_obj
def jump(runtime: Runtime, /, session_id: str, record: str, **flags: Any) -> None:
    """Make the branch of a step the main line, up to its last record."""
    carry_out(runtime, session_id, flags, [Jump(record)])
