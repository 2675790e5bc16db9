"""The commands of the Personas pane."""

from __future__ import annotations

from tui.pane.table import Command, CommandTable
from tui.personas.controller import PersonasController


def _selected(pane: PersonasController) -> bool:
    return pane.list.persona is not None


def _group_selected(pane: PersonasController) -> bool:
    return pane.list.group is not None


def _can_undo(pane: PersonasController) -> bool:
    return bool(pane.deleted)


def _not_filtering(pane: PersonasController) -> bool:
    return not pane.filter_input.has_focus


def _in_list(pane: PersonasController) -> bool:
    return pane.list.has_focus


def _not_in_list(pane: PersonasController) -> bool:
    return not pane.list.has_focus


TABLE: CommandTable[PersonasController] = CommandTable(
    "personas",
    (
        Command(
            name="chat",
            key="enter",
            label="Chat",
            help="Chat with the persona",
            when=_selected,
            asks=True,
        ),
        Command(
            name="fold",
            key="enter",
            label="Fold",
            help="Fold or unfold the group",
            when=_group_selected,
        ),
        Command(
            name="seat",
            key="L",
            label="Left",
            help="Make it the left persona of a meetup",
            arguments=("a",),
            when=_selected,
            asks=True,
        ),
        Command(
            name="seat",
            key="R",
            label="Right",
            help="Make it the right persona of a meetup",
            arguments=("b",),
            when=_selected,
            asks=True,
        ),
        Command(
            name="filter",
            key="slash,ctrl+f",
            shown_key="/",
            label="Filter",
            help="Filter by name, role, tag, language or text",
            when=_not_filtering,
        ),
        Command(
            name="edit",
            key="e",
            label="Edit",
            help="Edit the file in your editor",
            when=_selected,
            asks=True,
        ),
        Command(name="new", key="n", label="New", help="Make or import a persona", asks=True),
        Command(
            name="undo",
            key="u",
            label="Undo",
            help="Restore the persona that was deleted last",
            when=_can_undo,
        ),
        Command(
            name="export",
            key="x",
            label="Export",
            help="Export as Markdown or a character card",
            when=_selected,
            asks=True,
        ),
        Command(
            name="duplicate",
            key="f",
            label="Duplicate",
            help="Copy the persona under another name",
            when=_selected,
        ),
        Command(
            name="rename",
            key="T",
            label="Rename",
            help="Change the name of the persona and its file",
            when=_selected,
            asks=True,
        ),
        Command(
            name="delete",
            key="d,delete",
            label="Delete",
            help="Move the persona to the trash; u restores it",
            when=_selected,
        ),
        Command(name="group", key="o", label="Group", help="Group by folder, by tag, not at all"),
        Command(
            name="trash",
            key="t",
            label="Trash",
            help="Restore a persona from the trash",
            asks=True,
        ),
        Command(
            name="import_card",
            key="I",
            label="Import",
            help="Import a character card",
            asks=True,
        ),
        Command(name="write", help="Write a persona with a model", asks=True),
        Command(name="template", help="Start a persona from a template", asks=True),
        Command(
            name="read",
            key="tab",
            label="Read",
            help="Go to the text: scroll in it, copy from it",
            when=_in_list,
        ),
        Command(
            name="back_to_list", key="tab", label="List", help="Go to the list", when=_not_in_list
        ),
        Command(name="back", key="escape", help="Go to the list, or clear the filter"),
        # While the filter is typed, the list is moved through all the same.
        Command(name="move", key="down", arguments=(1,)),
        Command(name="move", key="up", arguments=(-1,)),
        Command(name="page", key="pagedown", arguments=(1,)),
        Command(name="page", key="pageup", arguments=(-1,)),
    ),
)
