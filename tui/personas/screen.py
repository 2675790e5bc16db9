"""The people pane: who there is, what each is like, and everything that begins with one.

The screen is the shell and the keys; `tui.personas.browser` lists and previews, and
`tui.personas.actions` does what the keys ask for.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from core.errors import SalonError
from tui.pane.key_bar import KeyBar
from tui.pane.shell import PaneScreen
from tui.personas.people_list import PersonaList
from tui.widgets.status_line import StatusLine
from tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from tui.navigation import NavigationRequest
    from tui.personas.browser import Arranged, Browser
    from tui.personas.preview import PreviewPane
    from tui.widgets.transcript import Transcript

_NARROW = 76
"""Columns below which the list and the preview take turns."""
_WIDE = 150
"""Columns from which the facts have a strip of their own."""
_OF_ONE = frozenset({"chat", "seat", "edit", "duplicate", "rename", "trash", "export"})
"""What needs a persona under the cursor."""


class PersonasScreen(PaneScreen):
    """A list that filters as you type, a preview that reads like a page."""

    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "#people-list"
    BINDINGS = [
        Binding("enter,c", "do('chat')", "Chat", tooltip="Chat with this persona"),
        Binding("a", "do('seat', 'a')", "Left", tooltip="Seat it on the left of a meetup"),
        Binding("b", "do('seat', 'b')", "Right", tooltip="Seat it on the right of a meetup"),
        Binding("slash,ctrl+f", "filter", "Filter", tooltip="Filter by name, role, tag, text …"),
        Binding("t", "do('group')", "Group", tooltip="Group by folder, by tag, not at all"),
        Binding("e", "do('edit')", "Edit", tooltip="Edit the file in your editor"),
        Binding("n", "do('new')", "New", tooltip="Make a new persona, or bring one in"),
        Binding("d", "do('duplicate')", "Copy", show=False, tooltip="Make a copy"),
        Binding("r", "do('rename')", "Rename", show=False, tooltip="Rename it, and its file"),
        Binding("delete", "do('trash')", "Trash", show=False, tooltip="Move it to the trash"),
        Binding("u", "do('undo')", "Undo", tooltip="Bring back what was thrown away last"),
        Binding("U", "do('restore')", "Trash", show=False, tooltip="Look into the trash"),
        Binding("x", "do('export')", "Export", show=False, tooltip="Export: Markdown or a card"),
        Binding("w", "do('write')", "Write", show=False, tooltip="Have a model write a persona"),
        Binding("m", "do('blank')", "Template", show=False, tooltip="Make one from a template"),
        Binding("i", "do('bring')", "Import", show=False, tooltip="Import a character card"),
        Binding("tab", "read", "Read", tooltip="Read the text: scroll in it, copy from it"),
        Binding("tab", "list", "List", tooltip="Back to the list"),
        Binding("tab", "list('typed')", "List", key_display="⏎", tooltip="To the list"),
        Binding("escape", "back", "Back", show=False, tooltip="Back to the list, to everybody"),
        # While one types, the list is moved through all the same.
        Binding("down", "step('move', 1)", show=False),
        Binding("up", "step('move', -1)", show=False),
        Binding("pagedown", "step('page', 1)", show=False),
        Binding("pageup", "step('page', -1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.browser: Browser | None = None
        """Who lists and shows; there from shortly after the first paint."""
        self._able = (False, False)
        """Whether there is a persona under the cursor, and any row: what the key bar depends on."""

    def compose(self) -> ComposeResult:
        yield TopBar(id="top")
        with Horizontal(id="people"):
            with Vertical(id="people-left"):
                yield Input(placeholder="/ filters by any words", id="people-filter")
                yield PersonaList(id="people-list")
            yield Vertical(id="people-right")
        yield StatusLine(id="people-status")
        yield KeyBar()

    def on_mount(self) -> None:
        self._mount_content()

    @work(group="mount")
    async def _mount_content(self) -> None:
        """List first; then bring in what shows a text."""
        try:
            browser, rows = await asyncio.to_thread(_new_browser, self)
        except SalonError as error:
            self.query_one("#people-status", StatusLine).problem = str(error)
            self.release()
            return
        self.browser = browser
        browser.begin(rows)
        if self.words.value:
            await browser.filter(self.words.value)
        preview = await asyncio.to_thread(_new_preview)
        await self.query_one("#people-right").mount(preview)
        browser.preview = preview
        self.on_resize()
        self._content.set()
        browser.look()

    @property
    def ready(self) -> bool:
        """Whether everything is there: the list and the preview."""
        return self._content.is_set()

    @property
    def people(self) -> PersonaList:
        """The list."""
        return self.query_one("#people-list", PersonaList)

    @property
    def words(self) -> Input:
        """Where one types what to filter by."""
        return self.query_one("#people-filter", Input)

    def on_screen_resume(self) -> None:
        if self.browser is not None:
            self.browser.watch()

    def on_screen_suspend(self) -> None:
        self.workers.cancel_group(self, "watch")

    def on_resize(self) -> None:
        self.set_class(self.size.width < _NARROW, "-narrow")
        self.set_class(self.size.width >= _WIDE, "-wide")
        if self.browser is not None and self.browser.preview is not None:
            self.browser.preview.list_facts(self.size.width >= _WIDE)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now, so that the key bar stays short and true."""
        verb = parameters[0] if action == "do" and parameters else None
        if verb in _OF_ONE:
            return self.browser is not None and (
                self.people.current is not None or (verb == "chat" and self.people.row_count > 0)
            )
        if action == "read":
            return self.people.has_focus
        if action == "list":
            return not self.people.has_focus and bool(parameters) == self.words.has_focus
        if action == "filter":
            return not self.words.has_focus
        if verb == "undo":
            return self.browser is not None and self.browser.can_undo
        return True

    async def action_do(self, verb: str, *arguments: object) -> None:
        """Have something done; a key that comes too early waits its turn."""
        await self._content.wait()
        if self.browser is not None:
            self.run_worker(self.browser.do(verb, *arguments), group="do")

    def action_filter(self) -> None:
        """Go to where one types."""
        self.remove_class("-reading")
        self.words.screen.set_focus(self.words)

    async def action_step(self, how: str, step: int) -> None:
        """Move in the list."""
        await self.people.run_action(f"{how}({step})")

    def action_read(self) -> None:
        """Go to the text."""
        if self.browser is not None and self.browser.preview is not None:
            self.add_class("-reading")
            self.browser.preview.text.screen.set_focus(self.browser.preview.text)

    def action_list(self, _typed: str = "") -> None:
        """Go back to the list."""
        self.remove_class("-reading")
        self.people.screen.set_focus(self.people)

    def action_back(self) -> None:
        """Back to the list; from there, to everybody."""
        if self.people.has_focus and self.words.value:
            self.words.value = ""
        self.action_list()

    def clear_filter(self) -> None:
        """Take the filter away without a word."""
        with self.prevent(Input.Changed):
            self.words.value = ""

    async def navigate(self, request: NavigationRequest) -> None:
        await self._content.wait()
        if self.browser is not None:
            await self.browser.do("show", request)

    async def shutdown(self) -> None:
        if self.browser is not None:
            await self.browser.shutdown()

    @property
    def help_text(self) -> str:
        return (
            "Everybody there is. The list filters as you type; words may stand in the name, the "
            "role, the language, a tag or the text, and all of them must fit. A `!` tells of "
            "problems in a file, a `✗` of one that does not load. Files that change on the disk "
            "change here."
        )

    # What the widgets say

    @on(Input.Changed, "#people-filter")
    def _typed(self, event: Input.Changed) -> None:
        if self.browser is not None:
            self.run_worker(self.browser.filter(event.value), group="filter")

    @on(Input.Submitted, "#people-filter")
    def _typed_enough(self) -> None:
        self.action_list()

    def on_persona_list_moved(self) -> None:
        if self.browser is not None:
            self.browser.look()
            able = (self.people.current is not None, self.people.row_count > 0)
            if able != self._able:
                self._able = able
                self.refresh_bindings()

    async def on_persona_list_chosen(self) -> None:
        await self.action_do("chat")

    def on_transcript_copy_requested(self, event: Transcript.CopyRequested) -> None:
        assert self.browser is not None
        self.app.copy_to_clipboard(event.text)
        self.browser.status.hint = f"{event.what} sent to the terminal's clipboard"


def _new_browser(screen: PersonasScreen) -> tuple[Browser, Arranged]:
    """Import what reads personas, and read them, away from the event loop."""
    from tui.personas.browser import Browser

    browser = Browser(screen, screen.people, screen.query_one("#people-status", StatusLine))
    return browser, browser.first_rows()


def _new_preview() -> PreviewPane:
    """Import what shows a text, away from the event loop."""
    from tui.personas.preview import PreviewPane

    return PreviewPane(id="preview")
