"""The commands of the Sessions pane."""

from __future__ import annotations

from tui.pane.table import Command, CommandTable
from tui.sessions.controller import SessionsController


def _can_open(pane: SessionsController) -> bool:
    return pane.search.awaits_match or _selected(pane)


def _selected(pane: SessionsController) -> bool:
    return pane.current is not None and not pane.model.in_trash


def _selected_anywhere(pane: SessionsController) -> bool:
    return pane.current is not None


def _selected_in_trash(pane: SessionsController) -> bool:
    return pane.current is not None and pane.model.in_trash


def _can_undo(pane: SessionsController) -> bool:
    return bool(pane.model.deleted) and not pane.model.in_trash


def _in_sessions(pane: SessionsController) -> bool:
    return not pane.model.in_trash


def _in_trash(pane: SessionsController) -> bool:
    return pane.model.in_trash


TABLE: CommandTable[SessionsController] = CommandTable(
    "sessions",
    (
        Command(
            name="open",
            key="enter",
            label="Open",
            help="Open the session in its pane",
            when=_can_open,
            asks=True,
        ),
        Command(
            name="restore",
            key="u",
            label="Restore",
            help="Restore the session from the trash",
            when=_selected_in_trash,
        ),
        Command(
            name="undo",
            key="u",
            label="Undo",
            help="Restore the session that was deleted last",
            when=_can_undo,
        ),
        Command(
            name="filter",
            key="slash",
            shown_key="/",
            label="Filter",
            help="Filter by title, name, model or engine",
        ),
        Command(name="search", key="ctrl+f", label="Search", help="Search in all texts"),
        Command(
            name="rename",
            key="T",
            label="Rename",
            help="Change the title of the session",
            when=_selected,
            asks=True,
        ),
        Command(
            name="export",
            key="x",
            label="Export",
            help="Write a transcript",
            when=_selected_anywhere,
            asks=True,
        ),
        Command(
            name="fork",
            key="f",
            label="Fork",
            help="Copy the session to continue it separately",
            when=_selected,
            asks=True,
        ),
        Command(
            name="delete",
            key="d,delete",
            label="Delete",
            help="Move the session to the trash; u restores it",
            when=_selected,
            asks=True,
        ),
        Command(
            name="show_trash", key="t", label="Trash", help="Show the trash", when=_in_sessions
        ),
        Command(
            name="show_sessions", key="t", label="Sessions", help="Leave the trash", when=_in_trash
        ),
        Command(name="sort", key="o", label="Sort", help="Sort by the next column"),
        Command(
            name="pin",
            key="P",
            label="Pin",
            help="Pin the session to the top of lists, or unpin it",
            when=_selected,
        ),
        Command(
            name="import_file",
            key="I",
            label="Import",
            help="Import a transcript or a chat of another program",
            asks=True,
        ),
        Command(
            name="erase",
            key="D",
            help="Erase all texts of the session for good",
            when=_selected_anywhere,
            asks=True,
        ),
        Command(
            name="copy", key="y", help="Copy the id of the session", when=_selected_anywhere
        ),
        Command(name="back", key="escape", help="Leave the search or the trash"),
    ),
)
