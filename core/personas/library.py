"""The personas at hand: a search path of folders, and finding one by what people type."""

from __future__ import annotations

import difflib
import os
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import PersonaError
from core.personas.markdown import SUFFIX, parse_persona, read_bytes, read_persona
from core.personas.persona import Persona
from core.personas.problems import PersonaFileError

_NOT_PERSONAS = frozenset({"readme.md"})


@dataclass(frozen=True, slots=True)
class PersonaHeader:
    """What a list shows of a persona."""

    name: str
    role: str
    language: str | None
    gender: str | None
    tags: tuple[str, ...]
    path: Path
    source: str
    """The label of the folder it lies in."""
    size: int
    """Bytes."""
    problem: str = ""
    """Why the file does not load; empty if it does."""


@dataclass(frozen=True, slots=True)
class _Cached:
    stamp: tuple[int, int]
    header: PersonaHeader


class PersonaLibrary:
    """The persona files directly in some folders, earlier folders before later ones.

    A file hides those of the same name in later folders; sub-folders and `README.md` are
    left alone. Everything here reads files: call it from a thread where that may not wait.
    """

    def __init__(self, folders: Sequence[tuple[Path, str]]) -> None:
        """`folders` are paths with the label that a list shows for them."""
        self._folders = tuple(folders)
        self._cache: dict[Path, _Cached] = {}

    def headers(self) -> list[PersonaHeader]:
        """List all personas by name; files that do not load stand there with their problem.

        A file is read again only when its size or time has changed.
        """
        seen: dict[str, PersonaHeader] = {}
        cache: dict[Path, _Cached] = {}
        for folder, label in self._folders:
            for entry in _files(folder):
                if entry.name in seen:
                    continue
                cached = self._header(entry, label)
                if cached is not None:
                    seen[entry.name] = cached.header
                    cache[cached.header.path] = cached
        self._cache = cache
        return sorted(seen.values(), key=lambda header: (fold(header.name), str(header.path)))

    def find(self, name_or_path: str) -> Persona:
        """Read the persona that a name, a file stem or a path stands for.

        A file of that path wins, then a file of that name in the folders; then the whole
        name or stem, then the beginning of one or of a word in it, if it is the only such.
        Case and accents do not matter.

        Raises:
            PersonaError: there is none, or more than one, or its file does not load.
        """
        path = _given_path(name_or_path) or self._file_called(name_or_path)
        if path is not None:
            return read_persona(path)
        headers = self.headers()
        wanted = fold(name_or_path)
        for fits in (_is_whole, _begins, _begins_word) if wanted else ():
            found = [header for header in headers if fits(wanted, header)]
            if len(found) > 1:
                paths = ", ".join(str(header.path) for header in found[:6])
                raise PersonaError(
                    f"{name_or_path!r} may be any of {len(found)} personas.",
                    f"Name one of these files: {paths}.",
                )
            if found:
                return read_persona(found[0].path)
        raise PersonaError(f"There is no persona {name_or_path!r}.", _nearest(wanted, headers))

    def _file_called(self, name: str) -> Path | None:
        """Return the file of that stem in the first folder that has one, reading none."""
        if not name or Path(name).name != name:
            return None
        found = (folder / f"{name}{SUFFIX}" for folder, _ in self._folders)
        return next((path for path in found if _is_file(path)), None)

    def _header(self, entry: os.DirEntry[str], label: str) -> _Cached | None:
        path = Path(entry.path)
        try:
            status = entry.stat()
        except OSError:
            return None
        stamp = (status.st_mtime_ns, status.st_size)
        cached = self._cache.get(path)
        if cached is not None and cached.stamp == stamp:
            return cached
        return _Cached(stamp, _read_header(path, label, status.st_size))


def _read_header(path: Path, label: str, size: int) -> PersonaHeader:
    try:
        persona = parse_persona(read_bytes(path), path)
    except PersonaFileError as error:
        problem = f"line {error.problem.line}: {error.problem.message}"
    except PersonaError as error:
        problem = error.message
    else:
        return PersonaHeader(
            name=persona.name,
            role=persona.role,
            language=persona.language,
            gender=persona.gender,
            tags=persona.tags,
            path=path,
            source=label,
            size=size,
        )
    return PersonaHeader(path.stem, "", None, None, (), path, label, size, problem)


def _files(folder: Path) -> list[os.DirEntry[str]]:
    """Return the persona files of a folder by name; of one that cannot be read, none."""
    try:
        with os.scandir(folder) as entries:
            found = [entry for entry in entries if _is_persona_file(entry)]
    except OSError:
        return []
    return sorted(found, key=lambda entry: entry.name)


def _is_persona_file(entry: os.DirEntry[str]) -> bool:
    name = entry.name.lower()
    if not name.endswith(SUFFIX) or name.startswith(".") or name in _NOT_PERSONAS:
        return False
    try:
        return entry.is_file()
    except OSError:
        return False


def _given_path(text: str) -> Path | None:
    """Return the path that the text is, if there is a file."""
    try:
        path = Path(text).expanduser()
    except RuntimeError:  # `~name` of a user that nobody knows
        return None
    return path if _is_file(path) else None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def fold(text: str) -> str:
    """Return a text for comparing: without case, accents and outer blanks."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in bare if not unicodedata.combining(each)).strip()


def _stem(header: PersonaHeader) -> str:
    return fold(header.path.stem)


def _is_whole(wanted: str, header: PersonaHeader) -> bool:
    return wanted in (fold(header.name), _stem(header), fold(header.path.name))


def _begins(wanted: str, header: PersonaHeader) -> bool:
    return fold(header.name).startswith(wanted) or _stem(header).startswith(wanted)


def _begins_word(wanted: str, header: PersonaHeader) -> bool:
    return any(word.startswith(wanted) for word in fold(header.name).split())


def _nearest(wanted: str, headers: Sequence[PersonaHeader]) -> str:
    """Return a hint with the names that are spelt most alike."""
    if not headers:
        return "No folder on the search path holds personas; SALON_PERSONAS can add one."
    keys: dict[str, str] = {}
    spellings: tuple[Callable[[PersonaHeader], str], ...] = (
        lambda header: fold(header.name),
        _stem,
    )
    for header in headers:
        for spelling in spellings:
            keys.setdefault(spelling(header), header.name)
        for word in fold(header.name).split():
            keys.setdefault(word, header.name)
    close = difflib.get_close_matches(wanted, keys, n=6, cutoff=0.55)
    names = list(dict.fromkeys(keys[each] for each in close))[:3]
    if names:
        return f"Did you mean {' or '.join(names)}?"
    return "`salon personas list` shows all there are."
