"""Lists and shows personas.

Reading, filtering and grouping happen in threads; what a later key press has overtaken is
given up there and never shown.
"""

from __future__ import annotations

import asyncio
import gc
import time
from contextlib import aclosing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.widgets import Input
from textual.worker import Worker

from core.errors import ConfigError, UsageError
from core.personas.facts import short_path
from core.personas.headers import PersonaHeader
from core.personas.persona_files import PersonaFiles
from core.personas.trash import Trashed
from core.text import clean_line, counted
from tui.navigation import NavigationRequest, ShowPersona
from tui.pane.commands import CommandController
from tui.pane.screen import CommandScreen
from tui.personas.list_model import Listing, PersonaListModel
from tui.personas.persona_list import PersonaList
from tui.personas.preview import PersonaPreview, PersonaPreviewPane, read_preview

if TYPE_CHECKING:
    from tui.personas.draft import DraftScreen

_READ_AT_ONCE = 0.25
"""Seconds for which files are read before what was found is shown."""
_PASSING = 0.08
"""Seconds that a persona has to be stayed with before it is shown, if others were just before."""
_NO_PERSONAS = """
There is no persona yet.

n   makes a new one
I   imports a character card

Any Markdown file in these folders is one:
"""
_NO_MATCH = "\nNo persona matches.\n\nesc   clears the filter"


class PersonasController(CommandController):
    """Stands between the widgets of the pane, which it owns, and the files."""

    def __init__(self, screen: CommandScreen[Any]) -> None:
        super().__init__(screen)
        self.model = PersonaListModel(self.runtime.library)
        self.filter_input = Input(placeholder="/ filters by any words", id="persona-filter")
        self.list = PersonaList(id="persona-list")
        self.preview = PersonaPreviewPane(id="preview")
        self.deleted: list[Trashed] = []
        """What was deleted from here, the last one at the end."""
        self.draft: DraftScreen | None = None
        """A persona that a model is writing."""
        self.shown: str | None = None
        """The filter whose answer is listed."""
        self.reading = False
        """Whether texts are still being read."""
        self._first: Listing | None = None
        self._previewed: PersonaPreview | None = None
        self._looked = 0.0

    @cached_property
    def files(self) -> PersonaFiles:
        """The persona files of the user."""
        return PersonaFiles(self.runtime.library, self.runtime.directories.data / "personas")

    # The list

    def load(self) -> None:
        """Read what is listed first. Blocks. Raises `SalonError`."""
        self.model.refresh()
        self._first = self.model.listing()

    async def show(self) -> None:
        """Show the list, then the preview, and follow the files from here on."""
        self.screen.set_focus(self.list)
        if self._first is not None:
            self._show(self._first, keep=False)
            self.start_worker(self._read_on, "read-on")
            self.watch()
        await self.screen.query_one("#personas-right").mount(self.preview)
        self.look()

    async def refresh_list(self) -> None:
        """List what there is now; the cursor stays where it is."""
        if await asyncio.to_thread(self.model.refresh):
            await self.arrange()
            if not self.reading:
                self.start_worker(self._read_on, "read-on")

    async def filter(self, words: str) -> None:
        """List the personas that have some words in them, the best first."""
        self.model.filter = words
        await self.arrange(keep=not words.strip())

    async def arrange(self, *, keep: bool = True) -> bool:
        """Filter, group and show; `False` if a later call has overtaken this one."""
        listing = await self.model.arrange()
        if listing is not None:
            self._show(listing, keep=keep)
        return listing is not None

    def _show(self, listing: Listing, *, keep: bool) -> None:
        folders = [f"    {short_path(each)}" for each, _ in self.runtime.library.folders]
        nothing = _NO_PERSONAS + "\n".join(folders)
        self.list.placeholder = _NO_MATCH if listing.filter.strip() else nothing
        self.list.show_groups(listing.groups, keep=keep)
        self.status.state = listing.state
        self.shown = listing.filter

    async def _read_on(self) -> None:
        """Read the texts and look for problems, while the list can be used already."""
        self.reading = True
        try:
            while await asyncio.to_thread(self.model.read_on, _READ_AT_ONCE):
                await self.arrange()
        finally:
            self.reading = False
        await self.arrange()
        # What was read stays: to walk it again in every full collection would hold keys up.
        gc.freeze()

    async def show_persona(self, path: Path) -> None:
        """Put the cursor on a persona, listed anew; a filter that hides it is cleared.

        Raises:
            UsageError: it is not listed.
        """
        await self.refresh_list()
        if self.list.go_to(path):
            return
        # Hidden by the filter, or its row is on its way.
        with self.filter_input.prevent(Input.Changed):
            self.filter_input.value = ""
        self.model.filter = ""
        while not await self.arrange():
            pass
        if not self.list.go_to(path):
            raise UsageError(f"{path} is in none of the folders that are listed here.")

    async def navigate(self, request: NavigationRequest) -> None:
        """Show the persona that another pane asked for. Raises `SalonError`."""
        self.status.problem = self.status.hint = ""
        if isinstance(request, ShowPersona):
            persona = await asyncio.to_thread(self.runtime.library.find, request.persona)
            if persona.path is not None:
                await self.show_persona(persona.path)

    async def shutdown(self) -> None:
        """End what runs, also a model that is writing."""
        if self.draft is not None:
            await self.draft.stop()
        await super().shutdown()

    # The files

    def watch(self) -> Worker[None]:
        """Follow the files, whatever program changes them."""
        return self.start_worker(self._watch, "watch", exclusive=True)

    async def _watch(self) -> None:
        from core.personas.watcher import changes

        await self.refresh_list()
        folders = [folder for folder, _ in self.runtime.library.folders]
        async with aclosing(changes(folders)) as signs:
            async for _ in signs:
                await self.refresh_list()

    # The preview

    def look(self) -> None:
        """Show the selected persona."""
        self.start_worker(self._look, "look", exclusive=True)
        self.refresh()

    async def _look(self) -> None:
        if not self.preview.is_mounted:
            return
        # What is only passed, while letters are typed or a key is held down, is not read.
        quiet = time.monotonic() - self._looked
        self._looked = time.monotonic()
        if quiet < _PASSING:
            await asyncio.sleep(_PASSING)
        header = self.list.persona
        if header is None:
            self._previewed = None
            self.preview.show_nothing(*self._instead())
            return
        before, words = self._previewed, self.model.filter
        same = before is not None and before.header.file == header.file
        if before is None or not same or before.header.stamp != header.stamp:
            preview = await asyncio.to_thread(self._read_preview, header)
            if self.list.persona is None or self.list.persona.file != header.file:
                return
            self._previewed = preview
            self.preview.show(preview, from_top=not same)
        self.preview.mark(words)

    def _instead(self) -> tuple[str, str]:
        group = self.list.group
        if group is None:
            return "", ""
        count = counted(len(group.members), "persona")
        return clean_line(group.title), f"{count} · enter folds and unfolds the group"

    def _read_preview(self, header: PersonaHeader) -> PersonaPreview:
        try:
            default = self.runtime.settings.model
        except ConfigError:
            default = "see `salon config`"
        return read_preview(header, default)
