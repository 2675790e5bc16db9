"""`salon teams`: teams of personas, run, steered and looked at from the command line."""

from __future__ import annotations

import click

from core.cli.lazy import LazyCommand, LazyGroup

_HERE = "core.cli.teams."

COMMANDS = {
    name: LazyCommand(_HERE + module, attribute, summary)
    for name, module, attribute, summary in (
        ("list", "listing", "list_command", "List teams."),
        ("show", "listing", "show", "Print one team."),
        ("run", "run", "run", "Run a team on a task."),
        ("proposals", "looking", "proposals", "Print pending proposals."),
        ("apply", "deciding", "apply", "Apply a proposal."),
        ("answer", "deciding", "answer", "Send a message to a node."),
        ("edit", "deciding", "edit", "Apply a proposal with another text."),
        ("redirect", "deciding", "redirect", "Apply a proposal to another recipient."),
        ("refuse", "deciding", "refuse", "Reject a proposal."),
        ("take-over", "deciding", "take_over", "Reply in place of a node."),
        ("skip", "deciding", "skip", "Continue without the result of a proposal."),
        ("autonomy", "deciding", "autonomy", "Set a node's autonomy."),
        ("timeline", "looking", "timeline_command", "Print the steps of the main line."),
        ("fork", "branching", "fork", "Go back to a step as a new branch."),
        ("replay", "branching", "replay", "Go back to a step, send a message, continue."),
        ("jump", "branching", "jump", "Make another branch the main line."),
        ("compare", "comparing", "compare", "Compare branches or runs."),
        ("versus", "versus", "versus", "Compare a team with one persona."),
    )
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def teams() -> None:
    """Run a team of personas; each reply is a proposal until it is applied.

    TEAM is the name of a team or the path of its file. An ID can be shortened to its beginning
    or end if that is unique; `last` is the newest run. A PROPOSAL is a number or the end of an
    id; the default is the oldest pending one.
    """
