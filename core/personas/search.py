"""Filtering personas as one types: by name, role, language, tag and the text inside.

Every text is folded once and kept as UTF-8, which takes about as much memory as the files
take on the disk. Nothing here waits for a reader: everything is done in threads, in small
steps, and what a later key press has overtaken is given up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from core.errors import PersonaError
from core.personas.casefold import fold, fold_inside
from core.personas.cooperative import Pace
from core.personas.encoding import decode
from core.personas.headers import PersonaHeader
from core.personas.languages import language_name
from core.personas.library import PersonaLibrary
from core.personas.lint import lint_file
from core.personas.markdown import read_bytes

MOST_TEXT = 256 * 1024 * 1024
"""Bytes of text that are kept for searching; what is beyond is found by its header only."""
_STRIDE = 500
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
    """A persona in the shape that is searched, once it has been folded."""

    header: PersonaHeader
    name: bytes = b""
    facts: bytes = b""
    """The name as well, so that words may be spread over both."""
    all: bytes = b""
    """The facts and the text; empty until it has been read."""
    read: bool = False

    def fold(self) -> None:
        """Make it ready to be searched by its facts; two threads may do so at once."""
        header = self.header
        language = header.language or ""
        facts = (
            header.name,
            header.role,
            language,
            language_name(language) if language else "",
            *header.tags,
            header.file_name.rpartition(".")[0],
            header.source,
        )
        self.name = _encoded(fold(header.name))
        self.facts = _encoded(fold_inside("\n".join(facts)))

    @property
    def text_size(self) -> int:
        """Bytes that its text takes."""
        return len(self.all) - len(self.facts) if self.all else 0


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
        self._known: dict[str, _Entry] = {}
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
        return sum(not entry.read for entry in self._entries)

    def refresh(self) -> list[PersonaHeader]:
        """List all personas by name; what has changed is to be read again."""
        headers = self._library.headers()
        with self._lock:
            known = self._known
            entries = [_current(known.get(header.file), header) for header in headers]
            self._known = {entry.header.file: entry for entry in entries}
            self._entries = entries
            self._text_bytes = sum(entry.text_size for entry in entries)
            self._version += 1
            return [entry.header for entry in entries]

    def read_on(self, seconds: float) -> bool:
        """Read on for about that long, first all texts, then all problems; whether any are left."""
        pace = Pace.gentle()
        checked: list[tuple[PersonaHeader, int]] = []

        def check(entry: _Entry) -> None:
            complaints = len(lint_file(entry.header.path))
            checked.append((entry.header, complaints))
            entry.header = entry.header._replace(complaints=complaints)

        with self._lock:
            unread = [entry for entry in self._entries if not entry.read]
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
        self._library.note_complaints(checked, keep=not left)
        return left > 0

    def headers(self) -> list[PersonaHeader]:
        """Return what `refresh` did, with the problems that have been counted since."""
        return [entry.header for entry in self._entries]

    def find(self, query: str, stop: Callable[[], bool] = lambda: False) -> Found | None:
        """Return who fits all words of a query; `None` if told to stop meanwhile."""
        folded = fold_inside(query)
        words = [_encoded(word) for word in folded.split()]
        version = self._version
        candidates = self._candidates(folded, version)
        fitting: list[_Entry] = []
        pace = Pace()
        for start in range(0, len(candidates), _STRIDE):
            found = candidates[start : start + _STRIDE]
            for entry in found:
                if not entry.facts:
                    entry.fold()
            for word in words:
                found = [entry for entry in found if word in (entry.all or entry.facts)]
            fitting += found
            if stop():
                return None
            pace.rest()
        self._earlier = _Earlier(folded, version, fitting)
        return Found(query, _by_place(fitting, words))

    def _candidates(self, folded: str, version: int) -> Sequence[_Entry]:
        earlier = self._earlier
        if earlier.query and earlier.version == version and folded.startswith(earlier.query):
            return earlier.entries
        return self._entries

    def _take_in(self, entry: _Entry) -> None:
        path = entry.header.path
        try:
            text = _encoded(fold_inside(decode(read_bytes(path), path).text))
        except PersonaError:  # the header says so already
            text = b""
        entry.fold()
        entry.read = True
        # What is too much stays on the disk; names and facts are found all the same.
        if self._text_bytes + len(text) <= MOST_TEXT:
            entry.all = b"%b\n%b" % (entry.facts, text)
            self._text_bytes += entry.text_size


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _is_unchecked(header: PersonaHeader) -> bool:
    return header.complaints is None and not header.problem


def _current(known: _Entry | None, header: PersonaHeader) -> _Entry:
    """Return what is known of a persona if its file is still the same, else a new entry."""
    if known is None or known.header.stamp != header.stamp or known.header.source != header.source:
        return _Entry(header)
    return known


def _by_place(
    entries: Sequence[_Entry], words: Sequence[bytes]
) -> tuple[tuple[Place, tuple[PersonaHeader, ...]], ...]:
    """Part those who fit by the worst of the places at which a word is found."""
    facts = names = entries
    for word in words:
        facts = [entry for entry in facts if word in entry.facts]
        names = [entry for entry in names if word in entry.name]
    in_facts, in_name = set(map(id, facts)), set(map(id, names))
    if words:
        names = sorted(names, key=lambda entry: not entry.name.startswith(words[0]))
    places = (
        (Place.NAME, names),
        (Place.FACTS, [entry for entry in facts if id(entry) not in in_name]),
        (Place.TEXT, [entry for entry in entries if id(entry) not in in_facts]),
    )
    return tuple((place, tuple(each.header for each in found)) for place, found in places if found)
