"""`salon profile`: what is remembered of the person at the keyboard."""

from __future__ import annotations

import click

from core.cli.lazy import LazyCommand, LazyGroup

_READING, _CHANGING = "core.cli.profile.reading", "core.cli.profile.changing"

COMMANDS = {
    "show": LazyCommand(_READING, "show", "Show the profile and the pending proposals."),
    "diff": LazyCommand(_READING, "diff", "Show the changes between two versions."),
    "on": LazyCommand(_CHANGING, "on", "Turn the profile on."),
    "off": LazyCommand(_CHANGING, "off", "Turn the profile off; its data stays."),
    "pause": LazyCommand(_CHANGING, "pause", "Pause the profile."),
    "resume": LazyCommand(_CHANGING, "resume", "Resume the profile after a pause."),
    "learn": LazyCommand("core.cli.profile.learning", "learn", "Propose edits from your chats."),
    "accept": LazyCommand(_CHANGING, "accept", "Accept a proposed edit."),
    "refuse": LazyCommand(_CHANGING, "refuse", "Reject a proposed edit."),
    "edit": LazyCommand(_CHANGING, "edit", "Set a value yourself."),
    "lock": LazyCommand(_CHANGING, "lock", "Lock a field or a group against changes."),
    "unlock": LazyCommand(_CHANGING, "unlock", "Unlock a field or a group."),
    "rollback": LazyCommand(_CHANGING, "rollback", "Restore an earlier version."),
    "forget": LazyCommand(_CHANGING, "forget", "Erase a field, a group or all for good."),
    "export": LazyCommand(_READING, "export", "Export the profile as JSON."),
    "import": LazyCommand(_CHANGING, "import_", "Import a profile from JSON."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def profile() -> None:
    """Show and edit what Salon stores about you.

    It is off until `salon profile on`, stays on this machine, and each value names the messages
    it is based on. Personas with `sees_your_profile: false` in their file do not get it.
    """
