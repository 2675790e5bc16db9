"""What the Personas pane lists: personas that pass the filter, in groups."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from core.personas.groups import Group, GroupBy, grouped
from core.personas.library import PersonaLibrary
from core.personas.search import PersonaIndex, Place
from core.text import counted

_TITLES = {
    Place.NAME: "in the name",
    Place.FACTS: "in role, tags, language",
    Place.TEXT: "in the text",
}


class Listing(NamedTuple):
    """Groups to show, the filter that they passed, and a line on them."""

    filter: str
    groups: Sequence[Group]
    state: str


class PersonaListModel:
    """Reads, filters and groups personas; knows nothing of widgets."""

    def __init__(self, library: PersonaLibrary) -> None:
        self._library = library
        self._index = PersonaIndex(library)
        self._ticket = 0
        """Of the last call of `arrange`."""
        self.by = GroupBy.FOLDER
        self.filter = ""

    def refresh(self) -> bool:
        """Read the folders; returns whether anything has changed. Blocks."""
        before = self._index.headers()
        return self._index.refresh() != before

    def read_on(self, seconds: float) -> bool:
        """Read texts for about that long; returns whether any are left. Blocks."""
        return self._index.read_on(seconds)

    def group_by_next(self) -> None:
        """Group by the next thing there is to group by."""
        kinds = list(GroupBy)
        self.by = kinds[(kinds.index(self.by) + 1) % len(kinds)]

    async def arrange(self) -> Listing | None:
        """Filter and group; `None` if a later call has overtaken this one."""
        self._ticket += 1
        ticket = self._ticket
        listing = await asyncio.to_thread(self.listing, ticket)
        return listing if ticket == self._ticket else None

    def listing(self, ticket: int = 0) -> Listing | None:
        """Return what is to be shown; `None` if that has been overtaken. Blocks."""
        words, by, headers = self.filter, self.by, self._index.headers()
        whole = counted(len(headers), "persona")
        if words.strip():
            found = self._index.find(words, lambda: self._ticket != ticket)
            if found is None:
                return None
            groups = [Group(f"found {at}", _TITLES[at], members) for at, members in found.places]
            first = f"{len(found.headers):,} of {whole}"
        else:
            groups = grouped(headers, by, [folder for folder, _ in self._library.folders])
            first = f"{whole} · by {by}"
        return Listing(words, groups, " · ".join([first, *self._remarks()]))

    def _remarks(self) -> Iterator[str]:
        problems = sum(bool(each.problem or each.complaints) for each in self._index.headers())
        if problems:
            yield f"! {problems:,} with problems"
        unread = self._index.unread
        if unread:
            yield f"reading {unread:,} texts …"
