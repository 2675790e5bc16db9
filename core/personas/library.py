"""The personas at hand: a search path of folders, and finding one by what people type."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from core.errors import PersonaError
from core.files import is_file
from core.personas.casefold import fold
from core.personas.cooperative import Pace
from core.personas.header_cache import HeaderCache
from core.personas.headers import PersonaHeader, read_header
from core.personas.markdown import SUFFIX, read_persona
from core.personas.name_lookup import meant, nearest_hint
from core.personas.persona import Persona

__all__ = ["SHIPPED", "PersonaHeader", "PersonaLibrary"]

SHIPPED = "shipped"
"""The label of the folder that comes with Salon and is not the user's to change."""

_NOT_PERSONAS = frozenset({"readme.md"})
_WORTH_KEEPING = 100
"""Files that have to be read anew before what was read is kept for the next start."""


class PersonaLibrary:
    """The persona files directly in some folders, earlier folders before later ones.

    A file hides those of the same name in later folders; sub-folders and `README.md` are
    left alone. Everything here reads files: call it from a thread where that may not wait.
    """

    def __init__(
        self, folders: Sequence[tuple[Path, str]], cache_folder: Path | None = None
    ) -> None:
        """Nothing is read yet.

        Args:
            folders: Paths with the label that a list shows for them.
            cache_folder: Where headers are kept from one start to the next, if at all.
        """
        self.folders = tuple(folders)
        self._disk = HeaderCache(cache_folder) if cache_folder is not None else None
        self._known: dict[str, PersonaHeader] | None = None
        self._unkept = 0
        self._lock = threading.Lock()

    def headers(self) -> list[PersonaHeader]:
        """List all personas by name; files that do not load stand there with their problem.

        A file is read again only when its size or time has changed.
        """
        with self._lock:
            known = self._known if self._known is not None else self._kept()
            pace = Pace()
            seen: dict[str, PersonaHeader] = {}
            for folder, label in self.folders:
                for entry in _files(folder):
                    header = None if entry.name in seen else self._header(entry, label, known)
                    if header is not None:
                        seen[entry.name] = header
                        pace.rest()
            self._known = {header.file: header for header in seen.values()}
            if self._unkept >= _WORTH_KEEPING:
                self._keep()
        return sorted(seen.values(), key=lambda header: (fold(header.name), header.file))

    def note_complaints(
        self, checked: Iterable[tuple[PersonaHeader, int]], *, keep: bool = True
    ) -> None:
        """Take in how many problems were found in files; `keep` it for the next start, if many."""
        with self._lock:
            known = self._known or {}
            for header, complaints in checked:
                key = header.file
                if key in known and known[key].stamp == header.stamp:
                    known[key] = known[key]._replace(complaints=complaints)
                    self._unkept += 1
            if keep and self._unkept >= _WORTH_KEEPING:
                self._keep()

    def find(self, name_or_path: str) -> Persona:
        """Read the persona that a name, a file stem or a path stands for.

        A file of that path wins, then a file of that name in the folders; then the whole
        name or stem, then the beginning of one or of a word in it, if it is the only such.
        Case and accents do not matter.

        Raises:
            PersonaError: there is none, or more than one, or its file does not load.
        """
        path = _given_path(name_or_path)
        return self.named(name_or_path) if path is None else read_persona(path)

    def named(self, name: str) -> Persona:
        """Read the persona that a name or a file stem stands for; see `find`. Never a path.

        Raises:
            PersonaError: there is none, or more than one, or its file does not load.
        """
        path = self._file_called(name)
        if path is not None:
            return read_persona(path)
        headers = self.headers()
        wanted = fold(name)
        found = meant(wanted, headers)
        if len(found) > 1:
            paths = ", ".join(header.file for header in found[:6])
            raise PersonaError(
                f"{name!r} may be any of {len(found)} personas.",
                f"Name one of these files: {paths}.",
            )
        if found:
            return read_persona(found[0].path)
        raise PersonaError(f"There is no persona {name!r}.", nearest_hint(wanted, headers))

    def _file_called(self, name: str) -> Path | None:
        """Return the file of that stem in the first folder that has one, reading none."""
        if not name or Path(name).name != name:
            return None
        found = (folder / f"{name}{SUFFIX}" for folder, _ in self.folders)
        return next((path for path in found if is_file(path)), None)

    def _header(
        self, entry: os.DirEntry[str], label: str, known: dict[str, PersonaHeader]
    ) -> PersonaHeader | None:
        status = _status(entry)
        if status is None:
            return None
        stamp = (status.st_mtime_ns, status.st_size)
        header = known.get(entry.path)
        if header is not None and header.stamp == stamp:
            return header
        self._unkept += 1
        return read_header(Path(entry.path), label, stamp)

    def _kept(self) -> dict[str, PersonaHeader]:
        """Return what an earlier start has left."""
        known: dict[str, PersonaHeader] = {}
        if self._disk is not None:
            for folder, label in self.folders:
                known.update(self._disk.load(folder, label))
        return known

    def _keep(self) -> None:
        """Leave what is known to the next start."""
        self._unkept = 0
        if self._disk is None or self._known is None:
            return
        for folder, _ in self.folders:
            headers = [each for each in self._known.values() if each.folder == str(folder)]
            if len(headers) >= _WORTH_KEEPING:
                self._disk.save(folder, headers)


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    """Return the status of a file, or of a link that leads nowhere; `None` if it is gone."""
    for follow in (True, False):
        with suppress(OSError):
            return entry.stat(follow_symlinks=follow)
    return None


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
    return name.endswith(SUFFIX) and not name.startswith(".") and name not in _NOT_PERSONAS


def _given_path(text: str) -> Path | None:
    """Return the path that the text is, if there is a file."""
    try:
        path = Path(text).expanduser()
    except RuntimeError:  # `~name` of a user that nobody knows
        return None
    return path if is_file(path) else None
