"""Holds the people pane together: what is listed, how, and what the preview shows.

Reading, filtering and grouping happen in threads; what a later key press has overtaken is
given up there and never shown.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual.worker import Worker, WorkType

from core.errors import ConfigError, SalonError, UsageError
from core.personas.groups import Group, GroupBy, grouped
from core.personas.headers import PersonaHeader
from core.personas.search import Found, PersonaIndex, Place
from core.text import clean_line
from tui.personas.people_list import PersonaList
from tui.personas.reading import Preview, read_preview
from tui.personas.rows import Rows
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from tui.personas.actions import Actions
    from tui.personas.preview import PreviewPane
    from tui.personas.screen import PersonasScreen

_READ_AT_ONCE = 0.25
"""Seconds for which files are read before what was found is shown."""
_PASSING = 0.08
"""Seconds that a persona has to be stayed with before it is shown, if others were just before."""
_TITLES = {
    Place.NAME: "by name",
    Place.FACTS: "by role, tag, language",
    Place.TEXT: "in the text",
}
_NOBODY = (
    "",
    "There is no persona yet.",
    "",
    "n   makes a new one",
    "w   has a model write one",
    "i   brings in a card",
    "",
    "Any Markdown file here is one:",
)
_NOTHING_FITS = ("", "Nothing fits.", "", "esc   shows everybody again")


class Arranged(NamedTuple):
    """Rows to show, the query that they answer, and a word on them."""

    query: str
    rows: Rows
    state: str


class Browser:
    """The personas at hand, as the pane shows them."""

    def __init__(self, screen: PersonasScreen, people: PersonaList, status: StatusLine) -> None:
        self.screen = screen
        self.list = people
        self.status = status
        self.preview: PreviewPane | None = None
        """There from shortly after the first paint."""
        self.by = GroupBy.FOLDER
        self.query = ""
        self.listed = asyncio.Event()
        """Set once there is a list."""
        self._runtime = screen.app.runtime
        self._index = PersonaIndex(self._runtime.library)
        self._ticket = 0
        self._previewed: Preview | None = None
        self._looked = 0.0
        self.reading = False
        """Whether texts are still being read."""
        self.shown: str | None = None
        """The query whose answer is listed."""

    @cached_property
    def actions(self) -> Actions:
        """What can be done here."""
        from tui.personas.actions import Actions

        return Actions(self)

    @property
    def can_undo(self) -> bool:
        """Whether something was thrown away since the pane was opened."""
        return "actions" in self.__dict__ and self.actions.can_undo

    async def shutdown(self) -> None:
        """End what runs."""
        if "actions" in self.__dict__:
            await self.actions.stop()
        self.screen.workers.cancel_node(self.screen)

    # Listing

    def first_rows(self) -> Arranged:
        """Read what there is for the first time. Blocks: call it in a thread."""
        self._index.refresh()
        arranged = self._arranged(self.query, self.by, self._ticket)
        assert arranged is not None
        return arranged

    def begin(self, arranged: Arranged) -> None:
        """Show the first rows, and follow the files from here on."""
        self._show(arranged, keep=False)
        self.listed.set()
        self._start(self._read_on, "read-on")
        self.watch()

    async def refresh(self) -> None:
        """List what there is now; the cursor stays where it is."""
        before = self._index.headers()
        if await asyncio.to_thread(lambda: self._index.refresh() != before):
            await self.arrange()
            if not self.reading:
                self._start(self._read_on, "read-on")

    async def filter(self, query: str) -> None:
        """Show who fits the words of a query, the best first."""
        self.query = query
        await self.arrange(keep=not query.strip())

    async def regroup(self) -> None:
        """Group by the next thing there is to group by."""
        kinds = list(GroupBy)
        self.by = kinds[(kinds.index(self.by) + 1) % len(kinds)]
        await self.arrange()

    async def arrange(self, *, keep: bool = True) -> bool:
        """Put the rows in order; `False` if a later call has overtaken this one."""
        self._ticket += 1
        ticket = self._ticket
        arranged = await asyncio.to_thread(self._arranged, self.query, self.by, ticket)
        if arranged is None or ticket != self._ticket:
            return False
        self._show(arranged, keep=keep)
        return True

    def _show(self, arranged: Arranged, *, keep: bool) -> None:
        query = arranged.query
        self.list.placeholder = _NOTHING_FITS if query.strip() else self._nobody()
        self.list.show(arranged.rows, keep=keep)
        self.status.state = arranged.state
        self.shown = query

    def _arranged(self, query: str, by: GroupBy, ticket: int) -> Arranged | None:
        """Return the rows and a word on them; `None` if a later call has overtaken this one."""
        if query.strip():
            found = self._index.find(query, lambda: self._ticket != ticket)
            if found is None:
                return None
            groups, count = _found_groups(found), len(found.headers)
            how = f"{count:,} of {_counted(len(self._index.headers()))}"
        else:
            everybody = self._index.headers()
            groups = grouped(everybody, by, [folder for folder, _ in self._runtime.library.folders])
            how = f"{_counted(len(everybody))} · by {by}"
        state = " · ".join([how, *self._remarks()])
        return Arranged(query, self.list.rows_of(groups), state)

    def _remarks(self) -> Iterator[str]:
        problems = sum(bool(each.problem or each.complaints) for each in self._index.headers())
        if problems:
            yield f"! {problems:,} with problems"
        unread = self._index.unread
        if unread:
            yield f"reading {unread:,} texts …"

    def _nobody(self) -> Sequence[str]:
        home = str(Path.home())
        folders = [str(folder).replace(home, "~", 1) for folder, _ in self._runtime.library.folders]
        return (*_NOBODY, *(f"    {each}" for each in folders))

    async def _read_on(self) -> None:
        """Read the texts and look for problems, while the list can be used already."""
        self.reading = True
        try:
            while await asyncio.to_thread(self._index.read_on, _READ_AT_ONCE):
                await self.arrange()
        finally:
            self.reading = False
        await self.arrange()
        # What was read stays: to walk it again in every full collection would hold keys up.
        gc.freeze()

    # Watching

    def watch(self) -> Worker[None]:
        """Follow the files, whoever changes them."""
        return self._start(self._watch, "watch", exclusive=True)

    async def _watch(self) -> None:
        from core.personas.watcher import changes

        await self.refresh()
        folders = [folder for folder, _ in self._runtime.library.folders]
        async with aclosing(changes(folders)) as signs:
            async for _ in signs:
                await self.refresh()

    # The preview

    def look(self) -> None:
        """Show who stands under the cursor."""
        self._start(self._look, "look", exclusive=True)

    async def _look(self) -> None:
        pane = self.preview
        if pane is None:
            return
        # Who only passes by, while somebody types or holds a key down, is not read.
        quiet = time.monotonic() - self._looked
        self._looked = time.monotonic()
        if quiet < _PASSING:
            await asyncio.sleep(_PASSING)
        header = self.list.current
        if header is None:
            self._previewed = None
            pane.show_nothing(*self._instead())
            return
        before, query = self._previewed, self.query
        same = before is not None and before.header.file == header.file
        if before is None or not same or before.header.stamp != header.stamp:
            preview = await asyncio.to_thread(self._read_preview, header)
            if self.list.current is None or self.list.current.file != header.file:
                return
            self._previewed = preview
            pane.show(preview, from_top=not same)
        pane.mark(query)

    def _instead(self) -> tuple[str, str]:
        group = self.list.group
        if group is None:
            return "", ""
        count = len(group.members)
        who = "1 persona" if count == 1 else f"{count:,} personas"
        return clean_line(group.title), f"{who} · space folds and unfolds the group"

    def _read_preview(self, header: PersonaHeader) -> Preview:
        try:
            usual = self._runtime.settings.model
        except ConfigError:
            usual = "see `salon config`"
        return read_preview(header, usual)

    def _start(self, work: WorkType[None], group: str, *, exclusive: bool = False) -> Worker[None]:
        # A function, no coroutine: what is cancelled before it began leaves nothing behind.
        return self.screen.run_worker(work, group=group, exclusive=exclusive)

    # Doing

    async def show_persona(self, path: Path) -> None:
        """Put the cursor on a persona, listed anew; a filter that hides it is taken away.

        Raises:
            UsageError: it is not listed.
        """
        await self.refresh()
        if self.list.go_to(path):
            return
        # Hidden by the filter, or its row is on its way.
        self.screen.clear_filter()
        self.query = ""
        while not await self.arrange():
            pass
        if not self.list.go_to(path):
            raise UsageError(f"{path} is in none of the folders that are listed here.")

    async def do(self, verb: str, *arguments: object) -> None:
        """Do something; what goes wrong is said in place."""
        self.status.problem = self.status.hint = ""
        try:
            await self.actions.do(verb, *arguments)
        except SalonError as error:
            self.status.problem = str(error)
        self.screen.refresh_bindings()


def _counted(count: int) -> str:
    return f"{count:,} {'persona' if count == 1 else 'personas'}"


def _found_groups(found: Found) -> list[Group]:
    return [Group(f"found {place}", _TITLES[place], members) for place, members in found.places]
