"""`salon teams`: teams of personas, run, steered and looked at from the command line."""

from __future__ import annotations

import click

from core.cli.lazy import LazyCommand, LazyGroup

_HERE = "core.cli.teams."

COMMANDS = {
    name: LazyCommand(_HERE + module, attribute, summary)
    for name, module, attribute, summary in (
        ("list", "listing", "list_command", "List all teams."),
        ("show", "listing", "show", "Print one team."),
        ("run", "run", "run", "Let a team work on something."),
        ("proposals", "looking", "proposals", "Print what waits for a decision."),
        ("apply", "deciding", "apply", "Let a proposal through."),
        ("answer", "deciding", "answer", "Say something to a node."),
        ("edit", "deciding", "edit", "Let a proposal through with other words."),
        ("redirect", "deciding", "redirect", "Let a proposal through to somebody else."),
        ("refuse", "deciding", "refuse", "Have something else proposed."),
        ("take-over", "deciding", "take_over", "Reply in place of a node."),
        ("skip", "deciding", "skip", "Go on without what a proposal asks for or answers."),
        ("autonomy", "deciding", "autonomy", "Say what becomes of a node's proposals."),
        ("timeline", "looking", "timeline_command", "Print all steps, with what names them."),
        ("fork", "branching", "fork", "Go back to an earlier step."),
        ("replay", "branching", "replay", "Go back, say something there, and run on."),
        ("jump", "branching", "jump", "Make another branch the main line."),
        ("compare", "comparing", "compare", "Put branches or runs side by side."),
        ("versus", "versus", "versus", "Measure a team against one persona alone."),
    )
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def teams() -> None:
    """Let a team of personas work; every reply is a proposal until somebody lets it through.

    TEAM is the name of a team or the path of its file. For an ID the beginning or the end of a
    session's id will do if no other has it; `last` is the team that was begun last. A PROPOSAL
    is its number, or the end of its id; left out, the oldest that waits is meant.
    """
