"""The branches of a run side by side: where they part, what each says, what it cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from core.config.prices import Prices
from core.sessions.tree import SessionTree
from core.teams.compare import Branch, Mark, branches, differences, marked, unlike
from core.teams.timeline import Line
from core.text import clean, clean_line, counted
from tui.pane.key_bar import KeyBar
from tui.teams.wording import name_of
from tui.widgets.cells import fitted
from tui.widgets.row_list import Part, RowList
from tui.widgets.seat_header import thousands
from tui.widgets.transcript import Entry, EntryKind, Transcript

_REPEATED = frozenset({"reply", "applied", "final"})
"""What says nothing that a proposal does not say as well."""
_BESIDE_FROM = 100
"""Columns from which two branches stand side by side."""


class BranchRow:
    """A branch in the list."""

    def __init__(self, number: int, branch: Branch) -> None:
        self.branch = branch
        self._number = number

    @property
    def key(self) -> str:
        return self.branch.leaf

    def lines(self, width: int) -> Sequence[Sequence[Part]]:
        branch = self.branch
        mark = "● main line ·" if branch.current else "○"
        said = clean_line(branch.final) or "no final answer"
        used = told(branch)
        head = f" {self._number} {mark} "
        room = max(0, width - cell_len(head) - cell_len(used) - 2)
        return [
            [
                (head, "live" if branch.current else "title"),
                (fitted(said, room), "row"),
                (f" {used} ", "quiet"),
            ]
        ]


def told(branch: Branch) -> str:
    """Return what a branch has used."""
    tokens = thousands(branch.tokens)
    return f"{counted(branch.calls, 'call')} · {tokens} tok · {branch.total.amount}"


class TeamBranchesScreen(ModalScreen[str | None]):
    """Dismisses with the end of the branch that is to be the main line, or `None`."""

    CSS_PATH = "branches_screen.tcss"
    BINDINGS = [
        Binding("enter", "jump", "Make it the main line", priority=True),
        Binding("down,j", "move(1)", "Other", key_display="↑ ↓", priority=True),
        Binding("up,k", "move(-1)", show=False, priority=True),
        Binding("escape,q", "cancel", "Back"),
    ]

    def __init__(self, tree: SessionTree, prices: Prices) -> None:
        super().__init__()
        self._branches = branches(tree, prices)
        self._main = next((each for each in self._branches if each.current), None)
        self._rows: RowList[BranchRow] = RowList(id="compared-rows")
        self._beside = True
        """Whether there is room for two."""

    def compose(self) -> ComposeResult:
        with Vertical(id="compared"):
            yield Label(self._title(), id="compared-title", markup=False)
            yield self._rows
            with Horizontal(id="compared-both"):
                yield Transcript(id="compared-main")
                yield Transcript(id="compared-other")
            yield Static(id="compared-final", markup=False)
            yield KeyBar()

    def _title(self) -> str:
        count = len(self._branches)
        if count == 1:
            return "One branch · f forks and r replays from a moment of the timeline"
        return f"{count} branches · marked ▸ is what only one of them says"

    def on_mount(self) -> None:
        rows = [BranchRow(number, each) for number, each in enumerate(self._branches, 1)]
        other = next((each.key for each in reversed(rows) if not each.branch.current), None)
        self._rows.show(rows, go_to=other)
        self._rows.styles.height = min(6, max(1, len(rows)))
        self.set_focus(self._rows)
        self.on_resize()

    def on_resize(self) -> None:
        """Leave the main line out where there is no room for two."""
        self._beside = self.size.width >= _BESIDE_FROM
        self._show()

    @on(RowList.Moved)
    def _show(self) -> None:
        row, main = self._rows.current, self._main
        if row is None or main is None:
            return
        alone = row.branch is main
        self.query_one("#compared-main").display = self._beside and not alone
        if alone:
            self._show_alone(main)
            return
        difference = differences(main, row.branch)
        left, right = difference.left, difference.right
        shared = (
            f"the same {counted(difference.shared, 'step')} at first" if difference.shared else ""
        )
        one, other = self.query(Transcript)
        one.load(_entries("main line", shared, left, unlike(left, right)))
        other.load(_entries("this one", shared, right, unlike(right, left)))
        self.query_one("#compared-final", Static).update(_finals(main, row.branch))
        for talk in (one, other):
            self.call_after_refresh(talk.action_scroll_home)

    def _show_alone(self, main: Branch) -> None:
        """Show all of the main line, with nothing to compare it to."""
        talk = self.query(Transcript).last()
        talk.load(_entries("the main line", "", main.lines, [False] * len(main.lines)))
        final = Content.assemble(("final answer  ", "bold"), clean(main.final) or "none yet")
        self.query_one("#compared-final", Static).update(final)
        self.call_after_refresh(talk.action_scroll_home)

    def action_move(self, step: int) -> None:
        """Go to another branch."""
        self._rows.action_move(step)

    def action_jump(self) -> None:
        """Make the selected branch the main line."""
        row = self._rows.current
        self.dismiss(None if row is None or row.branch.current else row.branch.leaf)

    def action_cancel(self) -> None:
        """Leave everything as it is."""
        self.dismiss(None)


def _entries(name: str, shared: str, lines: Sequence[Line], alone: list[bool]) -> Iterator[Entry]:
    yield Entry("name", name, kind=EntryKind.QUIET)
    if shared:
        yield Entry("shared", f"{shared} …", kind=EntryKind.QUIET)
    for line, only in zip(lines, alone, strict=True):
        if line.what in _REPEATED:
            continue
        to = f" → {clean_line(name_of(line.to))}" if line.to else ""
        who = clean_line(name_of(line.node)) or "you"
        header = f"{'▸ ' if only else ''}{who}{to} · {line.what.replace('_', ' ')}"
        yield Entry(line.record.id, line.text, speaker="b" if only else "a", header=header)


def _finals(main: Branch, other: Branch) -> Content:
    """Return both final answers as one text, what stands in one of them alone marked."""
    if not main.final or not other.final:
        having = "the main line" if main.final else "this one" if other.final else ""
        text = f"only {having} has a final answer" if having else "neither has a final answer"
        return Content.styled(text, "dim")
    return _marked(marked(main.final, other.final))


def _marked(pieces: Sequence[tuple[Mark, str]]) -> Content:
    styles = {"same": "", "left": "$text-error strike", "right": "$text-success bold"}
    signs = {"same": "{}", "left": "[-{}-]", "right": "[+{}+]"}
    texts = [(signs[mark].format(clean(text).strip()), styles[mark]) for mark, text in pieces]
    joined: list[tuple[str, str]] = [("final answers  ", "bold")]
    for text, style in texts:
        joined += [(text, style), (" ", "")]
    return Content.assemble(*joined)
