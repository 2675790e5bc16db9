"""The commands of the page of your own profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.pane.table import Command, CommandTable

if TYPE_CHECKING:
    from tui.profile.controller import ProfileController


def _waits(page: ProfileController) -> bool:
    row = page.rows.current
    return row is not None and row.edit is not None


def _can_change(page: ProfileController) -> bool:
    row = page.rows.current
    return row is not None and row.edit is not None and row.edit.op != "remove"


def _held(page: ProfileController) -> bool:
    row = page.rows.current
    return row is not None and row.value is not None and not row.locked


def _named(page: ProfileController) -> bool:
    row = page.rows.current
    return row is not None and bool(row.path)


def _said(page: ProfileController) -> bool:
    row = page.rows.current
    return row is not None and bool(row.evidence)


def _on(page: ProfileController) -> bool:
    return page.own.state.on


def _can_learn(page: ProfileController) -> bool:
    return page.own.state.active and not page.learning


def _anything(page: ProfileController) -> bool:
    return bool(page.own.state.edits or page.own.state.pending)


def _changed(page: ProfileController) -> bool:
    return bool(page.own.state.edits)


def _values(page: ProfileController) -> bool:
    return bool(page.own.profile)


TABLE: CommandTable[ProfileController] = CommandTable(
    "profile",
    (
        Command(
            name="back",
            key="escape",
            label="Back",
            help="Stop learning, or go back",
        ),
        Command(
            name="close",
            key="q",
            help="Close",
        ),
        Command(
            name="accept",
            key="a",
            label="Accept",
            help="Accept the proposed edit",
            when=_waits,
            asks=True,
        ),
        Command(
            name="change",
            key="c",
            label="Change",
            help="Accept it with another value",
            when=_can_change,
            asks=True,
        ),
        Command(
            name="refuse",
            key="r",
            label="Refuse",
            help="Refuse the proposed edit",
            when=_waits,
            asks=True,
        ),
        Command(
            name="switch",
            key="o",
            label="On/off",
            help="Turn your profile on or off",
            asks=True,
        ),
        Command(
            name="pause",
            key="p",
            label="Pause",
            help="Pause it, or resume it",
            when=_on,
            asks=True,
        ),
        Command(
            name="learn",
            key="L",
            label="Learn",
            help="Learn from chats that were not read yet",
            when=_can_learn,
        ),
        Command(
            name="write",
            key="n",
            label="New",
            help="Write a value yourself",
            asks=True,
        ),
        Command(
            name="edit",
            key="e",
            label="Edit",
            help="Change the value",
            when=_held,
            asks=True,
        ),
        Command(
            name="remove",
            key="d,delete",
            label="Remove",
            help="Remove it; the history keeps it",
            when=_held,
            asks=True,
        ),
        Command(
            name="lock",
            key="l",
            label="Lock",
            help="Lock the field or group, or unlock it",
            when=_named,
            asks=True,
        ),
        Command(
            name="forget",
            key="F",
            label="Forget",
            help="Erase a field, a group or all for good",
            when=_anything,
            asks=True,
        ),
        Command(
            name="history",
            key="h",
            label="History",
            help="Every version; go back to one",
            when=_changed,
            asks=True,
        ),
        Command(
            name="chat",
            key="enter",
            label="Its chat",
            help="Go to the words that it rests on",
            when=_said,
        ),
        Command(
            name="export",
            key="x",
            help="Write it to a JSON file",
            when=_values,
            asks=True,
        ),
        Command(
            name="import_file",
            key="i",
            help="Take in a JSON file",
            asks=True,
        ),
    ),
)
