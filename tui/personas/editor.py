"""A small editor for persona files: where no other is set, and for drafts."""

from __future__ import annotations

import asyncio

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, TextArea

from core.personas.persona_writer import Draft
from core.personas.problems import Problem
from core.text import clean, clean_line
from tui.pane.key_bar import KeyBar
from tui.widgets.status_line import StatusLine

_SHOWN_PROBLEMS = 3
_CHECK_AFTER = 0.3
"""Seconds without a key after which a text is checked."""


class EditorScreen(ModalScreen[str | None]):
    """Dismisses with the text to save, or `None`.

    A text that was changed is discarded only when asked twice.
    """

    CSS_PATH = "editor.tcss"
    BINDINGS = [
        Binding("ctrl+s", "save", "Save", priority=True),
        Binding("escape", "leave", "Discard", priority=True),
    ]

    def __init__(self, title: str, text: str, *, save_unchanged: bool = False) -> None:
        """Begin with a text; `save_unchanged` offers to save it as it is."""
        super().__init__()
        self._title = title
        self._original = clean(text)
        self._save_unchanged = save_unchanged
        self._warned = False
        self.area = TextArea(
            self._original,
            id="editor-text",
            show_line_numbers=True,
            soft_wrap=True,
            tab_behavior="indent",
            compact=True,
        )
        self.status = StatusLine(id="editor-status")
        self._problems = Label("", id="editor-problems", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(id="editor"):
            yield Label(clean_line(self._title), id="editor-title", markup=False)
            yield self.area
            yield self._problems
            yield self.status
            yield KeyBar()

    def on_mount(self) -> None:
        self.area.focus()
        self._check()

    @property
    def changed(self) -> bool:
        """Whether there is a change to save."""
        return self._save_unchanged or self.area.text != self._original

    @on(TextArea.Changed)
    def _typed(self) -> None:
        if self.area.read_only:
            return
        self._warned = False
        if self.status.hint:
            self.status.hint = ""
        self._check_soon()

    @work(group="check", exclusive=True)
    async def _check_soon(self) -> None:
        await asyncio.sleep(_CHECK_AFTER)
        self._check()

    def _check(self) -> None:
        if not self.area.read_only:
            self.show_problems(Draft.of(self.area.text).problems)

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """List the first few problems of the text."""
        lines = [f"! line {each.line}: {clean_line(each.message)}" for each in problems]
        more = len(lines) - _SHOWN_PROBLEMS
        shown = lines[:_SHOWN_PROBLEMS] + ([f"  and {more} more"] if more > 0 else [])
        self._problems.update("\n".join(shown))
        self._problems.display = bool(shown)

    def action_save(self) -> None:
        """Close with the text."""
        text = self.area.text
        if not text.strip():
            self.status.problem = "There is nothing to save."
        elif self.changed:
            self.dismiss(text if text.endswith("\n") else f"{text}\n")
        else:
            self.dismiss(None)

    def action_leave(self) -> None:
        """Discard the text; of a changed one, ask first."""
        if not self.changed or not self.area.text.strip() or self._warned:
            self.dismiss(None)
            return
        self._warned = True
        self.status.problem = ""
        self.status.hint = "esc again discards it"
