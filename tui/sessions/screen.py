"""The Sessions pane: everything that was ever said, to be found, read, opened and tidied."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.timer import Timer

from tui.pane.key_bar import KeyBar
from tui.pane.shell import PaneScreen
from tui.sessions.browser import Browser
from tui.sessions.finder import Finder
from tui.widgets.top_bar import TopBar
from tui.widgets.transcript import Transcript

_NARROW = 100
"""Columns below which the preview stands under the list."""
_PATIENCE = 3.0
"""Seconds after which the list is read again; longer where that takes long."""
_LIST_FIRST = 0.5
"""Seconds that preview and key bar wait for the list."""
_SHARE = 20
"""Reading takes no more than one part in so many of the time."""
_ON_SESSIONS = frozenset({"open", "rename", "pin", "fork", "trash"})
"""What can be done with a session that is not in the trash."""
_ON_ANY = frozenset({"export", "erase", "copy"})

_HELP = "\n\n".join([
    "Everything that was said in any pane, as it was said.",
    "Type **/** and a part of a title, a name, a model or an engine to narrow the list. "
    "**ctrl+f** searches in all texts; words in quotes stand together, and **enter** opens the "
    "session at the place that was found. In the preview (**tab**) **enter** opens it at the "
    "selected message.",
    "A session that is open in a pane of this app is brought forward there; one that another "
    "process writes to can be read, exported and forked.",
    "The trash keeps what was put away until it is erased.",
])


if TYPE_CHECKING:
    from tui.sessions.clerk import Clerk


class SessionsScreen(PaneScreen):
    """A list, a line to find things with, and a preview."""

    CSS_PATH = "screen.tcss"
    BINDINGS = [
        Binding("enter", "do('open')", "Open", tooltip="Open it in its pane"),
        Binding("R", "do('restore')", "Restore", tooltip="Take it out of the trash"),
        Binding("u", "do('undo')", "Undo", tooltip="Take back what was put away last"),
        Binding("slash", "find", "Filter", tooltip="Narrow the list", key_display="/"),
        Binding("ctrl+f", "find(True)", "Search", tooltip="Search in all texts"),
        Binding("s", "sort", "Sort", tooltip="Sort by something else"),
        Binding("r", "do('rename')", "Rename", tooltip="Give it another title"),
        Binding("p", "do('pin')", "Pin", tooltip="Keep it at the top, or no longer"),
        Binding("f", "do('fork')", "Fork", tooltip="Make a copy to go on with"),
        Binding("e", "do('export')", "Export", tooltip="Write a transcript"),
        Binding("d,delete", "do('trash')", "Trash", tooltip="Move it to the trash"),
        Binding("t", "show_trash(True)", "See trash", tooltip="Show what is in the trash"),
        Binding("t", "show_trash(False)", "Leave trash", tooltip="Back to the sessions"),
        Binding("X", "do('erase')", "Erase", show=False, tooltip="Erase all its texts for good"),
        Binding("i", "do('import')", "Import", tooltip="Take in a file"),
        Binding("y", "do('copy')", "Copy id", show=False, tooltip="Copy its id"),
        Binding("escape", "back", "Back", show=False, tooltip="Back to the list"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.reading = False
        """Whether the list is being read."""
        self._listed = asyncio.Event()
        self._offered = (False, False, False)
        """Whether a session is selected, the trash is shown, and something was put away."""
        self._next: Timer | None = None
        """When that is done again."""

    def compose(self) -> ComposeResult:
        yield TopBar(id="top")
        yield Finder(id="finder")
        with Container(id="shelf"):
            yield self.browser.rows
            yield Vertical(id="side")
        yield self.browser.status
        yield Vertical(id="foot")

    @cached_property
    def browser(self) -> Browser:
        """What reads and shows."""
        return Browser(self)

    @cached_property
    def clerk(self) -> Clerk:
        """What acts."""
        from tui.sessions.clerk import Clerk

        return Clerk(self, self.browser)

    def on_mount(self) -> None:
        self.browser.rows.placeholder = "reading …"
        self.browser.rows.screen.set_focus(self.browser.rows)
        self._mount_content()

    @work(group="mount")
    async def _mount_content(self) -> None:
        """Let the list come first: the rest takes as long to mount as that to be read."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._listed.wait(), _LIST_FIRST)
        await self.query_one("#side").mount(self.browser.preview)
        await self.query_one("#foot").mount(KeyBar())
        self._content.set()
        self.refresh_bindings()

    def on_screen_resume(self) -> None:
        self._keep_up()

    def _keep_up(self) -> None:
        """Read the list, and again from time to time while somebody looks."""
        if self.is_current and not self.reading:
            self._read_again()

    def _read_again(self) -> None:
        self.reading = True
        self._read()

    @work(group="read", exclusive=True)
    async def _read(self) -> None:
        began = time.monotonic()
        await self.browser.read()
        self.reading = False
        self._listed.set()
        if self._next is not None:
            self._next.stop()
        took = time.monotonic() - began
        self._next = self.set_timer(max(_PATIENCE, _SHARE * took), self._keep_up)

    def on_resize(self) -> None:
        self.set_class(self.size.width < _NARROW, "-narrow")

    async def shutdown(self) -> None:
        self.workers.cancel_node(self)

    def offer(self) -> None:
        """Update the key bar if something else can be done now."""
        shelf = self.browser.shelf
        offered = (self.browser.current is not None, shelf.in_trash, bool(shelf.put_away))
        if offered != self._offered:
            self._offered = offered
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the session under the cursor."""
        verb = parameters[0] if action == "do" and parameters else None
        selected, in_trash, put_away = self._offered
        if verb == "open" and self.browser.awaits_hits:
            return True
        if verb in _ON_SESSIONS:
            return selected and not in_trash
        if verb in _ON_ANY:
            return selected
        if verb == "restore":
            return selected and in_trash
        if action == "show_trash":
            return parameters[0] is not in_trash
        return put_away if verb == "undo" else True

    @property
    def help_text(self) -> str:
        return _HELP

    @work(group="do")
    async def action_do(self, verb: str, *arguments: str) -> None:
        """Have the clerk do something; it may ask back."""
        if verb == "open" and self.browser.awaits_hits:
            await self.browser.first_hit()
        await self.clerk.do(verb, *arguments)

    def action_find(self, searching: bool = False) -> None:
        """Go to the line that filters or searches."""
        if searching and self.browser.shelf.in_trash:
            self.action_show_trash(False)
        self.query_one(Finder).type_into(searching=searching)

    def action_sort(self) -> None:
        """Sort by something else."""
        self.browser.shelf.next_sort()
        if self.browser.found is None:
            self.browser.show_list()

    def action_show_trash(self, there: bool) -> None:
        """Show the trash, or the sessions again."""
        self.browser.shelf.in_trash = there
        self.browser.status.hint = self.browser.status.problem = ""
        self._end_search()
        self._read_again()

    def action_back(self) -> None:
        """From a search or the trash back to the list."""
        if self.browser.found is not None:
            self._end_search()
        elif self.browser.shelf.in_trash:
            self.action_show_trash(False)
        self.browser.rows.screen.set_focus(self.browser.rows)

    def _end_search(self) -> None:
        self.workers.cancel_group(self, "search")
        self.query_one(Finder).searching = False
        if self.browser.found is not None:
            self.browser.end_search()

    def on_finder_filtered(self, event: Finder.Filtered) -> None:
        self.browser.shelf.words = event.words
        if self.browser.found is None:
            self.browser.show_list()

    def on_finder_sought(self, event: Finder.Sought) -> None:
        if event.words.strip():
            # Typing starts a search by itself; enter on the same words must not start it over.
            if event.words != self.browser.words_searched:
                self._search(event.words)
        else:
            self._end_search()

    @work(group="search", exclusive=True)
    async def _search(self, words: str) -> None:
        await self.browser.search(words)

    def on_finder_stepped(self, event: Finder.Stepped) -> None:
        self.browser.rows.action_move(event.step)

    def on_finder_left(self) -> None:
        self.browser.rows.screen.set_focus(self.browser.rows)

    def on_row_list_moved(self) -> None:
        self._look()
        self.offer()

    @work(group="look", exclusive=True)
    async def _look(self) -> None:
        await self._content.wait()
        await self.browser.look()

    def on_row_list_chosen(self) -> None:
        self.action_do("open")

    def on_transcript_message_activated(self, event: Transcript.MessageActivated) -> None:
        self.action_do("open", event.entry_id)

    def on_transcript_copy_requested(self, event: Transcript.CopyRequested) -> None:
        self.app.copy_to_clipboard(event.text)
        self.browser.status.hint = f"{event.what} sent to the terminal's clipboard"
