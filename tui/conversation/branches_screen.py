"""All branches of a conversation as a tree, to see and to go to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from core.sessions.branches import Stretch, branch_map
from core.sessions.record import Record
from core.sessions.tree import SessionTree
from core.text import clean_line
from tui.pane.key_bar import KeyBar
from tui.widgets.transcript import Entry, Transcript

_WORDS = 80
"""Characters of first words that are looked at."""
_DEEPEST = 12
"""Levels that are drawn; deeper ones are told by a number."""
_PREVIEW_FROM = 100
"""Columns from which the messages of a branch are shown beside the map."""


class BranchesScreen(ModalScreen[str | None]):
    """Dismisses with a message of the branch that was picked, or `None`.

    Args:
        tree: Whose branches.
        wanted: A message whose branch is selected at first; else where the path ends.
    """

    CSS_PATH = "branches_screen.tcss"
    BINDINGS = [
        Binding("escape,q", "cancel", "Back"),
        Binding("j", "move(1)", "Next", show=False),
        Binding("k", "move(-1)", "Previous", show=False),
    ]

    def __init__(self, tree: SessionTree, wanted: str | None = None) -> None:
        super().__init__()
        self._stretches = branch_map(tree)
        self._first = _index_of(self._stretches, wanted)

    def compose(self) -> ComposeResult:
        with Vertical(id="branches"):
            yield Label(self._title(), id="branches-title", markup=False)
            with Horizontal(id="branches-both"):
                yield OptionList(id="branches-map", markup=False)
                yield Transcript(id="branches-preview")
            yield KeyBar()

    def _title(self) -> str:
        ends = len(_ends(self._stretches))
        count = "one branch" if ends == 1 else f"{ends} branches"
        return f"Branches · {count} · enter goes to one"

    def on_mount(self) -> None:
        rows = self.query_one(OptionList)
        rows.add_options([Option(row) for row in _rows(self._stretches)])
        rows.highlighted = self._first if self._stretches else None
        rows.screen.set_focus(rows)
        self.on_resize()

    def on_resize(self) -> None:
        self.query_one("#branches-preview").display = self.size.width >= _PREVIEW_FROM

    @on(OptionList.OptionHighlighted)
    def _preview(self, event: OptionList.OptionHighlighted) -> None:
        preview = self.query_one(Transcript)
        preview.load(_entry(each) for each in self._stretches[event.option_index].messages)
        self.call_after_refresh(preview.action_scroll_home)

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._stretches[event.option_index].messages[-1].id)

    def action_move(self, step: int) -> None:
        """Highlight another branch."""
        rows = self.query_one(OptionList)
        if step > 0:
            rows.action_cursor_down()
        else:
            rows.action_cursor_up()

    def action_cancel(self) -> None:
        """Stay where the path is."""
        self.dismiss(None)


def _index_of(stretches: Sequence[Stretch], wanted: str | None) -> int:
    """Return the stretch that holds a message, or else the last one of the current path."""
    current = 0
    for index, stretch in enumerate(stretches):
        if any(each.id == wanted for each in stretch.messages):
            return index
        if stretch.current:
            current = index
    return current


def _ends(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Return the stretches that nothing follows."""
    followed = [*stretches[1:], None]
    return [
        each
        for each, after in zip(stretches, followed, strict=True)
        if after is None or after.depth <= each.depth
    ]


def _rows(stretches: Sequence[Stretch]) -> Iterator[Content]:
    """Yield how each stretch reads, the lines of the tree before it."""
    last_at: list[bool] = []
    """For each depth, whether the stretch there was the last of its siblings."""
    for stretch in stretches:
        del last_at[stretch.depth :]
        lines = "".join("   " if last else "│  " for last in last_at[1:_DEEPEST])
        if stretch.depth > _DEEPEST:
            lines += f"…{stretch.depth} "
        elif stretch.depth:
            lines += "└─ " if stretch.last else "├─ "
        last_at.append(stretch.last)
        yield _row(stretch, lines)


def _row(stretch: Stretch, lines: str) -> Content:
    first, count = stretch.messages[0], len(stretch.messages)
    more = "" if count == 1 else f", {count} messages"
    mark = "● " if stretch.current else "○ "
    return Content.assemble(
        (lines, "dim"),
        (f"{mark}{_name(first)}", "bold" if stretch.current else ""),
        (f"{more}: ", "dim"),
        (clean_line(first.text[:_WORDS]) or "(no words)", "bold" if stretch.current else ""),
    )


def _name(record: Record) -> str:
    return clean_line(record.author.name) or clean_line(record.node)


def _entry(record: Record) -> Entry:
    speaker = "a" if record.author.kind == "persona" else "b"
    return Entry(record.id, record.text, speaker=speaker, header=_name(record))
