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
    """Go back to the moment of a step and wait there; what followed stays on its branch.

    RECORD is what `timeline` prints in front of a step, or a proposal's number.
    """
    carry_out(runtime, session_id, flags, [Fork(record)])


@click.command()
@run_argument
@at_option
@node_option
@click.option("--say", "text", required=True, metavar="TEXT", help="What it is told there.")
@verb_options
@click.pass_obj
def replay(
    runtime: Runtime, /, session_id: str, record: str, node: str, text: str, **flags: Any
) -> None:
    """Go back to a step, say something to a node there, and run on from it.

    Everything before comes from the record: no model is asked for it again.
    """
    carry_out(runtime, session_id, flags, [Replay(record, node, given_text(text))])


@click.command()
@run_argument
@at_option
@verb_options
@click.pass_obj
def jump(runtime: Runtime, /, session_id: str, record: str, **flags: Any) -> None:
    """Make the branch that a step lies on the main line, up to where it last ended."""
    carry_out(runtime, session_id, flags, [Jump(record)])
