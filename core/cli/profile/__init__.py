"""`salon profile`: what is remembered of the person at the keyboard."""

from __future__ import annotations

import click

from core.cli.lazy import LazyCommand, LazyGroup

_READING, _CHANGING = "core.cli.profile.reading", "core.cli.profile.changing"

COMMANDS = {
    "show": LazyCommand(_READING, "show", "Show it, with what waits for your decision."),
    "diff": LazyCommand(_READING, "diff", "Say what changed between two versions."),
    "on": LazyCommand(_CHANGING, "on", "Let Salon learn from your chats and tell personas."),
    "off": LazyCommand(_CHANGING, "off", "Learn nothing and tell nobody."),
    "pause": LazyCommand(_CHANGING, "pause", "Leave it unused for a while."),
    "resume": LazyCommand(_CHANGING, "resume", "Use it again."),
    "learn": LazyCommand("core.cli.profile.learning", "learn", "Propose edits from your chats."),
    "accept": LazyCommand(_CHANGING, "accept", "Make a proposed edit."),
    "refuse": LazyCommand(_CHANGING, "refuse", "Let a proposed edit be."),
    "edit": LazyCommand(_CHANGING, "edit", "Write a value yourself."),
    "lock": LazyCommand(_CHANGING, "lock", "Keep a field or a group from being changed."),
    "unlock": LazyCommand(_CHANGING, "unlock", "Let it be changed again."),
    "rollback": LazyCommand(_CHANGING, "rollback", "Go back to an earlier version."),
    "forget": LazyCommand(_CHANGING, "forget", "Erase a field, a group or all for good."),
    "export": LazyCommand(_READING, "export", "Write it to a file."),
    "import": LazyCommand(_CHANGING, "import_", "Take in what a file knows of you."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def profile() -> None:
    """What Salon remembers of you, if you let it.

    It is off until `salon profile on`, stays on this machine, and every value says which of
    your words it rests on. A persona whose file says `sees_your_profile: false` is told
    nothing.
    """
