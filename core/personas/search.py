"""Filtering personas as one types: by name, role, language, tag and the text inside.

Every text is folded once and kept as UTF-8, which takes about as much memory as the files
take on the disk. Nothing here waits for a reader: everything is done in threads, in small
steps, and what a later key press has overtaken is given up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from pathlib import Path

from core.errors import PersonaError
from core.personas.decoding import decode
from core.personas.folding import fold, fold_inside
from core.personas.headers import PersonaHeader
from core.personas.languages import language_name
from core.personas.library import PersonaLibrary
from core.personas.lint import lint_file
from core.personas.markdown import read_bytes
from core.personas.pace import Pace

MOST_TEXT = 256 * 1024 * 1024
"""Bytes of text that are kept for searching; what is beyond is found by its header only."""
_STRIDE = 64
"""Personas that are looked at between two questions whether somebody typed on."""


class Place(IntEnum):
    """Where words were found, the best place first."""

    NAME = 0
    FACTS = 1
    """Role, language, tags, file name or source."""
    TEXT = 2


@dataclass(frozen=True, slots=True)
class Found:
    """The personas that fit a query, by where."""

    query: str
    places: tuple[tuple[Place, tuple[PersonaHeader, ...]], ...]

    @property
    def headers(self) -> list[PersonaHeader]:
        """All of them, the best first."""
        return [header for _, headers in self.places for header in headers]


@dataclass(slots=True)
class _Entry:
    """A persona in the shape that is searched."""

    header: PersonaHeader
    name: str
    facts: str
    """The name as well, so that words may be spread over both."""
    text: bytes | None = None
    """`None` until it has been read."""

    @classmethod
    def of(cls, header: PersonaHeader) -> _Entry:
        name = fold(header.name)
        language = header.language or ""
        facts = (
            name,
            fold(header.role),
            fold(language),
            fold(language_name(language)) if language else "",
            *map(fold, header.tags),
            fold(header.path.stem),
            fold(header.source),
        )
        return cls(header, name, "\n".join(facts))


@dataclass(frozen=True, slots=True)
class _Earlier:
    """What fitted the last query: whoever types on can only narrow it."""

    query: str = ""
    version: int = -1
    entries: list[_Entry] = field(default_factory=list)


class PersonaIndex:
    """The personas of a library, searchable. Every method may wait for files or work long.

    Until `read_on` has read all files, texts not read yet are simply not found.
    """

    def __init__(self, library: PersonaLibrary) -> None:
        self._library = library
        self._entries: list[_Entry] = []
        self._known: dict[Path, _Entry] = {}
        self._version = 0
        """Grows when other texts can be found than before."""
        self._earlier = _Earlier()
        self._text_bytes = 0
        self._lock = threading.Lock()

    @property
    def text_bytes(self) -> int:
        """Bytes that the folded texts take."""
        return self._text_bytes

    @property
    def unread(self) -> int:
        """How many personas are still to be read for their text."""
        return sum(entry.text is None for entry in self._entries)

    def refresh(self) -> list[PersonaHeader]:
        """List all personas by name; what has changed is to be read again."""
        headers = self._library.headers()
        with self._lock:
            known = self._known
            entries = [_current(known.get(header.path), header) for header in headers]
            self._known = {entry.header.path: entry for entry in entries}
            self._entries = entries
            self._text_bytes = sum(len(entry.text or b"") for entry in entries)
            self._version += 1
            return [entry.header for entry in entries]

    def read_on(self, seconds: float) -> bool:
        """Read on for about that long, first all texts, then all problems; whether any are left."""
        pace = Pace()
        checked: list[tuple[PersonaHeader, int]] = []

        def check(entry: _Entry) -> None:
            complaints = len(lint_file(entry.header.path))
            checked.append((entry.header, complaints))
            entry.header = replace(entry.header, complaints=complaints)

        with self._lock:
            unread = [entry for entry in self._entries if entry.text is None]
            unchecked = [entry for entry in self._entries if _is_unchecked(entry.header)]
            left = len(unread) + len(unchecked)
            for does, entries in ((self._take_in, unread), (check, unchecked)):
                for entry in entries:
                    if pace.spent > seconds:
                        break
                    does(entry)
                    left -= 1
                    pace.rest()
            self._version += bool(unread)
        self._library.note_complaints(checked)
        return left > 0

    def headers(self) -> list[PersonaHeader]:
        """Return what `refresh` did, with the problems that have been counted since."""
        return [entry.header for entry in self._entries]

    def find(self, query: str, stop: Callable[[], bool] = lambda: False) -> Found | None:
        """Return who fits all words of a query; `None` if told to stop meanwhile."""
        folded = fold_inside(query)
        words = folded.split()
        version = self._version
        candidates = self._candidates(folded, version)
        fitting: list[_Entry] = []
        places: dict[Place, list[PersonaHeader]] = {place: [] for place in Place}
        pace = Pace()
        sought = [(word, word.encode("utf-8", "surrogatepass")) for word in words]
        for number, entry in enumerate(candidates):
            place = _place(entry, sought)
            if place is not None:
                fitting.append(entry)
                places[place].append(entry.header)
            if number % _STRIDE == 0:
                if stop():
                    return None
                pace.rest()
        self._earlier = _Earlier(folded, version, fitting)
        if words:
            places[Place.NAME].sort(key=lambda header: not fold(header.name).startswith(words[0]))
        return Found(query, tuple((p, tuple(found)) for p, found in places.items() if found))

    def _candidates(self, folded: str, version: int) -> Sequence[_Entry]:
        earlier = self._earlier
        if earlier.query and earlier.version == version and folded.startswith(earlier.query):
            return earlier.entries
        return self._entries

    def _take_in(self, entry: _Entry) -> None:
        path = entry.header.path
        try:
            folded = fold_inside(decode(read_bytes(path), path).text)
        except PersonaError:  # the header says so already
            folded = ""
        text = folded.encode("utf-8", "surrogatepass")
        # What is too much stays on the disk; names and facts are found all the same.
        entry.text = text if self._text_bytes + len(text) <= MOST_TEXT else b""
        self._text_bytes += len(entry.text)


def _is_unchecked(header: PersonaHeader) -> bool:
    return header.complaints is None and not header.problem


def _current(known: _Entry | None, header: PersonaHeader) -> _Entry:
    """Return what is known of a persona if its file is still the same, else a new entry."""
    if known is None or known.header.stamp != header.stamp or known.header.source != header.source:
        return _Entry.of(header)
    return known


def _place(entry: _Entry, words: Iterable[tuple[str, bytes]]) -> Place | None:
    """Return where all words are found, each at the best place it is at."""
    worst = Place.NAME
    for word, encoded in words:
        if word in entry.name:
            continue
        if word in entry.facts:
            worst = max(worst, Place.FACTS)
        elif entry.text is not None and encoded in entry.text:
            worst = Place.TEXT
        else:
            return None
    return worst
